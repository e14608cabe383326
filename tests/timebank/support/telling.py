"""What tests of visits that members tell of are made of."""

from typing import Any

from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.support import proposals
from timebank.support.models import BILL
from timebank.support.models import THANKS
from timebank.support.models import USUAL
from timebank.support.planning import Wish


def tells(place: Place, by: Member, **facts: Any) -> Exchange:
    """Let one of the two tell of a visit of an hour."""
    gave = by.id == place.giver.id
    known: dict[str, Any] = {
        "giver": place.giver,
        "receiver": place.receiver,
        "kind": None,
        "worked_on": FRIDAY,
        "minutes": 60,
        "pays": BILL,
        "takes": THANKS if gave else USUAL,
        "key": "form:told-by-one-of-them",
        "once": True,
    }
    wish = Wish(**known | facts)
    session = place.session
    plan = proposals.as_shown_to(session, community=place.community, wish=wish, by=by)
    logged = proposals.tell(session, community=place.community, wish=wish, plan=plan, by=by, actor=SOMEBODY)
    return logged.exchanges[0]


def answers(
    place: Place, exchange: Exchange, seen: str | None = None, by: Member | None = None, **said: Any
) -> Any:
    """Answer for whoever is asked, having seen what it comes to."""
    session: Session = place.session
    answer = proposals.Answer(**said)
    proposal = proposals.find_proposal(session, exchange=exchange)
    if seen is None and proposal is not None:
        plan = proposals.plan_to_answer(
            session, community=place.community, exchange=exchange, proposal=proposal, answer=answer
        )
        seen = proposals.mark_of(plan)
    return proposals.confirm(
        session,
        community=place.community,
        exchange=exchange,
        answer=answer,
        seen=seen or "",
        actor=SOMEBODY,
        by=by,
    )
