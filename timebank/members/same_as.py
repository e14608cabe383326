"""Members who were entered twice: which record goes on, and which older ones are the same as it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.models import SameAs
from timebank.members.taking_part import not_taking_part


class GoesOnAsAnother(Refusal):
    """Something is to be done with a record that was closed because its member was entered twice."""

    sentence = N_("%(name)s was entered twice and goes on as number %(number)s. Please write that one.")
    field = "other"
    status = 409


def who_stays(session: Session, *, member: Member) -> Member:
    """Give the record that goes on for a member who was entered twice; for others themselves."""
    # Such a record takes part in nothing any more, as if they had left; everybody else costs no question.
    while member.state == LEFT and (joined := session.get(SameAs, member.id)) is not None:
        member = session.get_one(Member, joined.kept_id)
    return member


def why_not(session: Session, *, member: Member) -> Refusal:
    """Say why nothing can be booked for a member: they go on as another record, have left, or are paused."""
    stays = joined_into(session, member=member)
    if stays is None:
        return not_taking_part(member)
    return GoesOnAsAnother(name=member.name, number=stays.number)


def joined_into(session: Session, *, member: Member) -> Member | None:
    """Give the record that goes on for this one; None where this one was not joined into another."""
    stays = who_stays(session, member=member)
    return None if stays is member else stays


def older_records(session: Session, *, member: Member) -> list[Member]:
    """List the records that were joined into this one, also by way of another, the newest first."""
    found: list[Member] = []
    waiting = [member.id]
    while waiting:
        older = select(Member).join(SameAs, SameAs.member_id == Member.id).where(SameAs.kept_id.in_(waiting))
        records = session.scalars(older.order_by(Member.id.desc())).all()
        found += records
        waiting = [one.id for one in records]
    return found


def record_ids(session: Session, *, member: Member) -> set[int]:
    """Give the ids of a member's records: their own, and of each that was joined into it."""
    return {member.id, *(one.id for one in older_records(session, member=member))}


def joined_among(session: Session, *, members: Collection[Member]) -> dict[int, str]:
    """Tell which of these were joined into another record, and that one's number."""
    ids = [one.id for one in members if one.state == LEFT]
    found = select(SameAs.member_id, Member.number).join(Member, Member.id == SameAs.kept_id)
    return {one.member_id: one.number for one in session.execute(found.where(SameAs.member_id.in_(ids)))}
