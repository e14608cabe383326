"""Visits that members told of in both communities of the house, and that wait for the other one."""

from sqlalchemy.orm import Session

from tests.builders import as_member
from tests.house_things import Things
from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.support import proposals
from timebank.support.models import BILL
from timebank.support.models import THANKS
from timebank.support.models import USUAL
from timebank.support.planning import Wish


def tell_of_visits(session: Session, community: Community, giver: Member, receiver: Member) -> Things:
    """Have both tell of visits: two that whoever received is to answer, and two that whoever gave is."""
    made = dict[str, int]()
    for minutes, (name, by) in enumerate(
        (
            ("told by the giver", giver),
            ("told by the giver, to be heard", giver),
            ("told by the receiver", receiver),
            ("told by the receiver, not right", receiver),
        )
    ):
        wish = Wish(
            giver=giver,
            receiver=receiver,
            kind=None,
            worked_on=clock.today(community.time_zone),
            minutes=210 + 30 * minutes,
            begins=9 * 60,
            description="お手伝い",
            pays=BILL,
            takes=THANKS if by is giver else USUAL,
            key=f"form:{name}",
        )
        plan = proposals.as_shown_to(session, community=community, wish=wish, by=by)
        logged = proposals.tell(
            session, community=community, wish=wish, plan=plan, by=by, actor=as_member(by)
        )
        made[name] = logged.exchanges[0].id
    return {"exchange_id": dict(made)}
