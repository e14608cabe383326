"""What every test may ask for: a fresh database on each engine, the application on it, and a browser."""

import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import sync_playwright
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session
from stripe._http_client import HTTPClient

import ledger
from tests import databases
from tests.browser import ARGUMENTS
from tests.browser import browser_or_raise
from tests.browser import environment
from tests.databases import ROOM
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.pages import Pages
from tests.pages import accessibility_check
from tests.quick import remember_routes
from tests.quick import remember_statements
from tests.servers import LiveServer
from tests.servers import application
from tests.servers import served
from timebank import clock
from timebank.people import service as people

QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def pytest_configure(config: pytest.Config) -> None:
    """Open the run's room, and close it however the run ends; workers and `make mutants` inherit its name."""
    # A hash that is slow to guess takes a quarter of the run; one test looks at the program's own.
    people._HASHER = QUICK_HASHER
    # The library waits for half a second and longer before it asks a Stripe again that has stumbled.
    HTTPClient.INITIAL_DELAY = 0.01
    remember_routes()
    remember_statements()
    if ROOM not in os.environ:
        stack = ExitStack()
        os.environ[ROOM] = str(stack.enter_context(databases.shared_room()))
        stack.callback(os.environ.pop, ROOM)
        config.add_cleanup(stack.close)


# --- databases ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def room() -> Path:
    return Path(os.environ[ROOM])


@pytest.fixture(scope="session")
def sqlite(room: Path) -> SQLite:
    return SQLite(room)


@pytest.fixture(scope="session")
def postgresql(room: Path) -> Iterator[PostgreSQL]:
    server = PostgreSQL(room)
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on: each of them, or what it is parametrised with (indirect=True)."""
    return str(request.param)


@pytest.fixture
def databases_here(engine_name: str, request: pytest.FixtureRequest) -> SQLite | PostgreSQL:
    """The engine's databases; PostgreSQL is started by the first test that needs it."""
    found: SQLite | PostgreSQL = request.getfixturevalue(engine_name)
    return found


@pytest.fixture
def empty_database_url(databases_here: SQLite | PostgreSQL) -> Iterator[str]:
    """A database of the test's engine without a table."""
    with databases_here.empty(f"t{uuid4().hex}") as url:
        yield url


@pytest.fixture
def database_url(databases_here: SQLite | PostgreSQL) -> Iterator[str]:
    """A migrated database of the test's engine, its own."""
    with databases_here.migrated(f"t{uuid4().hex}") as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine prepared for the ledger, on the test's own migrated database."""
    engine = ledger.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_engines(sqlite: SQLite, postgresql: PostgreSQL) -> Iterator[Callable[[str], Engine]]:
    """One migrated database of each engine for all of a worker's tests that only roll back."""
    with ExitStack() as stack:
        made: dict[str, Engine] = {}
        places: dict[str, SQLite | PostgreSQL] = {"sqlite": sqlite, "postgresql": postgresql}

        def of(name: str) -> Engine:
            if name not in made:
                url = stack.enter_context(places[name].migrated(f"shared{uuid4().hex}"))
                made[name] = ledger.connect(url)
                stack.callback(made[name].dispose)
            return made[name]

        yield of


@pytest.fixture
def session(
    request: pytest.FixtureRequest, engine_name: str, shared_engines: Callable[[str], Engine]
) -> Iterator[Session]:
    """A session in a writing transaction that is rolled back at the end.

    On a database that other such tests share, which makes a test quick; a test that also asks for
    ``engine`` has its own, and may commit. What a commit would have refused is asked for at the end.
    """
    own = {"engine", "database_url"} & set(request.fixturenames)
    engine = request.getfixturevalue("engine") if own else shared_engines(engine_name)
    with Session(engine) as session:
        ledger.begin(session)
        yield session
        if not _is_broken(session):
            session.flush()
            _ask_for_deferred_keys(session)
        session.rollback()


def _is_broken(session: Session) -> bool:
    """Say whether a refusal has ended the transaction, which then answers nothing more."""
    if not session.is_active or not session.in_transaction():
        return True
    driver: Any = session.connection().connection.driver_connection
    status = getattr(getattr(driver, "info", None), "transaction_status", None)
    return status == TransactionStatus.INERROR


def _ask_for_deferred_keys(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    else:
        assert session.execute(text("PRAGMA foreign_key_check")).first() is None


# --- the application ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Push nothing, in the place of pytest-flask's fixture: `g` must not outlive a request."""


@pytest.fixture
def the_same_day(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the day on which a module of tests was read, its ``TODAY``, where midnight passes meanwhile."""
    behind, real = clock.today("Asia/Tokyo") - request.module.TODAY, clock.now
    monkeypatch.setattr(clock, "now", lambda: real() - behind)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application on the test's own database; its forms need no CSRF token, a live server's do."""
    with application(database_url) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser, without the browser."""
    return app.test_client()


# --- browsers -----------------------------------------------------------------------------------------------


@pytest.fixture
def live_server(sqlite: SQLite) -> Iterator[LiveServer]:
    """The application on a port of this machine, on a fresh SQLite database."""
    with sqlite.migrated(f"t{uuid4().hex}") as url, served(url) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    path = browser_or_raise()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(ARGUMENTS), env={**environment()}
        )
        yield browser
        browser.close()


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages (width=, language=, javascript=, color_scheme=); what their consoles complain of fails."""
    pages = Pages(browser)
    yield pages.open
    pages.close()
    assert not pages.complaints, "\n".join(pages.complaints)


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Fails where axe-core finds something on the page."""
    return accessibility_check()
