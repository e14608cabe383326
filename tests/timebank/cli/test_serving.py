"""Serving the pages, as `make run` does."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.databases import SECRET_KEY
from tests.servers import free_port
from timebank.cli.running import tell_unused_keys

ROOT = Path(__file__).parent.parent.parent.parent
START = "from timebank.cli import main; main()"


def answer_of(address: str, *, seconds: float = 30) -> str:
    """Ask until the server is there."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def processes_of(group: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, its_group = re.sub(r"^.*\) ", "", stat.read_text()).split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_server_tells_its_address_and_ends_with_all_it_started(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", str(port)],
        env={**os.environ, "DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert answer_of(f"http://127.0.0.1:{port}/healthz") == "ok\n"
        # The second worker may come a moment after the first has answered.
        until = time.monotonic() + 30
        while len(processes_of(server.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(processes_of(server.pid)) == 3
    finally:
        server.send_signal(signal.SIGINT)
        said, logged = server.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}/" in said
    assert re.search(
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} [0-9a-f]{16} GET /healthz 200 \d+ ms$",
        logged,
        re.MULTILINE,
    )
    assert server.returncode == 0
    assert processes_of(server.pid) == []


def those_who_work_on(database_url: str) -> list[str]:
    """List the processes that were started with this database."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"DATABASE_URL={database_url}" in environ.read_text().split("\0"):
                found.append((environ.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_the_server_brings_a_worker_that_ends_with_it_however_it_ends(
    database_url: str, tmp_path: Path, end: signal.Signals
) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", str(port), "--with-worker"],
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET_KEY,
            "PYTHONPATH": str(ROOT),
            "MAIL_FOLDER": str(tmp_path),
        },
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answer_of(f"http://127.0.0.1:{port}/healthz")
        assert any(" worker " in one for one in those_who_work_on(database_url))
    finally:
        server.send_signal(end)
        server.wait(30)
    until = time.monotonic() + 30
    while those_who_work_on(database_url) and time.monotonic() < until:
        time.sleep(0.1)
    assert those_who_work_on(database_url) == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_port_that_is_taken_is_said_in_one_sentence(database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        tried = subprocess.run(
            [sys.executable, "-c", START, "serve", "--port", str(port)],
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "SECRET_KEY": SECRET_KEY,
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert tried.returncode == 1
    assert tried.stdout == ""
    assert tried.stderr.startswith(f"Error: Cannot listen on 127.0.0.1, port {port}")
    assert tried.stderr.count("\n") == 1


def test_keys_that_count_for_nobody_are_named_as_it_starts(
    database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "STRIPE_SECRET_KEY_NAGOYA": "rk_test_something",
        "STRIPE_WEBHOOK_SECRET_NAGOYA": "whsec_something",
    }.items():
        monkeypatch.setenv(name, value)
    tell_unused_keys()
    assert "STRIPE_SECRET_KEY_NAGOYA counts for nobody" in capsys.readouterr().err
