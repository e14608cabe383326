"""What the demo's people have on file: how they are reached, insurances, a request about data."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import TERMINAL
from timebank.actor import Actor
from timebank.cli import demo_data as data
from timebank.communities.models import Community
from timebank.contacts.models import AGREED
from timebank.contacts.models import MEMBERS
from timebank.contacts.service import set_detail
from timebank.contacts.sharing import agree
from timebank.contacts.sharing import write_rules
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.took_part import say_who
from timebank.hands.queries import acting_for
from timebank.households.service import figure_of
from timebank.households.service import leave
from timebank.licences.kinds import add_kind as add_licence_kind
from timebank.licences.service import Seen
from timebank.licences.service import write_down
from timebank.members.models import Member
from timebank.mydata.models import CORRECT
from timebank.mydata.service import ask
from timebank.people.models import Person

#: No letter or digit that is taken for another one.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class Papers:
    """The demo's people, and what a coordinator keeps of them beside hours."""

    def __init__(self, session: Session, community: Community) -> None:
        self.session = session
        self.community = community
        self.today = clock.today(community.time_zone)
        self.members: dict[str, Member] = {}
        self.people: dict[str, Person] = {}
        self.coordinator = TERMINAL

    def say_how_to_reach(self) -> None:
        """Let neighbours say how they are reached; for some of them the coordinator writes it down."""
        for number, kind, value, audience in data.CONTACTS:
            set_detail(
                self.session,
                community=self.community,
                member=self.members[number],
                kind=kind,
                value=value,
                audience=audience,
                actor=self.told_by(number),
            )
        rules = write_rules(
            self.session,
            community=self.community,
            words=data.SHARING_RULES,
            widest=MEMBERS,
            suggested=AGREED,
            actor=self.actor(data.STEWARD_NUMBER),
        )
        for number, member in self.members.items():
            if number not in data.NOT_AGREED:
                agree(self.session, member=member, version=rules.version, actor=self.told_by(number))

    def insure(self) -> None:
        """Let the coordinator have seen insurances and licences, some of which soon run out."""
        kinds = {
            name: add_licence_kind(self.session, community=self.community, name=name, actor=TERMINAL)
            for name in data.LICENCE_KINDS
        }
        for number, name, days, note in data.LICENCES:
            ends_on = None if days is None else self.today + timedelta(days=days)
            write_down(
                self.session,
                community=self.community,
                member=self.members[number],
                seen=Seen(kind=kinds[name], ends_on=ends_on, note=note),
                actor=self.coordinator,
            )

    def ask_about_data(self) -> None:
        """Let somebody ask for something to be corrected."""
        number, words = data.ASKED_ABOUT_DATA
        ask(
            self.session,
            community=self.community,
            member=self.members[number],
            kind=CORRECT,
            words=words,
            actor=self.actor(number),
        )

    def move_out(self) -> None:
        """Let one of the household leave who did most of what it gave, and ask for his hours."""
        household = self.members[data.HOUSEHOLD.number]
        son = next(
            one.person for one in acting_for(self.session, member=household) if one.name == data.MOVED_OUT
        )
        gave = select(Exchange).where(Exchange.giver_id == household.id, Exchange.state == CONFIRMED)
        for exchange in self.session.scalars(gave.order_by(Exchange.id)).all():
            say_who(self.session, exchange=exchange, member=household, person_id=son.id)
        figure = figure_of(self.session, community=self.community, household=household, person_id=son.id)
        leave(
            self.session,
            community=self.community,
            household=household,
            person=son,
            minutes=figure.offered,
            actor=Actor(person_id=son.id, member_id=household.id, how="demo"),
        )

    def told_by(self, number: str) -> Actor:
        """Tell who writes down what somebody says: they themselves, or the coordinator whom they called."""
        return self.actor(number) if number in self.people else self.coordinator

    def actor(self, number: str) -> Actor:
        """Tell who somebody is where they do it themselves."""
        return Actor(person_id=self.people[number].id, member_id=self.members[number].id, how="demo")
