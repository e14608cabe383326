"""What may happen to receipts: they are issued with the next number, once for each thing that was paid.

A receipt is a row, written in the transaction that is its cause; its sheet of paper is made by later work,
so that nothing that goes wrong with paper ever keeps money from being written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.booking import BY_STRIPE
from timebank.payments.booking import local_day
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund
from timebank.queue import enqueue
from timebank.receipts.issuer import issuer_of
from timebank.receipts.issuer import tax_words_on
from timebank.receipts.models import GIFT
from timebank.receipts.models import REFUND
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptCounter
from timebank.receipts.models import ReceiptIssuer
from timebank.receipts.models import ReceiptLine

#: Makes the sheet of paper of a receipt, once.
MAKE_PAPER: Final = "make-receipt-paper"


class NameForReceipt(Refusal):
    """A receipt is wished, and for nobody."""

    sentence = N_("A receipt is made out to somebody: please write a name.")
    field = "name"


class NoReceiptsHere(Refusal):
    """A receipt is asked for where none are issued."""

    sentence = N_("This community issues no receipts here at the moment. Please call us.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a receipt: something that was paid, or that went back of it."""

    source: str
    paid_on: date
    #: Less than nothing where it went back.
    amount_minor: int
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What somebody paid, as a receipt says it."""

    kind: str
    #: What it is for, as ``payment:7`` or ``fee:3``: one receipt for each.
    source: str
    language: str
    payer: str
    address: str = ""
    member_id: int | None = None
    amount_minor: int
    currency: str
    purpose: str = ""
    paid_on: date
    #: The receipt of which money went back.
    about: Receipt | None = None
    #: The calendar year whose gifts it lists, and each of them; else what is due is its own one line.
    of_year: int | None = None
    parts: Sequence[Part] = ()

    def lines(self) -> Sequence[Part]:
        """Give what the receipt is for, line by line."""
        if self.parts:
            return self.parts
        own = Part(
            source=self.source, paid_on=self.paid_on, amount_minor=self.amount_minor, purpose=self.purpose
        )
        return [own]


def source_of(payment: Payment) -> str:
    """Name what the receipt of a payment is for."""
    return f"payment:{payment.id}"


def find_receipt(session: Session, *, community: Community, source: str) -> Receipt | None:
    """Find the receipt, or the note, on which something stands; another community's is not found."""
    line = find_line(session, community=community, source=source)
    return session.get_one(Receipt, line.receipt_id) if line else None


def find_line(session: Session, *, community: Community, source: str) -> ReceiptLine | None:
    """Find the one line on which something stands."""
    return session.scalar(
        select(ReceiptLine).where(ReceiptLine.community_id == community.id, ReceiptLine.source == source)
    )


def hold_numbers(session: Session, *, community: Community) -> None:
    """Let whoever else issues receipts here, or gives back what has one, wait until this transaction ends.

    Nothing is held where none are issued.
    """
    if issuer_of(session, community=community) is not None:
        _held_counter(session, community, clock.today(community.time_zone).year)


def issue(session: Session, *, community: Community, due: Due, actor: Actor) -> Receipt | None:
    """Issue a receipt with the next number of the year, once for each source; the caller commits.

    None as long as it is not said who issues receipts. What stands on it was checked where it was
    written, so that there is nothing here that could refuse.
    """
    issuer = issuer_of(session, community=community)
    if issuer is None:
        return None
    first = due.lines()[0].source
    if found := find_receipt(session, community=community, source=first):
        return found
    today = clock.today(community.time_zone)
    counter = _held_counter(session, community, today.year)
    # Whoever held the counter before may have issued the same.
    if found := find_receipt(session, community=community, source=first):
        return found
    counter.last_number += 1
    receipt = _receipt(session, community, issuer, due, today)
    receipt.number, receipt.actor = counter.last_number, str(actor)
    session.add(receipt)
    session.flush()
    session.add_all(_lines(receipt, due))
    session.flush()
    enqueue(
        session,
        community_id=community.id,
        kind=MAKE_PAPER,
        payload={"receipt": receipt.id},
        key=f"{MAKE_PAPER}:{receipt.id}",
    )
    return receipt


def note_given_back(session: Session, *, payment: Payment, refund: StripeRefund) -> Receipt | None:
    """Issue the note that a receipt's money went back, whole or in part; once for each refund.

    None where the payment has no receipt: then there is nothing to take back.
    """
    community = session.get_one(Community, payment.community_id)
    # The sheet of a year that is being issued right now tells of it, or is there afterwards.
    hold_numbers(session, community=community)
    receipt = find_receipt(session, community=community, source=source_of(payment))
    if receipt is None or _is_counted(session, community, receipt, refund):
        return None
    return _note(
        session,
        community,
        receipt,
        source=f"refund:{refund.id}",
        amount_minor=refund.amount,
        day=local_day(community, refund.made_at),
        actor=BY_STRIPE,
    )


def note_taken_back(
    session: Session, *, community: Community, receipt: Receipt, source: str, actor: Actor
) -> Receipt | None:
    """Issue the note that all that is left of something was handed back or was a mistake; once.

    None where nothing is left of it. Of a year's sheet only the one line is taken back.
    """
    if receipt.of_year is not None:
        line = find_line(session, community=community, source=source)
        assert line is not None
        return _note(
            session,
            community,
            receipt,
            source=f"back:{source}",
            amount_minor=line.amount_minor,
            day=clock.today(community.time_zone),
            actor=actor,
        )
    back = select(func.sum(Receipt.amount_minor)).where(Receipt.about_id == receipt.id)
    left = receipt.amount_minor - int(session.scalar(back) or 0)
    if left <= 0:
        return None
    return _note(
        session,
        community,
        receipt,
        source=f"back:{receipt.id}",
        amount_minor=left,
        day=clock.today(community.time_zone),
        actor=actor,
    )


def source_of_hand_back(source: str) -> str:
    """Name what was handed back of something on a receipt, not by Stripe, as what a note or a line is for."""
    return f"hand-back:{source}"


def note_handed_back(
    session: Session,
    *,
    community: Community,
    receipt: Receipt,
    source: str,
    amount_minor: int,
    day: date,
    actor: Actor,
) -> Receipt | None:
    """Issue the note that a part of a receipt's money was handed back, not by Stripe; once for each."""
    return _note(
        session,
        community,
        receipt,
        source=source_of_hand_back(source),
        amount_minor=amount_minor,
        day=day,
        actor=actor,
    )


def note_earlier_refunds(session: Session, *, payment: Payment) -> list[Receipt]:
    """Issue the notes of what went back before there was a receipt."""
    before = select(StripeRefund).where(
        StripeRefund.payment_id == payment.id, StripeRefund.status == "succeeded"
    )
    found = session.scalars(before.order_by(StripeRefund.id)).all()
    notes = [note_given_back(session, payment=payment, refund=refund) for refund in found]
    return [note for note in notes if note is not None]


def left_of(session: Session, *, note: Receipt) -> int:
    """Tell how much of a receipt counts once what a note tells of, and those before it, went back."""
    assert note.about_id is not None
    whole = session.get_one(Receipt, note.about_id).amount_minor
    back = select(func.sum(Receipt.amount_minor)).where(
        Receipt.about_id == note.about_id, Receipt.id <= note.id
    )
    return max(whole - int(session.scalar(back) or 0), 0)


def _note(
    session: Session,
    community: Community,
    receipt: Receipt,
    *,
    source: str,
    amount_minor: int,
    day: date,
    actor: Actor,
) -> Receipt | None:
    """Issue a note about a receipt, made out as the receipt itself is."""
    due = Due(
        kind=REFUND,
        source=source,
        language=receipt.language,
        payer=receipt.payer,
        address=receipt.address,
        member_id=receipt.member_id,
        amount_minor=amount_minor,
        currency=receipt.currency,
        purpose=receipt.purpose,
        paid_on=day,
        about=receipt,
    )
    return issue(session, community=community, due=due, actor=actor)


def _held_counter(session: Session, community: Community, year: int) -> ReceiptCounter:
    new = insert_into(session, ReceiptCounter).values(community_id=community.id, year=year, last_number=0)
    session.execute(new.on_conflict_do_nothing())
    held = select(ReceiptCounter).where(
        ReceiptCounter.community_id == community.id, ReceiptCounter.year == year
    )
    # Read anew: another one may have counted on since it was seen.
    return session.scalars(held.with_for_update().execution_options(populate_existing=True)).one()


def _receipt(session: Session, community: Community, issuer: ReceiptIssuer, due: Due, today: date) -> Receipt:
    for_tax = due.kind == GIFT
    return Receipt(
        community_id=community.id,
        year=today.year,
        kind=due.kind,
        source=due.source,
        language=due.language,
        issued_on=today,
        issued_at=clock.now(),
        issuer=issuer.name,
        seat=issuer.seat,
        stamp_id=issuer.stamp_id,
        payer=due.payer,
        address=due.address,
        member_id=due.member_id,
        amount_minor=due.amount_minor,
        currency=due.currency,
        purpose=due.purpose,
        paid_on=due.paid_on,
        tax_words=tax_words_on(session, community=community, day=due.paid_on) if for_tax else "",
        about_id=due.about.id if due.about else None,
        of_year=due.of_year,
        last_line=len(due.lines()),
    )


def _lines(receipt: Receipt, due: Due) -> list[ReceiptLine]:
    return [
        ReceiptLine(
            receipt_id=receipt.id,
            line=number,
            community_id=receipt.community_id,
            source=part.source,
            paid_on=part.paid_on,
            amount_minor=part.amount_minor,
            purpose=part.purpose,
        )
        for number, part in enumerate(due.lines(), start=1)
    ]


def _is_counted(session: Session, community: Community, receipt: Receipt, refund: StripeRefund) -> bool:
    """Say whether a year's sheet was issued after money went back, and says so itself."""
    line = find_line(session, community=community, source=f"refund:{refund.id}")
    return line is not None and line.receipt_id == receipt.id
