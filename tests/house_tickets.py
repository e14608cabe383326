"""Tickets in both communities of the house: booklets that are sold, some that were, and one by card."""

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import as_member
from tests.house_things import ELSEWHERE
from tests.house_things import Things
from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.tickets import offers
from timebank.tickets.models import CASH
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketSale
from timebank.tickets.paying import book
from timebank.tickets.piles import pile_of
from timebank.tickets.selling import Buying
from timebank.tickets.selling import Sold
from timebank.tickets.selling import sell
from timebank.tickets.selling import wish_to_buy


def sell_tickets(
    session: Session, community: Community, giver: Member, other: Member, name: str = "Ten hours"
) -> Things:
    """Sell booklets on paper and on the account, and have somebody begin to buy one."""
    offers.change_rule(session, community=community, rule=offers.Rule(refunds=True, konbini=True))
    paper, account = (
        offers.open_offer(
            session,
            community=community,
            booklet=offers.Booklet(
                name=name, tickets=10, face_minor=800, valid_months=months, on_paper=on_paper
            ),
            actor=COORDINATOR,
        )
        for months, on_paper in ((6, True), (None, False))
    )

    def sold(member: Member, offer: TicketOffer, what: str) -> TicketSale:
        today = clock.today(community.time_zone)
        facts = Sold(member=member, offer=offer, way=CASH, paid_on=today, key=f"form:booklet {what}")
        return sell(session, community=community, sold=facts, actor=COORDINATOR)

    sales = {
        "cash": sold(giver, paper, "on paper"),
        "on the account": sold(giver, account, "on the account"),
        "a mistake": sold(other, account, "that is a mistake"),
    }
    if community.slug == ELSEWHERE:
        # Numbers are of their community: of those here none is the last one there.
        sales |= {f"no {number}": sold(other, paper, f"no {number}") for number in range(3)}
    buying = Buying(member=giver, offer=paper, language="en", key="form:booklet by card")
    _sale, payment = wish_to_buy(session, community=community, buying=buying, actor=as_member(giver))
    came_in = [_came_in(session, community, other, name, number) for number in range(len(sales) - 2)]
    last = select(func.max(Ticket.number)).where(Ticket.community_id == community.id)
    return {
        "ticket_offer_id": {"on paper": paper.id, "on the account": account.id},
        "sale_id": {name: one.id for name, one in sales.items()},
        "ticket_number": {"the last": session.scalar(last) or 0},
        "ticket_paid_id": {"came in": came_in[-1].id},
        "payment_token": {"tickets": payment.token},
    }


def _came_in(session: Session, community: Community, owes: Member, name: str, nth: int) -> TicketPaid:
    """Have somebody who owes for help buy small tickets on paper, and hand over the first of them."""
    today, key = clock.today(community.time_zone), f"form:came in {nth}"
    small = offers.Booklet(name=name, tickets=10, face_minor=10, valid_months=6, on_paper=True)
    offer = offers.open_offer(session, community=community, booklet=small, actor=COORDINATOR)
    facts = Sold(member=owes, offer=offer, way=CASH, paid_on=today, key=f"form:booklet that {key}")
    sale = sell(session, community=community, sold=facts, actor=COORDINATOR)
    first = session.scalars(select(Ticket.number).where(Ticket.sale_id == sale.id).order_by(Ticket.number))
    pile = pile_of(session, community=community, numbers=[*first][:1], came_on=today)
    book(session, community=community, pile=pile, key=key, actor=COORDINATOR)
    return session.scalars(
        select(TicketPaid).where(TicketPaid.key == key, TicketPaid.member_id == owes.id)
    ).one()
