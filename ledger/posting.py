"""The only writers of entries: ``post``, ``post_many`` and ``reverse``, and ``post_alone`` around the first.

The three join the transaction they are handed and never begin, retry or commit one; ``ledger.edge`` does.
On PostgreSQL a refusal ends the caller's transaction (or its savepoint), as every error there does.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ledger import schema
from ledger import writing_postgresql
from ledger import writing_sqlite
from ledger.draft import Draft
from ledger.draft import Line
from ledger.draft import draft
from ledger.edge import allow_writing
from ledger.edge import connection_of
from ledger.edge import is_lost
from ledger.edge import is_transient
from ledger.edge import transaction
from ledger.errors import AlreadyReversed
from ledger.errors import DayRefused
from ledger.errors import EntryUnknown
from ledger.errors import KeyReused
from ledger.errors import NotReversible
from ledger.errors import PeriodClosed
from ledger.errors import WrongBook
from ledger.model import REVERSAL
from ledger.model import Entry
from ledger.model import Posted
from ledger.model import PostedLine
from ledger.model import check_actor
from ledger.model import check_key
from ledger.model import check_memo
from ledger.model import digest
from ledger.periods import closed_through
from ledger.refusals import refusal

_WRITERS = {"sqlite": writing_sqlite, "postgresql": writing_postgresql}

#: Gives accounts' codes by their ids; asked for only when something is refused.
_Codes = Callable[[], Mapping[int, str]]


def post(session: Session | Connection, entry: Entry) -> Posted:
    """Write an entry, or find it again where its key was used for the same content.

    Raises FloorExceeded, CeilingExceeded, AccountClosed, AccountUnknown, TotalTooLarge, KeyReused,
    PeriodClosed.
    """
    return _write(connection_of(session), draft(entry), lambda: _codes([entry]))


def post_alone(engine: Engine, entry: Entry) -> Posted:
    """Post an entry in a transaction of its own, which is committed and on the disk when this returns.

    As ``ledger.transaction`` around ``post`` would, with fewer steps between. Raises what ``post`` raises.
    """
    written = _write_alone(engine, entry)
    if written is not None:
        return Posted(*written)
    return transaction(engine, lambda session: post(session, entry))


def post_many(session: Session | Connection, entries: Iterable[Entry]) -> list[Posted]:
    """Write many entries of one book in one go, in their order; for imports.

    As if each were posted by itself, but the answers carry no lines. All or nothing: the first
    refusal is raised and nothing of this call is kept.
    """
    asked = list(entries)
    if not asked:
        return []
    for entry in asked:
        if entry.book_id != asked[0].book_id:
            raise WrongBook(entry.transfers[0].debit.code, entry.book_id, asked[0].book_id)
    connection = connection_of(session)
    drafts = [draft(entry) for entry in asked]
    found = keys_used(connection, asked[0].book_id, [one.key for one in drafts])
    # Drafts are counted from the end, so that a key's first use in the batch is the one that is new.
    fresh = {one.key: one for one in reversed(drafts) if one.key not in found}
    meant = {key: used[1] for key, used in found.items()} | {
        key: one.fingerprint for key, one in fresh.items()
    }
    clash = next((n for n, one in enumerate(drafts) if one.fingerprint != meant[one.key]), None)
    closed = closed_through(connection, asked[0].book_id) or date.min
    late = next((n for n, one in enumerate(drafts) if one.posted_on <= closed and one.key not in found), None)
    # What comes before the first that is refused here is written first: the database may refuse it earlier.
    stop = min((n for n in (clash, late) if n is not None), default=None)
    new = [one for one in drafts[:stop] if fresh.get(one.key) is one]
    with connection.begin_nested():
        if new:
            driver = connection.connection.driver_connection
            with _refusals(driver, new, lambda: _codes(asked)):
                ids = _WRITERS[connection.dialect.name].write_many(driver, new)
            found.update(
                {one.key: (entry_id, one.fingerprint) for one, entry_id in zip(new, ids, strict=True)}
            )
        if stop is not None and stop == clash:
            raise KeyReused(drafts[stop].key, found[drafts[stop].key][0])
        if stop is not None:
            raise PeriodClosed(drafts[stop].posted_on, closed)
    return [Posted(found[one.key][0], (), repeated=fresh.get(one.key) is not one) for one in drafts]


def reverse(
    session: Session | Connection,
    *,
    book_id: int,
    entry_id: int,
    posted_on: date,
    key: str,
    actor: str,
    memo: str | None = None,
    waive_limits: bool = False,
) -> Posted:
    """Write an entry's mirror image; an entry can be reversed once, and a reversal never.

    ``waive_limits`` lets accounts without firm limits go outside them, so that a wrong entry can
    always be taken back. Raises EntryUnknown, AlreadyReversed, NotReversible, and what ``post`` raises.
    """
    check_key(key)
    check_actor(actor)
    check_memo(memo)
    if type(posted_on) is not date:
        raise DayRefused(posted_on)
    connection = connection_of(session)
    lines, codes = _mirror(connection, book_id, entry_id)
    fingerprint = digest(f"{REVERSAL}|{posted_on.isoformat()}|{entry_id}")
    asked = Draft(book_id, REVERSAL, posted_on, key, fingerprint, actor, memo, waive_limits, entry_id, lines)
    try:
        # For a plain sentence; the database itself settles the race of two.
        _check_reversible(connection, entry_id)
    except (AlreadyReversed, NotReversible):
        # Looked for second: who reversed it in between may have done so with this key.
        if key not in keys_used(connection, book_id, [key]):
            raise
        return _again(connection, asked)
    return _write(connection, asked, lambda: codes)


def keys_used(
    session: Session | Connection, book_id: int, keys: Sequence[str]
) -> dict[str, tuple[int, bytes]]:
    """Find which keys were used in a book: the entry's id and fingerprint by key."""
    connection = connection_of(session)
    driver = connection.connection.driver_connection
    found: dict[str, tuple[int, bytes]] = _WRITERS[connection.dialect.name].keys_used(driver, book_id, keys)
    return found


def _write(connection: Connection, asked: Draft, codes: _Codes) -> Posted:
    driver = connection.connection.driver_connection
    with _refusals(driver, [asked], codes):
        written = _WRITERS[connection.dialect.name].write_one(driver, asked)
    return Posted(*written) if written else _again(connection, asked)


def _write_alone(engine: Engine, entry: Entry) -> tuple[int, tuple[PostedLine, ...]] | None:
    """Write an entry; None where its key was used before, or where somebody was in the way."""
    writer, asked = _WRITERS[engine.dialect.name], draft(entry)
    pooled = engine.raw_connection()
    try:
        allow_writing(pooled)
        driver = pooled.driver_connection
        with writer.alone(driver), _refusals(driver, [asked], lambda: _codes([entry])):
            written: tuple[int, tuple[PostedLine, ...]] | None = writer.write_one(driver, asked)
            return written
    except Exception as error:
        if is_transient(error):
            return None
        if is_lost(engine, pooled, error):
            raise OperationalError("post_alone", None, error, connection_invalidated=True) from error
        raise
    finally:
        pooled.close()


def _again(connection: Connection, asked: Draft) -> Posted:
    """Answer a key that was used before with the first result, if it asked for the same."""
    entry_id, fingerprint = keys_used(connection, asked.book_id, [asked.key])[asked.key]
    if fingerprint != asked.fingerprint:
        raise KeyReused(asked.key, entry_id)
    table = schema.transfer.c
    rows = connection.execute(
        select(table.line, table.debit_version, table.credit_version)
        .add_columns(table.debit_balance_after, table.credit_balance_after)
        .where(table.entry_id == entry_id)
        .order_by(table.line)
    )
    return Posted(entry_id, tuple([PostedLine(*row) for row in rows]), repeated=True)


@contextmanager
def _refusals(driver: Any, asked: Sequence[Draft], codes: _Codes) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        refused = refusal(error, driver, asked, codes())
        if refused is None:
            raise
        raise refused from error


def _codes(entries: Sequence[Entry]) -> dict[int, str]:
    """Give the codes of entries' accounts by their ids."""
    lines = chain.from_iterable([entry.transfers for entry in entries])
    return {side.id: side.code for line in lines for side in (line.debit, line.credit)}


def _mirror(connection: Connection, book_id: int, entry_id: int) -> tuple[tuple[Line, ...], dict[int, str]]:
    """Read an entry's lines with debit and credit changed places, and its accounts' codes by id."""
    table, debit, credit = schema.transfer.c, schema.account.alias().c, schema.account.alias().c
    rows = connection.execute(
        select(table.credit_account_id, table.debit_account_id, table.commodity, table.amount)
        .add_columns(credit.code.label("credit_code"), debit.code.label("debit_code"))
        .where(table.entry_id == entry_id, table.book_id == book_id)
        .where(debit.id == table.debit_account_id, credit.id == table.credit_account_id)
        .order_by(table.line)
    ).all()
    if not rows:
        raise EntryUnknown(entry_id)
    codes = {row.debit_account_id: row.debit_code for row in rows}
    codes.update({row.credit_account_id: row.credit_code for row in rows})
    return tuple([Line(*row[:4]) for row in rows]), codes


def _check_reversible(connection: Connection, entry_id: int) -> None:
    table = schema.entry.c
    if connection.scalar(select(table.kind).where(table.id == entry_id)) == REVERSAL:
        raise NotReversible(entry_id)
    if connection.scalar(select(table.id).where(table.reverses_id == entry_id)) is not None:
        raise AlreadyReversed(entry_id)
