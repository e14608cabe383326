"""What may happen to later work: asked for, begun, done, put off, given up, asked for again."""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.db import insert_into
from timebank.queue.models import DONE
from timebank.queue.models import FAILED
from timebank.queue.models import LONGEST_ERROR
from timebank.queue.models import WAITING
from timebank.queue.models import Job

#: Who has begun something and says nothing for so long is given up for lost.
LEASE = timedelta(minutes=5)
#: How long it waits after the first, second … time that it was not done; then it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 180, 360, 720))


@dataclass(frozen=True, slots=True)
class Claimed:
    """Later work that somebody has begun."""

    id: int
    community_id: int
    kind: str
    payload: Mapping[str, Any]
    #: This time included.
    attempts: int


class Overtaken(Exception):
    """Somebody else has begun the same work meanwhile, because this took longer than its lease."""


def enqueue(
    session: Session,
    *,
    community_id: int,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Ask for something to be done later, in the transaction that is its cause; the caller commits.

    False where the key was used before: then it is done already, or waits.
    """
    now = clock.now()
    values = {
        "community_id": community_id,
        "kind": kind,
        "payload": json.dumps(payload or {}),
        "key": key,
        "made_at": now,
        "due_at": due_at or now,
        "attempts": 0,
        "state": WAITING,
    }
    new = (
        insert_into(session, Job)
        .values(values)
        .on_conflict_do_nothing(index_elements=["community_id", "key"])
    )
    return session.execute(new.returning(Job.id)).scalar_one_or_none() is not None


def is_due(session: Session, *, now: datetime) -> bool:
    """Say whether there is something that nobody has begun."""
    return session.scalar(_due(now)) is not None


def claim(session: Session, *, now: datetime) -> Claimed | None:
    """Begin what has been due longest and nobody has begun; None where there is nothing."""
    due = _due(now).with_for_update(skip_locked=True)
    begun = (
        update(Job)
        .where(Job.id == due.scalar_subquery())
        .values(attempts=Job.attempts + 1, leased_until=now + LEASE)
        .returning(Job.id, Job.community_id, Job.kind, Job.payload, Job.attempts)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(begun).one_or_none()
    if row is None:
        return None
    return Claimed(row.id, row.community_id, row.kind, json.loads(row.payload), row.attempts)


def finish(session: Session, claimed: Claimed, *, now: datetime) -> None:
    """Note that it is done, in the transaction in which it was; raises Overtaken."""
    _move(session, claimed, state=DONE, ended_at=now, leased_until=None, error=None)


def put_off(session: Session, claimed: Claimed, *, error: str, final: bool, now: datetime) -> bool:
    """Note why it was not done, and when it is tried again; True where it is given up."""
    said = error[:LONGEST_ERROR] or "unknown"
    if final or claimed.attempts > len(PAUSES):
        _move(session, claimed, state=FAILED, ended_at=now, leased_until=None, error=said)
        return True
    due_at = now + PAUSES[claimed.attempts - 1]
    _move(session, claimed, due_at=due_at, leased_until=None, error=said)
    return False


def find_job(session: Session, *, community_id: int, job_id: int) -> Job | None:
    """Find work of this community; another community's is not found."""
    return session.scalar(select(Job).where(Job.id == job_id, Job.community_id == community_id))


def failed_jobs(session: Session, *, community_id: int, limit: int = 200) -> Sequence[Job]:
    """List what was given up, the latest first."""
    given_up = select(Job).where(Job.community_id == community_id, Job.state == FAILED)
    return session.scalars(given_up.order_by(Job.ended_at.desc(), Job.id.desc()).limit(limit)).all()


def waiting_jobs(session: Session, *, community_id: int, limit: int = 200) -> Sequence[Job]:
    """List what is still to be done, what is due first on top."""
    waiting = select(Job).where(Job.community_id == community_id, Job.state == WAITING)
    return session.scalars(waiting.order_by(Job.due_at, Job.id).limit(limit)).all()


def last_done(session: Session, *, community_id: int) -> dict[str, datetime]:
    """Tell when each kind of work was last done."""
    latest = (
        select(Job.kind, func.max(Job.ended_at))
        .where(Job.community_id == community_id, Job.state == DONE)
        .group_by(Job.kind)
    )
    return {kind: ended_at for kind, ended_at in session.execute(latest) if ended_at is not None}


def rerun(session: Session, job: Job, *, now: datetime) -> bool:
    """Try something anew that was given up, from the start; False where it is not given up."""
    again = (
        update(Job)
        .where(Job.id == job.id, Job.state == FAILED)
        .values(state=WAITING, ended_at=None, attempts=0, due_at=now, leased_until=None)
        .returning(Job.id)
    )
    return session.execute(again).scalar_one_or_none() is not None


def tidy(session: Session, *, community_id: int, before: datetime) -> int:
    """Forget what was done before a moment; what was given up stays."""
    old = delete(Job).where(Job.community_id == community_id, Job.state == DONE, Job.ended_at < before)
    return session.execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined, no-any-return]


def _due(now: datetime) -> Select[int]:
    """Find what has been due longest and nobody has begun, or whoever has is given up for lost."""
    return (
        select(Job.id)
        .where(Job.state == WAITING, Job.due_at <= now)
        .where(or_(Job.leased_until.is_(None), Job.leased_until < now))
        .order_by(Job.due_at, Job.id)
        .limit(1)
    )


def _move(session: Session, claimed: Claimed, **values: object) -> None:
    """Change a job as whoever has begun it: nobody else has, as long as nobody has counted further."""
    mine = (
        update(Job)
        .where(Job.id == claimed.id, Job.state == WAITING, Job.attempts == claimed.attempts)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(mine).scalar_one_or_none() is None:
        raise Overtaken
