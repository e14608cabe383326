"""Finds what is logged already, so that whoever types it a second time is asked first."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank.communities.models import Community
from timebank.exchanges.models import OPEN_STATES
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import Line
from timebank.exchanges.rules import LoggedAlready
from timebank.hours import Minutes
from timebank.members.queries import hours_of

#: How far back the books are read: in lines of one member's statement, the newest first.
_LATELY = 100

#: Giver, receiver and minutes; members by the ids of their accounts where it is booked.
_Same = tuple[int, int, int]


def refuse_twice(session: Session, *, community: Community, lines: Sequence[Line], day: date) -> None:
    """Refuse what stands in the books lately, or waits for an answer: the same members, day and time."""
    booked = _booked(session, community, lines, day)
    waiting = _waiting(session, community, lines, day)
    for line in lines:
        giver, receiver, minutes = line.giver, line.receiver, line.minutes
        if (giver.account_id, receiver.account_id, minutes) in booked or (
            giver.id,
            receiver.id,
            minutes,
        ) in waiting:
            raise LoggedAlready(giver=giver.name, receiver=receiver.name, hours=Minutes(minutes), day=day)


def _booked(session: Session, community: Community, lines: Sequence[Line], day: date) -> set[_Same]:
    # One side is one member; their statement tells of everybody on the other.
    givers = {line.giver.id for line in lines}
    hub = lines[0].giver if len(givers) == 1 else lines[0].receiver
    told = ledger.statement(session, hours_of(hub, community), limit=_LATELY).lines
    valid = [one for one in told if one.posted_on == day and one.reverses_id is one.reversed_by_id is None]
    gave = {(hub.account_id, one.other_account_id, one.change) for one in valid if one.change > 0}
    return gave | {(one.other_account_id, hub.account_id, -one.change) for one in valid if one.change < 0}


def _waiting(session: Session, community: Community, lines: Sequence[Line], day: date) -> set[_Same]:
    columns = select(Exchange.giver_id, Exchange.receiver_id, Exchange.minutes)
    found = columns.where(
        Exchange.giver_id.in_({line.giver.id for line in lines}),
        Exchange.entry_id.is_(None),
        Exchange.state.in_(OPEN_STATES),
        Exchange.community_id == community.id,
        Exchange.worked_on == day,
    )
    return {(giver, receiver, minutes) for giver, receiver, minutes in session.execute(found)}
