"""Asking a receiver to confirm, once for all that was logged together."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from timebank.exchanges.models import PROPOSED
from timebank.exchanges.models import Exchange
from timebank.queue import enqueue

#: Asks a receiver to confirm, after the hours were logged.
TELL_OF_PROPOSAL: Final = "tell-of-proposal"


def tell_receivers(session: Session, exchanges: Sequence[Exchange]) -> None:
    """Let those who are to confirm be told of it later, each of them once."""
    asked = {one.receiver_id: one for one in reversed(exchanges) if one.state == PROPOSED}
    for one in asked.values():
        enqueue(
            session,
            community_id=one.community_id,
            kind=TELL_OF_PROPOSAL,
            payload={"exchange": one.id},
            key=f"{TELL_OF_PROPOSAL}:{one.id}",
        )
