"""Makes the demo community: its neighbours, their sign-ins, and three months of exchanges up to yesterday."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from datetime import time
from datetime import timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import TERMINAL
from timebank.actor import Actor
from timebank.cli import demo_data as data
from timebank.cli.demo_data import Occasion
from timebank.cli.demo_fees import charge_fees
from timebank.cli.demo_gifts import ask_for_gifts
from timebank.cli.demo_joining import ask_to_join
from timebank.cli.demo_papers import Papers
from timebank.cli.demo_standing import arrange_weekly
from timebank.cli.demo_support import pay_for_help
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.communities.service import add_kind
from timebank.communities.service import change_settings
from timebank.communities.service import create_community
from timebank.communities.service import facts_of
from timebank.communities.service import list_kinds
from timebank.contacts.service import set_detail
from timebank.doubles.service import say_not_the_same
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.rules import Said
from timebank.exchanges.sealing import seal_entries
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import dispute_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.hands import trust
from timebank.hands.service import Named
from timebank.hands.service import add_hand
from timebank.members.away import go_away
from timebank.members.models import A_HOUSEHOLD
from timebank.members.service import add_member
from timebank.members.service import give_hand
from timebank.people.factors import fresh_secret
from timebank.people.factors import keep_secret
from timebank.people.models import Person
from timebank.people.service import create_person
from timebank.people.service import give_office
from timebank.people.service import show_sign_in
from timebank.pools.service import Wish
from timebank.pools.service import give
from timebank.pools.service import grant
from timebank.pools.service import open_pool
from timebank.presents import service as presents
from timebank.rights import AUDITOR
from timebank.rights import COORDINATOR
from timebank.rights import MEMBER
from timebank.rights import NEED_SECOND_FACTOR

#: No letter or digit that is taken for another one.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def make_demo(session: Session, *, paid_for: bool = True) -> Community:
    """Make the demo community with everything in it, also help that is paid for; the caller commits."""
    community = _found(session)
    town = _Town(session, community)
    for neighbour in data.NEIGHBOURS:
        town.welcome(neighbour)
    town.welcome_auditor()
    town.welcome_household()
    town.welcome_trusted()
    _live(town)
    town.share()
    town.go_away()
    town.say_how_to_reach()
    town.ask_about_data()
    town.insure()
    town.move_out()
    town.enter_twice()
    ask_to_join(session, community=community, actor=town.coordinator)
    ask_for_gifts(session, community=community)
    charge_fees(session, community=community, coordinator=town.coordinator)
    arrange_weekly(
        session, community=community, members=town.members, kinds=town.kinds, actor=town.coordinator
    )
    if paid_for:
        pay_for_help(
            session, community=community, members=town.members, kinds=town.kinds, actor=town.coordinator
        )
    seal_entries(session, community=community)
    return community


def _found(session: Session) -> Community:
    today = clock.today("Asia/Tokyo")
    community = create_community(
        session,
        slug=data.SLUG,
        name=data.NAME,
        started_on=today - timedelta(days=data.DAYS + data.DAYS_BEFORE),
        actor=TERMINAL,
    )
    facts = replace(
        facts_of(community), legal_form=data.LEGAL_FORM, address=data.ADDRESS, telephone=data.TELEPHONE
    )
    change_settings(session, community=community, facts=facts, actor=TERMINAL)
    for name in data.KINDS:
        add_kind(session, community=community, name=name, actor=TERMINAL)
    return community


def _live(town: "_Town") -> None:
    """Let three months go by, day after day, and leave a few things open."""
    exceptional = (data.TWICE, data.DECLINED, data.DISPUTED, *data.ASKED, *data.UNANSWERED)
    usual = [*data.habits_by_day(), *enumerate(data.OCCASIONS), *((1, one) for one in exceptional)]
    for turn, occasion in sorted(usual, key=lambda one: (-one[1].days_ago, one[1].givers)):
        if occasion == data.TWICE:
            town.book_twice_and_reverse(occasion, data.TWICE_REASON)
        elif occasion == data.DECLINED:
            town.decline(town.propose(occasion), data.DECLINED_REASON)
        elif occasion == data.DISPUTED:
            town.dispute(town.propose(occasion), *data.DISPUTED_REASONS)
        elif occasion in exceptional:
            town.propose(occasion)
        else:
            town.book(occasion, by_giver=turn % 3 == 0)


class _Town(Papers):
    """The demo's people, and what they do: each act goes the way it would go on the pages."""

    def __init__(self, session: Session, community: Community) -> None:
        super().__init__(session, community)
        self.zone = ZoneInfo(community.time_zone)
        self.kinds: dict[str, HelpKind] = {
            kind.name: kind for kind in list_kinds(session, community=community)
        }
        self._forms = count(1)

    # --- people -----------------------------------------------------------------------------------------

    def welcome(self, neighbour: data.Neighbour) -> None:
        """Enter a neighbour, who signs in by the number unless somebody else does that for them."""
        member = add_member(
            self.session,
            community=self.community,
            number=neighbour.number,
            name=neighbour.name,
            reading=neighbour.reading,
            district=neighbour.district,
            joined_on=self.community.started_on,
            actor=TERMINAL,
        )
        self.members[neighbour.number] = member
        if not neighbour.signs_in:
            return
        person = self._person(
            neighbour.number, f"{neighbour.name} · {data.ROLES[neighbour.role]}", neighbour.email
        )
        self.people[neighbour.number] = person
        give_hand(self.session, person=person, member=member, actor=TERMINAL)
        if neighbour.role != MEMBER:
            self._give_office(person, neighbour.role)
        if neighbour.role == COORDINATOR:
            self.coordinator = Actor(person_id=person.id, member_id=member.id, how="telephone")

    def welcome_auditor(self) -> None:
        """Let somebody in who is no member."""
        email = data.AUDITOR_EMAIL
        label = f"{data.AUDITOR_NAME} · {data.ROLES[AUDITOR]}"
        self._give_office(self._person(email, label, email), AUDITOR)

    def welcome_household(self) -> None:
        """Enter a family for which two act; the first of them signs in on the page that shows passwords."""
        one = data.HOUSEHOLD
        household = add_member(
            self.session,
            community=self.community,
            number=one.number,
            name=one.name,
            reading=one.reading,
            district=one.district,
            kind=A_HOUSEHOLD,
            joined_on=self.community.started_on,
            actor=TERMINAL,
        )
        self.members[one.number] = household
        for name, email in data.HOUSEHOLD_PEOPLE:
            if one.number not in self.people:
                label = f"{one.name} {name} · {data.HOUSEHOLD_LABEL}"
                self.people[one.number] = self._person(email, label, email)
            add_hand(
                self.session,
                community=self.community,
                member=household,
                named=Named(email, name),
                actor=TERMINAL,
            )

    def welcome_trusted(self) -> None:
        """Let a member ask somebody to act for her, who says yes."""
        label = f"{data.TRUSTED_NAME} · {data.TRUSTED_LABEL}"
        person = self._person(data.TRUSTED_EMAIL, label, data.TRUSTED_EMAIL)
        mother = self.members[data.TRUSTING]
        offer = trust.ask(
            self.session,
            community=self.community,
            member=mother,
            named=Named(data.TRUSTED_EMAIL, data.TRUSTED_NAME),
            ticks=data.TRUSTED_TICKS,
            actor=self.actor(data.TRUSTING),
        )
        trust.accept(self.session, offer=offer, member=mother, person=person)

    def _person(self, sign_in_name: str, label: str, email: str | None) -> Person:
        password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(2))
        person = create_person(self.session, email=email, password=password)
        show_sign_in(
            self.session,
            person=person,
            community=self.community,
            sign_in_name=sign_in_name,
            label=label,
            password=password,
        )
        return person

    def _give_office(self, person: Person, role: str) -> None:
        if role in NEED_SECOND_FACTOR:
            keep_secret(self.session, person=person, secret=fresh_secret())
        give_office(self.session, person=person, community=self.community, role=role, actor=TERMINAL)

    # --- exchanges --------------------------------------------------------------------------------------

    def book(self, occasion: Occasion, *, by_giver: bool) -> Sequence[Exchange]:
        """Log what everybody agrees on: by the giver and confirmed, by the receiver, or by telephone."""
        numbers = (*occasion.givers, *occasion.receivers)
        if not all(number in self.people for number in numbers):
            return self._log(occasion, by=None)
        if len(occasion.givers) > 1 or (len(occasion.receivers) == 1 and not by_giver):
            return self._log(occasion, by=occasion.receivers[0])
        exchanges = self._log(occasion, by=occasion.givers[0])
        for exchange, number in zip(exchanges, occasion.receivers, strict=True):
            confirm_exchange(
                self.session,
                community=self.community,
                exchange=exchange,
                by=self.members[number],
                actor=self.actor(number),
            )
        self._date(exchanges, occasion)
        return exchanges

    def propose(self, occasion: Occasion) -> Exchange:
        """Log what the receiver has not answered."""
        (exchange,) = self._log(occasion, by=occasion.givers[0])
        return exchange

    def decline(self, exchange: Exchange, reason: str) -> None:
        """Let the receiver say that it is not right."""
        receiver = self._number(exchange.receiver_id)
        decline_exchange(
            self.session,
            community=self.community,
            exchange=exchange,
            reason=reason,
            by=self.members[receiver],
            actor=self.actor(receiver),
        )

    def dispute(self, exchange: Exchange, reason: str, answer: str) -> None:
        """Let the receiver say that it is not right, and the giver ask a coordinator to look."""
        self.decline(exchange, reason)
        giver = self.actor(self._number(exchange.giver_id))
        dispute_exchange(self.session, exchange=exchange, reason=answer, actor=giver)

    def book_twice_and_reverse(self, occasion: Occasion, reason: str) -> None:
        """Book something once too often, and let the coordinator take one of the two back."""
        self.book(occasion, by_giver=False)
        (again,) = self._log(occasion, by=None)
        reverse_exchange(
            self.session, community=self.community, exchange=again, reason=reason, actor=self.coordinator
        )

    # --- a pool -----------------------------------------------------------------------------------------

    def share(self) -> None:
        """Let some give hours to a pool, and the coordinator grant from it."""
        here: dict[str, Any] = {"session": self.session, "community": self.community}
        actor = replace(self.coordinator, how="demo")
        pool = open_pool(**here, name=data.POOL, purpose=data.POOL_PURPOSE, actor=actor)
        for number, minutes, words, name_hidden in data.GIFTS:
            wish = self._wish(number, minutes, words, name_hidden=name_hidden)
            give(**here, pool=pool, wish=wish, actor=self.actor(number))
        grant(**here, pool=pool, wish=self._wish(*data.GRANTED), actor=actor)
        giver, receiver, minutes, words = data.PRESENT
        present = presents.Wish(
            giver=self.members[giver],
            receiver=self.members[receiver],
            minutes=minutes,
            words=words,
            key=f"demo:{next(self._forms)}",
        )
        presents.give(**here, wish=present, actor=self.actor(giver))

    def go_away(self) -> None:
        """Let somebody be away for a while."""
        number, days = data.AWAY
        go_away(
            self.session,
            community=self.community,
            member=self.members[number],
            until=self.today + timedelta(days=days),
            actor=self.actor(number),
        )

    def enter_twice(self) -> None:
        """Enter somebody a second time for the coordinator to find, and tell two namesakes apart."""
        self.welcome(data.ENTERED_TWICE)
        self.book(data.UNDER_THE_OTHER_NUMBER, by_giver=False)
        number, kind, value, audience = data.HOW_THE_OTHER_IS_REACHED
        set_detail(
            self.session,
            community=self.community,
            member=self.members[number],
            kind=kind,
            value=value,
            audience=audience,
            actor=self.coordinator,
        )
        one, other = (self.members[namesake] for namesake in data.TWO_PEOPLE)
        say_not_the_same(self.session, community=self.community, one=one, other=other, actor=self.coordinator)

    def _wish(self, number: str, minutes: int, words: str, *, name_hidden: bool = False) -> Wish:
        return Wish(
            member=self.members[number],
            minutes=minutes,
            words=words,
            name_hidden=name_hidden,
            key=f"demo:{next(self._forms)}",
        )

    # --- the leaves -------------------------------------------------------------------------------------

    def _log(self, occasion: Occasion, *, by: str | None) -> Sequence[Exchange]:
        said = Said(
            givers=[self.members[number] for number in occasion.givers],
            receivers=[self.members[number] for number in occasion.receivers],
            minutes=occasion.minutes,
            worked_on=self.today - timedelta(days=occasion.days_ago),
            description=occasion.text,
            kind=self.kinds[occasion.kind],
            shared=occasion.shared,
            key=f"demo:{next(self._forms)}",
        )
        logged = log_exchange(
            self.session,
            community=self.community,
            said=said,
            by=self.members[by] if by else None,
            actor=self.actor(by) if by else self.coordinator,
        )
        self._date(logged.exchanges, occasion)
        return logged.exchanges

    def _date(self, exchanges: Sequence[Exchange], occasion: Occasion) -> None:
        """Let the acts have been on the evening of the day; the books know that they were written now."""
        day = self.today - timedelta(days=occasion.days_ago)
        evening = datetime.combine(day, time(19, exchanges[0].id * 7 % 60), self.zone)
        for exchange in exchanges:
            exchange.logged_at = evening
        events = update(ExchangeEvent).where(ExchangeEvent.exchange_id.in_([one.id for one in exchanges]))
        self.session.execute(events.values(happened_at=evening + timedelta(hours=1)))

    def _number(self, member_id: int) -> str:
        return next(number for number, member in self.members.items() if member.id == member_id)
