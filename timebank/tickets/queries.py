"""What is read of tickets: who has which, what each was used for, and what is unused on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment
from timebank.prepaid import queries as prepaid
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketBack
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.offers import USUAL_MONTHS
from timebank.tickets.offers import rule_of
from timebank.tickets.selling import TICKETS
from timebank.tickets.uses import is_used
from timebank.tickets.uses import uses_that_count

#: More than anybody looks at on one page.
MOST_LISTED = 500
_YEARS_BACK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Booklet:
    """A booklet that was bought, and how many of its tickets are still good."""

    sale: TicketSale
    offer: TicketOffer
    member: Member
    unused: int
    first: int
    last: int

    @property
    def worth_minor(self) -> int:
        """What its unused tickets pay."""
        return self.unused * self.offer.face_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A ticket, and for which exchange, or which payment of what was owed, it was used, if that counts."""

    ticket: Ticket
    used_on: date | None
    exchange_id: int | None
    paid_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What is unused at the end of a day: all of it, and what may be used for longer than half a year.

    What is on prepaid balances has no last day, so it is of the latter.
    """

    day: date
    all_minor: int
    long_minor: int
    prepaid_minor: int
    #: More of the latter than the sum from which the law wants something.
    above: bool


def booklets_of(session: Session, *, community: Community, member: Member) -> list[Booklet]:
    """List the booklets that a member bought and paid, the newest first."""
    return _booklets(session, community, TicketSale.member_id.in_(record_ids(session, member=member)))


def list_booklets(session: Session, *, community: Community) -> list[Booklet]:
    """List the booklets of a community that were paid, the newest first."""
    return _booklets(session, community, TicketSale.paid_on.is_not(None))


def find_booklet(session: Session, *, community: Community, sale_id: int) -> Booklet | None:
    """Find a booklet that was paid in this community; another's is not found."""
    found = _booklets(session, community, TicketSale.id == sale_id)
    return found[0] if found else None


def tickets_of(session: Session, *, sale: TicketSale) -> list[Told]:
    """List the tickets of a booklet by their numbers."""
    return _told(session, Ticket.sale_id == sale.id)


def find_ticket(session: Session, *, community: Community, number: int) -> Told | None:
    """Find a ticket by the number that stands on it; another community's is not found."""
    found = _told(session, and_(Ticket.community_id == community.id, Ticket.number == number))
    return found[0] if found else None


def backs_of(session: Session, *, sale: TicketSale) -> Sequence[TicketBack]:
    """List when money went back by hand for tickets of a booklet."""
    found = select(TicketBack).where(TicketBack.sale_id == sale.id)
    return session.scalars(found.order_by(TicketBack.id)).all()


def on_their_way(session: Session, *, community: Community, member: Member) -> Sequence[Payment]:
    """List payments of booklets that a member carries to a konbini."""
    waits = (
        select(Payment)
        .join(
            TicketSale,
            and_(TicketSale.id == Payment.subject_id, TicketSale.community_id == Payment.community_id),
        )
        .where(
            Payment.community_id == community.id,
            Payment.purpose == TICKETS,
            Payment.state == PROCESSING,
            TicketSale.member_id == member.id,
        )
    )
    return session.scalars(waits.order_by(Payment.id)).all()


def was_ever_sold(session: Session, *, community: Community) -> bool:
    """Say whether a booklet was ever offered here: until then there are no pages about tickets."""
    found = select(TicketOffer.id).where(TicketOffer.community_id == community.id)
    return session.scalar(found.limit(1)) is not None


def unused_on(session: Session, *, community: Community, day: date) -> Unused:
    """Tell what was unused at the end of a day, by the days of help, of coming in and of paying.

    What is on prepaid balances counts with tickets.
    """
    long = or_(TicketOffer.valid_months.is_(None), TicketOffer.valid_months > USUAL_MONTHS)
    found = (
        select(
            func.coalesce(func.sum(TicketOffer.face_minor), 0),
            func.coalesce(func.sum(case((long, TicketOffer.face_minor), else_=0)), 0),
        )
        .select_from(Ticket)
        .join(TicketSale, TicketSale.id == Ticket.sale_id)
        .join(TicketOffer, TicketOffer.id == TicketSale.offer_id)
        .where(
            Ticket.community_id == community.id,
            TicketSale.paid_on <= day,
            or_(Ticket.gone_on.is_(None), Ticket.gone_on > day),
            ~is_used(by=day),
        )
    )
    everything, lasting = map(int, session.execute(found).one())
    ahead = prepaid.unused_on(session, community=community, day=day)
    return Unused(
        day=day,
        all_minor=everything + ahead,
        long_minor=lasting + ahead,
        prepaid_minor=ahead,
        above=lasting + ahead > rule_of(session, community=community).limit_minor,
    )


def unused_on_report_days(session: Session, *, community: Community) -> list[Unused]:
    """Tell what is unused today, and was on the days of the last years that the community reports on."""
    today = clock.today(community.time_zone)
    named = rule_of(session, community=community).report_days
    days = [
        date(year, int(one[:2]), int(one[3:]))
        for year in range(today.year, today.year - _YEARS_BACK, -1)
        for one in named
    ]
    before = sorted((one for one in days if one < today), reverse=True)
    return [unused_on(session, community=community, day=one) for one in (today, *before)]


# --- the leaves ---------------------------------------------------------------------------------------------


def _booklets(session: Session, community: Community, which: object) -> list[Booklet]:
    good = case((and_(Ticket.gone.is_(None), ~is_used()), 1), else_=0)
    found = (
        select(
            TicketSale,
            TicketOffer,
            Member,
            func.sum(good),
            func.min(Ticket.number),
            func.max(Ticket.number),
        )
        .join(TicketOffer, TicketOffer.id == TicketSale.offer_id)
        .join(Member, Member.id == TicketSale.member_id)
        .join(Ticket, Ticket.sale_id == TicketSale.id)
        .where(
            TicketSale.community_id == community.id,
            which,  # type: ignore[arg-type]
        )
        .group_by(TicketSale.id, TicketOffer.id, Member.id)
        .order_by(TicketSale.id.desc())
        .limit(MOST_LISTED + 1)
    )
    return [
        Booklet(sale=sale, offer=offer, member=member, unused=int(unused), first=first, last=last)
        for sale, offer, member, unused, first, last in session.execute(found)
    ]


def _told(session: Session, which: object) -> list[Told]:
    used = uses_that_count()
    found = (
        select(Ticket, used.c.used_on, used.c.exchange_id, used.c.paid_id)
        .outerjoin(used, used.c.ticket_id == Ticket.id)
        .where(which)  # type: ignore[arg-type]
        .order_by(Ticket.number)
    )
    return [
        Told(ticket=ticket, used_on=used_on, exchange_id=exchange_id, paid_id=paid_id)
        for ticket, used_on, exchange_id, paid_id in session.execute(found)
    ]
