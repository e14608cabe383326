"""Why a line that could be read cannot be booked."""

from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.members.same_as import joined_into


class MemberNotKnown(Refusal):
    """A number that nobody in the community has."""

    sentence = N_("Nobody has this number. Enter the member first, or let the import create unknown members.")


class EnteredMeanwhile(Refusal):
    """Somebody entered a member of the file while it was being read."""

    sentence = N_(
        "A member of this file was entered by somebody else at the same time. Nothing was written; "
        "please import the file once more."
    )


class MemberClosed(Refusal):
    """A member whose hours take no more exchanges."""

    sentence = N_("This member's account is closed.")


class MemberGoesOn(Refusal):
    """A member who was entered twice, by the number that is closed."""

    sentence = N_("This member was entered twice and goes on as number %(number)s. Please write that one.")


class MonthIsClosed(Refusal):
    """A day whose month the books have closed."""

    sentence = N_("The books are closed through %(through)s. Reopen the month first, or give a later day.")
    field = "date"


class ReferenceUsed(Refusal):
    """A reference that stood for something else before."""

    sentence = N_(
        "This reference was used before, for another day, other members or another time. "
        "Where files count from 1 each, give every file the name of its batch."
    )
    field = "reference"


class ReferenceStrange(Refusal):
    """A reference that would make a key too long."""

    sentence = N_("This reference holds too many characters that cannot be printed.")
    field = "reference"


class PastLimit(Refusal):
    """A line that takes its receiver too far below zero."""

    sentence = N_("The member %(number)s would be %(beyond)s past the limit of %(limit)s below zero.")
    field = "hours"


class PastCeiling(Refusal):
    """A line that takes its giver above what a member may have."""

    sentence = N_("The member %(number)s would be %(beyond)s above the highest balance of %(limit)s.")
    field = "hours"


def member_closed(session: Session, member_id: int) -> Refusal:
    """Say why a member's hours take no more exchanges: they have left, or go on by another number.

    An old file is not led on to that number: lines of it that were booked before must stay the same lines.
    """
    stays = joined_into(session, member=session.get_one(Member, member_id))
    return MemberGoesOn(number=stays.number) if stays else MemberClosed()
