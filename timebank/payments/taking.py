"""A payment whose money is there: found, written down as paid once, and how it stands since."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.payments.booking import TAKEN_BACK
from timebank.payments.booking import Purposes
from timebank.payments.booking import local_day
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Movement
from timebank.payments.facts import Refund
from timebank.payments.models import CHARGED_BACK
from timebank.payments.models import DIFFERS
from timebank.payments.models import DISPUTED
from timebank.payments.models import DOUBLE
from timebank.payments.models import PAID
from timebank.payments.models import PARTLY_REFUNDED
from timebank.payments.models import REFUNDED
from timebank.payments.models import REVERSED
from timebank.payments.models import Payment
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund

#: A dispute that takes money, and is not decided.
UNDECIDED = frozenset({"needs_response", "under_review"})
LOST = "lost"
SUCCEEDED = "succeeded"


def held(session: Session, community: Community, token: str) -> Payment | None:
    """Find a payment by its token, and hold it for this transaction."""
    found = select(Payment).where(Payment.community_id == community.id, Payment.token == token)
    return session.scalar(found.with_for_update()) if token else None


def payment_of(session: Session, community: Community, about: Movement | Refund | Dispute) -> Payment | None:
    """Find whose payment something is about: by our token, or by what Stripe calls it.

    What was paid beside a payment, on another page for it, is about no payment of ours, unless somebody has
    said what it is.
    """
    payment = held(session, community, about.token)
    if payment and not (payment.intent_id and about.intent_id and payment.intent_id != about.intent_id):
        return payment
    by_name = [
        column == name
        for column, name in ((Payment.intent_id, about.intent_id), (Payment.charge_id, about.charge_id))
        if name
    ]
    if not by_name:
        return None
    found = select(Payment).where(Payment.community_id == community.id, or_(*by_name)).order_by(Payment.id)
    return session.scalar(found.limit(1).with_for_update())


def take(
    session: Session,
    *,
    community: Community,
    payment: Payment,
    taken: Charge | Checkout,
    paid_at: datetime,
    purposes: Purposes,
) -> None:
    """Write down that it is paid: money wins over whatever was said before, and counts once."""
    if payment.paid_at is not None:
        return
    # Asked first: the row is written in one piece, as the database wants it.
    oddity = _oddity(session, payment, taken)
    payment.state, payment.oddity = PAID, oddity
    payment.paid_at = paid_at
    payment.paid_on = local_day(community, payment.paid_at)
    payment.taken_minor, payment.taken_currency = taken.amount, taken.currency
    session.flush()
    if payment.oddity is None:
        purposes[payment.purpose].paid(session, payment)


def follow(session: Session, payment: Payment | None) -> None:
    """Let a paid payment's state follow from what is known of it."""
    if payment is None or payment.paid_at is None:
        return
    disputes = session.scalars(
        select(StripeDispute.status).where(StripeDispute.payment_id == payment.id)
    ).all()
    reversed_ = select(StripeMovement.id).where(
        StripeMovement.payment_id == payment.id, StripeMovement.kind.in_(TAKEN_BACK)
    )
    refunded = session.scalar(
        select(func.coalesce(func.sum(StripeRefund.amount), 0)).where(
            StripeRefund.payment_id == payment.id, StripeRefund.status == SUCCEEDED
        )
    )
    if LOST in disputes:
        state = CHARGED_BACK
    elif UNDECIDED.intersection(disputes):
        state = DISPUTED
    elif session.scalar(reversed_.limit(1)) is not None:
        state = REVERSED
    elif refunded:
        state = REFUNDED if int(refunded) >= (payment.taken_minor or 0) else PARTLY_REFUNDED
    else:
        state = PAID
    payment.state = state
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _oddity(session: Session, payment: Payment, taken: Charge | Checkout) -> str | None:
    """Tell why what was paid cannot count for what it was for; the money is taken all the same."""
    if (taken.amount, taken.currency) != (payment.amount_minor, payment.currency):
        return DIFFERS
    other = select(Payment.id).where(
        Payment.community_id == payment.community_id,
        Payment.purpose == payment.purpose,
        Payment.subject_id == payment.subject_id,
        Payment.id != payment.id,
        Payment.paid_at.is_not(None),
    )
    return DOUBLE if session.scalar(other.limit(1)) is not None else None
