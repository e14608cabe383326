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
from timebank.communities.models import Community
from timebank.exchanges.queries import Told
from timebank.exchanges.queries import told
from timebank.members.models import Member
from timebank.members.queries import hours_of

#: How many lines of a statement are held at once.
_LINES_AT_ONCE = 1_000


class BalanceRow(NamedTuple):
    """What a member gave and received in all, and what remains of it."""

    member: str
    name: str
    given_minutes: int
    received_minutes: int
    balance_minutes: int


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


class AccountNames:
    """How people know a community's accounts: a member's by the number, the others by their codes."""

    def __init__(self, session: Session, community: Community) -> None:
        found = select(Member.id, Member.number, Member.name).where(Member.community_id == community.id)
        self._members = {member_id: (number, name) for member_id, number, name in session.execute(found)}

    def parts(self, code: str) -> Sequence[str]:
        """Name an account in parts: ``hours``, ``member`` and the member's number."""
        parts = code.split(":")
        member = self._member(code)
        return parts if member is None else (*parts[:-1], member[0])

    def capitals(self, code: str) -> Sequence[str]:
        """Name an account in parts as beancount likes them; a member's number stays as it is."""
        parts = [part[:1].upper() + part[1:] for part in code.split(":")]
        member = self._member(code)
        return parts if member is None else (*parts[:-1], member[0])

    def path(self, code: str) -> str:
        """Name an account in one word: ``hours:member:0042``."""
        return ":".join(self.parts(code))

    def holder(self, code: str) -> str | None:
        """Tell whose account it is; None where it is no member's."""
        member = self._member(code)
        return None if member is None else member[1]

    def _member(self, code: str) -> tuple[str, str] | None:
        member_id = books.member_of_code(code)
        return None if member_id is None else self._members.get(member_id)


def balances(session: Session, community: Community) -> Iterator[BalanceRow]:
    """Read how every member stands, by number."""
    lines = ledger.trial_balance(session, community.book_id)
    hours = {line.code: line for line in lines if line.commodity == books.MINUTES}
    members = select(Member.id, Member.number, Member.name).where(Member.community_id == community.id)
    for member_id, number, name in session.execute(members.order_by(Member.number)):
        line = hours[books.member_hours_code(member_id)]
        yield BalanceRow(number, name, line.credits, line.debits, line.credits - line.debits)


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
    return StatementRow(
        line.recorded_at,
        line.posted_on,
        (one.exchange.reference if one.exchange else None) or "",
        one.other.number if one.other else "",
        one.description,
        max(line.change, 0),
        max(-line.change, 0),
        line.balance_after,
    )
