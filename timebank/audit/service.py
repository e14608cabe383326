"""Writing and reading the audit trail."""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.audit.models import AuditAddress
from timebank.audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader of the trail looks for; what is None does not matter."""

    member_id: int | None = None
    act: str | None = None
    #: From this moment on, and before that one.
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the trail, the newest first."""

    #: Each event with the address it came from, as long as that is kept.
    events: Sequence[tuple[AuditEvent, str | None]]
    #: Ask for what is older than this; None where there is nothing.
    older: int | None


def record(
    session: Session,
    *,
    community_id: int,
    actor: Actor,
    act: str,
    about: Mapping[str, object],
    request: str,
    address: str | None,
) -> int:
    """Note what somebody has done, in the transaction in which they did it, and give the note's id."""
    done = AuditEvent(
        community_id=community_id,
        person_id=actor.person_id,
        member_id=actor.member_id,
        happened_at=clock.now(),
        act=act,
        about=json.dumps(dict(about), sort_keys=True),
        request=request,
    )
    session.add(done)
    session.flush()
    if address:
        session.add(AuditAddress(event_id=done.id, address=address))
        session.flush()
    return done.id


def read_trail(
    session: Session, *, community_id: int, sought: Sought, before: int | None = None, limit: int = 50
) -> Found:
    """Read what was done in a community, the newest first."""
    columns = AuditEvent
    found = (
        select(AuditEvent, AuditAddress.address)
        .outerjoin(AuditAddress, AuditAddress.event_id == columns.id)
        .where(columns.community_id == community_id)
    )
    for value, condition in (
        (before, columns.id < (before or 0)),
        (sought.member_id, columns.member_id == sought.member_id),
        (sought.act, columns.act == sought.act),
        (sought.since, columns.happened_at >= (sought.since or clock.now())),
        (sought.until, columns.happened_at < (sought.until or clock.now())),
    ):
        if value is not None:
            found = found.where(condition)
    rows = session.execute(found.order_by(columns.id.desc()).limit(limit + 1)).all()
    events = [(event, address) for event, address in rows[:limit]]
    return Found(events, events[-1][0].id if len(rows) > limit else None)


def read_about(
    session: Session, *, community_id: int, acts: Sequence[str], about: Mapping[str, int], limit: int = 200
) -> Sequence[AuditEvent]:
    """Read who did one of several things about something in particular, the newest first."""
    spelt = json.dumps(dict(about), sort_keys=True)
    found = select(AuditEvent).where(
        AuditEvent.community_id == community_id, AuditEvent.act.in_(acts), AuditEvent.about == spelt
    )
    return session.scalars(found.order_by(AuditEvent.id.desc()).limit(limit)).all()


def forget_addresses(session: Session, *, community_id: int, before: datetime) -> None:
    """Forget from where something was done before a moment; what was done stays."""
    old = select(AuditEvent.id).where(
        AuditEvent.community_id == community_id, AuditEvent.happened_at < before
    )
    forgotten = delete(AuditAddress).where(AuditAddress.event_id.in_(old))
    session.execute(forgotten.execution_options(synchronize_session=False))
