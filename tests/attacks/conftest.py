"""The program behind gunicorn, with the house in its database, for everything that is tried against it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from tests.attacks.visitor import Attacked
from tests.databases import SECRET_KEY
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.house import a_house
from tests.servers import application
from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent
START = "from timebank.cli import main; main()"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """`timebank serve` on a free port of this machine; at the end nothing may have broken in its log."""
    databases: SQLite | PostgreSQL = request.getfixturevalue(request.param)
    log = tmp_path_factory.mktemp("attacked") / "log"
    with ExitStack() as stack:
        url = stack.enter_context(databases.migrated(f"attacked{uuid4().hex}"))
        app = stack.enter_context(application(url))
        app.config["WTF_CSRF_ENABLED"] = False
        house, port = a_house(app), free_port()
        written = stack.enter_context(log.open("w"))
        server = subprocess.Popen(
            [sys.executable, "-c", START, "serve", "--port", str(port)],
            env={**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "PYTHONPATH": str(ROOT)},
            cwd=log.parent,
            stdout=subprocess.DEVNULL,
            stderr=written,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield Attacked(port, house, url)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert " 200 " in said
    assert [line for line in said.splitlines() if " broke" in line or "Traceback" in line] == []


def _wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
