"""What the books promise holds against SQL, too: each attempt is refused or without effect."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import FloorExceeded
from ledger import NewAccount
from ledger import transaction
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.ledger import hostile
from tests.ledger import hostile_postgresql
from tests.ledger import hostile_sqlite
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import dump
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.conftest import copied

Names = dict[str, Any]


def prepare(session: Session) -> Names:
    """Fill an empty ledger with one of everything, and name it."""
    (x,) = some_accounts(session, 1)
    ledger.open_commodity(session, "JPY")
    book = ledger.open_book(session, "ours")
    new = [NewAccount(code, "MIN", ledger.AccountType.LIABILITY, floor=-1000, ceiling=1000) for code in "abc"]
    a, b, c = ledger.open_accounts(session, book_id=book, new=new, actor=ACTOR)
    yen, closed = an_account(session, book, "yen", "JPY"), an_account(session, book, "closed")
    fund = an_account(session, book, "fund", floor=0, firm=True)
    ledger.close_account(session, closed, closed_on=DAY, actor=ACTOR)
    one = ledger.post(session, an_entry(a, b, 30, key="one"))
    three = ledger.post(session, of_lines((a, b, 1), (b, c, 2), (c, a, 3)))
    free = ledger.post(session, an_entry(b, c, 10))
    back = ledger.reverse(
        session, book_id=book, entry_id=one.entry_id, posted_on=DAY, key="back", actor=ACTOR
    )
    accounts = {"a": a, "b": b, "c": c, "x": x, "yen": yen, "closed": closed, "fund": fund}
    entries = {"one": one, "three": three, "free": free, "back": back}
    names: Names = {name: account.id for name, account in accounts.items()}
    names |= {name: posted.entry_id for name, posted in entries.items()} | {"book": book, "other": x.book_id}
    if session.get_bind().dialect.name == "sqlite":
        return names | {"over": "", "blob": "X'00'", "yes": "1", "no": "0"}
    return names | {"over": "OVERRIDING SYSTEM VALUE", "blob": r"'\x00'", "yes": "true", "no": "false"}


class Field(NamedTuple):
    """A small ledger that all attempts are made on, because none may leave a trace."""

    engine: Engine
    names: Names
    before: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def fields() -> Iterator[tuple[ExitStack, dict[str, Field]]]:
    with ExitStack() as stack:
        made: dict[str, Field] = {}
        yield stack, made
        for field in made.values():
            assert_proved(field.engine)


@pytest.fixture
def field(
    engine_name: str, databases_here: SQLite | PostgreSQL, fields: tuple[ExitStack, dict[str, Field]]
) -> Field:
    stack, made = fields
    if engine_name not in made:
        engine = ledger.connect(stack.enter_context(copied(databases_here, f"t{uuid4().hex}")))
        stack.callback(engine.dispose)
        names = transaction(engine, prepare)
        assert_proved(engine)
        made[engine_name] = Field(engine, names, dump(engine))
    return made[engine_name]


def attempt(engine: Engine, statements: list[str], names: Names) -> None:
    """Run statements in one transaction, straight on the driver, and commit."""
    with engine.connect() as connection:
        connection.begin()
        driver: Any = connection.connection.driver_connection
        for statement in statements:
            driver.execute(statement.format(**names))
        connection.commit()


def refused(engine: Engine, statements: list[str], names: Names) -> bool:
    """Make an attempt, and say whether the database refused it."""
    told = None
    try:
        attempt(engine, statements, names)
    except Exception as error:  # noqa: BLE001 (two drivers, each with its own errors)
        told = f"{type(error).__module__} {error}".lower()
    finally:
        if any(word in statement for statement in statements for word in ("PRAGMA", "TEMP")):
            # Pragmas and triggers of one's own end with the connection.
            engine.dispose()
    # An attempt that is misspelt would prove nothing; "invalid input syntax" is about a value.
    misspelt = ("syntax error", "no such", "does not exist", "has no column", "keyerror")
    assert not any(word in (told or "") for word in misspelt), told
    assert told is None or told.startswith(("sqlite3", "psycopg", "sqlalchemy"))
    return told is not None


@pytest.mark.parametrize("what", hostile.IN_ORDER)
def test_what_is_in_order_is_taken(own_engine: Engine, what: str) -> None:
    names = transaction(own_engine, prepare)
    before = dump(own_engine)
    assert not refused(own_engine, hostile.IN_ORDER[what], names)
    assert dump(own_engine) != before
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_is_in_order_is_taken_in_bulk(own_engine: Engine) -> None:
    names = transaction(own_engine, prepare)
    before = dump(own_engine)
    assert not refused(own_engine, hostile_postgresql.bulk(), names)
    assert len(dump(own_engine)["entry"]) == len(before["entry"]) + 2
    assert_proved(own_engine)


#: Here the conflict is with the row that is there, and nothing is what happens.
WITHOUT_EFFECT = {
    f"{table} again, and nothing where it is there" for table in ("commodity", "book", "account", "entry")
}


def assert_without_trace(field: Field, statements: list[str], what: str) -> None:
    assert refused(field.engine, statements, field.names) or what in WITHOUT_EFFECT
    # The books were proved before, and will be again at the end; these are the same rows.
    assert dump(field.engine) == field.before


@pytest.mark.parametrize("what", hostile.ON_BOTH)
def test_what_is_not_in_order_leaves_no_trace(field: Field, what: str) -> None:
    assert_without_trace(field, hostile.ON_BOTH[what], what)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", hostile_sqlite.ON_SQLITE)
def test_what_only_sqlite_knows_leaves_no_trace(field: Field, what: str) -> None:
    assert_without_trace(field, hostile_sqlite.ON_SQLITE[what], what)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", hostile_postgresql.ON_POSTGRESQL)
def test_what_only_postgresql_knows_leaves_no_trace(field: Field, what: str) -> None:
    assert_without_trace(field, hostile_postgresql.ON_POSTGRESQL[what], what)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_versions_balances_and_moments_that_somebody_brings_are_not_taken(own_engine: Engine) -> None:
    names = transaction(own_engine, prepare)
    brought = {
        "debit_version": "99",
        "credit_version": "1",
        "debit_balance_after": "0",
        "credit_balance_after": "0",
    }
    assert not refused(own_engine, [hostile.entry(), hostile.transfer(**brought)], names)
    with own_engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT debit_version, credit_version, moved_at < '2900-01-01' "
                "FROM transfer WHERE entry_id = 7000"
            )
        ).one()
    assert tuple(row) == (5, 6, True)
    assert_proved(own_engine)


#: With temporary tables of the same names, unqualified names mean these.
SHADOWS = ["account", "account_event", "entry", "transfer", "ledger_bulk_pass"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_temporary_tables_of_the_same_names_take_nothings_place(own_engine: Engine) -> None:
    names = transaction(own_engine, prepare)
    shadows = [f"CREATE TEMP TABLE {name} AS TABLE public.{name}" for name in SHADOWS]
    shadows += [
        "INSERT INTO ledger_bulk_pass VALUES (pg_current_xact_id())",
        "UPDATE account SET floor = NULL, closed_on = NULL",
    ]
    forged = {
        "debit_version": "99",
        "credit_version": "99",
        "debit_balance_after": "0",
        "credit_balance_after": "0",
    }
    lines = [hostile.entry(), hostile.transfer(**forged)]
    in_public = [line.replace("INTO ", "INTO public.") for line in lines]
    too_low = [hostile.entry(), hostile.transfer(amount="5000")]
    before = dump(own_engine)
    assert refused(
        own_engine, [*shadows, *[line.replace("INTO ", "INTO public.") for line in too_low]], names
    )
    assert refused(own_engine, [*shadows, *hostile_postgresql.bulk(the_amounts="ARRAY[5000,5]")], names)
    assert dump(own_engine) == before
    assert not refused(own_engine, [*shadows, *in_public, *hostile_postgresql.bulk()], names)
    with own_engine.connect() as connection:
        balance = text(f"SELECT credits - debits FROM account WHERE id = {names['a']}")
        assert connection.scalar(balance) == -1 + 3 - 5 - 5
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_rows_that_are_copied_in_meet_the_same_rules(field: Field) -> None:
    row = "{free}\t2\t{book}\tMIN\t{a}\t{b}\t5\t2026-04-03\t1\t1\t0\t0\n".format(**field.names)

    def copy_in() -> None:
        with field.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor().copy("COPY transfer FROM STDIN") as copy:
                copy.write(row)

    with pytest.raises(Exception, match="entry_is_final"):
        copy_in()
    assert dump(field.engine) == field.before


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_a_connection_without_foreign_keys_leaves_behind_is_found_by_the_proof(
    own_engine: Engine,
) -> None:
    names = transaction(own_engine, prepare)
    with own_engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        connection.begin()
        driver.execute(hostile.entry().format(**names))
        connection.commit()
    own_engine.dispose()
    faults = transaction(own_engine, ledger.prove, read_only=True).faults
    assert faults == (
        "entry 7000 should have 1 lines and has 0, the last of them line 0",
        "a row of entry refers to a row of transfer that is not there",
    )


def test_a_refused_entry_leaves_nothing_though_its_transaction_goes_on(own_engine: Engine) -> None:
    names = transaction(own_engine, prepare)
    book = names["book"]

    def work(session: Session) -> list[int]:
        a, b, c = (ledger.find_account(session, book_id=book, code=code, commodity="MIN") for code in "abc")
        with pytest.raises(FloorExceeded), session.begin_nested():
            ledger.post(session, of_lines((a, b, 900), (c, b, 5), (a, c, 200)))
        ledger.post(session, an_entry(a, b, 1))
        return balances(session, [a, b, c])

    assert transaction(own_engine, work) == [1, -10, 9]
    assert_proved(own_engine)


def test_an_attempt_that_is_misspelt_would_be_noticed(field: Field) -> None:
    for statement in ("INSERT INTO entri DEFAULT VALUES", "INSERT INTO entry (keys) VALUES (1)", "INSART"):
        with pytest.raises(AssertionError):
            refused(field.engine, [statement], field.names)
