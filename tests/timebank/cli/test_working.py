"""`timebank worker` does what is due, and ends when it is told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import at
from tests.builders import written
from tests.commands import timebank
from tests.databases import SECRET_KEY
from timebank import clock
from timebank.cli import working
from timebank.cli.working import handlers_with
from timebank.cli.working import look_at_timetable
from timebank.mail.carriers import Folder
from timebank.queue import Job
from timebank.queue.models import DONE
from timebank.settings import ROOT

START = "from timebank.cli import main; main()"


def a_busy_community(session: Session) -> int:
    """Found a community in which somebody is to confirm, and something is to be sealed."""
    community = a_community(session, slug="kadoma", time_zone="UTC")
    hana, ken = (a_neighbour(session, community).member for _ in range(2))
    assert hana
    assert ken
    a_proposal(session, community, hana, ken)
    an_exchange(session, community, hana, ken)
    return community.id


def test_every_kind_of_work_has_a_name_and_somebody_who_does_it(app: Flask) -> None:
    named = app.extensions["timebank"].kinds_of_work
    assert handlers_with(Folder(Path(), "a@b")).keys() == named.keys()
    assert {daily.kind for daily in working.TIMETABLE} <= named.keys()


def test_the_timetable_is_that_of_every_community(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 10)

    def work(session: Session) -> list[int]:
        for zone in ("UTC", "Asia/Tokyo"):
            a_community(session, time_zone=zone)
        return [look_at_timetable(session, now=clock.now()) for _ in range(2)]

    assert written(app, work) == [2 * len(working.TIMETABLE), 0]


def test_once_it_does_everything_that_is_due(database_url: str, tmp_path: Path) -> None:
    engine = ledger.connect(database_url)
    community_id = written(engine, a_busy_community)
    result = timebank(database_url, "worker", "--once", mail_folder=str(tmp_path))
    assert result.exit_code == 0, result.stderr
    with Session(engine) as session:
        states = set(session.scalars(select(Job.state)))
        book = session.scalar(select(ledger.metadata.tables["book"].c.id))
        sealed = ledger.newest_seal(session, int(book or 0))
    engine.dispose()
    assert states == {DONE}
    assert (sealed is not None) == (clock.now().hour >= 3)
    assert len(list((tmp_path / "kadoma").glob("*.eml"))) == 1
    assert community_id


def test_a_mail_url_that_is_none_is_told_in_one_sentence(database_url: str) -> None:
    result = timebank(database_url, "worker", "--once", mail_url="imap://u:s3cret@mail.example.org")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: MAIL_URL is an address such as")
    assert "s3cret" not in result.stderr


@contextmanager
def running(url: str, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    environ = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "PYTHONPATH": str(ROOT)}
    environ["MAIL_FOLDER"] = str(folder)
    started = subprocess.Popen(
        [sys.executable, "-c", START, "worker", *options],
        env=environ,
        cwd=folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def wait_for_work(url: str) -> None:
    engine, until = create_engine(url), time.monotonic() + 30
    while time.monotonic() < until:
        with Session(engine) as session:
            if session.scalar(select(Job.id).where(Job.state == DONE)) is not None:
                break
        time.sleep(0.1)
    else:
        pytest.fail("nothing was done")
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["told", "left alone"])
def test_it_works_until_it_is_told_to_end_or_whoever_started_it_is_gone(
    database_url: str, tmp_path: Path, how: str
) -> None:
    engine = ledger.connect(database_url)
    written(engine, a_busy_community)
    engine.dispose()
    with running(database_url, tmp_path, *(["--until-closed"] if how == "left alone" else [])) as worker:
        wait_for_work(database_url)
        assert worker.poll() is None
        if how == "told":
            worker.send_signal(signal.SIGTERM)
        else:
            assert worker.stdin
            worker.stdin.close()
            worker.stdin = None
        assert worker.wait(10) == 0
