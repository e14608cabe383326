"""What is taken again by itself: how it stands, and each payment that Stripe takes for it.

Stripe begins each of the later payments, so there is no row before the money: it is made from the invoice,
found by it, and from then on is a payment as any other.
"""

import secrets
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import false
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.payments.booking import Purposes
from timebank.payments.booking import Renewal
from timebank.payments.booking import turn
from timebank.payments.facts import Charge
from timebank.payments.facts import Invoice
from timebank.payments.facts import Recurring
from timebank.payments.models import ENDED
from timebank.payments.models import Payment
from timebank.payments.models import StripeInvoice
from timebank.payments.models import StripeSubscription
from timebank.payments.service import NotAskedByUs
from timebank.payments.service import begin_payment
from timebank.payments.service import record_movement
from timebank.payments.taking import follow
from timebank.payments.taking import held
from timebank.payments.taking import take
from timebank.queue import enqueue

#: Has Stripe take nothing more.
STOP: Final = "stop-what-repeats"
#: Tells whoever pays that it could not be taken, once for each time, and that it has stopped.
TELL_FAILED: Final = "tell-that-nothing-was-taken"
TELL_STOPPED: Final = "tell-that-it-has-stopped"
#: Tells whoever pays that another amount is taken from the next time on.
TELL_CHANGED: Final = "tell-that-another-amount-is-taken"


def record_recurring(
    session: Session, *, community: Community, recurring: Recurring, purposes: Purposes
) -> StripeSubscription | None:
    """Write down how what repeats stands; None where it is none of ours. What is one too many is stopped.

    Raises NotAskedByUs where it is ours, and the payment with which it began is not there.
    """
    if not recurring.token:
        return None
    first = held(session, community, recurring.token)
    if first is None:
        raise NotAskedByUs
    row = _known(session, community, recurring.id)
    if row is None:
        row = StripeSubscription(
            community_id=community.id,
            payment_id=first.id,
            token=secrets.token_urlsafe(24),
            subscription_id=recurring.id,
            made_at=recurring.made_at,
            ended_at=None,
            surplus=_another(session, first) or purposes[first.purpose].repeats_already(session, first),
        )
        session.add(row)
    if row.ended_at is not None:
        # Nothing runs again that has ended; this was looked at before that.
        return row
    row.status, row.every, row.next_at = recurring.status, recurring.every, recurring.next_at
    row.amount_minor, row.currency = recurring.amount, recurring.currency
    row.ended_at = recurring.ended_at
    if recurring.status in ENDED:
        row.ended_at = recurring.ended_at or recurring.next_at
    row.surplus = row.surplus or first.oddity is not None
    session.flush()
    if row.ended_at is not None:
        _tell_later(session, row, TELL_STOPPED, row.subscription_id)
    elif row.surplus:
        stop_later(session, row)
    return row


def record_invoice(session: Session, *, community: Community, invoice: Invoice, purposes: Purposes) -> None:
    """Write down what was taken for a period, once, or that it could not be; the subscription is known."""
    row = _known(session, community, invoice.subscription_id) if invoice.token else None
    if row is not None and invoice.failed and not invoice.is_first and row.ended_at is None:
        _tell_later(session, row, TELL_FAILED, invoice.id)
    charge = invoice.charge
    if charge is None or not charge.paid:
        return
    payment = _payment_of(session, community, invoice, row, charge, purposes) if row else None
    if row is not None and payment is not None:
        _note(session, payment, row, invoice)
        payment.intent_id, payment.charge_id = invoice.intent_id, charge.id
        session.flush()
        take(
            session,
            community=community,
            payment=payment,
            taken=charge,
            paid_at=charge.made_at,
            purposes=purposes,
        )
    for movement in sorted(charge.movements, key=turn):
        record_movement(session, community=community, movement=movement, purposes=purposes)
    follow(session, payment)


def stop_later(session: Session, subscription: StripeSubscription) -> None:
    """Have Stripe take nothing more; where it is in vain, the next day tries anew."""
    enqueue(
        session,
        community_id=subscription.community_id,
        kind=STOP,
        payload={"subscription": subscription.id},
        key=f"{STOP}:{subscription.id}:{clock.now().date()}",
    )


def tell_changed(session: Session, subscription: StripeSubscription) -> None:
    """Have whoever pays told how much is taken from the next time on."""
    about = f"{subscription.subscription_id}:{subscription.amount_minor}:{clock.now().isoformat()}"
    _tell_later(session, subscription, TELL_CHANGED, about)


def stop_where(session: Session, *, community_id: int, which: ColumnElement[bool]) -> None:
    """Have everything stopped that still repeats, by the payments with which it began."""
    running = (
        select(StripeSubscription)
        .join(Payment, Payment.id == StripeSubscription.payment_id)
        .where(StripeSubscription.community_id == community_id, StripeSubscription.ended_at.is_(None), which)
    )
    for one in session.scalars(running.order_by(StripeSubscription.id)).all():
        stop_later(session, one)


def subscription_of(session: Session, *, payment: Payment) -> StripeSubscription | None:
    """Find what repeats a payment, be it the first or a later one; None where it was paid once."""
    paid = select(StripeInvoice.regular_id).where(StripeInvoice.payment_id == payment.id)
    theirs = (StripeSubscription.payment_id == payment.id) | StripeSubscription.id.in_(paid)
    return session.scalar(
        select(StripeSubscription).where(theirs, StripeSubscription.surplus == false()).limit(1)
    )


# --- the leaves ---------------------------------------------------------------------------------------------


def _known(session: Session, community: Community, subscription_id: str) -> StripeSubscription | None:
    return session.scalar(
        select(StripeSubscription)
        .where(
            StripeSubscription.community_id == community.id,
            StripeSubscription.subscription_id == subscription_id,
        )
        .with_for_update()
    )


def _another(session: Session, first: Payment) -> bool:
    """Say whether what began with a payment is repeated already: two pages were paid on."""
    other = select(StripeSubscription.id).where(StripeSubscription.payment_id == first.id)
    return session.scalar(other.limit(1)) is not None


def _payment_of(
    session: Session,
    community: Community,
    invoice: Invoice,
    row: StripeSubscription,
    charge: Charge,
    purposes: Purposes,
) -> Payment | None:
    """Find or make the payment of an invoice; None where it counts for nothing of ours."""
    first = session.get_one(Payment, row.payment_id, with_for_update=True)
    if invoice.is_first:
        return first if first.intent_id in {None, invoice.intent_id} else None
    known = (
        select(Payment)
        .join(StripeInvoice, StripeInvoice.payment_id == Payment.id)
        .where(StripeInvoice.community_id == community.id, StripeInvoice.invoice_id == invoice.id)
    )
    payment = session.scalar(known.with_for_update(of=Payment))
    if payment is not None or row.surplus:
        return payment
    renewal = Renewal(
        invoice_id=invoice.id,
        amount_minor=charge.amount,
        currency=charge.currency,
    )
    return begin_payment(
        session,
        community=community,
        purpose=first.purpose,
        subject_id=purposes[first.purpose].renewed(session, first, renewal),
        amount_minor=charge.amount,
        currency=charge.currency,
        language=first.language,
        email=first.email,
    )


def _note(session: Session, payment: Payment, row: StripeSubscription, invoice: Invoice) -> None:
    if session.get(StripeInvoice, payment.id) is None:
        paid = {"payment_id": payment.id, "regular_id": row.id, "invoice_id": invoice.id}
        session.add(StripeInvoice(community_id=row.community_id, **paid))
        session.flush()


def _tell_later(session: Session, row: StripeSubscription, kind: str, about: str) -> None:
    """Have whoever pays told, once; what was never theirs to know is not told."""
    if row.surplus:
        return
    enqueue(
        session,
        community_id=row.community_id,
        kind=kind,
        payload={"subscription": row.id},
        key=f"{kind}:{about}",
    )
