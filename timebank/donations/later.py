"""What is done every day about gifts: receipts issued, what nobody paid forgotten, what ended stopped."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Text
from sqlalchemy import cast
from sqlalchemy import false
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.receipting import RECEIPT_STATES
from timebank.donations.receipting import issue_receipt
from timebank.donations.receipting import send_later
from timebank.donations.service import DONATION
from timebank.funds.models import Fund
from timebank.payments.models import ONCE
from timebank.payments.models import WAITING_STATES
from timebank.payments.models import Payment
from timebank.payments.renewing import stop_where
from timebank.queue import Task
from timebank.queue import enqueue
from timebank.receipts.issuer import ISSUE_WISHED
from timebank.receipts.models import ReceiptLine

#: Forgets who wanted to give and has not.
FORGET_UNPAID: Final = "forget-unpaid-gifts"
#: Longer than a page at Stripe can be paid on, and than a konbini takes money for it.
KEPT: Final = timedelta(days=30)
#: Receipts are issued so many in one transaction.
AT_ONCE: Final = 200
BY_ITSELF: Final = Actor(person_id=None, member_id=None, how="job")


def issue_wished(session: Session, task: Task) -> None:
    """Issue the receipts that were wished before the community issued any, so many at a time."""
    receipt = select(ReceiptLine.line).where(
        ReceiptLine.community_id == Payment.community_id,
        ReceiptLine.source == "payment:" + cast(Payment.id, Text),
    )
    wished = (
        select(Donation, Payment)
        .join(Payment, (Payment.subject_id == Donation.id) & (Payment.community_id == Donation.community_id))
        .where(
            Donation.community_id == task.community_id,
            Donation.wants_receipt == true(),
            Donation.receipt_for_year == false(),
            Payment.purpose == DONATION,
            Payment.oddity.is_(None),
            Payment.state.in_(RECEIPT_STATES),
            ~receipt.exists(),
        )
        .order_by(Payment.id)
        .limit(AT_ONCE)
    )
    found = session.execute(wished).all()
    for donation, payment in found:
        issued = issue_receipt(session, donation=donation, payment=payment, actor=BY_ITSELF)
        if issued is None:
            return
        send_later(session, receipt=issued, donation_id=donation.id)
    brought = _wished_by_hand(session, task)
    for donation in brought:
        issued = issue_receipt(session, donation=donation, payment=None, actor=BY_ITSELF)
        if issued is None:
            return
        send_later(session, receipt=issued, donation_id=donation.id)
    if AT_ONCE in {len(found), len(brought)}:
        enqueue(session, community_id=task.community_id, kind=ISSUE_WISHED)


def forget_unpaid(session: Session, task: Task) -> None:
    """Let go of the words and addresses of gifts that nobody has paid, and that nobody can pay any more."""
    still_open = select(Payment.subject_id).where(
        Payment.community_id == task.community_id,
        Payment.purpose == DONATION,
        Payment.state.in_(WAITING_STATES),
        Payment.checkout_id.is_not(None),
    )
    old = (
        Donation.community_id == task.community_id,
        Donation.given_on.is_(None),
        Donation.made_at < clock.now() - KEPT,
        Donation.id.not_in(still_open),
    )
    gifts = session.scalars(select(Donation.id).where(*old)).all()
    for gone in (
        update(Donation)
        .where(Donation.id.in_(gifts))
        .values(
            **dict.fromkeys(("name", "reading", "email", "address", "message"), ""),
            **dict.fromkeys(("dedication", "dedicated_to"), ""),
            **dict.fromkeys(("wants_receipt", "receipt_for_year"), False),
        ),
        update(Payment)
        .where(
            Payment.community_id == task.community_id,
            Payment.purpose == DONATION,
            Payment.subject_id.in_(gifts),
        )
        .values(email=""),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def stop_ended(session: Session, task: Task) -> None:
    """Have nothing more taken for a fund whose activity has stopped; what was given stays in it."""
    over = (
        select(Donation.id)
        .join(Fund, Fund.id == Donation.fund_id)
        .where(Donation.community_id == task.community_id, Donation.every != ONCE, Fund.ended_on.is_not(None))
    )
    which = (Payment.purpose == DONATION) & Payment.subject_id.in_(over)
    stop_where(session, community_id=task.community_id, which=which)


def _wished_by_hand(session: Session, task: Task) -> Sequence[Donation]:
    """List gifts that came by hand, for which a receipt was wished and none is issued."""
    receipt = select(ReceiptLine.line).where(
        ReceiptLine.community_id == Donation.community_id,
        ReceiptLine.source == "gift:" + cast(Donation.id, Text),
    )
    wished = (
        select(Donation)
        .join(DonationByHand, DonationByHand.donation_id == Donation.id)
        .where(
            Donation.community_id == task.community_id,
            Donation.wants_receipt == true(),
            Donation.receipt_for_year == false(),
            DonationByHand.reversal_id.is_(None),
            ~receipt.exists(),
        )
    )
    return session.scalars(wished.order_by(Donation.id).limit(AT_ONCE)).all()
