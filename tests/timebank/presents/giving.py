"""A community in which Hana has helped Ken, for tests of hours that are given on."""

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.presents.models import Present
from timebank.presents.service import Given
from timebank.presents.service import Wish
from timebank.presents.service import give
from timebank.presents.service import take_back

_counted = count(1)


def a_wish(giver: Member, receiver: Member, minutes: int = 60, words: str = "", **facts: Any) -> Wish:
    """An hour, unless told otherwise, by a form of its own."""
    known: dict[str, Any] = {"key": f"form:present-{next(_counted):020}"} | facts
    return Wish(giver=giver, receiver=receiver, minutes=minutes, words=words, **known)


class Giving:
    """A community in which Hana has two hours, Ken, Mary, and the same elsewhere as noise."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.community: Community = a_community(session)
        self.hana, self.ken, self.mary = (
            a_member(session, self.community, name=name) for name in ("Hana", "Ken", "Mary")
        )
        an_exchange(session, self.community, self.hana, self.ken, minutes=120)
        other = a_community(session)
        someone, friend = (a_member(session, other) for _ in range(2))
        an_exchange(session, other, someone, friend)
        give(session, community=other, wish=a_wish(someone, friend, 25), actor=as_member(someone))

    def balance(self, member: Member) -> int:
        return ledger.balance(self.session, hours_of(member, self.community)).balance

    def gives(self, minutes: int = 60, words: str = "", *, actor: Actor | None = None, **facts: Any) -> Given:
        """Let Hana give to Mary, unless told otherwise."""
        known: dict[str, Any] = {"giver": self.hana, "receiver": self.mary} | facts
        wish = a_wish(known.pop("giver"), known.pop("receiver"), minutes, words, **known)
        # A refusal of PostgreSQL ends the transaction it is in.
        with self.session.begin_nested():
            return give(
                self.session, community=self.community, wish=wish, actor=actor or as_member(wish.giver)
            )

    def takes_back(self, present: Present, reason: str = "not meant") -> None:
        take_back(
            self.session,
            community=self.community,
            present=present,
            members=(self.hana, self.ken, self.mary),
            reason=reason,
            actor=COORDINATOR,
        )
