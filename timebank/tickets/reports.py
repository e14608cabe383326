"""A report of tickets between two days: sold, used, lapsed and given back, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.tickets.models import BACK
from timebank.tickets.models import LAPSED
from timebank.tickets.models import MISTAKE
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.uses import uses_that_count

#: What was unused before, what has come and gone, and what is left.
OPENING, SOLD, USED, LEFT = "opening", "sold", "used", "left"
#: In the order in which they are told; all between the first and the last make the one of the other.
LINES: Final = (OPENING, SOLD, USED, LAPSED, BACK, MISTAKE, LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many tickets, and what they pay."""

    what: str
    tickets: int
    worth_minor: int


def tickets_between(session: Session, *, community: Community, first: date, last: date) -> Sequence[Counted]:
    """Count tickets from one day to another, both included; what goes stands above nought, too.

    A ticket counts as used on the day of the help, or on which it came in for what was owed, if that still
    counts. What was sold and is gone on a day
    before it was paid counts as gone on the day it was paid.
    """
    used = uses_that_count(community.id)
    paid_on = TicketSale.paid_on
    used_on = case((used.c.used_on < paid_on, paid_on), else_=used.c.used_on)
    gone_on = case((Ticket.gone_on < paid_on, paid_on), else_=Ticket.gone_on)

    before = and_(
        paid_on < first,
        or_(Ticket.gone_on.is_(None), gone_on >= first),
        or_(used.c.used_on.is_(None), used_on >= first),
    )
    after = and_(
        paid_on <= last,
        or_(Ticket.gone_on.is_(None), gone_on > last),
        or_(used.c.used_on.is_(None), used_on > last),
    )
    which = {
        OPENING: before,
        SOLD: paid_on.between(first, last),
        USED: used_on.between(first, last),
        **{why: and_(Ticket.gone == why, gone_on.between(first, last)) for why in (LAPSED, BACK, MISTAKE)},
        LEFT: after,
    }
    columns = [
        func.coalesce(func.sum(case((which[what], worth), else_=0)), 0)
        for what in LINES
        for worth in (1, TicketOffer.face_minor)
    ]
    found = (
        select(*columns)
        .select_from(Ticket)
        .join(TicketSale, TicketSale.id == Ticket.sale_id)
        .join(TicketOffer, TicketOffer.id == TicketSale.offer_id)
        .outerjoin(used, used.c.ticket_id == Ticket.id)
        .where(Ticket.community_id == community.id)
    )
    sums = [int(one) for one in session.execute(found).one()]
    return [
        Counted(what=what, tickets=tickets, worth_minor=worth)
        for what, tickets, worth in zip(LINES, sums[::2], sums[1::2], strict=True)
    ]
