"""What the books promise holds against SQL, too: each attempt is refused or without effect."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
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
from tests.databases import PROGRAM
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.databases import as_program
from tests.ledger import hostile
from tests.ledger import hostile_postgresql
from tests.ledger import hostile_program
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
    x, y = some_accounts(session, 2)
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
    ledger.seal(session, book_id=book)
    theirs = ledger.post(session, an_entry(x, y))
    old, older = (an_account(session, book, code) for code in ("old", "older"))
    new_one = ledger.post(session, an_entry(old, older, 7, posted_on=date(2026, 2, 10)))
    ledger.close_month(session, book_id=book, month=date(2026, 2, 1), actor=ACTOR)
    accounts = {"a": a, "b": b, "c": c, "x": x, "yen": yen, "closed": closed, "fund": fund}
    entries = {"one": one, "three": three, "free": free, "back": back, "new": new_one, "theirs": theirs}
    names: Names = {name: account.id for name, account in accounts.items()}
    names |= {name: posted.entry_id for name, posted in entries.items()} | {"book": book, "other": x.book_id}
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    for name, value in {"blob": "00", "salt": "ab" * 16, "hash": "ab" * 32, "nothing": "00" * 32}.items():
        names[name] = f"X'{value}'" if on_sqlite else rf"'\x{value}'"
    if on_sqlite:
        return names | {"over": "", "yes": "1", "no": "0"}
    return names | {"over": "OVERRIDING SYSTEM VALUE", "yes": "true", "no": "false"}


class Field(NamedTuple):
    """A small ledger that all attempts are made on, because none may leave a trace."""

    #: The program's role, on PostgreSQL.
    engine: Engine
    #: Whoever may read whatever the role may not.
    owner: Engine
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
        url = stack.enter_context(copied(databases_here, f"t{uuid4().hex}"))
        engine, owner = ledger.connect(as_program(url)), ledger.connect(url)
        stack.callback(engine.dispose)
        stack.callback(owner.dispose)
        names = transaction(engine, prepare)
        assert_proved(engine)
        let_write(owner)
        made[engine_name] = Field(engine, owner, names, dump(owner))
    return made[engine_name]


def let_write(owner: Engine) -> None:
    """Let the program's role write entries by hand, too, so that it is the triggers that refuse."""
    if owner.dialect.name == "postgresql":
        with owner.begin() as connection:
            for table, columns in hostile_postgresql.FILLED.items():
                connection.exec_driver_sql(f"GRANT INSERT ({', '.join(columns)}) ON {table} TO {PROGRAM}")


def attempt(engine: Engine, statements: list[str], names: Names) -> None:
    """Run statements in one transaction, straight on the driver, and commit."""
    with engine.connect() as connection:
        connection.begin()
        driver: Any = connection.connection.driver_connection
        for statement in statements:
            driver.execute(_spelt(engine, statement).format(**names))
        connection.commit()


def _spelt(engine: Engine, statement: str) -> str:
    """Leave out what the program's role is not asked for, where this is that role."""
    return hostile.as_program(statement) if engine.url.username == PROGRAM else statement


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


@pytest.fixture
def program(own_engine: Engine) -> Iterator[Engine]:
    """The same database for the program's role."""
    engine = ledger.connect(as_program(own_engine.url.render_as_string(hide_password=False)))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("what", hostile.IN_ORDER)
def test_what_is_in_order_is_taken(own_engine: Engine, program: Engine, what: str) -> None:
    names = transaction(program, prepare)
    let_write(own_engine)
    before = dump(own_engine)
    assert not refused(program, hostile.IN_ORDER[what], names)
    assert dump(own_engine) != before
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", hostile_postgresql.IN_ORDER_ON_POSTGRESQL)
def test_what_is_in_order_is_taken_by_the_functions(own_engine: Engine, program: Engine, what: str) -> None:
    names = transaction(program, prepare)
    before = dump(own_engine)
    statements, entries = hostile_postgresql.IN_ORDER_ON_POSTGRESQL[what]
    assert not refused(program, statements, names)
    assert len(dump(own_engine)["entry"]) == len(before["entry"]) + entries
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_programs_own_role_posts_by_functions_only(own_engine: Engine, program: Engine) -> None:
    names = transaction(program, prepare)
    before = dump(own_engine)
    for statements in hostile.IN_ORDER["an entry"], [hostile.transfer(entry_id="{free}", line="2")]:
        with pytest.raises(Exception, match=r"permission denied for table (entry|transfer)"):
            attempt(program, statements, names)
    assert dump(own_engine) == before


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", hostile_postgresql.BY_THE_OWNER)
def test_what_the_owner_writes_by_hand_belongs_together(field: Field, what: str) -> None:
    assert refused(field.owner, hostile_postgresql.BY_THE_OWNER[what], field.names)
    assert dump(field.owner) == field.before


#: Here the conflict is with the row that is there, and nothing is what happens.
WITHOUT_EFFECT = {
    *(f"{table} again, and nothing where it is there" for table in ("commodity", "book", "account", "entry")),
    *("an entry posted whose key was used", "lines whose key was used"),
}


def assert_without_trace(field: Field, statements: list[str], what: str) -> None:
    assert refused(field.engine, statements, field.names) or what in WITHOUT_EFFECT
    # The books were proved before, and will be again at the end; these are the same rows.
    assert dump(field.owner) == field.before


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
@pytest.mark.parametrize("what", hostile_program.BY_THE_PROGRAM)
def test_the_programs_own_role_can_do_no_more_than_post(field: Field, what: str) -> None:
    assert refused(field.engine, hostile_program.BY_THE_PROGRAM[what], field.names)
    assert dump(field.owner) == field.before


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_the_programs_role_may_beyond_posting_is_told(own_engine: Engine, program: Engine) -> None:
    def told(engine: Engine) -> list[str]:
        return transaction(engine, ledger.unguarded, read_only=True)

    assert told(program) == []
    (owns,) = told(own_engine)
    assert owns.startswith("the role owns account, account_event, book")
    with own_engine.begin() as connection:
        for more in ("UPDATE (debits) ON account", "DELETE ON entry", "INSERT (debit_version) ON transfer"):
            connection.execute(text(f"GRANT {more} TO {PROGRAM}"))
        connection.execute(text(f"GRANT INSERT (month) ON snapshot TO {PROGRAM}"))
    assert told(program) == [
        "the role may UPDATE on account",
        "the role may DELETE on entry",
        "the role may fill snapshot.month",
        "the role may fill transfer.debit_version",
    ]
    with own_engine.begin() as connection:
        ledger.grant(connection, PROGRAM)
    assert told(program) == []
    # Nothing more, and nothing less either.
    transaction(program, prepare)
    with program.connect() as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
        assert ledger.unguarded(connection) == [
            "synchronous_commit is off: what is acknowledged may be lost when the server falls"
        ]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_sqlite_has_no_roles_to_speak_of(engine: Engine) -> None:
    assert transaction(engine, ledger.unguarded, read_only=True) == []


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_temporary_tables_of_the_same_names_take_nothings_place(own_engine: Engine, program: Engine) -> None:
    names = transaction(program, prepare)
    let_write(own_engine)
    shadows = [f"CREATE TEMP TABLE {name} AS TABLE public.{name}" for name in hostile.TABLES]
    shadows += ["UPDATE account SET floor = NULL, closed_on = NULL"]

    def in_public(*lines: str) -> list[str]:
        spelt = [hostile.as_program(line) for line in lines]
        return [re.sub(r"(INTO|FROM) (\w+)", r"\1 public.\2", line) for line in spelt]

    too_low = in_public(hostile.entry(), hostile.transfer(amount="5000"))
    before = dump(own_engine)
    assert refused(program, [*shadows, *too_low], names)
    for by_function in (
        hostile_postgresql.one(the_amount="5000"),
        hostile_postgresql.lines(the_amounts="ARRAY[5000,5]"),
        hostile_postgresql.bulk(the_amounts="ARRAY[5000,5]"),
    ):
        assert refused(program, [*shadows, *by_function], names)
    assert dump(own_engine) == before
    lines = in_public(hostile.entry(), hostile.transfer())
    assert not refused(program, [*shadows, *lines, *hostile_postgresql.bulk()], names)
    with own_engine.connect() as connection:
        balance = text(f"SELECT credits - debits FROM account WHERE id = {names['a']}")
        assert connection.scalar(balance) == -1 + 3 - 5 - 5
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_rows_that_are_copied_in_meet_the_same_rules(field: Field) -> None:
    row = "{free}\t2\t{book}\tMIN\t{a}\t{b}\t5\n".format(**field.names)
    columns = ", ".join(hostile_postgresql.FILLED["transfer"])

    def copy_in() -> None:
        with field.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor().copy(f"COPY transfer ({columns}) FROM STDIN") as copy:
                copy.write(row)

    with pytest.raises(Exception, match="entry_is_final"):
        copy_in()
    assert dump(field.owner) == field.before


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
        "entry 7000000 should have 1 lines and has 0, the last of them line 0",
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
