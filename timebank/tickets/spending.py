"""What tickets pay: reading their numbers, choosing which, and using each of them once."""

import re
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import books
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.money import Money
from timebank.payments.booking import TAKEN
from timebank.payments.models import Payment
from timebank.payments.models import StripeMovement
from timebank.text import excerpt
from timebank.text import half_width
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.models import TicketUse
from timebank.tickets.selling import TICKETS
from timebank.tickets.uses import handed_on
from timebank.tickets.uses import helped_on
from timebank.tickets.uses import is_used

#: More tickets than anybody hands over for one visit.
MOST_AT_ONCE: Final = 100
#: More than all tickets of a community will ever be.
_MOST_NUMBER: Final = 1_000_000_000
SPLIT: Final = re.compile(r"[\s,;、。]+")
_ONE: Final = re.compile(r"#?(\d{1,10})(?:[-–~〜]#?(\d{1,10}))?")


class NumbersNotRead(Refusal):
    """Numbers of tickets that are none."""

    sentence = N_("“%(text)s” is no number of a ticket. Please write them as on paper: 101-104, 107.")
    field = "numbers"


class TooManyAtOnce(Refusal):
    """More tickets than anybody hands over for one visit."""

    sentence = N_("At most %(most)s tickets can be used at once.")
    field = "numbers"


class TicketRefused(Refusal):
    """A ticket that cannot be used, with its number."""

    field = "numbers"


class NeverSold(TicketRefused):
    """A number that stands for no ticket."""

    sentence = N_("Ticket %(number)s was never sold.")


class UsedAlready(TicketRefused):
    """A ticket that was spent."""

    sentence = N_("Ticket %(number)s was used already, for help on %(day)s.")


class HandedInAlready(TicketRefused):
    """A ticket that has paid what was owed."""

    sentence = N_("Ticket %(number)s was used already: it came in on %(day)s, for what was owed.")


class SomebodyElses(TicketRefused):
    """A ticket of another member: what is paid for tickets never moves between members."""

    sentence = N_("Ticket %(number)s was sold to another member than %(name)s.")


class RanOut(TicketRefused):
    """A ticket for help after its last day."""

    sentence = N_("Ticket %(number)s could be used for help until %(day)s.")


class SoldLater(TicketRefused):
    """A ticket for help that was given before it was sold."""

    sentence = N_("Ticket %(number)s was sold on %(day)s only, after this help.")


class GoneTicket(TicketRefused):
    """A ticket for which money went back, or whose booklet was a mistake."""

    sentence = N_("Ticket %(number)s does not count any more: money for it went back, or its time is over.")


class MoreThanThePrice(Refusal):
    """Tickets that are worth more than what they are to pay: no change is given."""

    sentence = N_(
        "These tickets pay %(worth)s, and this costs %(price)s. No change is given: please leave one out; "
        "what is missing goes on the bill."
    )
    field = "numbers"


class NoTickets(Refusal):
    """Nothing is there that could pay."""

    sentence = N_(
        "%(name)s has no ticket on the account that could pay this. Where they are on paper, please write "
        "their numbers; else choose the bill."
    )
    field = "pays"


class NotPaidForYet(Refusal):
    """Tickets whose money has not reached the books."""

    sentence = N_(
        "The money for these tickets is not in the books yet. Please try again tomorrow, or choose the bill."
    )
    field = "pays"


@dataclass(frozen=True, slots=True)
class Good:
    """A ticket with the booklet that it is of."""

    ticket: Ticket
    sale: TicketSale
    offer: TicketOffer


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which tickets are to pay, in the order of their numbers."""

    tickets: Sequence[Good] = ()

    @property
    def worth_minor(self) -> int:
        """What they pay together."""
        return sum(one.offer.face_minor for one in self.tickets)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that stand on them."""
        return tuple(one.ticket.number for one in self.tickets)

    @property
    def codes(self) -> dict[str, int]:
        """From which accounts that comes, and how much from each."""
        found = Counter[str]()
        for one in self.tickets:
            found[books.tickets_code(one.sale.member_id)] += one.offer.face_minor
        return dict(found)


def read_numbers(typed: str, *, most: int = MOST_AT_ONCE) -> list[int]:
    """Read numbers as they are typed, ``101-104, 107``; each once, in their order."""
    found = set[int]()
    for one in filter(None, SPLIT.split(half_width(typed).strip())):
        spelt = _ONE.fullmatch(one)
        if spelt is None:
            raise NumbersNotRead(text=excerpt(one))
        first = int(spelt[1])
        last = int(spelt[2] or first)
        if not 1 <= first <= last <= _MOST_NUMBER:
            raise NumbersNotRead(text=excerpt(one))
        if last - first >= most:
            raise TooManyAtOnce(most=most)
        found.update(range(first, last + 1))
        if len(found) > most:
            raise TooManyAtOnce(most=most)
    return sorted(found)


def spelled_numbers(numbers: Sequence[int]) -> str:
    """Spell numbers, in their order, as they are typed and read: ``101-104, 107``."""
    runs = list[list[int]]()
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def choose(
    session: Session,
    *,
    community: Community,
    member: Member,
    day: date,
    price_minor: int,
    numbers: Collection[int],
) -> Chosen:
    """Choose the tickets that pay for help of a day: those with these numbers, or the first to run out.

    Without numbers only tickets that are not on paper: whoever holds the paper has to hand it over.
    """
    whose = record_ids(session, member=member)
    if numbers:
        chosen = Chosen(_by_number(session, community, member, whose, day, numbers))
        if chosen.worth_minor > price_minor:
            currency = community.currency
            raise MoreThanThePrice(
                worth=Money(chosen.worth_minor, currency), price=Money(price_minor, currency)
            )
        return chosen
    left, found = price_minor, list[Good]()
    for one in _on_account(session, community, whose, day):
        if one.offer.face_minor <= left:
            left -= one.offer.face_minor
            found.append(one)
    if not found:
        raise NoTickets(name=member.name)
    return Chosen(sorted(found, key=lambda one: one.ticket.number))


def used_for(session: Session, *, community: Community, exchange_id: int) -> Chosen:
    """Give the tickets that an exchange was paid with, also where it was taken back since."""
    found = with_booklet(community).join(TicketUse, TicketUse.ticket_id == Ticket.id)
    rows = session.execute(found.where(TicketUse.exchange_id == exchange_id).order_by(Ticket.number))
    return Chosen([Good(*row) for row in rows])


def use(session: Session, *, exchange: Exchange, chosen: Chosen) -> None:
    """Use tickets for an exchange that is being booked; refused where another one had them meanwhile."""
    ids = hold(session, (one.ticket.id for one in chosen.tickets))
    held = select(Ticket, helped_on(), handed_on()).where(Ticket.id.in_(ids)).order_by(Ticket.number)
    for ticket, helped, handed in session.execute(held.execution_options(populate_existing=True)):
        _check_left(ticket, helped, handed)
    session.add_all(
        TicketUse(ticket_id=one, exchange_id=exchange.id, community_id=exchange.community_id) for one in ids
    )
    session.flush()


def hold(session: Session, tickets: Iterable[int]) -> list[int]:
    """Hold tickets until this transaction ends, in one order: of two who spend the same one waits."""
    ids = sorted(tickets)
    session.execute(select(Ticket.id).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update())
    return ids


def is_booked() -> ColumnElement[bool]:
    """Say of a booklet, in a query, whether its money is in the books: until then its tickets pay nothing."""
    taken = exists(
        select(StripeMovement.id)
        .join(Payment, Payment.id == StripeMovement.payment_id)
        .where(
            Payment.purpose == TICKETS,
            Payment.subject_id == TicketSale.id,
            Payment.community_id == TicketSale.community_id,
            Payment.oddity.is_(None),
            StripeMovement.kind.in_(TAKEN),
            StripeMovement.entry_id.is_not(None),
        )
    )
    return or_(TicketSale.entry_id.is_not(None), taken)


def is_in_the_books(session: Session, *, sale: TicketSale) -> bool:
    """Say whether the money of a booklet is in the books."""
    found = select(TicketSale.id).where(TicketSale.id == sale.id, is_booked())
    return session.scalar(found) is not None


def with_booklet(community: Community) -> Select[Ticket, TicketSale, TicketOffer]:
    """Begin a query of a community's tickets with what they are of."""
    return (
        select(Ticket, TicketSale, TicketOffer)
        .join(TicketSale, TicketSale.id == Ticket.sale_id)
        .join(TicketOffer, TicketOffer.id == TicketSale.offer_id)
        .where(Ticket.community_id == community.id)
    )


def unused_of(session: Session, *, sale: TicketSale) -> Sequence[Ticket]:
    """List the tickets of a booklet that are still good, the last number first, and hold them."""
    found = select(Ticket).where(Ticket.sale_id == sale.id, Ticket.gone.is_(None), ~is_used())
    session.execute(select(Ticket.id).where(Ticket.sale_id == sale.id).order_by(Ticket.id).with_for_update())
    return session.scalars(found.order_by(Ticket.number.desc())).all()


# --- the leaves ---------------------------------------------------------------------------------------------


def _by_number(
    session: Session,
    community: Community,
    member: Member,
    whose: Collection[int],
    day: date,
    numbers: Collection[int],
) -> list[Good]:
    asked = with_booklet(community).add_columns(helped_on(), handed_on(), is_booked())
    rows = session.execute(asked.where(Ticket.number.in_(numbers)))
    there = {row[0].number: (Good(*row[:3]), row[3], row[4], row[5]) for row in rows}
    found = list[Good]()
    for number in sorted(numbers):
        if number not in there:
            raise NeverSold(number=number)
        one, helped, handed, booked = there[number]
        if one.sale.member_id not in whose:
            raise SomebodyElses(number=number, name=member.name)
        _check_left(one.ticket, helped, handed)
        if not booked:
            raise NotPaidForYet
        if one.sale.last_on is not None and day > one.sale.last_on:
            raise RanOut(number=number, day=one.sale.last_on)
        if one.sale.paid_on is not None and day < one.sale.paid_on:
            raise SoldLater(number=number, day=one.sale.paid_on)
        found.append(one)
    return found


def _check_left(ticket: Ticket, helped: date | None, handed: date | None) -> None:
    if helped is not None:
        raise UsedAlready(number=ticket.number, day=helped)
    if handed is not None:
        raise HandedInAlready(number=ticket.number, day=handed)
    if ticket.gone is not None:
        raise GoneTicket(number=ticket.number)


def _on_account(session: Session, community: Community, whose: Collection[int], day: date) -> Iterable[Good]:
    """List what can be spent without paper, what runs out first first."""
    found = with_booklet(community).where(
        TicketSale.member_id.in_(whose),
        ~TicketOffer.on_paper,
        TicketSale.paid_on <= day,
        (TicketSale.last_on.is_(None)) | (TicketSale.last_on >= day),
        Ticket.gone.is_(None),
        ~is_used(),
        is_booked(),
    )
    # What has no last day comes last on both engines.
    rows = session.execute(found.order_by(TicketSale.last_on.is_(None), TicketSale.last_on, Ticket.number))
    return [Good(*row) for row in rows]
