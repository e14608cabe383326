"""The edge begins, tries again and commits; everything else only joins its transaction."""

import sqlite3
from threading import Barrier
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm import object_session
from sqlalchemy.orm import registry
from sqlalchemy.orm import sessionmaker

import ledger
from ledger import is_transient
from ledger import normal_url
from ledger import transaction
from tests.ledger.builders import an_entry
from tests.ledger.builders import balances
from tests.ledger.builders import dump
from tests.ledger.builders import some_accounts
from tests.ledger.builders import stranger


class Unlucky:
    """Work that fails with an error the first few times, and counts its runs."""

    def __init__(self, error: BaseException, failures: int) -> None:
        self.error, self.failures, self.runs = error, failures, 0

    def __call__(self, session: Session) -> int:
        self.runs += 1
        ledger.open_book(session, f"unlucky-{id(self)}")
        if self.runs <= self.failures:
            raise self.error
        return self.runs


class Psycopg(Exception):
    """What psycopg raises, as far as it matters here."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Sleep not at all between two tries, and note for how long it would have been."""
    slept: list[float] = []
    monkeypatch.setattr("ledger.edge.time.sleep", slept.append)
    return slept


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (Psycopg("40001"), True),
        (Psycopg("40P01"), True),
        (Psycopg("23505"), False),
        (Psycopg(None), False),
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_LOCKED), True),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), False),
        (OperationalError("SELECT 1", {}, Psycopg("40001")), True),
        (ValueError("no"), False),
        (None, False),
    ],
)
def test_only_what_may_well_succeed_the_next_time_is_transient(
    error: BaseException | None, transient: bool
) -> None:
    assert is_transient(error) is transient


def test_a_transient_error_is_known_by_its_cause_too() -> None:
    with pytest.raises(LookupError) as caught:
        raise LookupError from Psycopg("40P01")
    assert is_transient(caught.value)


def test_work_is_run_again_from_the_start_after_a_transient_error(engine: Engine, quick: list[float]) -> None:
    work = Unlucky(Psycopg("40001"), failures=3)
    assert transaction(engine, work) == 4
    # Longer and longer, and never the same.
    assert len(set(quick)) == 3
    assert all(0.002 * 2**n <= slept <= 0.01 * 2**n for n, slept in enumerate(quick, 1))


def test_the_last_transient_error_reaches_the_caller(engine: Engine, quick: list[float]) -> None:
    work = Unlucky(Psycopg("40P01"), failures=9)
    with pytest.raises(Psycopg):
        transaction(engine, work, attempts=3)
    assert (work.runs, len(quick)) == (3, 2)


@pytest.mark.parametrize(
    "error", [ValueError("no"), Psycopg("23505"), KeyboardInterrupt()], ids=lambda e: type(e).__name__
)
def test_another_error_ends_the_transaction_and_nothing_is_kept(
    engine: Engine, quick: list[float], error: BaseException
) -> None:
    work = Unlucky(error, failures=1)
    with pytest.raises(type(error)):
        transaction(engine, work)
    # The book of that name can still be opened, so nothing of the first run was kept.
    assert (quick, transaction(engine, work)) == ([], 2)


def test_a_transaction_commits_what_work_did_and_gives_its_result(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    posted = transaction(engine, lambda session: ledger.post(session, an_entry(a, b, 90)))
    assert posted.lines[0].credit_balance_after == 90
    assert transaction(engine, lambda session: balances(session, [a, b]), read_only=True) == [-90, 90]


def test_work_may_roll_back_itself(engine: Engine) -> None:
    def work(session: Session) -> str:
        ledger.open_book(session, "never")
        session.rollback()
        return "rolled back"

    assert transaction(engine, work) == "rolled back"
    assert transaction(engine, work) == "rolled back"


def test_a_session_that_somebody_hands_in_stays_open_for_its_owner(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        assert transaction(lambda: session, lambda own: own is session)
        assert transaction(lambda: session, lambda own: own.scalar(text("SELECT 1")), read_only=True) == 1
        assert not session.in_transaction()
        assert session.is_active


class Book:
    """A row of the ledger, as a program with mapped classes has it."""


registry().map_imperatively(Book, ledger.metadata.tables["book"])


def test_a_row_stays_with_a_session_only_where_somebody_handed_that_in(engine: Engine) -> None:
    sessions: list[Session] = []

    def work(session: Session) -> Book:
        sessions.append(session)
        some_accounts(session, 1)
        return session.scalars(select(Book).limit(1)).one()

    assert object_session(transaction(engine, work)) is None
    with Session(engine) as session:
        assert object_session(transaction(lambda: session, work)) is session is sessions[1]


def test_a_maker_of_sessions_will_do(engine: Engine) -> None:
    assert transaction(sessionmaker(engine), lambda session: session.scalar(text("SELECT 7"))) == 7


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO book (slug) VALUES ('by-a-reader')",
        "CREATE TABLE scrap (id integer)",
        "DELETE FROM book",
    ],
)
def test_a_reading_transaction_can_write_nothing(engine: Engine, statement: str) -> None:
    before = dump(engine)
    with pytest.raises(DBAPIError, match=r"read-?only"):
        transaction(engine, lambda session: session.execute(text(statement)), read_only=True)
    assert dump(engine) == before


def test_a_connection_that_read_can_write_in_its_next_transaction(engine: Engine) -> None:
    one_connection = ledger.connect(engine.url, pool_size=1, max_overflow=0)
    assert transaction(one_connection, lambda session: session.scalar(text("SELECT 1")), read_only=True) == 1
    a, _ = transaction(one_connection, lambda session: some_accounts(session, 2))
    assert (
        transaction(one_connection, lambda session: ledger.balance(session, a).version, read_only=True) == 0
    )
    with one_connection.connect() as connection:
        assert connection.get_isolation_level() in {"SERIALIZABLE", "READ COMMITTED"}
    one_connection.dispose()


def test_a_reader_sees_one_moment_and_waits_for_nobody(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))

    def read(session: Session) -> list[list[int]]:
        first = balances(session, [a, b])
        transaction(engine, lambda writer: ledger.post(writer, an_entry(a, b, 90)))
        return [first, balances(session, [a, b])]

    assert transaction(engine, read, read_only=True) == [[0, 0], [0, 0]]
    assert transaction(engine, lambda session: balances(session, [a, b]), read_only=True) == [-90, 90]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_on_sqlite_a_writer_who_has_waited_too_long_tries_again(engine: Engine, quick: list[float]) -> None:
    impatient = ledger.connect(engine.url)
    event.listen(
        impatient, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout = 1")
    )
    holder = engine.connect()
    holder.begin()
    runs: list[int] = []

    def sleep(seconds: float) -> None:
        quick.append(seconds)
        if len(quick) == 2:
            holder.rollback()
            holder.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.edge.time.sleep", sleep)
        transaction(impatient, lambda session: runs.append(some_accounts(session, 1)[0].id))
    impatient.dispose()
    # It waits before its first look, so the work itself ran only once.
    assert (len(quick), len(runs)) == (2, 1)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_on_sqlite_a_busy_database_reaches_the_caller_in_the_end(engine: Engine, quick: list[float]) -> None:
    impatient = ledger.connect(engine.url)
    event.listen(
        impatient, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout = 1")
    )
    with engine.begin(), pytest.raises(sqlite3.OperationalError, match="locked") as caught:
        transaction(impatient, lambda session: some_accounts(session, 1), attempts=2)
    impatient.dispose()
    assert is_transient(caught.value)
    assert len(quick) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_on_postgresql_a_deadlock_is_tried_again(engine: Engine) -> None:
    a, b, c, d = transaction(engine, lambda session: some_accounts(session, 4))
    both = Barrier(2, timeout=10)
    runs: list[str] = []

    def crossing(name: str, first: tuple[Any, Any], second: tuple[Any, Any]) -> None:
        def work(session: Session) -> None:
            runs.append(name)
            ledger.post(session, an_entry(*first, 1))
            if len(runs) <= 2:
                both.wait()
            ledger.post(session, an_entry(*second, 1))

        transaction(engine, work)

    threads = [
        Thread(target=crossing, args=("one", (a, b), (c, d))),
        Thread(target=crossing, args=("two", (c, d), (a, b))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 3
    assert transaction(engine, lambda session: balances(session, [a, b, c, d])) == [-2, 2, -2, 2]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_on_postgresql_a_serialization_failure_is_tried_again(engine: Engine) -> None:
    strict = ledger.connect(engine.url, isolation_level="REPEATABLE READ")
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    runs: list[list[int]] = []

    def work(session: Session) -> None:
        runs.append(balances(session, [a, b]))
        if len(runs) == 1:
            transaction(engine, lambda other: ledger.post(other, an_entry(a, b, 90)))
        ledger.post(session, an_entry(a, b, 10))

    transaction(strict, work)
    strict.dispose()
    assert runs == [[0, 0], [-90, 90]]
    assert transaction(engine, lambda session: balances(session, [a, b])) == [-100, 100]


def test_a_refusal_is_not_tried_again(engine: Engine, quick: list[float]) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    with pytest.raises(ledger.AccountUnknown):
        transaction(engine, lambda session: ledger.post(session, an_entry(a, stranger(b))))
    assert quick == []


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://me:secret@db.example/books?sslmode=require", "postgresql+psycopg"),
        ("postgresql://db1.example,db2.example/books", "postgresql+psycopg"),
        ("postgresql+psycopg://db.example/books", "postgresql+psycopg"),
        ("postgresql+asyncpg://db.example/books", "postgresql+asyncpg"),
        ("sqlite:///var/books.sqlite3", "sqlite"),
    ],
)
def test_the_driver_is_named_where_a_host_leaves_it_out(given: str, driver: str) -> None:
    url = normal_url(given)
    assert url.drivername == driver
    assert url.render_as_string(hide_password=False) == given.replace(
        given.split("://", maxsplit=1)[0], driver, 1
    )
    assert normal_url(url) == url


def test_preparing_twice_is_harmless(engine: Engine) -> None:
    assert ledger.prepare(ledger.prepare(engine)) is engine
    assert transaction(engine, lambda session: session.scalar(text("SELECT 1"))) == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_connection_to_sqlite_keeps_foreign_keys_and_waits(empty_database_url: str) -> None:
    engine = ledger.connect(empty_database_url)

    def read(pragma: str) -> Any:
        with engine.connect() as connection:
            return connection.execute(text(f"PRAGMA {pragma}")).scalar_one()

    pragmas = (
        "foreign_keys",
        "busy_timeout",
        "journal_mode",
        "synchronous",
        "recursive_triggers",
        "trusted_schema",
    )
    assert [read(pragma) for pragma in pragmas] == [1, 10_000, "wal", 2, 1, 0]
    engine.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_on_sqlite_a_connection_is_told_only_where_reading_turns_into_writing(engine: Engine) -> None:
    one_connection = ledger.connect(engine.url, pool_size=1, max_overflow=0)
    told: list[str] = []
    event.listen(
        one_connection, "connect", lambda connection, _record: connection.set_trace_callback(told.append)
    )
    for read_only in (False, False, True, True, False, False, True):
        transaction(one_connection, lambda session: session.scalar(text("SELECT 1")), read_only=read_only)
    one_connection.dispose()
    # What makes SQLite compile every statement anew.
    assert [line for line in told if "query_only" in line] == [
        f"PRAGMA query_only = {turn}" for turn in ("ON", "OFF", "ON")
    ]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_engine_that_was_not_prepared_would_let_a_read_turn_into_a_write(engine: Engine) -> None:
    # Why prepare() is there: the driver's own transactions begin at the first write.
    plain = create_engine(engine.url)
    with plain.connect() as connection:
        connection.execute(text("SELECT count(*) FROM book"))
        assert not connection.connection.driver_connection.in_transaction  # type: ignore[union-attr]
    plain.dispose()


def test_a_commit_that_is_refused_leaves_a_connection_that_can_be_used_again(engine: Engine) -> None:
    one_connection = ledger.connect(engine.url, pool_size=1, max_overflow=0)
    a, _ = transaction(one_connection, lambda session: some_accounts(session, 2))
    no = {"sqlite": "0", "postgresql": "false"}[engine.dialect.name]
    half_an_account = text(
        "INSERT INTO account (book_id, code, commodity, type, firm) "
        f"VALUES ({a.book_id}, 'half', 'MIN', 'asset', {no})"
    )
    for _ in range(2):
        with pytest.raises(IntegrityError), one_connection.begin() as connection:
            connection.execute(half_an_account)
        with pytest.raises(IntegrityError):
            transaction(one_connection, lambda session: session.execute(half_an_account))
    # Nobody holds a lock, and nothing was kept.
    transaction(engine, lambda session: some_accounts(session, 1))
    with pytest.raises(ledger.AccountUnknown):
        transaction(
            one_connection,
            lambda session: ledger.find_account(session, book_id=a.book_id, code="half", commodity="MIN"),
        )
    one_connection.dispose()
