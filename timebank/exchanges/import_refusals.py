"""Why a line that could be read cannot be booked."""

from timebank.errors import N_
from timebank.errors import Refusal


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
