"""Seals: what was recorded, hashed into a tree and chained to the seal before: no change stays unseen.

A seal covers all entries of a book that are under none yet, by their exact ids: a number up to which
everything were sealed would miss entries that were begun early and committed late. On PostgreSQL the
database hashes what it has, because the program's role may insert no seal; on SQLite this module does.
"""

import secrets
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.columns import instant_text
from ledger.edge import connection_of
from ledger.errors import EntryNotSealed
from ledger.hashes import NOTHING
from ledger.hashes import Seal
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine
from ledger.hashes import leaf_hash
from ledger.hashes import order_hash
from ledger.hashes import path_of
from ledger.hashes import root_of
from ledger.inclusion import InclusionProof
from ledger.schema import book as book_table
from ledger.schema import seal as seal_table
from ledger.schema import seal_leaf as leaf_table

#: From the ids of entries to the digests of what people said about them; who has no words is left out.
Digests = Callable[[Sequence[int]], Mapping[int, bytes]]

_SALT_BYTES = 16
#: More entries take more than a seal: on SQLite nobody else can write meanwhile, and waits ten seconds.
MOST_LEAVES = 20_000
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
    c.code AS credit_code, c.type AS credit_type, {moved} AS moved_at, t.debit_version, t.credit_version,
    t.debit_balance_after, t.credit_balance_after
"""
_UNSEALED = """
    FROM entry e JOIN transfer t ON t.entry_id = e.id JOIN book b ON b.id = e.book_id
    JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id
    WHERE e.book_id = :book_id AND e.id <= :last
      AND NOT EXISTS (SELECT 1 FROM seal_leaf s WHERE s.entry_id = e.id)
    ORDER BY e.id, t.line
"""
_ONE = """
    FROM entry e JOIN transfer t ON t.entry_id = e.id JOIN book b ON b.id = e.book_id
    JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id
    WHERE e.book_id = :book_id AND e.id = :entry_id ORDER BY t.line
"""
#: Leaves come first and entries may be missing: whoever took one out is to be found.
_SEALED = """
    , s.number, s.position, s.entry_id, s.salt, s.words, s.hash AS leaf
    FROM seal_leaf s LEFT JOIN entry e ON e.id = s.entry_id LEFT JOIN transfer t ON t.entry_id = e.id
    LEFT JOIN book b ON b.id = e.book_id
    LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account c ON c.id = t.credit_account_id
    WHERE s.book_id = :book_id ORDER BY s.number, s.position, t.line
"""
_SEALS = """
    SELECT b.slug, s.number, s.previous, s.root, s.leaves, {sealed_at}
    FROM seal s JOIN book b ON b.id = s.book_id
    WHERE s.book_id = :book_id AND s.number >= :since ORDER BY s.number {turn}
"""
_UNSEALED_IDS = text(
    """SELECT e.id FROM entry e WHERE e.book_id = :book_id
       AND NOT EXISTS (SELECT 1 FROM seal_leaf s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT :most"""
)
_COUNT_UNSEALED = text(
    """SELECT count(*) FROM entry e WHERE e.book_id = :book_id
       AND NOT EXISTS (SELECT 1 FROM seal_leaf s WHERE s.entry_id = e.id)"""
)


def seal(
    session: Session | Connection,
    *,
    book_id: int,
    words: Digests = lambda _: {},
    most: int = MOST_LEAVES,
) -> Seal | None:
    """Seal entries of a book that are under no seal yet, the oldest ``most``; None where there is none.

    Call it until it gives None, each time in a transaction of its own. ``words`` gives 32 bytes for each
    entry about which people said something, made with a salt of its own, so that their words can be
    erased and what they were cannot be guessed.
    """
    connection = connection_of(session)
    ids = list(connection.execute(_UNSEALED_IDS, {"book_id": book_id, "most": most}).scalars())
    if not ids:
        return None
    digests = words(ids)
    if connection.dialect.name == "postgresql":
        asked = text("SELECT ledger_seal(:book_id, CAST(:ids AS bigint[]), CAST(:words AS bytea[]))")
        told = {"book_id": book_id, "ids": ids, "words": [digests.get(entry_id) for entry_id in ids]}
        connection.execute(asked, told)
    else:
        _seal_here(connection, book_id, ids[-1], digests)
    return newest_seal(connection, book_id)


def newest_seal(session: Session | Connection, book_id: int) -> Seal | None:
    """Give a book's newest seal, whose hash stands for all that was sealed; None before the first."""
    return next(_seals(connection_of(session), book_id, newest_first=True), None)


def unsealed(session: Session | Connection, book_id: int) -> int:
    """Count the entries of a book that are under no seal yet."""
    return int(session.execute(_COUNT_UNSEALED, {"book_id": book_id}).scalar_one())


def inclusion_proof(session: Session | Connection, *, book_id: int, entry_id: int) -> InclusionProof:
    """Give what proves, to somebody without the books, that an entry is under a seal and those that follow.

    Raises EntryNotSealed, also where the book has no such entry.
    """
    connection, columns = connection_of(session), leaf_table.c
    found = connection.execute(
        select(leaf_table).where(columns.entry_id == entry_id, columns.book_id == book_id)
    ).one_or_none()
    if found is None:
        raise EntryNotSealed(entry_id)
    rows = connection.execute(_asked(connection, _ONE), {"book_id": book_id, "entry_id": entry_id}).all()
    leaves = select(columns.hash).where(columns.book_id == book_id, columns.number == found.number)
    hashes = list(connection.execute(leaves.order_by(columns.position)).scalars())
    under, *later = _seals(connection, book_id, since=found.number)
    order = order_hash(found.salt, _order(rows))
    path = path_of(hashes, found.position - 1)
    return InclusionProof(_entry(rows), order, found.words, path, under, tuple(later))


def seal_faults(session: Session | Connection) -> Iterator[str]:
    """Hash everything under every seal anew, and say what does not agree: the first thing of each book."""
    connection = connection_of(session)
    for book_id in list(connection.execute(select(book_table.c.id).order_by(book_table.c.id)).scalars()):
        with connection.execute(_asked(connection, _SEALED), {"book_id": book_id}) as rows:
            fault = next(_faults_of(connection, book_id, rows), None)
        if fault is not None:
            yield fault


def _seal_here(connection: Connection, book_id: int, last: int, digests: Mapping[int, bytes]) -> None:
    """Hash and write a seal; SQLite has no hashes of its own."""
    before = newest_seal(connection, book_id)
    number, previous = (before.number + 1, before.hash()) if before else (1, NOTHING)
    leaves: list[dict[str, Any]] = []
    slug = ""
    with connection.execute(_asked(connection, _UNSEALED), {"book_id": book_id, "last": last}) as found:
        for entry_id, rows in _by_entry(found):
            salt, digest, slug = secrets.token_bytes(_SALT_BYTES), digests.get(entry_id), rows[0].slug
            leaf = leaf_hash(_entry(rows).hash(), order_hash(salt, _order(rows)), digest)
            at = {"book_id": book_id, "number": number, "position": len(leaves) + 1}
            leaves.append({**at, "entry_id": entry_id, "salt": salt, "words": digest, "hash": leaf})
    moment = datetime.now(UTC)
    root = root_of([leaf["hash"] for leaf in leaves])
    new = Seal(slug, number, previous, root, len(leaves), instant_text(moment))
    facts = {"book_id": book_id, "number": number, "previous": previous, "root": root}
    connection.execute(
        insert(seal_table), {**facts, "leaves": len(leaves), "sealed_at": moment, "hash": new.hash()}
    )
    connection.execute(insert(leaf_table), leaves)


def _seals(
    connection: Connection, book_id: int, *, since: int = 1, newest_first: bool = False
) -> Iterator[Seal]:
    _, moment = _TEXTS[connection.dialect.name]
    turn = "DESC LIMIT 1" if newest_first else "ASC"
    asked = text(_SEALS.format(sealed_at=moment.format("s.sealed_at"), turn=turn))
    for row in connection.execute(asked, {"book_id": book_id, "since": since}):
        yield Seal(*tuple(row))


def _faults_of(connection: Connection, book_id: int, rows: Iterable[Row[Any]]) -> Iterator[str]:
    """Follow a book's seals from the first, and hash what is under them again."""
    columns = seal_table.c
    kept = select(columns.number, columns.hash).where(columns.book_id == book_id)
    hashes = {row.number: row.hash for row in connection.execute(kept)}
    trees = groupby(_by_leaf(rows), key=lambda leaf: int(leaf[0].number))
    previous, expected = NOTHING, 1
    for one in _seals(connection, book_id):
        number, leaves = next(trees, (0, iter(())))
        said = f"seal {one.number} of book {one.book}"
        if (one.number, number) != (expected, expected) or one.previous != previous:
            yield f"{said} does not follow the one before, or has no entries"
            return
        again = []
        for found in leaves:
            leaf = _hashed(found)
            if leaf is None or leaf != found[0].leaf:
                yield f"{said}: entry {found[0].entry_id} is not as it was sealed"
                return
            again.append(leaf)
        if len(again) != one.leaves or root_of(again) != one.root or one.hash() != hashes[one.number]:
            yield f"{said} is not the seal of its {one.leaves} entries"
            return
        previous, expected = one.hash(), expected + 1


def _hashed(rows: Sequence[Row[Any]]) -> bytes | None:
    """Hash a leaf anew; None where its entry or a part of it is gone."""
    if any(None in (row.id, row.line, row.slug, row.debit_code, row.credit_code) for row in rows):
        return None
    return leaf_hash(_entry(rows).hash(), order_hash(rows[0].salt, _order(rows)), rows[0].words)


def _asked(connection: Connection, rest: str) -> Any:
    day, moment = _TEXTS[connection.dialect.name]
    facts = _FACTS.format(
        day=day.format("e.posted_on"),
        recorded=moment.format("e.recorded_at"),
        moved=moment.format("t.moved_at"),
    )
    return text(f"SELECT {facts} {rest}").execution_options(yield_per=_ROWS_AT_ONCE)


def _by_entry(rows: Iterable[Row[Any]]) -> Iterator[tuple[int, list[Row[Any]]]]:
    for entry_id, some in groupby(rows, key=lambda row: int(row.id)):
        yield entry_id, list(some)


def _by_leaf(rows: Iterable[Row[Any]]) -> Iterator[list[Row[Any]]]:
    for _, some in groupby(rows, key=lambda row: (row.number, row.position)):
        yield list(some)


def _entry(rows: Sequence[Row[Any]]) -> SealedEntry:
    lines = [SealedLine(*tuple(row)[10:17]) for row in rows]
    row = rows[0]
    own = (row.slug, row.id, row.kind, row.posted_on, row.recorded_at, row.key, row.actor)
    return SealedEntry(*own, row.memo, row.reverses_id, row.limits, tuple(lines))


def _order(rows: Iterable[Row[Any]]) -> Iterator[str | int]:
    """Give what says in which order an entry's accounts moved, and how they stood then."""
    for row in rows:
        yield from tuple(row)[17:22]
