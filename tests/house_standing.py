"""Standing arrangements in both communities of the house: on every day, so that there is one today."""

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.house_things import ELSEWHERE
from tests.house_things import Things
from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.standing.rhythm import WEEKDAYS
from timebank.standing.rhythm import WEEKLY
from timebank.standing.service import Facts
from timebank.standing.service import arrange
from timebank.support.models import BILL
from timebank.support.models import THANKS


def arrange_daily(session: Session, community: Community, giver: Member, receiver: Member) -> Things:
    """Have the same help be given every day from today on."""
    today = clock.today(community.time_zone)
    names = ["every day", "to be changed", "to be ended"]
    if community.slug == ELSEWHERE:
        # Of the ids here none is the last one there.
        names.append("one more")
    return {
        "arrangement_id": {
            name: arrange(
                session,
                community=community,
                facts=Facts(
                    giver=giver,
                    receiver=receiver,
                    every=WEEKLY,
                    weekdays=frozenset(WEEKDAYS),
                    begins=9 * 60,
                    minutes=30 + number,
                    words="The windows",
                    pays=BILL,
                    takes=THANKS,
                    first_on=today,
                ),
                key=f"form:arranged {name}",
                actor=COORDINATOR,
            ).id
            for number, name in enumerate(names)
        }
    }
