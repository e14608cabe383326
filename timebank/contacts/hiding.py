"""From which members somebody's details are hidden, whomever they chose to show them to."""

from sqlalchemy.orm import Session

from timebank.members.models import Member
from timebank.members.taking_part import takes_part


def is_hidden_from(_session: Session, *, member: Member, reader: Member) -> bool:
    """Say whether a member's details are hidden from this other member.

    This is the one place that is asked. Who is suspended or has left is not called by members, and calls
    nobody; coordinators still reach them.
    """
    return member.community_id != reader.community_id or not (takes_part(member) and takes_part(reader))
