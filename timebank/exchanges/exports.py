"""What is taken out of a community's books: balances, statements, and the names of its accounts."""

from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.between.queries import through_communities
from timebank.communities.models import Community
from timebank.exchanges.telling import Told
from timebank.exchanges.telling import told
from timebank.members.carrying import carried_over
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.pools.models import Pool
from timebank.pools.queries import through_pools
from timebank.presents.queries import through_presents

#: How many lines of a statement are held at once.
_LINES_AT_ONCE = 1_000


class BalanceRow(NamedTuple):
    """What a member gave and received in all, and what remains of it."""

    member: str
    name: str
    given_minutes: int
    received_minutes: int
    balance_minutes: int
    #: Granted from pools less given to them; in the balance, and in neither of the other two.
    pool_minutes: int
    #: Carried over, from an older record or a household, less what was from here; in neither of them either.
    carried_minutes: int
    #: Given by members of other communities less given to them; in neither of them either.
    across_minutes: int
    #: Given by other members as a present less given to them; in neither of them either.
    presented_minutes: int


class StatementRow(NamedTuple):
    """A line of a member's statement; a reversal stands on the other side than what it takes back."""

    recorded_at: datetime
    posted_on: date
    #: What the imported file calls it; empty where it was logged here.
    reference: str
    #: The other member's number; empty where the other account is no member's.
    other_member: str
    description: str
    given_minutes: int
    received_minutes: int
    balance_minutes: int
    #: The pool on the other side; empty where there is none.
    pool: str
    #: Above zero where the pool gave, below where it was given.
    pool_minutes: int
    #: From or to the member whose number stands above: entered twice, or a household that was left.
    carried_minutes: int
    #: The other member's community, by its name; empty where it is this one.
    community: str
    #: Above zero where it came from there, below where it went there.
    across_minutes: int
    #: Above zero where the member whose number stands above gave a present, below where they were given one.
    presented_minutes: int


class AccountNames:
    """How people know a community's accounts: a member's by the number, a pool's by its name."""

    def __init__(self, session: Session, community: Community) -> None:
        found = select(Member.id, Member.number, Member.name).where(Member.community_id == community.id)
        self._members = {member_id: (number, name) for member_id, number, name in session.execute(found)}
        pools = select(Pool.id, Pool.name).where(Pool.community_id == community.id)
        self._pools = {one.id: one.name for one in session.execute(pools)}

    def parts(self, code: str) -> Sequence[str]:
        """Name an account in parts: ``hours``, ``member`` and the member's number, or a pool's name."""
        parts = code.split(":")
        known = self._known(code)
        return parts if known is None else (*parts[:-1], known[0])

    def capitals(self, code: str) -> Sequence[str]:
        """Name an account in parts as beancount likes them; numbers and names stay as they are."""
        parts = [part[:1].upper() + part[1:] for part in code.split(":")]
        known = self._known(code)
        return parts if known is None else (*parts[:-1], known[0])

    def path(self, code: str) -> str:
        """Name an account in one word: ``hours:member:0042``."""
        return ":".join(self.parts(code))

    def holder(self, code: str) -> str | None:
        """Tell whose account it is, or which pool's; None where it is neither."""
        known = self._known(code)
        return None if known is None else known[1]

    def _known(self, code: str) -> tuple[str, str] | None:
        """Tell how an account is called in lists, and the name behind that."""
        member_id, pool_id = books.holder_of_code(code), books.pool_of_code(code)
        if member_id is not None:
            return self._members.get(member_id)
        name = self._pools.get(pool_id) if pool_id is not None else None
        return None if name is None else (name, name)


def balances(session: Session, community: Community) -> Iterator[BalanceRow]:
    """Read how every member stands, by number."""
    lines = ledger.trial_balance(session, community.book_id)
    hours = {line.code: line for line in lines if line.commodity == books.MINUTES}
    pools = through_pools(session, community=community)
    carried = carried_over(session, community=community)
    across = through_communities(session, community=community)
    presents = through_presents(session, community=community)
    members = select(Member.id, Member.number, Member.name).where(Member.community_id == community.id)
    for member_id, number, name in session.execute(members.order_by(Member.number)):
        line = hours[books.member_hours_code(member_id)]
        debited, credited = pools.get(member_id, (0, 0))
        out, into = carried.get(member_id, (0, 0))
        went, came = across.get(member_id, (0, 0))
        presented, got = presents.get(member_id, (0, 0))
        yield BalanceRow(
            number,
            name,
            given_minutes=line.credits - credited - into - came - got,
            received_minutes=line.debits - debited - out - went - presented,
            balance_minutes=line.credits - line.debits,
            pool_minutes=credited - debited,
            carried_minutes=into - out,
            across_minutes=came - went,
            presented_minutes=got - presented,
        )


def statement_rows(
    session: Session,
    community: Community,
    member: Member,
    posted_from: date | None = None,
    posted_to: date | None = None,
) -> Iterator[StatementRow]:
    """Read a member's statement, the oldest line first, some at a time however long it is."""
    account = hours_of(member, community)
    last = ledger.balance(session, account).version
    for first in range(1, last + 1, _LINES_AT_ONCE):
        before = min(first + _LINES_AT_ONCE, last + 1)
        page = ledger.statement(session, account, before=before, limit=before - first)
        lines = [
            line
            for line in reversed(page.lines)
            if (posted_from is None or line.posted_on >= posted_from)
            and (posted_to is None or line.posted_on <= posted_to)
        ]
        for one in told(session, lines):
            yield _row(one)


def _row(one: Told) -> StatementRow:
    line = one.line
    helped = line.change if one.is_help else 0
    return StatementRow(
        line.recorded_at,
        line.posted_on,
        (one.exchange.reference if one.exchange else None) or "",
        one.other.number if one.other else one.across.theirs.number if one.across else "",
        one.description,
        max(helped, 0),
        max(-helped, 0),
        line.balance_after,
        one.pool.name if one.pool else "",
        line.change if one.pool else 0,
        line.change if one.carried else 0,
        one.across.other.name if one.across else "",
        line.change if one.across else 0,
        line.change if one.present else 0,
    )
