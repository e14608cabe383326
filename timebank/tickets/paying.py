"""Booking what tickets that came in pay of what is owed, and taking it back."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_day
from timebank.communities.days import open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.service import hold_account
from timebank.text import clean_line
from timebank.text import is_visible
from timebank.tickets.giving_back import ReasonWanted
from timebank.tickets.models import LONGEST_REASON
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.piles import Part
from timebank.tickets.piles import Pile
from timebank.tickets.piles import pile_of
from timebank.tickets.selling import hold_numbers
from timebank.tickets.spending import hold

#: What an entry is by which tickets pay what is owed.
TICKETS_PAY: Final = "tickets-pay"


class PileSavedBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


class OtherwiseNow(Refusal):
    """What was shown is no longer so when it is booked."""

    sentence = N_("Meanwhile something has changed of what is owed. Please look at it once more.")
    status = 409


def look_at(
    session: Session, *, community: Community, numbers: Sequence[int], came_on: date, key: str
) -> Pile | None:
    """Tell what becomes of a pile before anything is saved; None where this form was saved just so before."""
    if _saved_before(session, community, numbers, came_on, key):
        return None
    check_day(came_on, community=community, field="came_on")
    return pile_of(session, community=community, numbers=numbers, came_on=came_on)


def book(session: Session, *, community: Community, pile: Pile, key: str, actor: Actor) -> None:
    """Book what was shown of a pile: all of it or nothing, once for each form; the caller commits.

    Raises PileRefused, OtherwiseNow.
    """
    numbers = sorted(number for one in pile.parts for number in one.numbers)
    # Held in the order in which everybody holds them: what comes through Stripe, the numbers, the tickets.
    hold_account(session, community=community)
    hold_numbers(session, community)
    if _saved_before(session, community, numbers, pile.came_on, key):
        return
    hold(session, (one.ticket.id for part in pile.parts for one in part.tickets))
    now = pile_of(session, community=community, numbers=numbers, came_on=pile.came_on)
    if now.mark != pile.mark:
        raise OtherwiseNow
    for part in sorted(now.parts, key=lambda one: one.member.id):
        _pay(session, community, part, now.came_on, key, actor)


def take_back(session: Session, *, community: Community, paid: TicketPaid, reason: str, actor: Actor) -> None:
    """Take back what was entered by mistake: both lines stay, it is owed again, and its tickets are free."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonWanted
    uses = select(TicketPaidUse.ticket_id).where(TicketPaidUse.paid_id == paid.id)
    hold(session, session.scalars(uses))
    session.refresh(paid, with_for_update=True)
    if paid.reversal_id is not None:
        return
    reversed_ = ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=paid.entry_id,
        posted_on=clock.today(community.time_zone),
        key=f"reversal:{paid.entry_id}",
        actor=str(actor),
        memo=f"support of member {paid.member_id}",
    )
    paid.reversal_id, paid.taken_back_because = reversed_.entry_id, why
    paid.taken_back_at = clock.now()
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _saved_before(
    session: Session, community: Community, numbers: Sequence[int], came_on: date, key: str
) -> bool:
    """Say whether this form was saved; refused where it had other content then."""
    found = (
        select(TicketPaid.paid_on, Ticket.number)
        .join(TicketPaidUse, TicketPaidUse.paid_id == TicketPaid.id)
        .join(Ticket, Ticket.id == TicketPaidUse.ticket_id)
        .where(TicketPaid.community_id == community.id, TicketPaid.key == key)
    )
    rows = session.execute(found).all()
    if rows and {tuple(one) for one in rows} != {(came_on, number) for number in numbers}:
        raise PileSavedBefore
    return bool(rows)


def _pay(
    session: Session, community: Community, part: Part, came_on: date, key: str, actor: Actor
) -> TicketPaid:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    sources = Counter[str]()
    for one in part.tickets:
        sources[books.tickets_code(one.sale.member_id)] += one.offer.face_minor
    owes = account(books.receivable_code(part.member.id))
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=TICKETS_PAY,
        posted_on=open_day(session, came_on, community=community),
        key=f"{key}:{part.member.id}",
        actor=str(actor),
        transfers=tuple(
            ledger.Transfer(debit=account(code), credit=owes, amount=amount)
            for code, amount in sources.items()
        ),
        memo=f"support of member {part.member.id}",
    )
    try:
        with session.begin_nested():
            posted = ledger.post(session, entry)
    except ledger.LimitExceeded as refused:
        raise OtherwiseNow from refused
    row = TicketPaid(
        community_id=community.id,
        member_id=part.member.id,
        amount_minor=part.worth_minor,
        currency=community.currency,
        paid_on=came_on,
        key=key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
    )
    session.add(row)
    session.flush()
    session.add_all(
        TicketPaidUse(ticket_id=one.ticket.id, paid_id=row.id, community_id=community.id)
        for one in part.tickets
    )
    session.flush()
    return row
