"""Receipts for gifts: issued once they are paid, where they were wished, or when they are asked for later."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.donations.models import DONATION
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import LONGEST_NAME
from timebank.donations.models import Donation
from timebank.donations.models import DonationHandedBack
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.payments.models import CHARGED_BACK
from timebank.payments.models import PAID_STATES
from timebank.payments.models import REFUNDED
from timebank.payments.models import REVERSED
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund
from timebank.queue import enqueue
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import GIFT
from timebank.receipts.models import Receipt
from timebank.receipts.service import Due
from timebank.receipts.service import NameForReceipt
from timebank.receipts.service import NoReceiptsHere
from timebank.receipts.service import find_receipt
from timebank.receipts.service import hold_numbers
from timebank.receipts.service import issue
from timebank.receipts.service import note_earlier_refunds
from timebank.receipts.service import note_given_back
from timebank.receipts.service import note_handed_back
from timebank.receipts.service import note_taken_back
from timebank.receipts.service import source_of
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible

#: Sends a receipt, or a note, that no other letter carries.
SEND_RECEIPT: Final = "send-receipt"
#: Something of it is still the community's.
RECEIPT_STATES: Final = tuple(one for one in PAID_STATES if one not in {REFUNDED, CHARGED_BACK, REVERSED})


class ReceiptIssued(Refusal):
    """A gift is to wait for its year's receipt, and has one."""

    sentence = N_("This gift has a receipt already.")
    status = 409


class NothingLeftForReceipt(Refusal):
    """A receipt is asked for of a gift that was given back."""

    sentence = N_("This gift was given back, so there is no receipt for it.")
    status = 409


def paid_payment(session: Session, *, donation: Donation) -> Payment | None:
    """Find the payment by which a gift was paid; None as long as it is not."""
    return session.scalar(
        select(Payment).where(
            Payment.community_id == donation.community_id,
            Payment.purpose == DONATION,
            Payment.subject_id == donation.id,
            Payment.paid_at.is_not(None),
            Payment.oddity.is_(None),
        )
    )


def counts_for_receipt(payment: Payment) -> bool:
    """Say whether there is anything to issue a receipt for: it is paid, as asked for, and not given back."""
    return payment.paid_at is not None and payment.oddity is None and payment.state in RECEIPT_STATES


def receipt_of(session: Session, *, payment: Payment) -> Receipt | None:
    """Find the receipt of a payment."""
    community = session.get_one(Community, payment.community_id)
    return find_receipt(session, community=community, source=source_of(payment))


def receipt_of_gift(session: Session, *, donation: Donation) -> Receipt | None:
    """Find the receipt of a gift, however it came."""
    community = session.get_one(Community, donation.community_id)
    payment = paid_payment(session, donation=donation)
    return find_receipt(session, community=community, source=source_of_gift(donation, payment))


def issue_receipt(
    session: Session, *, donation: Donation, payment: Payment | None, actor: Actor
) -> Receipt | None:
    """Issue the receipt of a gift that is paid; None as long as the community issues none.

    A gift that came by hand has no payment: its own day is the day it was paid.
    """
    paid_on = payment.paid_on if payment else donation.given_on
    assert paid_on is not None
    fund = session.get_one(Fund, donation.fund_id) if donation.fund_id is not None else None
    due = Due(
        kind=GIFT,
        source=source_of_gift(donation, payment),
        language=donation.language,
        payer=donation.name,
        address=donation.address,
        member_id=donation.member_id,
        amount_minor=donation.amount_minor,
        currency=donation.currency,
        purpose=fund.name if fund else "",
        paid_on=paid_on,
    )
    community = session.get_one(Community, donation.community_id)
    receipt = issue(session, community=community, due=due, actor=actor)
    if receipt is not None and payment is not None:
        for note in note_earlier_refunds(session, payment=payment):
            send_later(session, receipt=note, donation_id=donation.id)
    back = session.get(DonationHandedBack, donation.id) if receipt is not None else None
    if back is not None:
        handed_back(session, donation=donation, back=back, actor=actor)
    return receipt


def ask_for_receipt(
    session: Session,
    *,
    donation: Donation,
    payment: Payment | None,
    name: str,
    address: str,
    actor: Actor,
) -> Receipt:
    """Issue a receipt that was not wished while giving; asked for twice, it is the first one again."""
    community = session.get_one(Community, donation.community_id)
    if found := receipt_of_gift(session, donation=donation):
        return found
    if issuer_of(session, community=community) is None:
        raise NoReceiptsHere
    back = session.get(DonationHandedBack, donation.id)
    if payment is not None and not counts_for_receipt(payment):
        raise NothingLeftForReceipt
    if back is not None and back.amount_minor >= donation.amount_minor:
        raise NothingLeftForReceipt
    _made_out_to(donation, name, address)
    # One that is asked for by itself stands on no year's.
    donation.wants_receipt, donation.receipt_for_year = True, False
    session.flush()
    receipt = issue_receipt(session, donation=donation, payment=payment, actor=actor)
    assert receipt is not None
    return receipt


def wish_for_year(
    session: Session, *, donation: Donation, payment: Payment | None, name: str, address: str
) -> None:
    """Have a gift wait for the receipt of its year; one that has a receipt stays as it is."""
    community = session.get_one(Community, donation.community_id)
    hold_numbers(session, community=community)
    if receipt_of_gift(session, donation=donation) is not None:
        raise ReceiptIssued
    if payment is not None and not counts_for_receipt(payment):
        raise NothingLeftForReceipt
    _made_out_to(donation, name, address)
    donation.wants_receipt = donation.receipt_for_year = True
    session.flush()


def taken_back(session: Session, *, donation: Donation, actor: Actor) -> None:
    """Issue the note that a gift by hand was taken back, where it has a receipt.

    No letter goes: it was a mistake, no money went back, and whoever is named has perhaps given nothing. The
    note stands with the receipt, and is printed for whoever asks.
    """
    community = session.get_one(Community, donation.community_id)
    hold_numbers(session, community=community)
    receipt = receipt_of_gift(session, donation=donation)
    if receipt is None:
        return
    source = source_of_gift(donation, None)
    note_taken_back(session, community=community, receipt=receipt, source=source, actor=actor)


def handed_back(session: Session, *, donation: Donation, back: DonationHandedBack, actor: Actor) -> None:
    """Issue the note of what was handed back of a gift by hand, where it has a receipt, and send it."""
    # The sheet of a year that is being issued right now tells of it, or is there afterwards.
    hold_numbers(session, community=session.get_one(Community, donation.community_id))
    receipt = receipt_of_gift(session, donation=donation)
    if receipt is None:
        return
    source = source_of_gift(donation, paid_payment(session, donation=donation))
    note = note_handed_back(
        session,
        community=session.get_one(Community, donation.community_id),
        receipt=receipt,
        source=source,
        amount_minor=back.amount_minor,
        day=back.handed_on,
        actor=actor,
    )
    if note is not None:
        send_later(session, receipt=note, donation_id=donation.id)


def given_back(session: Session, payment: Payment, refund: StripeRefund) -> None:
    """Issue the note of what went back of a gift, where it has a receipt, and send it."""
    note = note_given_back(session, payment=payment, refund=refund)
    if note is not None:
        send_later(session, receipt=note, donation_id=payment.subject_id)


def send_later(session: Session, *, receipt: Receipt, donation_id: int) -> None:
    """Have a receipt sent by a letter of its own, where whoever gave has left an address for mail."""
    enqueue(
        session,
        community_id=receipt.community_id,
        kind=SEND_RECEIPT,
        payload={"receipt": receipt.id, "donation": donation_id},
        key=f"{SEND_RECEIPT}:{receipt.id}",
    )


def source_of_gift(donation: Donation, payment: Payment | None) -> str:
    """Name what the receipt of a gift is for, however it came."""
    return source_of(payment) if payment else f"gift:{donation.id}"


def _made_out_to(donation: Donation, name: str, address: str) -> None:
    name, address = clean_line(name, longest=LONGEST_NAME), clean_text(address, longest=LONGEST_ADDRESS)
    if not is_visible(name):
        raise NameForReceipt
    # Whoever gave without a name says it for the receipt, and for nobody else.
    donation.name_hidden = donation.name_hidden or not donation.name
    donation.name, donation.address = name, address
