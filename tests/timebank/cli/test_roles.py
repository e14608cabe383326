"""Two roles on PostgreSQL: `db upgrade` sets both up, and what is not set apart is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

import ledger
from tests.commands import answer
from tests.databases import PROGRAM
from tests.databases import SECRET_KEY
from tests.databases import PostgreSQL
from tests.databases import as_owner
from tests.databases import as_role
from tests.databases import shown

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def upgraded(ours: str, owners: str) -> subprocess.CompletedProcess[str]:
    """Run `timebank db upgrade` in a process of its own, because a migration's log is the process's."""
    code = "from timebank.cli import main; main(['db', 'upgrade'])"
    urls = {"DATABASE_URL": ours, "MIGRATION_DATABASE_URL": owners}
    env = {**os.environ, **urls, "SECRET_KEY": SECRET_KEY}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def fresh_role(empty_database_url: str) -> Iterator[str]:
    """A role that nobody has made; it is gone afterwards, with whatever it was granted or owns."""
    role = f"r{uuid4().hex}"
    yield role
    with psycopg.connect(as_role(empty_database_url, "postgres"), autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            server.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role)))


def test_the_programs_role_is_made_and_may_do_its_work(
    empty_database_url: str, fresh_role: str, postgresql: PostgreSQL
) -> None:
    password = "words and 'quotes' and %s"
    ours = shown(make_url(empty_database_url).set(username=fresh_role, password=password))
    for _ in range(2):
        done = upgraded(ours, empty_database_url)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(empty_database_url) as connection:
        (kept,) = postgresql.server.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", (fresh_role,)
        ).fetchone() or ("",)
        assert kept.startswith("SCRAM-SHA-256$")
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owners == [(make_url(empty_database_url).username,)]
    answer(ours, "community", "create", "kadoma", "--name", "Kadoma")
    assert answer(ours, "verify").endswith("seals\nThe books hold.\n")


def test_where_the_owner_may_make_no_role_it_says_which_is_missing(
    empty_database_url: str, fresh_role: str, postgresql: PostgreSQL
) -> None:
    owner = sql.Identifier(fresh_role)
    database = sql.Identifier(make_url(empty_database_url).database or "")
    postgresql.server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(owner))
    postgresql.server.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
    done = upgraded(as_role(empty_database_url, "nobody_yet"), as_role(empty_database_url, fresh_role))
    assert done.returncode == 1
    assert "Error: The role nobody_yet of DATABASE_URL does not exist" in done.stderr
    assert "Traceback" not in done.stderr
    postgresql.server.execute(sql.SQL("ALTER DATABASE {} OWNER TO postgres").format(database))


def test_one_role_for_everything_is_told(database_url: str) -> None:
    assert "Note" not in answer(database_url, "verify")
    told = answer(as_owner(database_url), "verify")
    assert "Note: the role owns account, account_event" in told
    assert told.endswith("The books hold.\n")


def test_the_program_cannot_change_the_books_by_hand(database_url: str) -> None:
    engine = ledger.connect(database_url)
    assert engine.url.username == PROGRAM
    with (
        engine.connect() as connection,
        pytest.raises(Exception, match="permission denied for table account"),
    ):
        connection.exec_driver_sql("UPDATE account SET credits = credits + 1")
    engine.dispose()
