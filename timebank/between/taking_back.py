"""Taking back what was given across: both entries are reversed, or neither."""

from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.between.giving import tell
from timebank.between.giving import today_in
from timebank.between.models import HoursAcross
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.service import clean_reason


class SomebodyHasLeft(Refusal):
    """One of the two members has left with nothing on the account, which is closed."""

    sentence = N_(
        "This cannot be taken back: the account of one of the two members is closed. Nothing was changed in "
        "either community."
    )
    status = 409


def take_back(
    session: Session, *, community: Community, across: HoursAcross, reason: str, actor: Actor
) -> None:
    """Take an act back for a reason, by one of its two communities; the caller commits.

    Members, and what the two communities owe each other, may go past a limit by it: a mistake can always be
    put right, also when the agreement has ended.
    """
    why = clean_reason(reason)
    session.refresh(across, with_for_update=True)
    if across.given_reversal_id is not None:
        return
    sides = (
        (session.get_one(Community, across.giver_community_id), across.given_entry_id),
        (session.get_one(Community, across.receiver_community_id), across.received_entry_id),
    )
    days = {here.id: today_in(session, here) for here, _entry_id in sides}
    reversals = {}
    try:
        with session.begin_nested():
            # In the order in which they were posted.
            for here, entry_id in sorted(sides, key=lambda side: side[0].book_id):
                reversals[entry_id] = ledger.reverse(
                    session,
                    book_id=here.book_id,
                    entry_id=entry_id,
                    posted_on=days[here.id],
                    key=f"reversal:{entry_id}",
                    actor=str(actor),
                    memo=f"reversal of entry {entry_id}",
                    waive_limits=True,
                ).entry_id
    except ledger.AccountClosed as refused:
        raise SomebodyHasLeft from refused
    across.given_reversal_id = reversals[across.given_entry_id]
    across.received_reversal_id = reversals[across.received_entry_id]
    across.taken_back_at, across.taken_back_by = clock.now(), str(actor)
    across.taken_back_by_id, across.taken_back_because = community.id, why
    session.flush()
    tell(session, across, taken_back=True)
