"""Letters about visits that members tell of: whoever gave is asked what they take for it."""

from datetime import timedelta
from typing import Any
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.exchanges.models import AGREED
from timebank.exchanges.models import Exchange
from timebank.hands.queries import may_answer
from timebank.mail import send_letter
from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.models import SELF
from timebank.members.models import Member
from timebank.members.queries import hands_on
from timebank.queue import Task
from timebank.queue import enqueue
from timebank.support.proposal_models import BY_RECEIVER
from timebank.support.proposal_models import SupportProposal

#: Asks a giver, after whoever received has told of a visit.
TELL_OF_VISIT: Final = "tell-giver-of-visit"
#: Looks every day for what givers have not answered, and asks once more.
REMIND_OF_VISITS, REMIND_OF_VISIT = "remind-givers-of-visits", "remind-giver-of-visit"
#: How long before a coordinator asks.
_DAYS_BEFORE = 2


def remind_of_visits(session: Session, task: Task) -> None:
    """Look for visits about which a coordinator will soon have to ask whoever gave; remind of each once."""
    community = session.get_one(Community, task.community_id)
    waits = timedelta(days=max(1, community.answer_days - _DAYS_BEFORE))
    waiting = (
        select(Exchange.id)
        .join(SupportProposal, SupportProposal.exchange_id == Exchange.id)
        .where(
            Exchange.community_id == community.id,
            Exchange.state == AGREED,
            SupportProposal.told_by == BY_RECEIVER,
            Exchange.logged_at <= clock.now() - waits,
            Exchange.logged_at > clock.now() - timedelta(days=community.answer_days),
        )
    )
    for exchange_id in session.scalars(waiting.order_by(Exchange.id)):
        enqueue(
            session,
            community_id=community.id,
            kind=REMIND_OF_VISIT,
            payload={"exchange": exchange_id},
            key=f"{REMIND_OF_VISIT}:{exchange_id}",
        )


def tell_of_visit(session: Session, task: Task) -> None:
    """Ask whoever acts for the giver, if it still waits for them and they have an address; and a guardian."""
    community = session.get_one(Community, task.community_id)
    exchange = session.scalar(
        select(Exchange).where(Exchange.id == task.payload["exchange"], Exchange.community_id == community.id)
    )
    if exchange is None or exchange.state != AGREED:
        return
    giver, receiver = (session.get_one(Member, one) for one in (exchange.giver_id, exchange.receiver_id))
    if giver.state == LEFT:
        return
    told: dict[str, Any] = {
        "community": community,
        "giver": giver,
        "receiver": receiver,
        "minutes": exchange.minutes,
        "worked_on": exchange.worked_on,
        "description": exchange.description,
        "exchange_id": exchange.id,
    }
    people = [
        (one, hand.acts_as != SELF) for hand, one in hands_on(session, member=giver) if may_answer(hand)
    ]
    guardian = guardian_of(session, member=giver)
    for person, for_other in people:
        if person.email:
            language = person.language or community.language
            send_letter(
                session,
                "visit_told",
                to_address=person.email,
                language=language,
                for_other=for_other,
                guardian=None,
                **told,
            )
    if guardian is not None and guardian.email:
        language = guardian.language or community.language
        send_letter(
            session,
            "visit_told",
            to_address=guardian.email,
            language=language,
            for_other=True,
            guardian=guardian,
            **told,
        )
