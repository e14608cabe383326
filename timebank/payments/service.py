"""What may happen to a payment: begun, paid, not paid, given back, disputed; whoever tells it, and how often.

Everything here is told by facts that were fetched before the transaction began. A payment's state follows
from what is known of it, never from the order in which it was heard.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.booking import Purposes
from timebank.payments.booking import book
from timebank.payments.booking import book_loss
from timebank.payments.booking import turn
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Event
from timebank.payments.facts import Movement
from timebank.payments.facts import Refund
from timebank.payments.models import DRAFT
from timebank.payments.models import EXPIRED
from timebank.payments.models import FAILED
from timebank.payments.models import OPEN
from timebank.payments.models import PROCESSING
from timebank.payments.models import WAITING_STATES
from timebank.payments.models import Payment
from timebank.payments.models import StripeAccount
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeEvent
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund
from timebank.payments.taking import LOST
from timebank.payments.taking import SUCCEEDED
from timebank.payments.taking import follow
from timebank.payments.taking import held
from timebank.payments.taking import payment_of
from timebank.payments.taking import take


class AccountShared(Refusal):
    """Two communities with one account at Stripe: nobody could tell their money apart."""

    sentence = N_("Another community here uses the same account at Stripe. Each needs one of its own.")
    status = 409


class AccountChanged(Refusal):
    """A community's key is of another account than before."""

    sentence = N_(
        "The key is for another account at Stripe than the one in the books. Please ask whoever runs the "
        "program."
    )
    status = 409


class ModeChanged(Refusal):
    """A community in whose books there is money of the other mode."""

    sentence = N_(
        "In these books there is money of Stripe's other mode: what was tried with a test key, or real "
        "money. Try things out in a community of its own."
    )
    status = 409


class NotAskedByUs(Exception):
    """Stripe tells of a payment of ours that is not in the database, or not yet: it shall tell it again."""


# --- the account --------------------------------------------------------------------------------------------


def meet_account(session: Session, *, community: Community, account_id: str, live: bool) -> StripeAccount:
    """Remember which account at Stripe is the community's, and hold it for this transaction.

    Whoever books what Stripe tells holds it, so that two who are told the same do one after the other.
    """
    new = insert_into(session, StripeAccount).values(
        community_id=community.id, account_id=account_id, live=live, met_at=clock.now(), swept_to=None
    )
    session.execute(new.on_conflict_do_nothing())
    known = hold_account(session, community=community)
    if known is None:
        raise AccountShared
    if known.account_id != account_id:
        raise AccountChanged
    if known.live != live:
        raise ModeChanged
    return known


def hold_account(session: Session, *, community: Community) -> StripeAccount | None:
    """Find the community's account at Stripe and hold it; None where it was never met."""
    return session.scalar(
        select(StripeAccount).where(StripeAccount.community_id == community.id).with_for_update()
    )


# --- payments -----------------------------------------------------------------------------------------------


def begin_payment(
    session: Session,
    *,
    community: Community,
    purpose: str,
    subject_id: int,
    amount_minor: int,
    currency: str,
    language: str,
    email: str,
) -> Payment:
    """Write down that somebody is about to pay, before anybody else hears of it; the caller commits.

    The first attempt, or one more where those before it came to nothing.
    """
    same = (
        Payment.community_id == community.id,
        Payment.purpose == purpose,
        Payment.subject_id == subject_id,
    )
    last = session.scalar(select(func.max(Payment.attempt)).where(*same)) or 0
    payment = Payment(
        community_id=community.id,
        token=secrets.token_urlsafe(24),
        purpose=purpose,
        subject_id=subject_id,
        attempt=last + 1,
        amount_minor=amount_minor,
        currency=currency,
        language=language,
        email=email,
        state=DRAFT,
        made_at=clock.now(),
    )
    session.add(payment)
    session.flush()
    return payment


def find_payment(session: Session, *, community: Community, token: str) -> Payment | None:
    """Find a payment of this community by its token; another community's is not found."""
    return session.scalar(select(Payment).where(Payment.community_id == community.id, Payment.token == token))


def page_opened(session: Session, *, payment: Payment, checkout: Checkout) -> None:
    """Write down the page at Stripe on which a payment can be made; what is paid meanwhile stays paid."""
    session.refresh(payment, with_for_update=True)
    if payment.checkout_id is None:
        payment.checkout_id = checkout.id
    if payment.state == DRAFT and payment.checkout_id == checkout.id:
        payment.state, payment.url, payment.ends_at = OPEN, checkout.url, checkout.ends_at
    session.flush()


def fulfil(session: Session, *, community: Community, checkout: Checkout, purposes: Purposes) -> Payment:
    """Write down how a payment stands, by its page at Stripe; however often, and by whichever way it is told.

    Raises NotAskedByUs where the page is ours, and the payment is not there.
    """
    payment = held(session, community, checkout.token)
    if payment is None:
        raise NotAskedByUs
    if payment.checkout_id not in {None, checkout.id} and (not checkout.paid or payment.paid_at is not None):
        # Another page for it, which came about while something fell over. What was paid on it beside the
        # first is nobody's: its line is booked as not identified.
        return payment
    payment.checkout_id = checkout.id
    payment.intent_id = checkout.intent_id or payment.intent_id
    if checkout.charge is not None:
        payment.charge_id = checkout.charge.id
    if checkout.paid:
        taken = checkout.charge or checkout
        paid_at = checkout.charge.made_at if checkout.charge else clock.now()
        take(session, community=community, payment=payment, taken=taken, paid_at=paid_at, purposes=purposes)
    elif payment.state in WAITING_STATES:
        payment.state = _waiting_state(checkout)
        payment.url, payment.ends_at = checkout.url or payment.url, checkout.ends_at
    session.flush()
    for movement in sorted(checkout.charge.movements if checkout.charge else (), key=turn):
        record_movement(session, community=community, movement=movement, purposes=purposes)
    # What was given back or disputed may have been heard of first.
    follow(session, payment)
    return payment


# --- what Stripe tells --------------------------------------------------------------------------------------


def was_heard(session: Session, *, community: Community, event_id: str) -> bool:
    """Say whether an event was told before, and what it does is done."""
    heard = select(StripeEvent.id).where(
        StripeEvent.community_id == community.id, StripeEvent.event_id == event_id
    )
    return session.scalar(heard) is not None


def hear(session: Session, *, community: Community, event: Event) -> bool:
    """Note that an event was told, in the transaction of what it does; False where it was told before."""
    new = insert_into(session, StripeEvent).values(
        community_id=community.id,
        event_id=event.id,
        kind=event.kind,
        object_id=event.object_id,
        heard_at=clock.now(),
    )
    heard = new.on_conflict_do_nothing(index_elements=["community_id", "event_id"]).returning(StripeEvent.id)
    return session.execute(heard).scalar_one_or_none() is not None


def record_movement(
    session: Session, *, community: Community, movement: Movement, purposes: Purposes
) -> StripeMovement:
    """Book a line of the balance at Stripe, and let its payment's state follow."""
    payment = payment_of(session, community, movement)
    row = book(session, community=community, movement=movement, payment=payment, purposes=purposes)
    follow(session, payment)
    return row


def record_refunds(
    session: Session, *, community: Community, refunds: Sequence[Refund], purposes: Purposes
) -> None:
    """Write down refunds of one charge, whoever made them, and book what they have moved in its own order."""
    payments = [_record_refund(session, community, refund, purposes) for refund in refunds]
    moved = [
        (movement, payment)
        for refund, payment in zip(refunds, payments, strict=True)
        for movement in refund.movements
    ]
    for movement, payment in sorted(moved, key=lambda one: turn(one[0])):
        book(session, community=community, movement=movement, payment=payment, purposes=purposes)
    for payment in payments:
        follow(session, payment)


def _record_refund(
    session: Session, community: Community, refund: Refund, purposes: Purposes
) -> Payment | None:
    payment = payment_of(session, community, refund)
    row = session.scalar(
        select(StripeRefund).where(
            StripeRefund.community_id == community.id, StripeRefund.refund_id == refund.id
        )
    )
    if row is None:
        row = StripeRefund(
            community_id=community.id,
            refund_id=refund.id,
            payment_id=payment.id if payment else None,
            charge_id=refund.charge_id,
            amount=refund.amount,
            currency=refund.currency,
            made_at=refund.made_at,
        )
        session.add(row)
    first = refund.status == SUCCEEDED != row.status
    row.status = refund.status
    session.flush()
    if first and payment is not None and payment.oddity is None:
        purposes[payment.purpose].given_back(session, payment, row)
    return payment


def record_dispute(session: Session, *, community: Community, dispute: Dispute, purposes: Purposes) -> None:
    """Write down a dispute, and book what it has moved; once it is lost, that is booked, too."""
    payment = payment_of(session, community, dispute)
    row = session.scalar(
        select(StripeDispute).where(
            StripeDispute.community_id == community.id, StripeDispute.dispute_id == dispute.id
        )
    )
    if row is None:
        row = StripeDispute(
            community_id=community.id,
            dispute_id=dispute.id,
            payment_id=payment.id if payment else None,
            charge_id=dispute.charge_id,
            amount=dispute.amount,
            currency=dispute.currency,
            made_at=dispute.made_at,
        )
        session.add(row)
    row.status, row.due_at = dispute.status, dispute.due_at
    session.flush()
    for movement in dispute.movements:
        book(session, community=community, movement=movement, payment=payment, purposes=purposes)
    if row.status == LOST:
        book_loss(session, community=community, dispute=row, payment=payment, purposes=purposes)
    follow(session, payment)


# --- the leaves ---------------------------------------------------------------------------------------------


def _waiting_state(checkout: Checkout) -> str:
    if checkout.failed:
        return FAILED
    return {"complete": PROCESSING, "expired": EXPIRED}.get(checkout.status, OPEN)
