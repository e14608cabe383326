"""Whether a member takes part: gives, receives, confirms; or only reads."""

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import ACTIVE
from timebank.members.models import AWAY
from timebank.members.models import LEFT
from timebank.members.models import Member


class YouArePaused(Refusal):
    """A suspended member, or one who left, logs or answers."""

    sentence = N_(
        "Your membership is paused, so you cannot log or confirm hours. Please call the coordinators."
    )


class TheyHaveLeft(Refusal):
    """Something is to be booked for a member who has left."""

    sentence = N_(
        "%(name)s is no member any more. A coordinator can take them back, if they wish to come again."
    )
    field = "other"


class TheyArePaused(Refusal):
    """The other side is suspended."""

    sentence = N_("%(name)s does not take part at the moment. Please call the coordinators.")
    field = "other"


def takes_part(member: Member) -> bool:
    """Say whether a member may give and receive: not while suspended, nor after they left."""
    return member.state in (ACTIVE, AWAY)


def check_taking_part(member: Member) -> None:
    """Refuse a member who is suspended or has left; they may still read."""
    if not takes_part(member):
        raise YouArePaused


def not_taking_part(member: Member) -> Refusal:
    """Say why nothing can be booked for a member who does not take part."""
    return (TheyHaveLeft if member.state == LEFT else TheyArePaused)(name=member.name)
