"""Fees that Stripe takes again every year by itself: one for a member, taken when the paid time ends."""

from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy import false
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.memberships.models import FEE
from timebank.memberships.models import Fee
from timebank.payments.models import Payment
from timebank.payments.models import StripeSubscription
from timebank.payments.renewing import stop_where
from timebank.queue import Task

#: Stops the fees of whoever has left.
STOP_FEES: Final = "stop-fees-of-who-left"
#: By day, so that a letter about it comes at an hour at which people read; Stripe wants two days between.
_AT, _SOONEST = time(9), timedelta(days=3)


class OneYearAtOnce(Refusal):
    """What repeats every year is to be paid for several."""

    sentence = N_("What is taken again every year is paid for one year at a time.")
    field = "years"


class RepeatsAlready(Refusal):
    """A member's fee is taken by itself, and is to be once more."""

    sentence = N_("The fee of %(name)s is taken by itself already. It is not taken twice.")
    field = "repeats"


def check_repeats(session: Session, *, member: Member, years: int) -> None:
    """Refuse what would be taken twice every year, or for several years each year."""
    if years != 1:
        raise OneYearAtOnce
    if runs_for(session, member=member) is not None:
        raise RepeatsAlready(name=member.name)


def runs_for(session: Session, *, member: Member) -> StripeSubscription | None:
    """Find what takes a member's fee every year; None where nothing does."""
    found = session.execute(_running().where(Fee.member_id == member.id).limit(1)).first()
    return found[0] if found else None


def repeats_already(session: Session, *, fee: Fee) -> bool:
    """Say whether another page was paid on first, by which the same member's fee is taken every year."""
    others = _running().where(Fee.member_id == fee.member_id, Fee.id != fee.id)
    return session.execute(others.limit(1)).first() is not None


def paid_by(session: Session, *, member: Member) -> Sequence[tuple[StripeSubscription, Member]]:
    """List what a member has taken every year, and for whom: for themselves, or for another as a gift."""
    theirs = (Fee.payer_id == member.id) | (Fee.payer_id.is_(None) & (Fee.member_id == member.id))
    return [(subscription, whose) for subscription, whose in session.execute(_running().where(theirs))]


def taken_again_at(community: Community, *, last: date) -> datetime:
    """Tell when a fee is taken again that covers the time to a last day: on the morning after it."""
    morning = datetime.combine(last + timedelta(days=1), _AT, ZoneInfo(community.time_zone))
    return max(morning, clock.now() + _SOONEST)


def stop_fees(session: Session, task: Task) -> None:
    """Have nothing taken any more for members who have left."""
    gone = (
        select(Fee.id)
        .join(Member, Member.id == Fee.member_id)
        .where(Fee.community_id == task.community_id, Fee.repeats == true(), Member.state == LEFT)
    )
    which = (Payment.purpose == FEE) & Payment.subject_id.in_(gone)
    stop_where(session, community_id=task.community_id, which=which)


# --- the leaves ---------------------------------------------------------------------------------------------


def _running() -> Select[StripeSubscription, Member]:
    return (
        select(StripeSubscription, Member)
        .join(Payment, Payment.id == StripeSubscription.payment_id)
        .join(Fee, (Fee.id == Payment.subject_id) & (Fee.community_id == Payment.community_id))
        .join(Member, Member.id == Fee.member_id)
        .where(
            Payment.purpose == FEE,
            StripeSubscription.ended_at.is_(None),
            StripeSubscription.surplus == false(),
        )
        .order_by(StripeSubscription.id)
    )
