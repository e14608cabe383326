"""From which members somebody's details are hidden, whomever they chose to show them to."""

from sqlalchemy.orm import Session

from timebank.hands.queries import hidden_from
from timebank.members.models import Member
from timebank.members.taking_part import takes_part


def is_hidden_from(session: Session, *, member: Member, reader: Member) -> bool:
    """Say whether a member's details are hidden from this other member.

    This is the one place that is asked. Who is suspended or has left is not called by members, and calls
    nobody; coordinators still reach them. Whoever has left a household is not found by it.
    """
    if member.community_id != reader.community_id or not (takes_part(member) and takes_part(reader)):
        return True
    return hidden_from(session, member=member, reader=reader)
