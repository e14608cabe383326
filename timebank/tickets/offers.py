"""What a community sells: its booklets, and what it says about all of its tickets."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.rates.queries import may_issue_tickets
from timebank.rates.queries import terms_today
from timebank.text import clean_line
from timebank.text import is_visible
from timebank.tickets.models import LONGEST_NAME
from timebank.tickets.models import MOST_FACE_MINOR
from timebank.tickets.models import MOST_LIMIT_MINOR
from timebank.tickets.models import MOST_MONTHS
from timebank.tickets.models import MOST_TICKETS
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketRule

#: In Japan tickets that are valid for no more than this many months bring no duties of their own.
USUAL_MONTHS: Final = 6
#: In Japan the sum, and the days of the year, of the Payment Services Act (資金決済に関する法律, article 14).
USUAL_LIMIT_MINOR: Final = 10_000_000
USUAL_DAYS: Final = ("03-31", "09-30")
_MOST_DAYS = 12
_DAY: Final = re.compile(r"(\d{1,2})-(\d{1,2})")


class TicketsNotHere(Refusal):
    """Tickets are to be sold where nobody may sell them."""

    sentence = N_(
        "No tickets are sold here: the help is not the group's own, and no registration is entered. A "
        "steward says so under “Paid support”."
    )
    status = 409


class BookletUnknown(Refusal):
    """A booklet that cannot be bought, or not any more."""

    sentence = N_("This booklet cannot be bought any more. Please choose one of these.")
    field = "offer"


class NameMissing(Refusal):
    """A booklet without a name."""

    sentence = N_("A booklet needs a name.")
    field = "name"


class TicketsOutOfReach(Refusal):
    """A booklet of no tickets, or of very many."""

    sentence = N_("A booklet has 1 to %(most)s tickets.")
    field = "tickets"


class FaceOutOfReach(Refusal):
    """A ticket that is worth nothing, or very much."""

    sentence = N_("Please say what a ticket pays: an amount above nought.")
    field = "face"


class MonthsOutOfReach(Refusal):
    """Tickets that last for no time, or for ever."""

    sentence = N_("Tickets can be used for 1 to %(most)s months. Empty: they have no last day.")
    field = "months"


class LimitOutOfReach(Refusal):
    """A sum from which the law wants something that is none."""

    sentence = N_("Please write an amount above nought.")
    field = "limit"


class DaysNotRead(Refusal):
    """Days of the year that are none."""

    sentence = N_("Please write days as month and day, for example 03-31 09-30.")
    field = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booklet:
    """What a booklet is, as a form says it."""

    name: str
    tickets: int
    face_minor: int
    valid_months: int | None
    on_paper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for all tickets of a community."""

    refunds: bool = False
    konbini: bool = False
    limit_minor: int = USUAL_LIMIT_MINOR
    #: Days of every year, as ``03-31``.
    report_days: Sequence[str] = USUAL_DAYS


def rule_of(session: Session, *, community: Community) -> Rule:
    """Give what holds for the tickets of a community, also where nobody has said anything yet."""
    row = session.get(TicketRule, community.id)
    if row is None:
        return Rule()
    return Rule(
        refunds=row.refunds,
        konbini=row.konbini,
        limit_minor=row.limit_minor,
        report_days=tuple(row.report_days.split()),
    )


def change_rule(session: Session, *, community: Community, rule: Rule) -> None:
    """Say what holds for the tickets of a community; the caller commits."""
    if not 1 <= rule.limit_minor <= MOST_LIMIT_MINOR:
        raise LimitOutOfReach
    known = asdict(rule) | {"report_days": " ".join(_days(rule.report_days))}
    row = session.get(TicketRule, community.id)
    if row is None:
        session.add(TicketRule(community_id=community.id, **known))
    else:
        for name, value in known.items():
            setattr(row, name, value)
    session.flush()


def check_sold_here(session: Session, *, community: Community) -> None:
    """Refuse to sell tickets where the help is not the group's own and no registration is stated."""
    if not may_be_sold(session, community=community):
        raise TicketsNotHere


def may_be_sold(session: Session, *, community: Community) -> bool:
    """Say whether tickets may be sold here today."""
    terms = terms_today(session, community=community)
    return terms is not None and may_issue_tickets(terms)


def are_sold(session: Session, *, community: Community) -> bool:
    """Say whether tickets may be sold here today, and there is a booklet to buy."""
    return may_be_sold(session, community=community) and bool(list_offers(session, community=community))


def open_offer(session: Session, *, community: Community, booklet: Booklet, actor: Actor) -> TicketOffer:
    """Have a booklet be sold from now on; the caller commits."""
    name = clean_line(booklet.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise NameMissing
    if not 1 <= booklet.tickets <= MOST_TICKETS:
        raise TicketsOutOfReach(most=MOST_TICKETS)
    if not 1 <= booklet.face_minor <= MOST_FACE_MINOR:
        raise FaceOutOfReach
    if booklet.valid_months is not None and not 1 <= booklet.valid_months <= MOST_MONTHS:
        raise MonthsOutOfReach(most=MOST_MONTHS)
    row = TicketOffer(
        **asdict(booklet) | {"name": name},
        community_id=community.id,
        currency=community.currency,
        is_open=True,
        made_at=clock.now(),
        actor=str(actor),
    )
    session.add(row)
    session.flush()
    return row


def close_offer(session: Session, *, offer: TicketOffer) -> None:
    """Sell a booklet no longer; the tickets of those who have one stay good."""
    offer.is_open = False
    session.flush()


def list_offers(session: Session, *, community: Community, closed: bool = False) -> Sequence[TicketOffer]:
    """List the booklets that can be bought; with ``closed`` also those that were."""
    found = select(TicketOffer).where(TicketOffer.community_id == community.id)
    if not closed:
        found = found.where(TicketOffer.is_open)
    return session.scalars(found.order_by(TicketOffer.is_open.desc(), TicketOffer.id)).all()


def find_offer(session: Session, *, community: Community, offer_id: int) -> TicketOffer | None:
    """Find a booklet of this community; another community's is not found."""
    return session.scalar(
        select(TicketOffer).where(TicketOffer.id == offer_id, TicketOffer.community_id == community.id)
    )


def _days(written: Sequence[str]) -> list[str]:
    """Read days of the year; the 29th of February is none of every year."""
    found = set[str]()
    for one in written:
        day = _DAY.fullmatch(one)
        try:
            found.add(date(2001, int(day[1]), int(day[2])).strftime("%m-%d") if day else "")
        except ValueError:
            raise DaysNotRead from None
    if not found or "" in found or len(found) > _MOST_DAYS:
        raise DaysNotRead
    return sorted(found)
