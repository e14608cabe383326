"""Later work: asked for with its cause, begun by one, put off, given up, and asked for again."""

from collections.abc import Sequence
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import at
from tests.builders import written
from timebank import queue
from timebank.communities.models import Community
from timebank.queue.models import FAILED
from timebank.queue.models import WAITING
from timebank.queue.models import Job
from timebank.queue.service import LEASE
from timebank.queue.service import PAUSES
from timebank.queue.service import Claimed
from timebank.queue.service import Overtaken
from timebank.queue.service import claim
from timebank.queue.service import finish
from timebank.queue.service import is_due
from timebank.queue.service import put_off

NOW = datetime(2026, 4, 3, 9, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 9)


@pytest.fixture
def community(session: Session) -> Community:
    """A community, and work of another one as noise, which is due later."""
    noise = a_community(session)
    queue.enqueue(session, community_id=noise.id, kind="noise", key="k", due_at=NOW.replace(year=2999))
    return a_community(session)


def ask(session: Session, community: Community, kind: str = "mail", **facts: Any) -> bool:
    return queue.enqueue(session, community_id=community.id, kind=kind, **facts)


def begun(session: Session, now: datetime = NOW) -> Claimed:
    found = claim(session, now=now)
    assert found is not None
    return found


def jobs(session: Session, community: Community) -> Sequence[Job]:
    found = select(Job).where(Job.community_id == community.id).order_by(Job.id)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def test_what_is_asked_for_under_a_key_is_asked_for_once(session: Session, community: Community) -> None:
    assert ask(session, community, key="k", payload={"mail": 5})
    assert not ask(session, community, key="k", payload={"mail": 6})
    (job,) = jobs(session, community)
    assert (job.kind, job.payload, job.due_at, job.state) == ("mail", '{"mail": 5}', NOW, WAITING)
    finish(session, begun(session), now=NOW)
    assert not ask(session, community, key="k")


def test_without_a_key_it_is_asked_for_each_time(session: Session, community: Community) -> None:
    assert ask(session, community)
    assert ask(session, community)
    assert len(jobs(session, community)) == 2


def test_what_was_due_first_is_begun_first_and_nothing_before_it_is_due(
    session: Session, community: Community
) -> None:
    ask(session, community, "third", due_at=NOW + A_MINUTE)
    ask(session, community, "second")
    ask(session, community, "first", due_at=NOW - A_MINUTE)
    assert [begun(session).kind for _ in range(2)] == ["first", "second"]
    assert not is_due(session, now=NOW)
    assert claim(session, now=NOW) is None
    assert is_due(session, now=NOW + A_MINUTE)
    assert begun(session, NOW + A_MINUTE).kind == "third"


def test_what_somebody_has_begun_is_left_alone_until_they_are_given_up_for_lost(
    session: Session, community: Community
) -> None:
    ask(session, community, payload={"mail": 5})
    first = begun(session)
    assert (first.community_id, first.payload, first.attempts) == (community.id, {"mail": 5}, 1)
    assert claim(session, now=NOW + LEASE) is None
    second = begun(session, NOW + LEASE + A_MINUTE)
    assert (second.id, second.attempts) == (first.id, 2)
    # Who was slow may no more say that it is done.
    with pytest.raises(Overtaken):
        finish(session, first, now=NOW)
    with pytest.raises(Overtaken):
        put_off(session, first, error="too late", final=False, now=NOW)
    finish(session, second, now=NOW)
    with pytest.raises(Overtaken):
        finish(session, second, now=NOW)


def test_what_was_not_done_waits_longer_each_time_and_is_given_up_in_the_end(
    session: Session, community: Community
) -> None:
    ask(session, community)
    now, waits = NOW, []
    for _ in PAUSES:
        assert not put_off(session, begun(session, now), error="no answer", final=False, now=now)
        (job,) = jobs(session, community)
        waits.append(job.due_at - now)
        now = job.due_at
        assert claim(session, now=now - timedelta(seconds=1)) is None
    assert tuple(waits) == PAUSES
    assert waits == sorted(waits)
    assert put_off(session, begun(session, now), error="no answer", final=False, now=now)
    (job,) = jobs(session, community)
    assert (job.state, job.attempts, job.error, job.ended_at) == (FAILED, len(PAUSES) + 1, "no answer", now)
    assert [one.id for one in queue.failed_jobs(session, community_id=community.id)] == [job.id]
    assert claim(session, now=now + timedelta(days=99)) is None


def test_what_can_never_be_done_is_given_up_at_once(session: Session, community: Community) -> None:
    ask(session, community)
    assert put_off(session, begun(session), error="x" * 900, final=True, now=NOW)
    (job,) = jobs(session, community)
    assert (job.state, job.error) == (FAILED, "x" * 500)


def test_what_was_given_up_can_be_tried_anew_once(session: Session, community: Community) -> None:
    ask(session, community)
    put_off(session, begun(session), error="no answer", final=True, now=NOW)
    (job,) = jobs(session, community)
    assert queue.rerun(session, job, now=NOW)
    assert not queue.rerun(session, job, now=NOW)
    assert queue.failed_jobs(session, community_id=community.id) == []
    assert begun(session).attempts == 1


def test_another_communitys_work_is_not_found(session: Session, community: Community) -> None:
    ask(session, community)
    (job,) = jobs(session, community)
    other = a_community(session)
    assert queue.find_job(session, community_id=community.id, job_id=job.id) is job
    assert queue.find_job(session, community_id=other.id, job_id=job.id) is None
    assert queue.waiting_jobs(session, community_id=other.id) == []


def test_what_was_done_long_ago_is_forgotten_and_what_was_given_up_stays(
    session: Session, community: Community
) -> None:
    for kind in ("done", "given-up", "done-later"):
        ask(session, community, kind)
    finish(session, begun(session), now=NOW)
    put_off(session, begun(session), error="no answer", final=True, now=NOW)
    finish(session, begun(session), now=NOW + A_MINUTE)
    assert queue.last_done(session, community_id=community.id) == {"done": NOW, "done-later": NOW + A_MINUTE}
    assert queue.tidy(session, community_id=community.id, before=NOW + A_MINUTE) == 1
    assert [job.kind for job in jobs(session, community)] == ["given-up", "done-later"]


def test_work_that_many_look_for_at_once_is_begun_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(session: Session) -> int:
        community = a_community(session)
        for number in range(40):
            ask(session, community, key=str(number))
        return community.id

    community_id = written(engine, work)
    found: list[int] = []
    troubles: list[BaseException] = []

    def look() -> None:
        try:
            while task := ledger.transaction(engine, lambda session: claim(session, now=NOW)):
                found.append(task.id)
                ledger.transaction(engine, lambda session, task=task: finish(session, task, now=NOW))  # type: ignore[misc]
        except BaseException as error:  # noqa: BLE001 (whatever reaches a caller is what this is about)
            troubles.append(error)

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(found) == len(set(found)) == 40
    with Session(engine) as session:
        left = select(func.count()).where(Job.state == WAITING, Job.community_id == community_id)
        assert session.scalar(left) == 0
