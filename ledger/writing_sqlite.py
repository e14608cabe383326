"""How SQLite writes entries: it computes versions and balances, and the triggers check them.

The caller's transaction is IMMEDIATE, so nobody else writes between a look and the row that follows it.
A savepoint undoes the entry when one of its lines is refused: RAISE(ABORT) undoes its own statement only.
"""

import json
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC
from datetime import datetime
from itertools import chain
from typing import Any

from ledger.columns import instant_text
from ledger.draft import Draft
from ledger.model import PostedLine

_ENTRIES = """
    INSERT INTO entry (id, book_id, kind, posted_on, recorded_at, memo, key, fingerprint, limits, actor,
                       reverses_id, last_line)
"""
_ENTRY = f"{_ENTRIES} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TRANSFER = """
    INSERT INTO transfer (entry_id, line, book_id, commodity, debit_account_id, credit_account_id, amount,
                          moved_at, debit_version, credit_version, debit_balance_after, credit_balance_after)
"""
_COMPUTED = f"""{_TRANSFER}
    SELECT ?1, ?2, d.book_id, d.commodity, d.id, c.id, ?3,
           max(?4, coalesce(d.moved_at, ''), coalesce(c.moved_at, '')),
           d.version + 1, c.version + 1, d.credits - d.debits - ?3, c.credits - c.debits + ?3
    FROM account d JOIN account c ON c.id = ?6 AND c.book_id = ?7 AND c.commodity = ?8
    WHERE d.id = ?5 AND d.book_id = ?7 AND d.commodity = ?8
    RETURNING line, debit_version, credit_version, debit_balance_after, credit_balance_after
"""  # noqa: S608 (constants)
#: Of both tables' rows as they are written in bulk.
_COLUMNS = 12
#: A statement that a trigger may refuse copies every page before it changes it, so that it can be undone:
#: with a statement for each row that is most of the time. More rows than this gain nothing.
_ROWS_AT_ONCE = 500
_USED = """
    SELECT e.key, e.id, e.fingerprint
    FROM json_each(?) AS asked CROSS JOIN entry e ON e.book_id = ? AND e.key = asked.value
"""


class AccountsUnknown(Exception):
    """The two accounts of a line are not both in the book, in that commodity."""


def keys_used(driver: Any, book_id: int, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Find which keys were used in a book: the entry's id and fingerprint by key."""
    rows = driver.cursor().execute(_USED, (json.dumps(keys), book_id)).fetchall()
    return {key: (entry_id, fingerprint) for key, entry_id, fingerprint in rows}


def write_one(driver: Any, asked: Draft) -> tuple[int, tuple[PostedLine, ...]] | None:
    """Write one entry; None where its key was used before, and then nothing was written."""
    cursor = driver.cursor()
    used = "SELECT 1 FROM entry WHERE book_id = ? AND key = ?"
    if cursor.execute(used, (asked.book_id, asked.key)).fetchone() is not None:
        return None
    moment = instant_text(datetime.now(UTC))
    with _all_or_nothing(cursor):
        cursor.execute(_ENTRY, _entry_values(None, asked, moment))
        entry_id: int = cursor.lastrowid
        written = []
        for number, line in enumerate(asked.lines, 1):
            values = (
                entry_id,
                number,
                line.amount,
                moment,
                line.debit_id,
                line.credit_id,
                asked.book_id,
                line.commodity,
            )
            rows = cursor.execute(_COMPUTED, values).fetchall()
            if not rows:
                raise AccountsUnknown
            written.append(PostedLine(*rows[0]))
    return entry_id, tuple(written)


@contextmanager
def alone(driver: Any) -> Iterator[None]:
    """Make what is written inside a transaction of its own."""
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
        driver.execute("COMMIT")
    except BaseException:
        driver.rollback()
        raise


def write_many(driver: Any, asked: Sequence[Draft]) -> list[int]:
    """Write entries of one book whose keys are new, and give their ids in the same order."""
    cursor = driver.cursor()
    first = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()[0]
    running = _states(cursor, asked)
    now = instant_text(datetime.now(UTC))
    moment = max([now, *(state[2] for state in running.values() if state[2])])
    rows = []
    for entry_id, one in enumerate(asked, first):
        for number, (debit_id, credit_id, commodity, amount) in enumerate(one.lines, 1):
            debited, credited = running[debit_id], running[credit_id]
            debited[0] += 1
            debited[1] -= amount
            credited[0] += 1
            credited[1] += amount
            moved = (entry_id, number, one.book_id, commodity, debit_id, credit_id, amount, moment)
            rows.append((*moved, debited[0], credited[0], debited[1], credited[1]))
    with _all_or_nothing(cursor):
        _insert(cursor, _ENTRIES, [_entry_values(n, one, moment) for n, one in enumerate(asked, first)])
        _insert(cursor, _TRANSFER, rows)
    return list(range(first, first + len(asked)))


def _insert(cursor: Any, head: str, rows: Sequence[tuple[Any, ...]]) -> None:
    one = f"({', '.join('?' * _COLUMNS)})"
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        cursor.execute(f"{head} VALUES {', '.join([one] * len(some))}", list(chain.from_iterable(some)))


def _entry_values(entry_id: int | None, asked: Draft, moment: str) -> tuple[Any, ...]:
    return (
        entry_id,
        asked.book_id,
        asked.kind,
        asked.posted_on.isoformat(),
        moment,
        asked.memo,
        asked.key,
        asked.fingerprint,
        "waived" if asked.waived else None,
        asked.actor,
        asked.reverses_id,
        len(asked.lines),
    )


def _states(cursor: Any, asked: Sequence[Draft]) -> dict[int, list[Any]]:
    """Read version, balance and last moment of every account that the drafts touch."""
    wanted = {account_id for one in asked for line in one.lines for account_id in line[:2]}
    states = {}
    for account_id in wanted:
        look = "SELECT version, credits - debits, moved_at FROM account WHERE id = ?"
        row = cursor.execute(look, (account_id,)).fetchone()
        if row is None:
            raise AccountsUnknown
        states[account_id] = list(row)
    return states


@contextmanager
def _all_or_nothing(cursor: Any) -> Iterator[None]:
    cursor.execute("SAVEPOINT ledger_entry")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK TO ledger_entry")
        cursor.execute("RELEASE ledger_entry")
        raise
    cursor.execute("RELEASE ledger_entry")
