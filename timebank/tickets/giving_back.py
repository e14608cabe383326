"""Tickets that pay nothing any more: money went back, a booklet was a mistake, or their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import ExchangeEvent
from timebank.payments.booking import BY_STRIPE
from timebank.payments.booking import Shares
from timebank.text import clean_line
from timebank.text import is_visible
from timebank.tickets import receipting
from timebank.tickets.models import BACK
from timebank.tickets.models import BY_HAND
from timebank.tickets.models import LAPSED
from timebank.tickets.models import LONGEST_REASON
from timebank.tickets.models import MISTAKE
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketBack
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.models import TicketSale
from timebank.tickets.models import TicketUse
from timebank.tickets.offers import rule_of
from timebank.tickets.selling import WHERE
from timebank.tickets.selling import BoughtBefore
from timebank.tickets.selling import WayUnknown
from timebank.tickets.selling import hold_numbers
from timebank.tickets.spending import is_booked
from timebank.tickets.spending import is_in_the_books
from timebank.tickets.spending import unused_of

#: What entries are by which money goes back for tickets, and by which they lapse.
GIVEN_BACK: Final = "tickets-back"
LAPSE: Final = "tickets-lapse"
#: Slips of the last day's help come in with the papers of its month.
LAPSE_AFTER_DAYS: Final = 62
_BY_TIMETABLE: Final = Actor(person_id=None, member_id=None, how="job")


class RefundsAreOff(Refusal):
    """Money is to go back for tickets where that is not done."""

    sentence = N_("No money goes back for tickets here, unless a steward allows it in the settings.")
    status = 409


class NotSoManyLeft(Refusal):
    """More tickets are to be given back than are unused."""

    sentence = N_("Of this booklet %(left)s are unused, so no more can be given back.")
    field = "tickets"


class SomeAreUsed(Refusal):
    """A booklet that was written down by mistake, and of which tickets were used."""

    sentence = N_("Tickets of this booklet were used or given back, so it cannot have been a mistake.")
    field = "reason"


class PaidThroughStripe(Refusal):
    """A booklet that was paid by card or at a konbini is to be taken back as a mistake."""

    sentence = N_("This booklet was paid by way of Stripe, so it was no mistake of the desk.")
    status = 409


class ReasonWanted(Refusal):
    """Something is taken back, and nobody says why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


class MoneyNotThereYet(Refusal):
    """Money is to go back for tickets that Stripe has taken and the books do not have yet."""

    sentence = N_("The money for these tickets is not in the books yet. Please try again tomorrow.")
    field = "tickets"


class BoxTooEmpty(Refusal):
    """More is to be paid out than lies in the cash box."""

    sentence = N_("There is not so much in the cash box.")
    field = "way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """For how many tickets money goes back, as a form says it."""

    tickets: int
    way: str
    reason: str
    given_on: date
    key: str


def give_back(
    session: Session, *, community: Community, sale: TicketSale, back: Back, actor: Actor
) -> TicketBack:
    """Book money that goes back for unused tickets, once for each form; the caller commits."""
    if back.way not in BY_HAND:
        raise WayUnknown
    why = _reason(back.reason)
    # Before anything is looked at: of two who send the same form, one follows the other.
    hold_numbers(session, community)
    if there := _given_before(session, community, back.key):
        known = (there.sale_id, there.tickets, there.way, there.given_on, there.reason)
        if known != (sale.id, back.tickets, back.way, back.given_on, why):
            raise BoughtBefore
        return there
    if not rule_of(session, community=community).refunds:
        raise RefundsAreOff
    check_open_day(session, back.given_on, community=community, field="given_on")
    if not is_in_the_books(session, sale=sale):
        raise MoneyNotThereYet
    unused = unused_of(session, sale=sale)
    if not 1 <= back.tickets <= len(unused):
        raise NotSoManyLeft(left=len(unused))
    face = session.get_one(TicketOffer, sale.offer_id).face_minor
    amount = back.tickets * face
    entry_id = _post(
        session,
        community,
        kind=GIVEN_BACK,
        day=back.given_on,
        key=back.key,
        actor=actor,
        lines=((books.tickets_code(sale.member_id), WHERE[back.way], amount),),
        sale=sale,
    )
    row = TicketBack(
        community_id=community.id,
        sale_id=sale.id,
        tickets=back.tickets,
        amount_minor=amount,
        way=back.way,
        reason=why,
        given_on=back.given_on,
        key=back.key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=entry_id,
    )
    session.add(row)
    _gone(session, unused[: back.tickets], BACK, back.given_on)
    receipting.given_back(session, community=community, sale=sale, back=row, actor=actor)
    return row


def take_back(session: Session, *, community: Community, sale: TicketSale, reason: str, actor: Actor) -> None:
    """Take back a booklet that the desk wrote down by mistake; both lines stay, its tickets pay nothing."""
    why = _reason(reason)
    session.refresh(sale, with_for_update=True)
    if sale.entry_id is None:
        raise PaidThroughStripe
    if sale.reversal_id is not None:
        return
    unused = unused_of(session, sale=sale)
    if len(unused) != session.get_one(TicketOffer, sale.offer_id).tickets:
        raise SomeAreUsed
    today = clock.today(community.time_zone)
    try:
        with session.begin_nested():
            reversed_ = ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=sale.entry_id,
                posted_on=today,
                key=f"reversal:{sale.entry_id}",
                actor=str(actor),
                memo=f"tickets of member {sale.member_id}",
            )
    except ledger.CeilingExceeded as refused:
        raise BoxTooEmpty from refused
    sale.reversal_id, sale.taken_back_because = reversed_.entry_id, why
    _gone(session, unused, MISTAKE, today)
    receipting.taken_back(session, community=community, sale=sale, actor=actor)


def shares_back(session: Session, *, community: Community, sale: TicketSale, amount: int) -> Shares:
    """Tell where money belongs that Stripe gave back, or a card's owner had back.

    First come the tickets that were not used, the last numbers first, and then those that have lapsed: they
    pay nothing any more, and are no income. For what was used the member owes the money, and for what is no
    whole ticket until it has become one; what they have paid of that stays paid.
    """
    face = session.get_one(TicketOffer, sale.offer_id).face_minor
    today = clock.today(community.time_zone)
    unused, lapsed = unused_of(session, sale=sale), _lapsed(session, sale)
    whole = (amount + min(sale.billed_minor, _owes(session, community, sale))) // face
    gone, undone = unused[:whole], lapsed[: max(0, whole - len(unused))]
    _gone(session, [*gone, *undone], BACK, today)
    worth = (len(gone) + len(undone)) * face
    sale.billed_minor += amount - worth
    session.flush()
    return (
        (books.tickets_code(sale.member_id), -len(gone) * face),
        (books.TICKETS_LAPSED, -len(undone) * face),
        (books.receivable_code(sale.member_id), worth - amount),
    )


def lapse(session: Session, *, community: Community) -> int:
    """Let the tickets lapse whose last day is long over; tells how many did. The caller commits.

    What a visit that was taken back has given free waits as long again: perhaps it is written down anew.
    """
    today = clock.today(community.time_zone)
    over = select(TicketSale).where(
        TicketSale.community_id == community.id,
        TicketSale.last_on < today - timedelta(days=LAPSE_AFTER_DAYS),
        TicketSale.id.in_(select(Ticket.sale_id).where(Ticket.gone.is_(None))),
        is_booked(),
    )
    number = 0
    for sale in session.scalars(over.order_by(TicketSale.id)).all():
        free = _given_free(session, sale)
        unused = [one for one in unused_of(session, sale=sale) if one.id not in free]
        if not unused:
            continue
        face = session.get_one(TicketOffer, sale.offer_id).face_minor
        _post(
            session,
            community,
            kind=LAPSE,
            day=today,
            # A ticket lapses once, so no two of these have one key.
            key=f"tickets-lapse:{unused[0].id}",
            actor=_BY_TIMETABLE,
            lines=((books.tickets_code(sale.member_id), books.TICKETS_LAPSED, len(unused) * face),),
            sale=sale,
        )
        _gone(session, unused, LAPSED, today)
        number += len(unused)
    return number


# --- the leaves ---------------------------------------------------------------------------------------------


def _reason(typed: str) -> str:
    why = clean_line(typed, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonWanted
    return why


def _given_before(session: Session, community: Community, key: str) -> TicketBack | None:
    return session.scalar(
        select(TicketBack).where(TicketBack.community_id == community.id, TicketBack.key == key)
    )


def _lapsed(session: Session, sale: TicketSale) -> Sequence[Ticket]:
    found = select(Ticket).where(Ticket.sale_id == sale.id, Ticket.gone == LAPSED)
    return session.scalars(found.order_by(Ticket.number.desc())).all()


def _owes(session: Session, community: Community, sale: TicketSale) -> int:
    """Tell what the member owes by now, of which no more can be let off."""
    owes = books.money(
        session,
        book_id=community.book_id,
        currency=sale.currency,
        code=books.receivable_code(sale.member_id),
        actor=BY_STRIPE,
    )
    return max(0, -ledger.balance(session, owes).balance)


def _given_free(session: Session, sale: TicketSale) -> set[int]:
    """Name the tickets whose visit, or what they paid, was taken back a short while ago."""
    lately = clock.now() - timedelta(days=LAPSE_AFTER_DAYS)
    found = (
        select(TicketUse.ticket_id)
        .join(Ticket, Ticket.id == TicketUse.ticket_id)
        .join(ExchangeEvent, ExchangeEvent.exchange_id == TicketUse.exchange_id)
        .where(
            Ticket.sale_id == sale.id,
            ExchangeEvent.what == "reversed",
            ExchangeEvent.happened_at > lately,
        )
    )
    paid = (
        select(TicketPaidUse.ticket_id)
        .join(Ticket, Ticket.id == TicketPaidUse.ticket_id)
        .join(TicketPaid, TicketPaid.id == TicketPaidUse.paid_id)
        .where(Ticket.sale_id == sale.id, TicketPaid.taken_back_at > lately)
    )
    return {*session.scalars(found), *session.scalars(paid)}


def _gone(session: Session, tickets: Sequence[Ticket], why: str, day: date) -> None:
    for one in tickets:
        one.gone, one.gone_on = why, day
    session.flush()


def _post(
    session: Session,
    community: Community,
    *,
    kind: str,
    day: date,
    key: str,
    actor: Actor,
    lines: Sequence[tuple[str, str, int]],
    sale: TicketSale,
) -> int:
    def account(code: str) -> ledger.Account:
        return books.money(session, book_id=community.book_id, currency=sale.currency, code=code, actor=actor)

    entry = ledger.Entry(
        book_id=community.book_id,
        kind=kind,
        posted_on=day,
        key=key,
        actor=str(actor),
        transfers=tuple(
            ledger.Transfer(debit=account(debit), credit=account(credit), amount=amount)
            for debit, credit, amount in lines
        ),
        memo=f"tickets of member {sale.member_id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry).entry_id
    except ledger.CeilingExceeded as refused:
        raise BoxTooEmpty from refused
    except ledger.KeyReused as refused:
        raise BoughtBefore from refused
