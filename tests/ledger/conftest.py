"""Databases that hold the ledger alone: one that tests share, with books of their own, and private ones."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy import make_url
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.databases import PROGRAM
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.databases import as_program
from tests.databases import as_role
from tests.databases import once

TEMPLATE = "template_ledger"
#: Whoever comes first makes the role: roles are the server's, not a database's.
_ROLE = f"""
    DO $$ BEGIN CREATE ROLE {PROGRAM} LOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""


def made(url: str) -> None:
    """Make the ledger's tables in an empty database, and let the program's role use them."""
    engine = ledger.connect(url)
    ledger.create_all(engine)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(_ROLE))
            ledger.grant(connection, PROGRAM)
    engine.dispose()


@contextmanager
def copied(databases: SQLite | PostgreSQL, name: str) -> Iterator[str]:
    """Give a database of its own with the ledger's tables, copied from a template, for its owner."""
    if isinstance(databases, SQLite):
        template = databases.room / "ledger.sqlite3"
        with once(databases.room, "ledger-sqlite") as note:
            if not note.exists():
                made(f"sqlite:///{template}")
                note.touch()
        with databases.empty(name) as url:
            shutil.copyfile(template, make_url(url).database or "")
            yield url
    else:
        with once(databases.room, "ledger-postgresql") as note:
            if not note.exists():
                made(databases.new_template(TEMPLATE))
                note.touch()
        with databases.empty(name, TEMPLATE) as url:
            yield url


@pytest.fixture(scope="session")
def shared_sqlite(sqlite: SQLite) -> Iterator[str]:
    with copied(sqlite, f"shared{uuid4().hex}") as url:
        yield url


@pytest.fixture(scope="session")
def shared_postgresql(postgresql: PostgreSQL) -> Iterator[str]:
    with copied(postgresql, f"shared{uuid4().hex}") as url:
        yield url


@pytest.fixture
def engine(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on the database that the ledger's tests share: other tests' books are its noise.

    On PostgreSQL with the program's role, which may read, post, and nothing else.
    """
    engine = ledger.connect(as_program(request.getfixturevalue(f"shared_{engine_name}")))
    yield engine
    engine.dispose()


@pytest.fixture
def administrator(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine for the server's own administrator, whom no role keeps from anything."""
    engine = ledger.connect(as_role(request.getfixturevalue(f"shared_{engine_name}"), "postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def own_engine(databases_here: SQLite | PostgreSQL) -> Iterator[Engine]:
    """An engine on a database that no other test sees, for the role that owns it: to be broken."""
    with copied(databases_here, f"t{uuid4().hex}") as url:
        engine = ledger.connect(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a writing transaction, rolled back at the end unless the test commits it."""
    with Session(engine) as session:
        ledger.begin(session)
        yield session
        session.rollback()
