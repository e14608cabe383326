"""The edge: where a transaction begins, is tried again, and is committed.

Everything else in this package joins the transaction it is handed. SQLite: the driver's own
transactions are off and ``BEGIN IMMEDIATE`` comes before the first read of a writing transaction,
because a read that turns into a write fails at once with *database is locked*, whatever the time-out.
"""

import random
import time
from collections.abc import Callable
from typing import Any
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import PoolProxiedConnection
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import make_url
from sqlalchemy.orm import Session

Result = TypeVar("Result")

#: How long SQLite waits for another writer before it gives up, in milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: How often a transaction is run before its transient error reaches the caller.
ATTEMPTS = 8

_READ_ONLY = "ledger_read_only"
_TRANSIENT_STATES = frozenset({"40001", "40P01"})
_SQLITE_BUSY_CODES = frozenset({5, 6})  # SQLITE_BUSY, SQLITE_LOCKED; the low byte of the extended codes


def connect(url: str | URL, **options: Any) -> Engine:
    """Make an engine for ``url`` that is prepared for the ledger.

    ``postgres://`` and ``postgresql://`` as hosts hand them out mean psycopg 3.
    """
    return prepare(create_engine(normal_url(url), **options))


def normal_url(url: str | URL) -> URL:
    """Name the driver where a host's address leaves it out."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def prepare(engine: Engine) -> Engine:
    """Install what the ledger needs on every connection of ``engine``; once is enough, twice is harmless."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _open_sqlite):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "reset", _reset_sqlite)
    return engine


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        # An INSERT OR REPLACE deletes the old row without its triggers unless this is on.
        "recursive_triggers = ON",
        "trusted_schema = OFF",
        # In kB: room for the newest page of each account's lines. By default it is 2 MB, and
        # imports take half as long again.
        "cache_size = -16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    _allow(connection.connection, read_only=read_only)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")


def allow_writing(pooled: PoolProxiedConnection) -> None:
    """Let a connection that comes straight from the pool write, whatever it was used for before."""
    _allow(pooled, read_only=False)


def _allow(pooled: PoolProxiedConnection, *, read_only: bool) -> None:
    if pooled.info.get(_READ_ONLY, False) != read_only:
        driver: Any = pooled.driver_connection
        # Only where it changes, because the pragma makes SQLite compile every statement anew.
        driver.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        pooled.info[_READ_ONLY] = read_only


def is_lost(engine: Engine, pooled: PoolProxiedConnection, error: Exception) -> bool:
    """Say whether an error means that the connection is lost, and let go of it and of older ones if so."""
    dialect: Any = engine.dialect
    if not isinstance(error, dialect.dbapi.Error) or not dialect.is_disconnect(error, pooled, None):
        return False
    pooled.invalidate(error)
    # The others were made before the server went away; each would fail once, too.
    engine.dispose()
    return True


def _reset_sqlite(connection: Any, _record: Any, _state: Any) -> None:
    # A COMMIT that a deferred key refuses leaves the transaction open, and its lock held, though SQLAlchemy
    # believes it over.
    connection.rollback()


def connection_of(session: Session | Connection) -> Connection:
    """Give the connection that a session's transaction runs on; a connection gives itself."""
    return session.connection() if isinstance(session, Session) else session


def begin(session: Session, *, read_only: bool = False) -> Connection:
    """Begin the session's transaction in the right way, before anything is read in it.

    Reading transactions see one moment of the database and can write nothing.
    """
    if session.get_bind().dialect.name == "sqlite":
        return session.connection(execution_options={_READ_ONLY: read_only})
    if read_only:
        return session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
    return session.connection()


def transaction(
    source: Engine | Callable[[], Session],
    work: Callable[[Session], Result],
    *,
    read_only: bool = False,
    attempts: int = ATTEMPTS,
) -> Result:
    """Run ``work(session)`` in one transaction, commit it, and return its result.

    Where the database asks for another try (deadlock, serialization failure, busy), everything is
    rolled back and ``work`` runs again from the start, so it must have no effect outside the session.
    ``work`` may roll the session back itself; then there is nothing to commit. ``source`` is an
    engine, or what gives a session (which then stays open for its owner to close).
    """
    owned = isinstance(source, Engine)
    session = Session(source) if isinstance(source, Engine) else source()
    attempt = 1
    try:
        while True:
            try:
                begin(session, read_only=read_only)
                result = work(session)
                session.commit()
                return result
            except BaseException as error:
                session.rollback()
                if attempt >= attempts or not is_transient(error):
                    raise
            # Jitter, so that two who met do not meet again.
            time.sleep(random.uniform(0.2, 1.0) * 0.01 * 2**attempt)  # noqa: S311 (not a secret)
            attempt += 1
    finally:
        if owned:
            session.close()


def is_transient(error: BaseException | None) -> bool:
    """Say whether the same transaction may well succeed when it is run again."""
    while error is not None:
        if getattr(error, "sqlstate", None) in _TRANSIENT_STATES:
            return True
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(code, int) and (code & 0xFF) in _SQLITE_BUSY_CODES:
            return True
        error = getattr(error, "orig", None) or error.__cause__
    return False
