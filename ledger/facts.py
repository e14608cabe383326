"""Reads entries with everything that is hashed of them, some at a time however many there are.

What a seal covers and what an export says of an entry come from here, so that whoever has the one can
compare it with the other. Balances, versions and moments of accounts are read for seals alone.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import TextClause
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.edge import connection_of
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine

#: How many rows are held at once.
_ROWS_AT_ONCE = 2_000
#: How days and moments become the text that is hashed. SQLite keeps that text.
_TEXTS = {
    "sqlite": ("{0}", "{0}"),
    # Not by a function of ours, which somebody could have changed.
    "postgresql": (
        "to_char({0}, 'YYYY-MM-DD')",
        """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US"Z"')""",
    ),
}
#: Everything that is hashed of an entry, a row for each of its lines.
_FACTS = """
    e.id, b.slug, e.kind, {day} AS posted_on, {recorded} AS recorded_at, e.key, e.actor, e.memo,
    e.reverses_id, e.limits, t.line, t.commodity, t.amount, d.code AS debit_code, d.type AS debit_type,
    c.code AS credit_code, c.type AS credit_type
"""
#: In which order the accounts moved, and how they stood then.
_ORDER = """
    , {moved} AS moved_at, t.debit_version, t.credit_version, t.debit_balance_after, t.credit_balance_after
"""
_BOOK = """
    FROM transfer t JOIN entry e ON e.id = t.entry_id JOIN book b ON b.id = e.book_id
    JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id
    WHERE t.book_id = :book_id ORDER BY t.entry_id, t.line
"""


def entries(session: Session | Connection, book_id: int) -> Iterator[SealedEntry]:
    """Read a book's entries in the order in which they were recorded."""
    connection = connection_of(session)
    # By the transfer's book, not the entry's: its index on days would have all of it sorted first.
    with connection.execute(_query(connection, _FACTS, _BOOK), {"book_id": book_id}) as found:
        for _, rows in by_entry(found):
            yield as_entry(rows)


def asked(connection: Connection, rest: str) -> TextClause:
    """Ask for everything that is under a seal, from the tables and in the order that ``rest`` says."""
    return _query(connection, _FACTS + _ORDER, rest)


def moment_text(connection: Connection, column: str) -> str:
    """Say in SQL how a moment becomes the text that is hashed."""
    return _TEXTS[connection.dialect.name][1].format(column)


def by_entry(rows: Iterable[Row[Any]]) -> Iterator[tuple[int, list[Row[Any]]]]:
    """Put the rows of each entry together."""
    for entry_id, some in groupby(rows, key=lambda row: int(row.id)):
        yield entry_id, list(some)


def as_entry(rows: Sequence[Row[Any]]) -> SealedEntry:
    """Make an entry of its rows."""
    lines = [SealedLine(*tuple(row)[10:17]) for row in rows]
    row = rows[0]
    own = (row.slug, row.id, row.kind, row.posted_on, row.recorded_at, row.key, row.actor)
    return SealedEntry(*own, row.memo, row.reverses_id, row.limits, tuple(lines))


def order_of(rows: Iterable[Row[Any]]) -> Iterator[str | int]:
    """Give what says in which order an entry's accounts moved, and how they stood then."""
    for row in rows:
        yield from tuple(row)[17:22]


def _query(connection: Connection, columns: str, rest: str) -> TextClause:
    day, moment = _TEXTS[connection.dialect.name]
    facts = columns.format(
        day=day.format("e.posted_on"),
        recorded=moment.format("e.recorded_at"),
        moved=moment.format("t.moved_at"),
    )
    return text(f"SELECT {facts} {rest}").execution_options(yield_per=_ROWS_AT_ONCE)
