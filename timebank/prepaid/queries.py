"""What is read of prepaid balances: how much is on them, what has become of it, and what was unused when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.models import PrepaidUse
from timebank.prepaid.spending import balance_of_record
from timebank.prepaid.spending import whose_balances
from timebank.prepaid.topping import PREPAID

#: More than anybody looks at on one page.
MOST_LISTED = 500

#: What was on balances before, what has come and gone, and what is left.
OPENING, TOPPED_UP, USED, BACK, LEFT = "opening", "topped-up", "used", "back", "left"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with money on a prepaid balance."""

    member: Member
    balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Something that has moved a balance; below nought where it went."""

    #: One of ``TOPPED_UP``, ``USED`` and ``BACK``.
    what: str
    day: date
    amount_minor: int
    currency: str
    way: str = ""
    #: Why it went back, or was taken back.
    reason: str = ""
    #: What of it the member owes, because it had been used.
    billed_minor: int = 0
    #: It was a mistake of the desk.
    taken_back: bool = False
    exchange_id: int | None = None
    topup: PrepaidTopup | None = None


@dataclass(frozen=True, slots=True)
class Summed:
    """What balances were, what has come and gone, and what is left."""

    what: str
    amount_minor: int


def balance_of(session: Session, *, community: Community, member: Member) -> int:
    """Tell what is on the balance of a member, also on records that were joined into theirs."""
    return sum(
        balance_of_record(session, community=community, member_id=one)
        for one in whose_balances(session, member=member)
    )


def list_holders(session: Session, *, community: Community) -> Sequence[Holder]:
    """List everybody on whose balance something is, by name."""
    held = dict[int, int]()
    for line in ledger.trial_balance(session, community.book_id):
        member_id = books.prepaid_by_code(line.code)
        if member_id is not None and line.balance and line.commodity == community.currency:
            held[member_id] = -line.balance
    members = select(Member).where(Member.community_id == community.id, Member.id.in_(held))
    found = session.scalars(members.order_by(Member.name, Member.number))
    return [Holder(one, held[one.id]) for one in found]


def history_of(session: Session, *, community: Community, member: Member) -> list[Moved]:
    """Tell what has moved the balance of a member, the newest first."""
    theirs = whose_balances(session, member=member)
    topups = select(PrepaidTopup).where(PrepaidTopup.member_id.in_(theirs), PrepaidTopup.paid_on.is_not(None))
    backs = select(PrepaidBack).where(PrepaidBack.member_id.in_(theirs))
    uses = (
        select(Exchange.id, Exchange.worked_on, func.sum(PrepaidUse.amount_minor))
        .join(PrepaidUse, PrepaidUse.exchange_id == Exchange.id)
        .where(PrepaidUse.member_id.in_(theirs), Exchange.state == CONFIRMED)
        .group_by(Exchange.id, Exchange.worked_on)
    )
    found = [_topped_up(one) for one in session.scalars(topups.order_by(PrepaidTopup.id))]
    found += [_went_back(one) for one in session.scalars(backs.order_by(PrepaidBack.id))]
    found += [
        Moved(
            what=USED,
            day=worked_on,
            amount_minor=-int(amount),
            currency=community.currency,
            exchange_id=exchange_id,
        )
        for exchange_id, worked_on, amount in session.execute(uses.order_by(Exchange.id))
    ]
    return sorted(found, key=lambda one: one.day, reverse=True)[:MOST_LISTED]


def on_their_way(session: Session, *, community: Community, member: Member) -> Sequence[Payment]:
    """List payments that a member carries to a konbini to top their balance up."""
    waits = (
        select(Payment)
        .join(
            PrepaidTopup,
            and_(PrepaidTopup.id == Payment.subject_id, PrepaidTopup.community_id == Payment.community_id),
        )
        .where(
            Payment.community_id == community.id,
            Payment.purpose == PREPAID,
            Payment.state == PROCESSING,
            PrepaidTopup.member_id == member.id,
        )
    )
    return session.scalars(waits.order_by(Payment.id)).all()


def find_topup(session: Session, *, community: Community, topup_id: int) -> PrepaidTopup | None:
    """Find a top-up that was paid in this community; another's is not found."""
    return session.scalar(
        select(PrepaidTopup).where(
            PrepaidTopup.id == topup_id,
            PrepaidTopup.community_id == community.id,
            PrepaidTopup.paid_on.is_not(None),
        )
    )


def unused_on(session: Session, *, community: Community, day: date) -> int:
    """Tell what was unused at the end of a day, by the days of paying and of the help.

    Each balance for itself: what somebody topped up later for help of that day makes nobody else's less.
    """
    held = Counter[int]()
    for sign, asked in _MOVES:
        for member_id, amount in session.execute(asked(community, _Days(None, day))):
            held[member_id] += sign * int(amount)
    return sum(amount for amount in held.values() if amount > 0)


def moved_between(session: Session, *, community: Community, first: date, last: date) -> list[Summed]:
    """Add up what moved balances from one day to another, both included; what goes stands above nought."""
    before, inside = list[int](), list[int]()
    for _sign, asked in _MOVES:
        for days, sums in ((_Days(None, first, included=False), before), (_Days(first, last), inside)):
            found = session.execute(asked(community, days))
            sums.append(sum(int(amount) for _member, amount in found))
    opening = before[0] - before[1] - before[2]
    topped_up, used, back = inside
    return [
        Summed(OPENING, opening),
        Summed(TOPPED_UP, topped_up),
        Summed(USED, used),
        Summed(BACK, back),
        Summed(LEFT, opening + topped_up - used - back),
    ]


# --- the leaves ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Days:
    """Days from one on, where there is one, up to another."""

    first: date | None
    last: date
    included: bool = True

    def of(self, column: Any) -> ColumnElement[bool]:
        """Say of a day, in a query, whether it is one of these."""
        until = column <= self.last if self.included else column < self.last
        return until if self.first is None else and_(column >= self.first, until)


def _topped(community: Community, days: _Days) -> Select[int, int]:
    return (
        select(PrepaidTopup.member_id, func.sum(PrepaidTopup.amount_minor))
        .where(
            PrepaidTopup.community_id == community.id,
            PrepaidTopup.reversal_id.is_(None),
            days.of(PrepaidTopup.paid_on),
        )
        .group_by(PrepaidTopup.member_id)
    )


def _used(community: Community, days: _Days) -> Select[int, int]:
    return (
        select(PrepaidUse.member_id, func.sum(PrepaidUse.amount_minor))
        .join(Exchange, and_(Exchange.id == PrepaidUse.exchange_id, Exchange.state == CONFIRMED))
        .where(PrepaidUse.community_id == community.id, days.of(Exchange.worked_on))
        .group_by(PrepaidUse.member_id)
    )


def _back(community: Community, days: _Days) -> Select[int, int]:
    return (
        select(PrepaidBack.member_id, func.sum(PrepaidBack.amount_minor - PrepaidBack.billed_minor))
        .where(PrepaidBack.community_id == community.id, days.of(PrepaidBack.given_on))
        .group_by(PrepaidBack.member_id)
    )


#: What makes balances more, and what makes them less.
_MOVES: Final = ((1, _topped), (-1, _used), (-1, _back))


def _topped_up(one: PrepaidTopup) -> Moved:
    assert one.paid_on is not None
    return Moved(
        what=TOPPED_UP,
        day=one.paid_on,
        amount_minor=one.amount_minor,
        currency=one.currency,
        way=one.way,
        reason=one.taken_back_because or "",
        taken_back=one.reversal_id is not None,
        topup=one,
    )


def _went_back(one: PrepaidBack) -> Moved:
    return Moved(
        what=BACK,
        day=one.given_on,
        amount_minor=one.billed_minor - one.amount_minor,
        currency=one.currency,
        way=one.way,
        reason=one.reason,
        billed_minor=one.billed_minor,
    )
