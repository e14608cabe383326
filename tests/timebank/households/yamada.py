"""A household for which several persons act, and what is done with it in tests."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_exchange
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.farewells import service as farewells
from timebank.farewells.service import Parting
from timebank.households import service
from timebank.households.proof import check_shares
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.people.models import Person

_counted = count()


@dataclass
class Yamada:
    """A household for which Hana, who is a member herself, and her son act; Ken gives and receives."""

    session: Session
    community: Community
    household: Member
    hana: Person
    hanas: Member
    son: Person
    ken: Member

    def exchange(self, who: Person | None, *, gave: bool = True, minutes: int = 90) -> Exchange:
        sides = (self.household, self.ken) if gave else (self.ken, self.household)
        named = {self.household.id: who.id} if who else {}
        return an_exchange(self.session, self.community, *sides, minutes=minutes, who=named)

    def balance(self, member: Member) -> int:
        return ledger.balance(self.session, hours_of(member, self.community)).balance

    def figure(self, who: Person) -> service.Figure:
        return service.figure_of(
            self.session, community=self.community, household=self.household, person_id=who.id
        )

    def leaves(self, who: Person, minutes: int = 0) -> bool:
        actor = Actor(person_id=who.id, member_id=self.household.id, how="web")
        return service.leave(
            self.session,
            community=self.community,
            household=self.household,
            person=who,
            minutes=minutes,
            actor=actor,
        )

    def settles(self, who: Person, minutes: int, **facts: Any) -> HouseholdShare:
        known: dict[str, Any] = {
            "to": None,
            "reason": "",
            "actor": COORDINATOR,
            "key": f"form:{next(_counted)}",
        } | facts
        with self.session.begin_nested():
            return service.settle(
                self.session,
                community=self.community,
                household=self.household,
                person_id=who.id,
                minutes=minutes,
                **known,
            )

    def household_leaves(self, parting: Parting) -> None:
        farewells.leave(
            self.session, community=self.community, member=self.household, parting=parting, actor=COORDINATOR
        )

    def faults(self) -> list[str]:
        self.session.flush()
        return [
            *ledger.prove(self.session).faults,
            *check_exchanges(self.session),
            *check_shares(self.session),
        ]


def a_yamada(session: Session) -> Yamada:
    community = a_community(session)
    hana = a_neighbour(session, community, name="Hana")
    son = a_person(session)
    household = a_household(session, community, hana.person, son)
    ken = a_member(session, community, name="Ken")
    assert hana.member
    return Yamada(session, community, household, hana.person, hana.member, son, ken)
