"""What the books refuse because of a member's limit, said in the members' words."""

from collections.abc import Iterable
from typing import Literal

import ledger
from timebank.actor import Actor
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes
from timebank.members.models import Member


class YourLimitReached(Refusal):
    """Confirming would take the reader too far below zero."""

    sentence = N_(
        "This would take you %(beyond)s past your limit of %(limit)s below zero. Please ask the coordinators."
    )
    field = "hours"


class TheirLimitReached(Refusal):
    """Booking would take somebody else too far below zero."""

    sentence = N_("This would take %(name)s %(beyond)s past the limit of %(limit)s below zero.")
    field = "hours"


class CeilingReached(Refusal):
    """Booking would take somebody above what a member may have."""

    sentence = N_(
        "%(name)s cannot be given more: it would be %(beyond)s above the highest balance of %(limit)s."
    )
    field = "hours"


def near_ceiling(minutes: int, ceiling: int | None) -> Literal["near", "reached", "past"] | None:
    """Tell how near a balance comes to the highest one, from nine tenths of it on."""
    if ceiling is None or 10 * minutes < 9 * ceiling:
        return None
    return "near" if minutes < ceiling else "reached" if minutes == ceiling else "past"


def limit_refusal(refused: ledger.LimitExceeded, members: Iterable[Member], actor: Actor) -> Refusal:
    """Say whose limit it is, and by how much it would be passed."""
    member = next(one for one in members if one.account_id == refused.account_id)
    beyond = Minutes(refused.beyond)
    if isinstance(refused, ledger.CeilingExceeded):
        return CeilingReached(name=member.name, beyond=beyond, limit=Minutes(refused.limit))
    limit = Minutes(-refused.limit)
    # A coordinator who acts for somebody reads about them, not about themself.
    if member.id == actor.member_id and actor.how == "web":
        return YourLimitReached(beyond=beyond, limit=limit)
    return TheirLimitReached(name=member.name, beyond=beyond, limit=limit)
