"""What is done about tickets every day: those whose last day is long over lapse."""

from typing import Final

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.queue import Task
from timebank.tickets.giving_back import lapse

#: Makes what was paid for tickets income that nobody can use any more.
LAPSE_TICKETS: Final = "lapse-tickets"


def lapse_tickets(session: Session, task: Task) -> None:
    """Let the tickets of a community lapse whose last day is long over."""
    lapse(session, community=session.get_one(Community, task.community_id))
