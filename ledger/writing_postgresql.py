"""How PostgreSQL writes entries: by one call of a function, which runs as the tables' owner.

The driver is spoken to directly, in SQLAlchemy's own transaction. Whole numbers go as text, so that
the server settles their type and one prepared statement serves small and large amounts alike. Arrays
go as text too, because the driver takes ten times as long to spell them.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

from ledger.draft import Draft
from ledger.model import PostedLine

#: Posts an entry of one line: its book, kind, day and so on, then the line's commodity and the rest.
ONE_LINE = "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_LINES = """
    SELECT entry_id, line, debit_version, credit_version, debit_balance_after, credit_balance_after
    FROM ledger_post_lines(%s, %s, %s, %s, %s, %s, %s, %s, %s,
                           %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
"""
_BULK = """
    SELECT ledger_post_many(%s, %s::text[], %s::date[], %s::text[], %s::bytea[], %s::text[], %s::text[],
                            %s::bool[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])
"""

_USED = "SELECT key, id, fingerprint FROM entry WHERE book_id = %s AND key = ANY (%s::text[])"


def keys_used(driver: Any, book_id: int, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Find which keys were used in a book: the entry's id and fingerprint by key."""
    rows = driver.cursor().execute(_USED, (str(book_id), _texts(keys))).fetchall()
    return {key: (entry_id, fingerprint) for key, entry_id, fingerprint in rows}


def write_one(driver: Any, asked: Draft) -> tuple[int, tuple[PostedLine, ...]] | None:
    """Write one entry; None where its key was used before, and then nothing was written."""
    head = (
        str(asked.book_id),
        asked.kind,
        asked.posted_on,
        asked.memo,
        asked.key,
        asked.fingerprint,
        "waived" if asked.waived else None,
        asked.actor,
    )
    cursor, lines = driver.cursor(), asked.lines
    if len(lines) == 1 and asked.reverses_id is None:
        (line,) = lines
        values = (*head, line.commodity, str(line.debit_id), str(line.credit_id), str(line.amount))
        (written,) = cursor.execute(ONE_LINE, values).fetchone()
        return written and (written[0], (PostedLine(1, *written[1:]),))
    original = None if asked.reverses_id is None else str(asked.reverses_id)
    debits, credits = [x.debit_id for x in lines], [x.credit_id for x in lines]
    columns = ([x.commodity for x in lines], debits, credits, [x.amount for x in lines])
    rows = cursor.execute(_LINES, (*head, original, *columns)).fetchall()
    return (rows[0][0], tuple([PostedLine(*row[1:]) for row in rows])) if rows else None


@contextmanager
def alone(driver: Any) -> Iterator[None]:
    """Make the one statement inside a transaction of its own, which saves two ways to the server and back."""
    driver.autocommit = True
    try:
        yield
    finally:
        _no_longer_alone(driver)


def _no_longer_alone(driver: Any) -> None:
    """Have a connection begin transactions again, unless its server is gone."""
    if not driver.closed:
        driver.autocommit = False


def write_many(driver: Any, asked: Sequence[Draft]) -> list[int]:
    """Write entries of one book whose keys are new, and give their ids in the same order."""
    numbered = [(n, line) for n, one in enumerate(asked, 1) for line in one.lines]
    values = (
        str(asked[0].book_id),
        _texts(one.kind for one in asked),
        _array(one.posted_on.isoformat() for one in asked),
        _texts(one.key for one in asked),
        _array(f'"\\\\x{one.fingerprint.hex()}"' for one in asked),
        _texts(one.actor for one in asked),
        _texts(one.memo for one in asked),
        _array("t" if one.waived else "f" for one in asked),
        _array(str(n) for n, _ in numbered),
        _array(str(line.debit_id) for _, line in numbered),
        _array(str(line.credit_id) for _, line in numbered),
        _array(str(line.amount) for _, line in numbered),
    )
    ids: list[int] = driver.cursor().execute(_BULK, values).fetchone()[0]
    return ids


def _array(spelt: Iterable[str]) -> str:
    return f"{{{','.join(spelt)}}}"


def _texts(values: Iterable[str | None]) -> str:
    return _array(["NULL" if value is None else _quoted(value) for value in values])


def _quoted(value: str) -> str:
    if '"' in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
