"""Booklets that somebody buys, through Stripe or at the desk; each of their tickets gets a number.

The numbers of a community follow each other, so that none is given twice; what is paid makes them at once,
and the books follow as soon as Stripe has a line for it.
"""

from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.days import months_on
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.guardians import check_of_age
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.payments.models import Payment
from timebank.payments.service import begin_payment
from timebank.queue import enqueue
from timebank.tickets.models import BY_HAND
from timebank.tickets.models import CASH
from timebank.tickets.models import STRIPE
from timebank.tickets.models import TRANSFER
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.offers import BookletUnknown
from timebank.tickets.offers import check_sold_here

#: What payments of tickets are for, as their rows say.
TICKETS: Final = "tickets"
#: Tells whoever bought a booklet that its tickets are there.
TELL_TICKETS: Final = "tell-of-tickets"
#: What an entry is by which tickets are sold at the desk.
SOLD: Final = "tickets"
#: Where money lies that was paid at the desk.
WHERE: Final = {CASH: books.CASH, TRANSFER: books.BANK}


class BoughtBefore(Refusal):
    """The same form was sent before, with other content."""

    sentence = N_(
        "This form was sent before with other content. To buy this as well, please send it once more."
    )


class BuyerHasLeft(Refusal):
    """Tickets for somebody who is no member any more."""

    sentence = N_("%(name)s has left, so no tickets are sold to them.")
    field = "buyer"


class WayUnknown(Refusal):
    """Something is paid in a way that nobody offers."""

    sentence = N_("Please choose one of these.")
    field = "way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """Which booklet somebody wants to buy."""

    member: Member
    offer: TicketOffer
    language: str
    email: str = ""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A booklet that was sold at the desk, as an officer writes it down."""

    member: Member
    offer: TicketOffer
    way: str
    paid_on: date
    key: str


def wish_to_buy(
    session: Session, *, community: Community, buying: Buying, actor: Actor
) -> tuple[TicketSale, Payment]:
    """Write down which booklet somebody wants to buy, and the attempt to pay it; the caller commits.

    The same form sent twice is one.
    """
    if found := _sent_before(session, community, buying.key):
        return _the_same(session, found, buying)
    check_of_age(session, member=buying.member)
    _check(session, community, buying.member, buying.offer)
    sale = _new(
        community,
        buying.member,
        buying.offer,
        way=STRIPE,
        language=buying.language,
        key=buying.key,
        actor=actor,
    )
    try:
        with session.begin_nested():
            session.add(sale)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at one moment: the other was first.
        found = _sent_before(session, community, buying.key)
        if violated(clash) != "uq_ticket_sale_community_id_key" or found is None:
            raise
        return _the_same(session, found, buying)
    return sale, buy_again(session, community=community, sale=sale, email=buying.email)


def buy_again(session: Session, *, community: Community, sale: TicketSale, email: str = "") -> Payment:
    """Begin an attempt to pay a booklet: the first, or one more where those before came to nothing."""
    return begin_payment(
        session,
        community=community,
        purpose=TICKETS,
        subject_id=sale.id,
        amount_minor=sale.amount_minor,
        currency=sale.currency,
        language=sale.language,
        email=email,
    )


def check_still_sold(session: Session, *, community: Community, sale: TicketSale) -> None:
    """Refuse to have a booklet paid that was begun to be bought and is sold no longer."""
    member, offer = session.get_one(Member, sale.member_id), session.get_one(TicketOffer, sale.offer_id)
    _check(session, community, member, offer)


def sell(session: Session, *, community: Community, sold: Sold, actor: Actor) -> TicketSale:
    """Book a booklet that was paid at the desk, once for each form; the caller commits."""
    if sold.way not in BY_HAND:
        raise WayUnknown
    hold_numbers(session, community)
    if found := _sent_before(session, community, sold.key):
        known = (found.member_id, found.offer_id, found.way, found.paid_on)
        if known != (sold.member.id, sold.offer.id, sold.way, sold.paid_on):
            raise BoughtBefore
        return found
    _check(session, community, sold.member, sold.offer)
    check_open_day(session, sold.paid_on, community=community, field="paid_on")
    sale = _new(
        community,
        sold.member,
        sold.offer,
        way=sold.way,
        language=community.language,
        key=sold.key,
        actor=actor,
    )
    sale.entry_id = _post(session, community, sold, sale.amount_minor, actor)
    # Booked and paid in one row: what is paid by hand is never without its entry.
    sale.paid_on, sale.last_on = sold.paid_on, last_day(sold.offer, sold.paid_on)
    session.add(sale)
    session.flush()
    _number(session, community, sale, sold.offer)
    return sale


def hand_out(session: Session, *, sale: TicketSale, paid_on: date) -> None:
    """Give the tickets of a booklet that Stripe has taken money for their numbers."""
    community = session.get_one(Community, sale.community_id)
    offer = session.get_one(TicketOffer, sale.offer_id)
    hold_numbers(session, community)
    sale.paid_on, sale.last_on = paid_on, last_day(offer, paid_on)
    session.flush()
    _number(session, community, sale, offer)


def last_day(offer: TicketOffer, paid_on: date) -> date | None:
    """Tell the last day of help that tickets of a booklet can pay; None where they have none."""
    if offer.valid_months is None:
        return None
    last = months_on(paid_on, offer.valid_months)
    # A month that has no such day ends the time with its own last one (in Japan: Civil Code, article 143).
    return last - timedelta(days=1) if last.day == paid_on.day else last


def newest_attempt(session: Session, *, sale: TicketSale) -> Payment | None:
    """Give the last attempt to pay a booklet; None where it was sold at the desk."""
    attempts = select(Payment).where(
        Payment.community_id == sale.community_id,
        Payment.purpose == TICKETS,
        Payment.subject_id == sale.id,
    )
    return session.scalar(attempts.order_by(Payment.attempt.desc()).limit(1))


def sale_of(session: Session, payment: Payment) -> TicketSale:
    """Find the booklet that a payment is for."""
    found = select(TicketSale).where(
        TicketSale.id == payment.subject_id, TicketSale.community_id == payment.community_id
    )
    return session.scalars(found).one()


def hold_numbers(session: Session, community: Community) -> None:
    """Let nobody else give tickets of this community numbers before this transaction ends."""
    session.execute(select(Community.id).where(Community.id == community.id).with_for_update(key_share=True))


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, member: Member, offer: TicketOffer) -> None:
    check_sold_here(session, community=community)
    if member.state == LEFT:
        raise BuyerHasLeft(name=member.name)
    if not offer.is_open or offer.currency != community.currency:
        raise BookletUnknown


def _new(
    community: Community,
    member: Member,
    offer: TicketOffer,
    *,
    way: str,
    language: str,
    key: str,
    actor: Actor,
) -> TicketSale:
    return TicketSale(
        community_id=community.id,
        member_id=member.id,
        offer_id=offer.id,
        amount_minor=offer.tickets * offer.face_minor,
        currency=offer.currency,
        way=way,
        language=language,
        key=key,
        made_at=clock.now(),
        actor=str(actor),
        paid_on=None,
        last_on=None,
        entry_id=None,
        reversal_id=None,
        taken_back_because=None,
    )


def _number(session: Session, community: Community, sale: TicketSale, offer: TicketOffer) -> None:
    """Make the tickets of a booklet, and have its buyer be told; the caller holds the numbers."""
    last = session.scalar(select(func.max(Ticket.number)).where(Ticket.community_id == community.id)) or 0
    session.add_all(
        Ticket(community_id=community.id, sale_id=sale.id, number=last + one, gone=None, gone_on=None)
        for one in range(1, offer.tickets + 1)
    )
    session.flush()
    enqueue(
        session,
        community_id=community.id,
        kind=TELL_TICKETS,
        payload={"sale": sale.id},
        key=f"{TELL_TICKETS}:{sale.id}",
    )


def _post(session: Session, community: Community, sold: Sold, amount: int, actor: Actor) -> int:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    into, owed = account(WHERE[sold.way]), account(books.tickets_code(sold.member.id))
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=SOLD,
        posted_on=sold.paid_on,
        key=sold.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=into, credit=owed, amount=amount),),
        memo=f"tickets of member {sold.member.id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry).entry_id
    except ledger.KeyReused as refused:
        raise BoughtBefore from refused


def _sent_before(session: Session, community: Community, key: str) -> TicketSale | None:
    return session.scalar(
        select(TicketSale).where(TicketSale.community_id == community.id, TicketSale.key == key)
    )


def _the_same(session: Session, found: TicketSale, buying: Buying) -> tuple[TicketSale, Payment]:
    """Refuse a form that is sent again with other content; a double click has the same."""
    attempt = newest_attempt(session, sale=found)
    if attempt is None or (found.member_id, found.offer_id) != (buying.member.id, buying.offer.id):
        raise BoughtBefore
    return found, attempt
