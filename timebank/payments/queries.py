"""What a treasurer looks at: payments, and what needs a second look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.days import month_bounds
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.booking import Purposes
from timebank.payments.booking import local_day
from timebank.payments.identifying import count_unidentified
from timebank.payments.models import CHARGED_BACK
from timebank.payments.models import DECIDED
from timebank.payments.models import DRAFT
from timebank.payments.models import REFUNDED
from timebank.payments.models import REVERSED
from timebank.payments.models import Payment
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund

#: A refund that gave nothing back.
_CAME_TO_NOTHING = ("failed", "canceled")
#: What is no longer the community's anyway.
_TAKEN_BACK = (CHARGED_BACK, REVERSED)


class LinesUnknown(Refusal):
    """A month is to be closed in which Stripe has moved money that nobody has booked."""

    sentence = N_(
        "In that month Stripe has %(number)s lines of a kind that the program does not know, as “%(kind)s”. "
        "They are not booked, so the month stays open."
    )
    status = 409


@dataclass(frozen=True, slots=True)
class Amount:
    """So much in a currency, in its smallest unit."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a community's money at Stripe stands, and what needs a second look."""

    at_stripe: Sequence[Amount]
    on_the_way: Sequence[Amount]
    unidentified: Sequence[Amount]
    refunds_owed: Sequence[Amount]
    #: Laid apart for givers who did not agree to something else.
    to_hand_back: Sequence[Amount]
    disputes: Sequence[StripeDispute]
    #: Stripe took something else than was asked for, or the same thing was paid twice.
    odd: Sequence[Payment]
    #: Of kinds that the program does not know: not booked.
    unknown: Sequence[StripeMovement]


def overview(session: Session, *, community: Community) -> Overview:
    """Tell how the money at Stripe stands by the books."""
    lines = ledger.trial_balance(session, community.book_id)

    def amounts(code: str, sign: int) -> list[Amount]:
        return [
            Amount(sign * one.balance, one.commodity) for one in lines if one.code == code and one.balance
        ]

    disputes = select(StripeDispute).where(
        StripeDispute.community_id == community.id, StripeDispute.status.not_in(DECIDED)
    )
    odd = select(Payment).where(*_odd(community))
    unknown = select(StripeMovement).where(
        StripeMovement.community_id == community.id, StripeMovement.unknown == true()
    )
    return Overview(
        at_stripe=amounts(books.STRIPE, 1),
        on_the_way=amounts(books.STRIPE_TRANSIT, 1),
        unidentified=amounts(books.UNIDENTIFIED, -1),
        refunds_owed=amounts(books.REFUNDS_OWED, -1),
        to_hand_back=[
            Amount(-one.balance, one.commodity) for one in lines if books.is_back(one.code) and one.balance
        ],
        disputes=session.scalars(disputes.order_by(StripeDispute.due_at, StripeDispute.id)).all(),
        odd=session.scalars(odd.order_by(Payment.id)).all(),
        unknown=session.scalars(unknown.order_by(StripeMovement.id)).all(),
    )


def _odd(community: Community) -> tuple[ColumnElement[bool], ...]:
    """Tell which payments do not fit, and are not given back."""
    return (
        Payment.community_id == community.id,
        Payment.oddity.is_not(None),
        Payment.state.not_in((REFUNDED, *_TAKEN_BACK)),
    )


def count_second_look(session: Session, community: Community) -> int:
    """Count what waits for a treasurer: disputes, what does not fit, and what nobody knows."""
    counted = (
        select(func.count(StripeDispute.id)).where(
            StripeDispute.community_id == community.id, StripeDispute.status.not_in(DECIDED)
        ),
        select(func.count(Payment.id)).where(*_odd(community)),
        select(func.count(StripeMovement.id)).where(
            StripeMovement.community_id == community.id, StripeMovement.unknown == true()
        ),
        count_unidentified(community),
    )
    return sum(session.scalars(one).one() for one in counted)


def check_known(session: Session, *, community: Community, month: date) -> None:
    """Refuse to close a month while lines of Stripe's up to its end are not booked."""
    _first, last = month_bounds(month)
    kinds = [
        one.kind
        for one in session.scalars(
            select(StripeMovement).where(
                StripeMovement.community_id == community.id, StripeMovement.unknown == true()
            )
        )
        if local_day(community, one.made_at) <= last
    ]
    if kinds:
        raise LinesUnknown(number=len(kinds), kind=kinds[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A payment, with everything that Stripe has told of it."""

    payment: Payment
    refunds: Sequence[StripeRefund]
    disputes: Sequence[StripeDispute]
    lines: Sequence[StripeMovement]
    #: How much of it went back by another way than Stripe, as in cash.
    by_hand: int = 0

    @property
    def left(self) -> int:
        """What could still be given back: what was taken, less what went back or is on its way."""
        if self.payment.state in _TAKEN_BACK:
            return 0
        gone = self.by_hand + sum(one.amount for one in self.refunds if one.status not in _CAME_TO_NOTHING)
        return max((self.payment.taken_minor or 0) - gone, 0)

    @property
    def at_a_shop(self) -> bool:
        """Say whether it was paid at a konbini: then Stripe asks whoever paid for a bank account."""
        return (self.payment.charge_id or "").startswith("py_")


def story_of(session: Session, *, community: Community, payment_id: int, purposes: Purposes) -> Story | None:
    """Tell everything of a payment of this community; another community's is not found."""
    payment = session.scalar(
        select(Payment).where(Payment.id == payment_id, Payment.community_id == community.id)
    )
    if payment is None:
        return None
    refunds, disputes, lines = (
        session.scalars(select(table).where(table.payment_id == payment.id).order_by(table.made_at)).all()
        for table in (StripeRefund, StripeDispute, StripeMovement)
    )
    back = purposes[payment.purpose].by_hand(session, payment)
    return Story(payment=payment, refunds=refunds, disputes=disputes, lines=lines, by_hand=back)  # type: ignore[arg-type]


def list_payments(
    session: Session, *, community: Community, before: int | None, limit: int
) -> Sequence[Payment]:
    """List payments, the newest first; drafts of which Stripe has never heard are nobody's business."""
    found = select(Payment).where(
        Payment.community_id == community.id,
        or_(Payment.state != DRAFT, Payment.checkout_id.is_not(None)),
    )
    if before is not None:
        found = found.where(Payment.id < before)
    return session.scalars(found.order_by(Payment.id.desc()).limit(limit)).all()


def refunded_of(session: Session, *, payments: Sequence[Payment]) -> dict[int, int]:
    """Tell by payment how much of it went back."""
    ids = [one.id for one in payments]
    found = select(StripeRefund.payment_id, StripeRefund.amount).where(
        StripeRefund.payment_id.in_(ids), StripeRefund.status == "succeeded"
    )
    sums: dict[int, int] = {}
    for one in session.execute(found):
        sums[one.payment_id] = sums.get(one.payment_id, 0) + one.amount
    return sums
