"""The tables, and the triggers behind them, are made whole or not at all."""

import re
import sqlite3
from uuid import uuid4

import pytest
from sqlalchemy import Column
from sqlalchemy import Engine
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import inspect
from sqlalchemy import make_url
from sqlalchemy import text
from sqlalchemy.schema import CreateTable

import ledger
from ledger import Whole
from ledger import schema
from ledger.creating import statements
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.ledger.builders import assert_proved

TABLES = {
    *("commodity", "book", "period_event", "account", "account_event", "entry", "transfer", "snapshot"),
    *("seal", "seal_leaf"),
}


def test_an_empty_database_becomes_a_ledger(empty_database_url: str) -> None:
    engine = ledger.connect(empty_database_url)
    ledger.create_all(engine)
    assert set(inspect(engine).get_table_names()) == TABLES == set(ledger.metadata.tables)
    assert_proved(engine)
    engine.dispose()


def test_tables_have_every_key_whichever_engine_was_made_before(
    sqlite: SQLite, postgresql: PostgreSQL
) -> None:
    of_sqlite = {"fk_account_opening", "fk_entry_last_line"}
    for databases, wanted in ((postgresql, {"fk_account_opening"}), (sqlite, of_sqlite)) * 2:
        with databases.empty(f"t{uuid4().hex}") as url:
            engine = ledger.connect(url)
            ledger.create_all(engine)
            keys = inspect(engine).get_multi_foreign_keys()
            names = {key["name"] for several in keys.values() for key in several}
            engine.dispose()
        assert wanted <= names


def test_a_rule_of_one_column_is_a_domains_on_postgresql_and_the_tables_on_sqlite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    monkeypatch.setattr(schema, "DOMAINS", made)
    table = Table(
        "noise",
        MetaData(),
        Column("name", schema._ruled(Text(), "name", "name_is_short", "length(VALUE) < 9")),
        Column("count", schema._ruled(Whole, "number", "number_counts", "VALUE > 0")),
        schema._sqlite_check("count > 0", "n"),
    )
    assert made == [
        "CREATE DOMAIN name AS TEXT CONSTRAINT name_is_short CHECK (length(VALUE) < 9)",
        "CREATE DOMAIN number AS BIGINT CONSTRAINT number_counts CHECK (VALUE > 0)",
    ]
    ddl = {
        dialect.name: " ".join(str(CreateTable(table).compile(dialect=dialect)).split())
        for dialect in (make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+psycopg"))
    }
    assert ddl == {
        "sqlite": "CREATE TABLE noise ( name TEXT, count INTEGER, CONSTRAINT n CHECK (count > 0) )",
        "postgresql": "CREATE TABLE noise ( name name, count number )",
    }


def test_making_it_again_changes_nothing(own_engine: Engine) -> None:
    catalogue = {
        "sqlite": "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2",
        "postgresql": "SELECT oid, tgname FROM pg_trigger ORDER BY 1",
    }[own_engine.dialect.name]
    with own_engine.connect() as connection:
        before = connection.execute(text(catalogue)).all()
    ledger.create_all(own_engine)
    with own_engine.connect() as connection:
        assert connection.execute(text(catalogue)).all() == before
    assert_proved(own_engine)


def test_tables_that_are_not_the_ledgers_bring_no_triggers(empty_database_url: str) -> None:
    engine = ledger.connect(empty_database_url)
    ledger.metadata.create_all(engine, tables=[ledger.metadata.tables["commodity"]])
    assert inspect(engine).get_table_names() == ["commodity"]
    MetaData().create_all(engine)
    engine.dispose()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_each_statement_stands_alone(dialect: str) -> None:
    parts = statements(dialect)
    assert len(parts) > 20
    for part in parts:
        assert "\n--;" not in part
        # A comment belongs to the statement that follows it.
        first = next(line for line in part.splitlines() if line and not line.startswith("--"))
        assert re.match(
            r"(CREATE (TABLE|TRIGGER|CONSTRAINT TRIGGER|FUNCTION|INDEX)|ALTER TABLE|REVOKE|GRANT) ", first
        ), part
        assert not part.endswith(";"), part
    if dialect == "sqlite":
        assert [part for part in parts if not sqlite3.complete_statement(part + ";")] == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_table_of_sqlite_is_strict(own_engine: Engine) -> None:
    query = text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    with own_engine.connect() as connection:
        strict = {name: flag for name, flag in connection.execute(query)}  # noqa: C416 (for its types)
    assert {table: strict[table] for table in TABLES} == dict.fromkeys(TABLES, 1)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_functions_of_postgresql_that_run_as_the_owner_look_at_temporary_tables_last(
    own_engine: Engine,
) -> None:
    query = text(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    with own_engine.connect() as connection:
        found = connection.execute(query).all()
    assert len(found) >= 6
    assert [name for name, settings in found if settings != ["search_path=public, pg_temp"]] == []
