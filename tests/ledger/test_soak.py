"""Processes and servers that are killed lose and double nothing, and whoever posts is a good client."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import ledger
from ledger import FloorExceeded
from ledger import KeyReused
from ledger import Posted
from soak import __main__ as command
from soak.book import open_accounts
from soak.book import read_book
from soak.checking import check
from soak.crew import Crew
from soak.figures import Figures
from soak.journal import Journal
from soak.journal import postings_so_far
from soak.journal import read_journals
from soak.running import schedule
from soak.running import soak
from soak.worker import Known
from soak.worker import Request
from soak.worker import Worker
from soak.worker import is_lost

ROOT = Path(__file__).parent.parent.parent
SECONDS = 6
PROCESSES = 4


def running_in(folder: str) -> list[str]:
    """List the processes that name a folder in their command."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text()
        except OSError:
            continue
        if folder in line:
            found.append(line.replace("\0", " "))
    return found


# --- the soak itself, in 20 seconds -------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_while_processes_and_the_server_are_killed(engine_name: str) -> None:
    said: list[str] = []
    figures = soak(engine_name, seconds=SECONDS, processes=PROCESSES, seed=7, say=said.append)
    assert figures.faults == ()
    assert (figures.lost, figures.doubled, figures.unintended, figures.deadlocks_at_callers) == (0, 0, 0, 0)
    assert figures.acknowledged > 100
    assert figures.refused > 0
    assert figures.answered_again_on_purpose > 0
    assert (figures.workers_killed, figures.all_at_once) == (3 + PROCESSES, 1)
    if engine_name == "postgresql":
        assert (figures.servers_killed, figures.backends_killed) == (1, 1)
        assert figures.connections_lost > 0
        assert {"fsync", "full_page_writes", "synchronous_commit"} <= {
            name for name, value in figures.settings.items() if value == "on"
        }
    else:
        assert (figures.servers_killed, figures.connections_lost) == (None, 0)
        assert figures.settings == {"journal_mode": "wal", "synchronous": "full"}
    folder = said[0].rpartition(" ")[2]
    assert not Path(folder).exists()
    assert running_in(folder) == []


@pytest.mark.slow
def test_a_soak_that_is_interrupted_leaves_nothing_behind() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "soak", "postgresql", "--seconds", "60", "--processes", "2"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        folder = running.stderr.readline().rpartition(" ")[2].strip()
        until = time.monotonic() + 120
        # The server, two workers, and who watches over the folder.
        while len(running_in(folder)) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(running_in(folder)) >= 4
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=120)
    assert running.returncode != 0
    assert not Path(folder).exists()
    assert running_in(folder) == []


@pytest.mark.parametrize("seconds", [1, 8, 120])
def test_everything_is_killed_at_least_once_however_short_it_is(seconds: int) -> None:
    dice = random.Random(7)  # noqa: S311 (not a secret)
    plan = schedule(seconds, dice, has_server=True)
    assert {what for _, what in plan} == {"worker", "crew", "server", "connection"}
    assert [what for _, what in plan].count("worker") == max(1, seconds // 2)
    assert all(0 < moment < seconds for moment, _ in plan)
    assert plan == sorted(plan)
    assert {what for _, what in schedule(seconds, dice, has_server=False)} == {"worker", "crew"}


# --- workers ------------------------------------------------------------------------------------------------


def a_worker(engine: Engine, path: Path) -> Worker:
    accounts = open_accounts(engine, f"soak-{uuid4().hex}")
    return Worker(engine, accounts, Journal(path), "test")


def test_what_a_worker_writes_down_is_what_stands_in_the_book(engine: Engine, tmp_path: Path) -> None:
    noise = a_worker(engine, tmp_path / "noise")
    noise.post()
    worker = a_worker(engine, tmp_path / "journal")
    turns = iter([False] * 100 + [True])
    worker.run(lambda: next(turns))
    worker.post_some()
    journals = read_journals([tmp_path / "journal"])
    book = ledger.transaction(engine, lambda session: read_book(session, worker.accounts), read_only=True)
    assert check(journals, book).all == []
    assert {entry.key for entry in book.entries} == journals.acknowledged.keys()
    assert len(book.entries) > 50
    assert journals.in_doubt == set()
    assert journals.refused
    assert journals.answered_again_on_purpose > 0
    assert postings_so_far([tmp_path / "journal"]) >= len(book.entries)


def test_what_is_not_answered_is_asked_again(engine: Engine, tmp_path: Path) -> None:
    worker = a_worker(engine, tmp_path / "journal")
    answers: Iterator[Posted | Exception] = iter(
        [psycopg.OperationalError("gone"), Posted(5, (), repeated=True)]
    )

    def send() -> list[Posted]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return [answer]

    request = Request((("soak:1", ((1, 2, 3),)),), send)
    assert worker.answers(request, again=None) == [Posted(5, (), repeated=True)]
    journals = read_journals([tmp_path / "journal"])
    assert (journals.connections_lost, journals.answered_after_a_loss) == (1, 1)
    assert journals.acknowledged == {"soak:1": 5}
    assert journals.troubles == []


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Posted(5, (), repeated=True), "answered as repeated, and sent only once"),
        (FloorExceeded("a", 1, 0, -1), None),
        (psycopg.errors.DeadlockDetected("deadlock"), "DeadlockDetected: deadlock"),
        (KeyReused("soak:1", 4), "KeyReused"),
    ],
)
def test_what_should_not_reach_a_caller_is_trouble(
    engine: Engine, tmp_path: Path, answer: Posted | Exception, trouble: str | None
) -> None:
    worker = a_worker(engine, tmp_path / "journal")

    def send() -> list[Posted]:
        if isinstance(answer, Exception):
            raise answer
        return [answer]

    worker.answers(Request((("soak:1", ((1, 2, 3),)),), send), again=None)
    journals = read_journals([tmp_path / "journal"])
    assert len(journals.troubles) == (trouble is not None)
    assert (trouble or "") in "".join(journals.troubles)
    assert journals.transient == isinstance(answer, psycopg.errors.DeadlockDetected)
    assert journals.refused == ({"soak:1"} if trouble is None else set())


@pytest.mark.parametrize("then", [Posted(6, (), repeated=True), Posted(5, (), repeated=False)])
def test_another_answer_to_the_same_key_is_trouble(engine: Engine, tmp_path: Path, then: Posted) -> None:
    worker = a_worker(engine, tmp_path / "journal")
    known = Known("soak:1", ((1, 2, 3),), (), Posted(5, ()), is_reversal=False)
    worker.answers(Request((("soak:1", ((1, 2, 3),)),), lambda: [then]), again=known)
    (trouble,) = read_journals([tmp_path / "journal"]).troubles
    assert trouble.startswith("soak:1: first answered")


def test_a_worker_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    crew = Crew(tmp_path)
    with pytest.raises(RuntimeError, match=r"worker 1 ended by itself with status 1: .*task\.json"):
        crew.begin(1)
    crew.kill_all()


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown("going down"), True),
        (psycopg.errors.CannotConnectNow("starting up"), True),
        (OperationalError("INSERT", {}, psycopg.OperationalError("connection lost")), True),
        (psycopg.errors.DeadlockDetected("deadlock"), False),
        (OperationalError("INSERT", {}, psycopg.errors.DeadlockDetected("deadlock")), False),
        (psycopg.errors.DiskFull("disk full"), False),
        (psycopg.ProgrammingError("no such table"), False),
        (FloorExceeded("a", 1, 0, -1), False),
    ],
)
def test_only_a_lost_connection_is_asked_again(error: Exception, lost: bool) -> None:
    assert is_lost(error) is lost


# --- the command --------------------------------------------------------------------------------------------


def some_figures(engine: str, seed: int, *faults: str) -> Figures:
    return Figures(
        engine=engine,
        seed=seed,
        settings={"synchronous": "full"},
        seconds=10.0,
        processes=4,
        acknowledged=1_234,
        answered_after_a_loss=3,
        answered_again_on_purpose=5,
        refused=6,
        workers_killed=7,
        all_at_once=1,
        servers_killed=None,
        backends_killed=None,
        connections_lost=0,
        in_doubt=2,
        in_doubt_found=1,
        torn=0,
        lost=len(faults),
        doubled=0,
        unintended=0,
        deadlocks_at_callers=0,
        deadlocks_broken=None,
        faults=faults,
    )


def test_the_command_names_the_first_thing_that_is_wrong_and_the_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answers = {
        "sqlite": some_figures("SQLite", 42),
        "postgresql": some_figures("PostgreSQL", 42, "soak:1 was acknowledged", "and so on"),
    }
    monkeypatch.setattr(command, "soak", lambda engine, **_: answers[engine])
    monkeypatch.setattr(command, "KEPT", tmp_path / "soak.json")
    monkeypatch.setattr(sys, "argv", ["soak", "--seed", "42"])
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit, match=r"^PostgreSQL, seed 42: soak:1 was acknowledged$"):
            command.main()
    finally:
        signal.signal(signal.SIGTERM, before)
    table = capsys.readouterr().out
    assert re.search(r"postings acknowledged +1,234\n", table)
    assert re.search(r"servers killed +–\n", table)
    assert re.search(r"limits, proof +hold\n.*limits, proof +2 faults\n", table, re.DOTALL)
    kept = json.loads((tmp_path / "soak.json").read_text(encoding="utf-8"))
    assert [one["lost"] for one in kept["figures"]] == [0, 2]
    assert kept["machine"]["cores"] > 0


@pytest.mark.parametrize("arguments", [["mysql"], ["--seconds", "0"], ["--processes", "0"]])
def test_what_cannot_be_soaked_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["soak", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
