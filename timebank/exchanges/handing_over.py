"""What is open with a member who was entered twice goes over to the record that stays."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.queries import still_open
from timebank.members.models import Member


def open_of(session: Session, *, community: Community, member: Member) -> Sequence[Exchange]:
    """List what is open with a member, and hold it against whoever answers at this moment."""
    found = still_open(community=community, member=member)
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).all()


def between_them(session: Session, *, open_ones: Sequence[Exchange], other: Member) -> Sequence[Exchange]:
    """Find which of these would have a member on both sides, or twice in one record of several people."""
    joints = {one.joint_id for one in open_ones} - {None}
    with_other = select(Exchange.joint_id).where(
        Exchange.joint_id.in_(joints), or_(Exchange.giver_id == other.id, Exchange.receiver_id == other.id)
    )
    shared = set(session.scalars(with_other))
    return [one for one in open_ones if other.id in (one.giver_id, one.receiver_id) or one.joint_id in shared]


def hand_over(session: Session, *, open_ones: Sequence[Exchange], member: Member, to: Member) -> None:
    """Let another record of the same member stand on a member's side of what is open."""
    for one in open_ones:
        if one.giver_id == member.id:
            one.giver_id = to.id
        if one.receiver_id == member.id:
            one.receiver_id = to.id
        if one.logged_member_id == member.id:
            one.logged_member_id = to.id
    session.flush()
