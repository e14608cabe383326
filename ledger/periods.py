"""Closed months and the totals that are kept of months.

A closed month takes no entry that was posted on one of its days. The first month that is closed closes
all before it; months then close in order and reopen in reverse, each time as an event with an actor.
Month totals are kept for closed and open months alike, so that what stood in a book on a day is found
without walking its history; a late entry corrects the totals of its month in its own transaction.
"""

from calendar import monthrange
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger.edge import connection_of
from ledger.errors import BookUnknown
from ledger.errors import DayRefused
from ledger.errors import MonthOutOfTurn
from ledger.errors import PromiseBroken
from ledger.errors import ReasonMissing
from ledger.model import check_actor
from ledger.model import check_memo
from ledger.refusals import rule_of
from ledger.schema import book as book_table
from ledger.schema import period_event as event_table

#: The same as PostgreSQL's ledger_take_snapshots(), for SQLite, where there is one writer at a time.
_TAKE = text(
    """
    INSERT INTO snapshot (account_id, month, debits, credits)
    SELECT account_id, date(day, 'start of month'), sum(debit), sum(credit) FROM (
        SELECT t.debit_account_id AS account_id, e.posted_on AS day, t.amount AS debit, 0 AS credit
        FROM entry e JOIN transfer t ON t.entry_id = e.id
        WHERE e.book_id = :book_id AND e.posted_on > :since AND e.posted_on <= :through
        UNION ALL
        SELECT t.credit_account_id, e.posted_on, 0, t.amount FROM entry e JOIN transfer t ON t.entry_id = e.id
        WHERE e.book_id = :book_id AND e.posted_on > :since AND e.posted_on <= :through)
    GROUP BY 1, 2
    """
)


def last_day(month: date) -> date:
    """Give the last day of the month that a day is in."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def closed_through(session: Session | Connection, book_id: int) -> date | None:
    """Give the last day of a book's newest closed month; None where none is closed."""
    day: date | None = session.scalar(select(book_table.c.closed_through).where(book_table.c.id == book_id))
    return day


def close_month(
    session: Session | Connection, *, book_id: int, month: date, actor: str, reason: str | None = None
) -> None:
    """Close the month that the day ``month`` is in, and keep its totals.

    Raises MonthOutOfTurn where it is not the next one, BookUnknown.
    """
    _check(month, actor, reason)
    closed, events = _stands(session, book_id)
    if closed is not None and month.replace(day=1) != closed + timedelta(days=1):
        raise MonthOutOfTurn(month, closed)
    by = {"actor": actor, "reason": reason}
    through = last_day(month)
    _happen(session, book_id=book_id, version=events + 1, kind="close", closed_through=through, **by)
    take_snapshots(session, book_id=book_id, month=month)


def reopen_month(
    session: Session | Connection, *, book_id: int, month: date, actor: str, reason: str
) -> None:
    """Reopen the newest closed month, for a reason.

    Raises MonthOutOfTurn where it is another one, ReasonMissing, BookUnknown.
    """
    _check(month, actor, reason)
    if not reason.strip():
        raise ReasonMissing
    closed, events = _stands(session, book_id)
    if closed is None or last_day(month) != closed:
        raise MonthOutOfTurn(month, closed)
    before = closed.replace(day=1) - timedelta(days=1)
    by = {"actor": actor, "reason": reason}
    _happen(session, book_id=book_id, version=events + 1, kind="reopen", closed_through=before, **by)


def take_snapshots(session: Session | Connection, *, book_id: int, month: date) -> int:
    """Keep the totals of all months up to the one that ``month`` is in; gives how many rows were written.

    Those that are kept already stay. Holds up whoever posts to the book meanwhile.
    """
    if type(month) is not date:
        raise DayRefused(month)
    connection, through = connection_of(session), last_day(month)
    if connection.dialect.name == "postgresql":
        taken = text("SELECT ledger_take_snapshots(:book_id, :through)")
        return int(connection.execute(taken, {"book_id": book_id, "through": through}).scalar_one())
    since = session.scalar(select(book_table.c.snapshot_through).where(book_table.c.id == book_id))
    if since is not None and since >= through:
        return 0
    days = {"since": since.isoformat() if since else "", "through": through.isoformat()}
    rows = connection.execute(_TAKE, {"book_id": book_id, **days}).rowcount
    connection.execute(update(book_table).where(book_table.c.id == book_id).values(snapshot_through=through))
    return int(rows)


def _check(month: date, actor: str, reason: str | None) -> None:
    if type(month) is not date:
        raise DayRefused(month)
    check_actor(actor)
    check_memo(reason)


def _stands(session: Session | Connection, book_id: int) -> tuple[date | None, int]:
    """Look what is closed and how many events there were; the database itself settles the race of two."""
    columns = book_table.c
    row = session.execute(
        select(columns.closed_through, columns.events).where(columns.id == book_id)
    ).one_or_none()
    if row is None:
        raise BookUnknown(book_id)
    return row.closed_through, row.events


def _happen(session: Session | Connection, **event: Any) -> None:
    """Write the book's next event; a trigger carries it to the book."""
    if connection_of(session).dialect.name == "sqlite":
        event["recorded_at"] = datetime.now(UTC)
    try:
        session.execute(insert(event_table), event)
    except IntegrityError as error:
        raise PromiseBroken(rule_of(error.orig or error) or "unknown") from error
