"""Balances, statements, trial balances, and how an account stood at a moment or on a day."""

from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import Select
from sqlalchemy import Subquery
from sqlalchemy import bindparam
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import literal_column
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import union_all
from sqlalchemy.orm import Session

from ledger.columns import Instant
from ledger.columns import Whole
from ledger.model import Account
from ledger.model import AccountType
from ledger.model import StatementLine
from ledger.model import StatementPage
from ledger.model import TrialLine
from ledger.periods import last_day
from ledger.schema import account as account_table
from ledger.schema import book as book_table
from ledger.schema import entry as entry_table
from ledger.schema import snapshot as snapshot_table
from ledger.schema import transfer as transfer_table

#: Versions are dense and moments never run backwards along them, so a binary search finds the last
#: transfer up to a moment: 24 looks into an index among ten million. The steps start at 2^40, which
#: no account's version reaches, and halve.
_AS_OF = text(
    """
    WITH RECURSIVE look (version, step, last) AS (
        SELECT CAST(0 AS bigint), CAST(1099511627776 AS bigint), version FROM account WHERE id = :account_id
        UNION ALL
        SELECT version + CASE WHEN version + step <= last AND coalesce(
                   (SELECT moved_at FROM transfer
                    WHERE debit_account_id = :account_id AND debit_version = version + step),
                   (SELECT moved_at FROM transfer
                    WHERE credit_account_id = :account_id AND credit_version = version + step)
               ) <= :moment THEN step ELSE 0 END, step / 2, last
        FROM look WHERE step > 0
    ), found AS (SELECT version FROM look WHERE step = 0)
    SELECT debit_balance_after FROM transfer JOIN found
      ON debit_account_id = :account_id AND debit_version = found.version
    UNION ALL
    SELECT credit_balance_after FROM transfer JOIN found
      ON credit_account_id = :account_id AND credit_version = found.version
    """
).bindparams(bindparam("moment", type_=Instant))


def statement(
    session: Session | Connection,
    account: Account,
    *,
    before: int | None = None,
    limit: int = 50,
    posted_from: date | None = None,
    posted_to: date | None = None,
) -> StatementPage:
    """Read a page of an account's transfers, the newest first.

    ``before`` is the version to begin below (a page's ``older``). Without dates a page is one range of
    an index however long the statement is; with dates the account's lines are walked.
    """
    newest = session.scalar(select(account_table.c.version).where(account_table.c.id == account.id)) or 0
    before = newest + 1 if before is None else max(1, min(before, newest + 1))
    if posted_from is None and posted_to is None:
        rows = session.execute(_lines(), _versions(account, before - limit, before)).all()
        return StatementPage(_as_lines(rows), before - limit if before - limit > 1 else None)
    query = _lines().limit(limit + 1)
    if posted_from is not None:
        query = query.where(entry_table.c.posted_on >= posted_from)
    if posted_to is not None:
        query = query.where(entry_table.c.posted_on <= posted_to)
    rows = session.execute(query, _versions(account, 1, before)).all()
    older = rows[limit - 1].version if len(rows) > limit else None
    return StatementPage(_as_lines(rows[:limit]), older)


def _as_lines(rows: Sequence[Row[Any]]) -> tuple[StatementLine, ...]:
    return tuple([StatementLine(*tuple(row)) for row in rows])


# Put together only once, because that takes longer than the database takes to answer.
@cache
def _lines() -> Select[Any]:
    sides, entry, reversal = _sides(), entry_table.c, entry_table.alias("reversal").c
    return (
        select(sides.c.version, sides.c.entry_id, sides.c.line, entry.kind, entry.memo, entry.key)
        .add_columns(entry.posted_on, sides.c.moved_at, sides.c.other_account_id, sides.c.change)
        .add_columns(sides.c.balance_after, entry.reverses_id, reversal.id.label("reversed_by_id"))
        .select_from(sides)
        .join(entry_table, entry.id == sides.c.entry_id)
        .outerjoin(reversal.id.table, reversal.reverses_id == entry.id)
        .order_by(sides.c.version.desc())
    )


@cache
def _sides() -> Subquery:
    """Select an account's transfers of some versions, whichever side it stood on."""
    table = transfer_table.c
    account_id, first, before = [bindparam(name, type_=Whole) for name in ("account_id", "first", "before")]
    debited = select(
        table.debit_version.label("version"),
        table.entry_id,
        table.line,
        table.credit_account_id.label("other_account_id"),
        (-table.amount).label("change"),
        table.debit_balance_after.label("balance_after"),
        table.moved_at,
    ).where(table.debit_account_id == account_id, table.debit_version >= first, table.debit_version < before)
    credited = select(
        table.credit_version,
        table.entry_id,
        table.line,
        table.debit_account_id,
        table.amount,
        table.credit_balance_after,
        table.moved_at,
    ).where(
        table.credit_account_id == account_id, table.credit_version >= first, table.credit_version < before
    )
    return union_all(debited, credited).subquery()


def _versions(account: Account, first: int = 1, before: int = 2**62) -> dict[str, int]:
    """Name an account and which versions of it _sides() selects, all of them unless told otherwise."""
    return {"account_id": account.id, "first": first, "before": before}


def as_of(session: Session | Connection, account: Account, moment: datetime) -> int:
    """Say what an account's balance was when everything recorded up to ``moment`` stood in it."""
    values = {"account_id": account.id, "moment": moment}
    return session.execute(_AS_OF, values).scalar_one_or_none() or 0


def balance_on(session: Session | Connection, account: Account, day: date) -> int:
    """Say what an account's balance is by everything that happened up to and on ``day``.

    Goes by the posting date, whenever it was recorded: the totals kept of whole months, and the entries
    of the book since. Where none are kept it walks the account's lines.
    """
    kept = _kept_through(session, account.book_id, day)
    if kept is None:
        sides = _sides()
        query = (
            select(func.coalesce(func.sum(sides.c.change), 0))
            .join(entry_table, entry_table.c.id == sides.c.entry_id)
            .where(entry_table.c.posted_on <= day)
        )
        return int(session.execute(query, _versions(account)).scalar_one())
    lines = _totals(account.book_id, kept, day, account_id=account.id)
    return sum(int(credits - debits) for _, debits, credits in session.execute(lines))


def _kept_through(session: Session | Connection, book_id: int, day: date) -> date | None:
    """Give the last day up to ``day`` through which a book's month totals are kept; None where none are."""
    through: date | None = session.scalar(
        select(book_table.c.snapshot_through).where(book_table.c.id == book_id)
    )
    if through is None or through <= day:
        return through
    # The month that the day is in counts by its entries, unless the day is its last.
    return day if last_day(day) == day else day.replace(day=1) - timedelta(days=1)


def _totals(book_id: int, kept: date, day: date, *, account_id: int | None = None) -> Select[Any]:
    """Select accounts' debits and credits: months kept through ``kept``, and entries from then to ``day``."""
    entry, move, month = entry_table.c, transfer_table.c, snapshot_table.c
    recent = (entry.book_id == book_id, entry.posted_on > kept, entry.posted_on <= day)
    moved = entry_table.join(transfer_table, move.entry_id == entry.id)
    nothing: ColumnElement[int] = literal_column("0")
    parts = [
        select(month.account_id, month.debits, month.credits)
        .join(account_table, account_table.c.id == month.account_id)
        .where(account_table.c.book_id == book_id, month.month <= kept),
        select(move.debit_account_id, move.amount, nothing).select_from(moved).where(*recent),
        select(move.credit_account_id, nothing, move.amount).select_from(moved).where(*recent),
    ]
    if account_id is not None:
        columns = (month.account_id, move.debit_account_id, move.credit_account_id)
        parts = [part.where(column == account_id) for part, column in zip(parts, columns, strict=True)]
    legs = union_all(*parts).subquery().c
    who, debits, credits = tuple(legs)
    added = (func.sum(debits).label("debits"), func.sum(credits).label("credits"))
    return select(who.label("account_id"), *added).group_by(who)


def turnover(
    session: Session | Connection, account: Account, *, posted_from: date, posted_to: date
) -> tuple[int, int]:
    """Add up what an account was debited and credited from one day to another, both included.

    By the posting date, and by entries that stand: what was reversed does not count, nor its reversal.
    """
    sides = _sides()
    entry, reversal = entry_table.c, entry_table.alias().c
    stands = (
        select(
            func.coalesce(func.sum(case((sides.c.change < 0, -sides.c.change))), 0),
            func.coalesce(func.sum(case((sides.c.change > 0, sides.c.change))), 0),
        )
        .select_from(sides)
        .join(entry_table, entry.id == sides.c.entry_id)
        .outerjoin(reversal.id.table, reversal.reverses_id == entry.id)
        .where(entry.posted_on >= posted_from, entry.posted_on <= posted_to)
        .where(entry.reverses_id.is_(None), reversal.id.is_(None))
    )
    debits, credits = session.execute(stands, _versions(account)).one()
    return int(debits), int(credits)


def trial_balance(session: Session | Connection, book_id: int, *, on: date | None = None) -> list[TrialLine]:
    """Read every account's totals, by code: as they stand, or by what was posted up to and on a day."""
    columns = account_table.c
    named = (columns.code, columns.commodity, columns.type)
    if on is None:
        query = select(*named, columns.debits, columns.credits).where(columns.book_id == book_id)
    else:
        kept = _kept_through(session, book_id, on) or date.min
        totals = _totals(book_id, kept, on).subquery()
        query = select(*named, totals.c.debits, totals.c.credits).join(
            totals, totals.c.account_id == columns.id
        )
    rows = session.execute(query.order_by(columns.code, columns.commodity))
    return [
        TrialLine(code, unit, AccountType(kind), int(debits), int(credits))
        for code, unit, kind, debits, credits in rows
    ]
