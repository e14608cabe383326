"""The letters to whoever gave: thanks, with the receipt, and what goes out about receipts later."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.receipting import paid_payment
from timebank.donations.receipting import receipt_of_gift
from timebank.donations.service import fund_of
from timebank.errors import N_
from timebank.mail import Attached
from timebank.mail import send_letter
from timebank.paper import PaperRefused
from timebank.payments.renewing import subscription_of
from timebank.queue import NotDone
from timebank.queue import Task
from timebank.receipts.handing import hand_over
from timebank.receipts.models import MAILED
from timebank.receipts.models import REFUND
from timebank.receipts.models import Receipt
from timebank.receipts.papers import paper_of


def thank(session: Session, task: Task) -> None:
    """Thank whoever gave, where they left an address; the letter carries the receipt that they wished.

    Where its sheet cannot be set they are thanked all the same, and told where it will be.
    """
    donation = _donation(session, task)
    if donation is None or not donation.email:
        return
    by_hand = session.get(DonationByHand, donation.id)
    if by_hand is not None and by_hand.reversal_id is not None:
        # It was written down by mistake, and taken back before anybody was thanked.
        return
    payment = paid_payment(session, donation=donation)
    receipt = receipt_of_gift(session, donation=donation)
    attached = _attached(session, receipt) if receipt else None
    regular = subscription_of(session, payment=payment) if payment else None
    send_letter(
        session,
        "donation_thanks",
        community=session.get_one(Community, task.community_id),
        to_address=donation.email,
        language=donation.language,
        attached=attached,
        name=donation.name,
        amount_minor=donation.amount_minor,
        currency=donation.currency,
        given_on=donation.given_on,
        fund=fund_of(session, donation),
        dedication=donation.dedication,
        dedicated_to=donation.dedicated_to,
        by_hand=by_hand is not None,
        receipt=receipt,
        for_year=donation.receipt_for_year,
        is_attached=attached is not None,
        payment=payment,
        regular=regular if regular is not None and regular.ended_at is None else None,
    )
    if receipt and attached:
        hand_over(session, receipt=receipt, how=MAILED)


def send_receipt(session: Session, task: Task) -> None:
    """Send a receipt that was issued later, or the note that money was given back."""
    donation, receipt = _donation(session, task), session.get(Receipt, task.payload["receipt"])
    if donation is None or not donation.email or receipt is None:
        return
    attached = _attached(session, receipt)
    if attached is None:
        raise NotDone(N_("The sheet of a receipt could not be set."))
    send_letter(
        session,
        "donation_receipt",
        community=session.get_one(Community, task.community_id),
        to_address=donation.email,
        language=donation.language,
        attached=attached,
        name=donation.name,
        receipt=receipt,
        is_note=receipt.kind == REFUND,
        payment=None if _is_of_year(session, receipt) else paid_payment(session, donation=donation),
    )
    hand_over(session, receipt=receipt, how=MAILED)


def _donation(session: Session, task: Task) -> Donation | None:
    return session.scalar(
        select(Donation).where(
            Donation.id == task.payload["donation"], Donation.community_id == task.community_id
        )
    )


def _is_of_year(session: Session, receipt: Receipt) -> bool:
    """Say whether a receipt, or what a note is about, names other gifts, too, so that no page shows it."""
    about = session.get_one(Receipt, receipt.about_id) if receipt.about_id is not None else receipt
    return about.of_year is not None


def _attached(session: Session, receipt: Receipt) -> Attached | None:
    """Give the sheet of a receipt for a letter; None where it cannot be set."""
    try:
        paper = paper_of(session, receipt=receipt)
    except PaperRefused:
        return None
    return Attached(document_id=paper.document_id, name=f"receipt-{receipt.label}.pdf")
