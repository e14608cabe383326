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
from ledger.facts import as_entry
from ledger.facts import asked
from ledger.facts import by_entry
from ledger.facts import moment_text
from ledger.facts import order_of
from ledger.hashes import NOTHING
from ledger.hashes import Seal
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
        sealing = text("SELECT ledger_seal(:book_id, CAST(:ids AS bigint[]), CAST(:words AS bytea[]))")
        told = {"book_id": book_id, "ids": ids, "words": [digests.get(entry_id) for entry_id in ids]}
        connection.execute(sealing, told)
    else:
        _seal_here(connection, book_id, ids[-1], digests)
    return newest_seal(connection, book_id)


def newest_seal(session: Session | Connection, book_id: int) -> Seal | None:
    """Give a book's newest seal, whose hash stands for all that was sealed; None before the first."""
    return next(_seals(connection_of(session), book_id, newest_first=True), None)


def find_seal(session: Session | Connection, published: bytes) -> Seal | None:
    """Find the seal of a hash that was published, in whichever book; None where there is none such.

    Then what was sealed until that day was taken away or made anew, for ``prove`` to find or not.
    """
    connection, columns = connection_of(session), seal_table.c
    of = select(columns.book_id, columns.number).where(columns.hash == published)
    found = connection.execute(of).one_or_none()
    return found and next(_seals(connection, found.book_id, since=found.number))


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
    rows = connection.execute(asked(connection, _ONE), {"book_id": book_id, "entry_id": entry_id}).all()
    leaves = select(columns.hash).where(columns.book_id == book_id, columns.number == found.number)
    hashes = list(connection.execute(leaves.order_by(columns.position)).scalars())
    under, *later = _seals(connection, book_id, since=found.number)
    order = order_hash(found.salt, order_of(rows))
    path = path_of(hashes, found.position - 1)
    return InclusionProof(as_entry(rows), order, found.words, path, under, tuple(later))


def seal_faults(session: Session | Connection) -> Iterator[str]:
    """Hash everything under every seal anew, and say what does not agree: the first thing of each book."""
    connection = connection_of(session)
    for book_id in list(connection.execute(select(book_table.c.id).order_by(book_table.c.id)).scalars()):
        with connection.execute(asked(connection, _SEALED), {"book_id": book_id}) as rows:
            fault = _fault_of(connection, book_id, rows)
        if fault is not None:
            yield fault


def _seal_here(connection: Connection, book_id: int, last: int, digests: Mapping[int, bytes]) -> None:
    """Hash and write a seal; SQLite has no hashes of its own."""
    before = newest_seal(connection, book_id)
    number, previous = (before.number + 1, before.hash()) if before else (1, NOTHING)
    leaves: list[dict[str, Any]] = []
    slug = ""
    with connection.execute(asked(connection, _UNSEALED), {"book_id": book_id, "last": last}) as found:
        for entry_id, rows in by_entry(found):
            salt, digest, slug = secrets.token_bytes(_SALT_BYTES), digests.get(entry_id), rows[0].slug
            leaf = leaf_hash(as_entry(rows).hash(), order_hash(salt, order_of(rows)), digest)
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
    turn = "DESC LIMIT 1" if newest_first else "ASC"
    chain = text(_SEALS.format(sealed_at=moment_text(connection, "s.sealed_at"), turn=turn))
    for row in connection.execute(chain, {"book_id": book_id, "since": since}):
        yield Seal(*tuple(row))


def _fault_of(connection: Connection, book_id: int, rows: Iterable[Row[Any]]) -> str | None:
    """Follow a book's seals from the first, hash what is under them again, and say what does not agree."""
    columns = seal_table.c
    kept = select(columns.number, columns.hash).where(columns.book_id == book_id)
    hashes = {row.number: row.hash for row in connection.execute(kept)}
    trees = groupby(_by_leaf(rows), key=lambda leaf: int(leaf[0].number))
    previous, expected = NOTHING, 1
    for one in _seals(connection, book_id):
        number, leaves = next(trees, (0, iter(())))
        said = f"seal {one.number} of book {one.book}"
        if (one.number, number) != (expected, expected) or one.previous != previous:
            return f"{said} does not follow the one before, or has no entries"
        again = []
        for found in leaves:
            leaf = _hashed(found)
            if leaf is None or leaf != found[0].leaf:
                return f"{said}: entry {found[0].entry_id} is not as it was sealed"
            again.append(leaf)
        if len(again) != one.leaves or root_of(again) != one.root or one.hash() != hashes[one.number]:
            return f"{said} is not the seal of its {one.leaves} entries"
        previous, expected = one.hash(), expected + 1
    return None


def _hashed(rows: Sequence[Row[Any]]) -> bytes | None:
    """Hash a leaf anew; None where its entry or a part of it is gone."""
    if any(None in (row.id, row.line, row.slug, row.debit_code, row.credit_code) for row in rows):
        return None
    return leaf_hash(as_entry(rows).hash(), order_hash(rows[0].salt, order_of(rows)), rows[0].words)


def _by_leaf(rows: Iterable[Row[Any]]) -> Iterator[list[Row[Any]]]:
    for _, some in groupby(rows, key=lambda row: (row.number, row.position)):
        yield list(some)
