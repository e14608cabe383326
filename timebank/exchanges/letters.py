"""Letters about exchanges: who is asked to confirm is told so, and once more before a coordinator asks."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.exchanges.models import PROPOSED
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

#: Looks every day for proposals that wait too long, and reminds of one.
REMIND_OF_PROPOSALS, REMIND_OF_PROPOSAL = "remind-of-proposals", "remind-of-proposal"
#: How long before a coordinator asks.
_DAYS_BEFORE = 2


def tell_of_proposal(session: Session, task: Task) -> None:
    """Ask whoever acts for the receiver to confirm, if it still waits for them and they have an address."""
    _ask(session, task, reminds=False)


def remind_of_proposal(session: Session, task: Task) -> None:
    """Ask once more, and say until when."""
    _ask(session, task, reminds=True)


def remind_of_proposals(session: Session, task: Task) -> None:
    """Look for proposals that a coordinator will soon have to ask about, and remind of each once."""
    community = session.get_one(Community, task.community_id)
    waits = timedelta(days=max(1, community.answer_days - _DAYS_BEFORE))
    waiting = select(Exchange.id).where(
        Exchange.community_id == community.id,
        Exchange.state == PROPOSED,
        Exchange.logged_at <= clock.now() - waits,
        Exchange.logged_at > clock.now() - timedelta(days=community.answer_days),
    )
    for exchange_id in session.scalars(waiting.order_by(Exchange.id)):
        enqueue(
            session,
            community_id=community.id,
            kind=REMIND_OF_PROPOSAL,
            payload={"exchange": exchange_id},
            key=f"{REMIND_OF_PROPOSAL}:{exchange_id}",
        )


def _ask(session: Session, task: Task, *, reminds: bool) -> None:
    community = session.get_one(Community, task.community_id)
    exchange = session.scalar(
        select(Exchange).where(Exchange.id == task.payload["exchange"], Exchange.community_id == community.id)
    )
    if exchange is None or exchange.state != PROPOSED:
        return
    giver, receiver = (session.get_one(Member, one) for one in (exchange.giver_id, exchange.receiver_id))
    if receiver.state == LEFT:
        # Nobody writes to whoever has left, nor to the address of somebody who has died.
        return
    until = exchange.logged_at + timedelta(days=community.answer_days)
    answer_by = until.astimezone(ZoneInfo(community.time_zone)).date()
    told: dict[str, Any] = {
        "community": community,
        "giver": giver,
        "receiver": receiver,
        "minutes": exchange.minutes,
        "worked_on": exchange.worked_on,
        "description": exchange.description,
    }
    for hand, person in hands_on(session, member=receiver):
        if person.email and may_answer(hand):
            send_letter(
                session,
                "proposed",
                to_address=person.email,
                language=person.language or community.language,
                exchange_id=exchange.id,
                reminds=reminds,
                for_other=hand.acts_as != SELF,
                answer_by=answer_by,
                **told,
            )
    _tell_guardian(session, receiver, told)


def _tell_guardian(session: Session, receiver: Member, told: dict[str, Any]) -> None:
    """Let the guardian of somebody under 18 read what an adult writes to them, whoever else is told."""
    guardian = guardian_of(session, member=receiver)
    if guardian is not None and guardian.email:
        send_letter(
            session,
            "proposed_to_guardian",
            to_address=guardian.email,
            language=guardian.language or told["community"].language,
            guardian=guardian,
            **told,
        )
