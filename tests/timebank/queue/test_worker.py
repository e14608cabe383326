"""Whoever works: each piece in its own transaction, nothing outside in one, and no failure stops the rest."""

import logging
from collections.abc import Callable
from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import at
from tests.builders import written
from timebank import clock
from timebank import queue
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.queue import NotDone
from timebank.queue import Task
from timebank.queue.models import DONE
from timebank.queue.models import FAILED
from timebank.queue.models import WAITING
from timebank.queue.models import Job
from timebank.queue.service import claim

Handlers = dict[str, queue.Handler]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 9)


@pytest.fixture
def community_id(engine: Engine) -> int:
    def work(session: Session) -> int:
        community = a_community(session)
        queue.enqueue(session, community_id=community.id, kind="rename", payload={"to": "Hirano"})
        return community.id

    return written(engine, work)


def work_one(engine: Engine, handlers: Handlers) -> bool:
    with Session(engine) as session:
        return queue.work_one(lambda: session, handlers)


def the_job(engine: Engine) -> Job:
    with Session(engine) as session:
        return session.scalars(select(Job)).one()


def name_of(engine: Engine, community_id: int) -> str:
    with Session(engine) as session:
        return session.get_one(Community, community_id).name


def rename(session: Session, task: Task) -> None:
    session.get_one(Community, task.community_id).name = task.payload["to"]
    session.flush()


def test_work_is_done_and_noted_together(engine: Engine, community_id: int) -> None:
    assert work_one(engine, {"rename": rename})
    assert name_of(engine, community_id) == "Hirano"
    job = the_job(engine)
    assert (job.state, job.ended_at, job.attempts) == (DONE, clock.now(), 1)
    assert not work_one(engine, {"rename": rename})


class Unwilling(Refusal):
    sentence = "The name is taken."


class Unsaid(Refusal):
    sentence = "“%(typed)s” is no name."


@pytest.mark.parametrize(
    ("error", "state", "told"),
    [
        (Unwilling(), WAITING, "The name is taken."),
        (Unsaid(typed="<b>words"), WAITING, "Something unexpected happened; the log says what."),
        (NotDone("No answer."), WAITING, "No answer."),
        (NotDone("Never.", final=True), FAILED, "Never."),
        (ValueError("somebody's words"), WAITING, "Something unexpected happened; the log says what."),
    ],
)
def test_work_that_fails_leaves_nothing_but_why(
    engine: Engine, community_id: int, error: Exception, state: str, told: str
) -> None:
    def half(session: Session, task: Task) -> None:
        rename(session, task)
        raise error

    assert work_one(engine, {"rename": half})
    assert name_of(engine, community_id) == "Kadoma neighbours"
    job = the_job(engine)
    assert (job.state, job.error, job.leased_until) == (state, told, None)


def test_work_that_nobody_knows_waits_for_somebody_who_does(engine: Engine, community_id: int) -> None:
    assert work_one(engine, {})
    assert the_job(engine).error == "Nobody here knows this kind of work."


def test_what_speaks_to_other_machines_does_so_outside_of_any_transaction(
    engine: Engine, community_id: int
) -> None:
    seen: list[str] = []

    def handler(session: Session, task: Task) -> queue.Outside:
        rename(session, task)

        def outside() -> Callable[[Session], None]:
            # Committed already, and nobody holds a lock: else this would wait, and see the old name.
            def append(other: Session) -> None:
                community = other.get_one(Community, task.community_id)
                seen.append(community.name)
                community.name = "Meanwhile"

            ledger.transaction(engine, append)
            return lambda session: rename(session, task)

        return outside

    assert work_one(engine, {"rename": handler})
    assert seen == ["Hirano"]
    assert name_of(engine, community_id) == "Hirano"
    assert the_job(engine).state == DONE


def test_what_is_to_be_noted_with_a_failure_is_noted_with_it(engine: Engine, community_id: int) -> None:
    def handler(_session: Session, task: Task) -> queue.Outside:
        def outside() -> Callable[[Session], None]:
            raise NotDone("No answer.", first=lambda session: rename(session, task))

        return outside

    assert work_one(engine, {"rename": handler})
    assert name_of(engine, community_id) == "Hirano"
    assert the_job(engine).error == "No answer."


def test_who_was_overtaken_undoes_what_they_did(
    engine: Engine, community_id: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slow(_session: Session, task: Task) -> queue.Outside:
        def outside() -> Callable[[Session], None]:
            later = datetime(2026, 4, 3, 12, tzinfo=UTC)
            assert ledger.transaction(engine, lambda session: claim(session, now=later))
            return lambda session: rename(session, task)

        return outside

    with caplog.at_level(logging.WARNING, "timebank.worker"):
        assert work_one(engine, {"rename": slow})
    assert name_of(engine, community_id) == "Kadoma neighbours"
    assert (the_job(engine).state, the_job(engine).attempts) == (WAITING, 2)
    assert "somebody else has begun it meanwhile" in caplog.text


def test_who_was_overtaken_and_fails_does_not_put_off_the_others_work(
    engine: Engine, community_id: int
) -> None:
    def slow(_session: Session, task: Task) -> queue.Outside:
        def outside() -> Callable[[Session], None]:
            later = datetime(2026, 4, 3, 12, tzinfo=UTC)
            assert ledger.transaction(engine, lambda session: claim(session, now=later))
            raise NotDone("No answer.", final=True)

        return outside

    assert work_one(engine, {"rename": slow})
    assert (the_job(engine).state, the_job(engine).error) == (WAITING, None)


def test_work_of_whoever_was_killed_is_begun_again(
    engine: Engine, community_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.transaction(engine, lambda session: claim(session, now=clock.now()))
    assert not work_one(engine, {"rename": rename})
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert work_one(engine, {"rename": rename})
    assert (the_job(engine).state, the_job(engine).attempts) == (DONE, 2)
