"""A community with a pool, for tests of what passes between members and pools."""

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.pools import queries
from timebank.pools.models import Pool
from timebank.pools.models import PoolTransfer
from timebank.pools.service import Moved
from timebank.pools.service import Wish
from timebank.pools.service import give
from timebank.pools.service import grant
from timebank.pools.service import open_pool

_counted = count(1)


def a_pool(session: Session, community: Community, *, name: str = "For hard times") -> Pool:
    """Open an empty pool."""
    return open_pool(session, community=community, name=name, purpose="whoever needs it", actor=SOMEBODY)


def a_wish(member: Member, minutes: int = 60, words: str = "", **facts: Any) -> Wish:
    """An hour, unless told otherwise, by a form of its own."""
    known: dict[str, Any] = {"key": f"form:pool-{next(_counted):020}"} | facts
    return Wish(member=member, minutes=minutes, words=words, **known)


def a_gift(session: Session, community: Community, pool: Pool, giver: Member, **facts: Any) -> PoolTransfer:
    """Let a member give to a pool."""
    wish = a_wish(giver, **facts)
    return give(session, community=community, pool=pool, wish=wish, actor=as_member(giver)).transfer


class Sharing:
    """A community with Hana, Ken, a pool, and the same elsewhere as noise."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.community: Community = a_community(session)
        self.hana, self.ken = (a_member(session, self.community, name=name) for name in ("Hana", "Ken"))
        self.pool = a_pool(session, self.community)
        other = a_community(session)
        someone, friend = (a_member(session, other) for _ in range(2))
        an_exchange(session, other, someone, friend)
        a_gift(session, other, a_pool(session, other), someone, minutes=25)

    def balance(self, member: Member) -> int:
        return ledger.balance(self.session, hours_of(member, self.community)).balance

    @property
    def in_pool(self) -> int:
        return queries.minutes_in(self.session, self.community, self.pool)

    def gives(self, member: Member, minutes: int = 60, words: str = "", **facts: Any) -> Moved:
        wish = a_wish(member, minutes, words, **facts)
        # A refusal of PostgreSQL ends the transaction it is in.
        with self.session.begin_nested():
            return give(
                self.session, community=self.community, pool=self.pool, wish=wish, actor=as_member(member)
            )

    def grants(
        self, member: Member, minutes: int = 60, words: str = "after an injury", **facts: Any
    ) -> Moved:
        wish = a_wish(member, minutes, words, **facts)
        with self.session.begin_nested():
            return grant(self.session, community=self.community, pool=self.pool, wish=wish, actor=SOMEBODY)
