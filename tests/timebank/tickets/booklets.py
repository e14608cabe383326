"""What tests of tickets are made of: booklets, and who bought one."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.support.paying import Place
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.tickets import offers
from timebank.tickets import selling
from timebank.tickets.models import CASH
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.proof import check_tickets

SOLD_ON = date(2026, 4, 1)


def a_booklet(session: Session, community: Community, **facts: Any) -> TicketOffer:
    known: dict[str, Any] = {
        "name": "Five hours",
        "tickets": 5,
        "face_minor": 800,
        "valid_months": 6,
        "on_paper": False,
    }
    booklet = offers.Booklet(**known | facts)
    return offers.open_offer(session, community=community, booklet=booklet, actor=SOMEBODY)


def sold(place: Place, offer: TicketOffer, member: Member | None = None, **facts: Any) -> TicketSale:
    """A booklet that was paid at the desk."""
    whose = member or place.receiver
    known: dict[str, Any] = {"way": CASH, "paid_on": SOLD_ON, "key": f"form:booklet-{offer.id}-{whose.id}"}
    facts = known | facts
    return selling.sell(
        place.session,
        community=place.community,
        sold=selling.Sold(member=whose, offer=offer, **facts),
        actor=COORDINATOR,
    )


def by_card(place: Place, offer: TicketOffer) -> TicketSale:
    """A booklet that Stripe has taken money for, and of which there is no line in the books yet."""
    buying = selling.Buying(member=place.receiver, offer=offer, language="en", key=f"form:by card-{offer.id}")
    sale, _payment = selling.wish_to_buy(
        place.session, community=place.community, buying=buying, actor=SOMEBODY
    )
    selling.hand_out(place.session, sale=sale, paid_on=SOLD_ON)
    return sale


def numbers_of(session: Session, sale: TicketSale) -> list[int]:
    found = select(Ticket.number).where(Ticket.sale_id == sale.id)
    return list(session.scalars(found.order_by(Ticket.number)))


def all_faults(place: Place) -> list[str]:
    return [*place.faults(), *check_tickets(place.session)]
