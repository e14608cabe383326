"""Receipts for booklets: issued when whoever bought one asks, and told of when money goes back.

A ticket that is sold is not taxed yet, for nothing was done: tax is in the help that is paid with it. So its
receipt shows none, and says why.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.models import CHARGED_BACK
from timebank.payments.models import REFUNDED
from timebank.payments.models import REVERSED
from timebank.payments.models import Payment
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import LONGEST_ADDRESS
from timebank.receipts.models import LONGEST_NAME
from timebank.receipts.models import LONGEST_PURPOSE
from timebank.receipts.models import TICKET
from timebank.receipts.models import Receipt
from timebank.receipts.service import Due
from timebank.receipts.service import NameForReceipt
from timebank.receipts.service import NoReceiptsHere
from timebank.receipts.service import find_receipt
from timebank.receipts.service import issue
from timebank.receipts.service import note_earlier_refunds
from timebank.receipts.service import note_handed_back
from timebank.receipts.service import note_taken_back
from timebank.receipts.service import source_of
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_visible
from timebank.tickets.models import TicketBack
from timebank.tickets.models import TicketSale
from timebank.tickets.queries import Booklet
from timebank.tickets.selling import TICKETS
from timebank.tickets.selling import hold_numbers

#: All of it went back by way of Stripe.
_WENT_BACK = frozenset({REFUNDED, CHARGED_BACK, REVERSED})


class BookletWentBack(Refusal):
    """A receipt for a booklet whose money went back, or that was a mistake."""

    sentence = N_("The money for this booklet went back, so there is no receipt for it.")
    status = 409


def counts_for_receipt(session: Session, *, sale: TicketSale) -> bool:
    """Say whether there is anything to issue a receipt for."""
    payment = _payment(session, sale)
    by_hand = sum(one.amount_minor for one in _backs(session, sale))
    went_back = (payment is not None and payment.state in _WENT_BACK) or by_hand >= sale.amount_minor
    return sale.paid_on is not None and sale.reversal_id is None and not went_back


def receipt_of(session: Session, *, community: Community, sale: TicketSale) -> Receipt | None:
    """Find the receipt of a booklet."""
    return find_receipt(session, community=community, source=_source(session, sale))


def ask_for_receipt(
    session: Session,
    *,
    community: Community,
    booklet: Booklet,
    name: str,
    address: str,
    language: str,
    actor: Actor,
) -> Receipt:
    """Issue the receipt of a booklet; asked for twice, it is the first one again. The caller commits."""
    sale = booklet.sale
    # Money that goes back by hand at this moment, or a mistake that is taken back, has its note, or is seen.
    hold_numbers(session, community)
    session.refresh(sale, with_for_update=True)
    if found := receipt_of(session, community=community, sale=sale):
        return found
    if issuer_of(session, community=community) is None:
        raise NoReceiptsHere
    if not counts_for_receipt(session, sale=sale):
        raise BookletWentBack
    name = clean_line(name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise NameForReceipt
    assert sale.paid_on is not None
    numbers = f"No. {booklet.first}–{booklet.last}"
    due = Due(
        kind=TICKET,
        source=_source(session, sale),
        language=language,
        payer=name,
        address=clean_text(address, longest=LONGEST_ADDRESS),
        member_id=sale.member_id,
        amount_minor=sale.amount_minor,
        currency=sale.currency,
        purpose=f"{excerpt(booklet.offer.name, LONGEST_PURPOSE - len(numbers) - 3)} ({numbers})",
        paid_on=sale.paid_on,
    )
    receipt = issue(session, community=community, due=due, actor=actor)
    assert receipt is not None
    if (payment := _payment(session, sale)) is not None:
        note_earlier_refunds(session, payment=payment)
    for back in _backs(session, sale):
        _note_back(session, community, receipt, back, actor)
    return receipt


def given_back(
    session: Session, *, community: Community, sale: TicketSale, back: TicketBack, actor: Actor
) -> None:
    """Issue the note that money went back by hand for some tickets of a booklet, where it has a receipt."""
    receipt = receipt_of(session, community=community, sale=sale)
    if receipt is not None:
        _note_back(session, community, receipt, back, actor)


def taken_back(session: Session, *, community: Community, sale: TicketSale, actor: Actor) -> None:
    """Issue the note that a booklet was a mistake, where it has a receipt."""
    receipt = receipt_of(session, community=community, sale=sale)
    if receipt is not None:
        source = _source(session, sale)
        note_taken_back(session, community=community, receipt=receipt, source=source, actor=actor)


# --- the leaves ---------------------------------------------------------------------------------------------


def _note_back(
    session: Session, community: Community, receipt: Receipt, back: TicketBack, actor: Actor
) -> None:
    note_handed_back(
        session,
        community=community,
        receipt=receipt,
        source=f"ticket-back:{back.id}",
        amount_minor=back.amount_minor,
        day=back.given_on,
        actor=actor,
    )


def _payment(session: Session, sale: TicketSale) -> Payment | None:
    """Find the payment that has paid a booklet; None where it was sold at the desk."""
    return session.scalar(
        select(Payment).where(
            Payment.community_id == sale.community_id,
            Payment.purpose == TICKETS,
            Payment.subject_id == sale.id,
            Payment.paid_at.is_not(None),
            Payment.oddity.is_(None),
        )
    )


def _backs(session: Session, sale: TicketSale) -> Sequence[TicketBack]:
    found = select(TicketBack).where(TicketBack.sale_id == sale.id)
    return session.scalars(found.order_by(TicketBack.id)).all()


def _source(session: Session, sale: TicketSale) -> str:
    payment = _payment(session, sale)
    return source_of(payment) if payment is not None else f"booklet:{sale.id}"
