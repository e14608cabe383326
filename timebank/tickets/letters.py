"""The letter that tickets have come: how many, from which number on, and until when."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.reaching import addresses_of
from timebank.queue import Task
from timebank.tickets.models import TicketSale
from timebank.tickets.queries import find_booklet


def tell_tickets(session: Session, task: Task) -> None:
    """Tell everybody who acts for whoever bought a booklet that its tickets are there."""
    sale = session.scalar(
        select(TicketSale).where(
            TicketSale.id == task.payload["sale"], TicketSale.community_id == task.community_id
        )
    )
    if sale is None or sale.reversal_id is not None:
        return
    community = session.get_one(Community, sale.community_id)
    booklet = find_booklet(session, community=community, sale_id=sale.id)
    if booklet is None or not booklet.unused:
        # All of them were used or went back before anybody wrote.
        return
    for address, language in addresses_of(session, member=booklet.member, language=sale.language):
        send_letter(
            session,
            "tickets_came",
            community=community,
            to_address=address,
            language=language,
            booklet=booklet,
        )
