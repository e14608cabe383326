"""What trusted persons have done: both sides are told of each act, and the member can read a list of them."""

import json
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.audit import AuditEvent
from timebank.members.models import TRUSTED
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.queue import enqueue

#: Tells a member and whom they trust of something that was done.
TELL_OF_ACT = "tell-of-act"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a trusted person has done for a member."""

    event: AuditEvent
    name: str
    exchange_id: int | None


def tell_of_act(session: Session, *, community_id: int, event_id: int) -> None:
    """Have both told of an act that stands on the audit trail; the caller commits."""
    enqueue(
        session,
        community_id=community_id,
        kind=TELL_OF_ACT,
        payload={"event": event_id},
        key=f"{TELL_OF_ACT}:{event_id}",
    )


def acts_for(session: Session, *, member: Member, acts: Collection[str], limit: int = 50) -> Sequence[Act]:
    """List what those whom a member trusts, or trusted, have done for them, the newest first.

    ``acts`` names what counts: what they have done about their own sign-in is nobody's business.
    """
    trusted = select(HandEvent.person_id).where(
        HandEvent.member_id == member.id, HandEvent.acts_as == TRUSTED
    )
    done = select(AuditEvent).where(
        AuditEvent.community_id == member.community_id,
        AuditEvent.member_id == member.id,
        AuditEvent.person_id.in_(trusted),
        AuditEvent.act.in_(acts),
    )
    events = session.scalars(done.order_by(AuditEvent.id.desc()).limit(limit)).all()
    people = [event.person_id for event in events]
    names = names_of(session, community_id=member.community_id, person_ids=people)
    return [Act(event, names.get(event.person_id, ""), exchange_of(event)) for event in events]


def exchange_of(event: AuditEvent) -> int | None:
    """Tell about which exchange something was done; None where its address named none."""
    found: int | None = json.loads(event.about).get("exchange_id")
    return found
