"""Visits that members tell of themselves: kept with what was wished, and booked when the other has answered.

Whoever gave says what they take, whoever received how they pay. Who tells of it has said their part; the
other one is asked for theirs, and only then hours and money are booked, by the rates of the day of help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import find_kind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.answering import answer_and_book
from timebank.exchanges.answering import hold_to_answer
from timebank.exchanges.models import OPEN_STATES
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import LoggedAlready
from timebank.exchanges.service import Logged
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import withdraw_exchange
from timebank.members.models import Member
from timebank.members.service import clean_reason
from timebank.members.taking_part import check_taking_part
from timebank.prepaid.spending import NothingPrepaid
from timebank.queue import enqueue
from timebank.support.models import BILL
from timebank.support.models import PREPAID
from timebank.support.models import TICKETS
from timebank.support.models import USUAL
from timebank.support.planning import ForHoursAlone
from timebank.support.planning import NumbersForNothing
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.proposal_letters import TELL_OF_VISIT
from timebank.support.proposal_models import BY_GIVER
from timebank.support.proposal_models import BY_RECEIVER
from timebank.support.proposal_models import SupportProposal
from timebank.support.visits import book
from timebank.support.visits import floors_said
from timebank.support.visits import refuse_twice
from timebank.tickets.spending import MoreThanThePrice
from timebank.tickets.spending import NoTickets
from timebank.tickets.spending import TicketRefused

#: The mark of what turns out to be hours for hours, which have no plan.
FOR_HOURS = "hours"


class TheirsToSay(Refusal):
    """Whoever received says what whoever gave takes."""

    sentence = N_("What they take for it is theirs to say. Please choose “As they usually do”.")
    field = "takes"


class PaysOtherwise(Refusal):
    """What whoever received wished to pay with is not there any more; what they have is theirs alone."""

    sentence = N_(
        "It cannot be paid any more as %(name)s wished. Please ask them to withdraw it and log it anew, or "
        "ask a coordinator."
    )
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody who was asked says about the money of a visit; None: it stays as it was told."""

    pays: str | None = None
    numbers: Sequence[int] = ()
    paid_minutes: int | None = None
    takes: str | None = None
    thanked_minutes: int | None = None
    once: bool = True


def as_shown_to(session: Session, *, community: Community, wish: Wish, by: Member) -> Plan:
    """Work out what a visit comes to, for whoever tells of it; refuse what is for hours alone.

    Whoever gave is told nothing about the tickets or the balance of whoever received: they see it.
    """
    gave = by.id == wish.giver.id
    if wish.numbers and wish.pays != TICKETS:
        raise NumbersForNothing
    if not gave and (wish.takes != USUAL or wish.thanked_minutes is not None):
        raise TheirsToSay
    if gave and wish.pays in (TICKETS, PREPAID):
        wish = replace(wish, pays=BILL, numbers=())
    plan = plan_of(session, community=community, wish=wish)
    if plan is None:
        raise ForHoursAlone
    return plan


def tell(
    session: Session, *, community: Community, wish: Wish, plan: Plan, by: Member, actor: Actor
) -> Logged:
    """Keep what a member tells of a visit until the other one has answered; the caller commits."""
    told_by = BY_RECEIVER
    if by.id == wish.giver.id:
        told_by, wish = BY_GIVER, replace(wish, takes=plan.wish.takes)
    if wish.once:
        refuse_twice(session, community, plan)

    def keep(session: Session, exchange: Exchange) -> None:
        session.add(_row_of(wish, exchange, told_by))
        session.flush()
        if told_by == BY_RECEIVER:
            enqueue(
                session,
                community_id=community.id,
                kind=TELL_OF_VISIT,
                payload={"exchange": exchange.id},
                key=f"{TELL_OF_VISIT}:{exchange.id}",
            )

    log = partial(log_exchange, session, community=community, said=plan.said, by=by, actor=actor, waits=keep)
    try:
        logged = log()
    except LoggedAlready:
        # By the same form at the same moment, perhaps: then it is found by its key now.
        logged = log()
    if logged.repeated and not _is_as_told(session, wish, logged.exchanges[0], told_by):
        raise FormSavedAlready
    return logged


def find_proposal(session: Session, *, exchange: Exchange) -> SupportProposal | None:
    """Find what was wished about the money of an exchange, as long as somebody can still answer."""
    row = session.get(SupportProposal, exchange.id)
    if row is None or row.answered_at is not None or exchange.state not in OPEN_STATES:
        return None
    return row


def asked_side(proposal: SupportProposal) -> str:
    """Tell who is asked: whoever gave, or whoever received."""
    return BY_RECEIVER if proposal.told_by == BY_GIVER else BY_GIVER


def plan_to_answer(
    session: Session, *, community: Community, exchange: Exchange, proposal: SupportProposal, answer: Answer
) -> Plan | None:
    """Work out what a visit comes to by the rates of its day and what both say; None: hours for hours."""
    wish = _wish_of(session, community, exchange, proposal)
    if answer.pays is not None:
        wish = replace(
            wish, pays=answer.pays, numbers=tuple(answer.numbers), paid_minutes=answer.paid_minutes
        )
    if answer.takes is not None:
        wish = replace(wish, takes=answer.takes, thanked_minutes=answer.thanked_minutes)
    try:
        plan = plan_of(session, community=community, wish=wish)
    except (TicketRefused, NoTickets, MoreThanThePrice, NothingPrepaid) as refused:
        if answer.pays is not None:
            raise
        raise PaysOtherwise(name=wish.receiver.name) from refused
    if plan is not None and answer.once:
        refuse_twice(session, community, plan)
    return plan


def mark_of(plan: Plan | None) -> str:
    """Spell short what was shown."""
    return FOR_HOURS if plan is None else plan.mark


def confirm(
    session: Session,
    *,
    community: Community,
    exchange: Exchange,
    answer: Answer,
    seen: str,
    actor: Actor,
    by: Member | None,
) -> Plan | None:
    """Answer for whoever was asked, and book it where it is as it was seen; else give what it is by now.

    ``by`` is who says it themself; None: a coordinator who heard it, as the actor tells.
    """
    if by is not None:
        check_taking_part(by)
    if not hold_to_answer(session, exchange=exchange):
        return None
    proposal = find_proposal(session, exchange=exchange)
    if proposal is None:
        raise AnsweredAlready
    plan = plan_to_answer(session, community=community, exchange=exchange, proposal=proposal, answer=answer)
    if mark_of(plan) != seen:
        return plan
    proposal.answered_at = clock.now()
    session.flush()
    if plan is None:
        answer_and_book(session, community=community, exchange=exchange, actor=actor, lines=None)
        return None
    with floors_said(plan, community):
        answer_and_book(
            session,
            community=community,
            exchange=exchange,
            actor=actor,
            lines=lambda at, one: book(at, community, plan, one, actor),
        )
    return plan


def decline(session: Session, *, exchange: Exchange, reason: str, actor: Actor, by: Member) -> None:
    """Say for whoever gave that what the other one told of is not right; nothing is booked."""
    why = clean_reason(reason)
    check_taking_part(by)
    withdraw_exchange(session, exchange=exchange, actor=actor, reason=why)


# --- the leaves ---------------------------------------------------------------------------------------------


def _row_of(wish: Wish, exchange: Exchange, told_by: str) -> SupportProposal:
    return SupportProposal(
        exchange_id=exchange.id,
        community_id=exchange.community_id,
        told_by=told_by,
        pays=wish.pays,
        takes=wish.takes,
        paid_minutes=wish.paid_minutes,
        thanked_minutes=wish.thanked_minutes,
        begins_minute=wish.begins,
        km=wish.km,
        first=wish.first,
        second=wish.second,
        numbers=" ".join(str(one) for one in wish.numbers),
        answered_at=None,
    )


def _wish_of(session: Session, community: Community, exchange: Exchange, row: SupportProposal) -> Wish:
    return Wish(
        giver=session.get_one(Member, exchange.giver_id),
        receiver=session.get_one(Member, exchange.receiver_id),
        kind=find_kind(session, community=community, kind_id=exchange.kind_id) if exchange.kind_id else None,
        worked_on=exchange.worked_on,
        minutes=exchange.minutes,
        description=exchange.description,
        begins=row.begins_minute,
        km=row.km,
        first=row.first,
        second=row.second,
        pays=row.pays,
        takes=row.takes,
        paid_minutes=row.paid_minutes,
        thanked_minutes=row.thanked_minutes,
        numbers=numbers_of(row),
        key=exchange.key or "",
    )


def numbers_of(row: SupportProposal) -> tuple[int, ...]:
    """Give the numbers of tickets that were wished."""
    return tuple(int(one) for one in row.numbers.split())


def _is_as_told(session: Session, wish: Wish, exchange: Exchange, told_by: str) -> bool:
    """Say whether a form that was saved before had the same content."""
    there = session.scalar(select(SupportProposal).where(SupportProposal.exchange_id == exchange.id))
    if there is None:
        return False
    told = _row_of(wish, exchange, told_by)
    columns = [one.key for one in SupportProposal.__table__.columns if one.key != "answered_at"]
    return all(getattr(there, one) == getattr(told, one) for one in columns)
