"""What neighbours of the demo have arranged for every week, which a coordinator confirms from a sheet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.cli import demo_data as data
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.members.models import Member
from timebank.standing.rhythm import WEEKLY
from timebank.standing.service import Facts
from timebank.standing.service import arrange

#: Who goes shopping with whom, on which weekday, at which minute of the day, and how long.
GIVER, RECEIVER, TUESDAY, BEGINS, MINUTES = "001", "010", 1, 10 * 60, 90
WORDS: Final = "買い物の付き添い / Shopping together"
#: For so many days it has gone on.
_DAYS = 42


def arrange_weekly(
    session: Session,
    *,
    community: Community,
    members: Mapping[str, Member],
    kinds: Mapping[str, HelpKind],
    actor: Actor,
) -> None:
    """Have a neighbour be helped every Tuesday; nothing of it is confirmed yet."""
    facts = Facts(
        giver=members[GIVER],
        receiver=members[RECEIVER],
        kind=kinds[data.SHOPPING],
        every=WEEKLY,
        weekdays=frozenset({TUESDAY}),
        begins=BEGINS,
        minutes=MINUTES,
        words=WORDS,
        first_on=clock.today(community.time_zone) - timedelta(days=_DAYS),
    )
    arrange(session, community=community, facts=facts, key="demo:every tuesday", actor=actor)
