"""Answering what waits for a word about money, too: held while it is looked at, then booked by its lines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.exchanges import booking
from timebank.exchanges.models import AGREED
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import OPEN_STATES
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.rules import AnsweredAlready
from timebank.members.models import Member
from timebank.members.queries import hold


def hold_to_answer(session: Session, *, exchange: Exchange) -> bool:
    """Hold an exchange against a second answer at the same moment; False where it is booked by now."""
    sides = (exchange.giver_id, exchange.receiver_id)
    # Whoever leaves at this moment, or is joined with another record, has done so before or does it after.
    hold(session, members=[session.get_one(Member, one) for one in sides])
    row = select(Exchange).where(Exchange.id == exchange.id)
    session.scalars(row.with_for_update().execution_options(populate_existing=True)).one()
    if exchange.state == CONFIRMED:
        return False
    if exchange.state not in OPEN_STATES or exchange.joint_id is not None:
        raise AnsweredAlready
    return True


def answer_and_book(
    session: Session,
    *,
    community: Community,
    exchange: Exchange,
    actor: Actor,
    lines: booking.Lines | None,
) -> None:
    """Say for whoever was asked that it is right, and book it by these lines, or as hours where none are."""
    exchange.state = AGREED
    record(session, exchange, "confirmed", actor)
    key = exchange.key or f"exchange:{exchange.id}"
    booking.book(session, community=community, exchanges=[exchange], key=key, actor=actor, lines=lines)


def record(
    session: Session,
    exchange: Exchange,
    what: str,
    actor: Actor,
    *,
    reason: str | None = None,
    before: Exchange | None = None,
) -> None:
    """Keep what became of an exchange, who did it and how; ``before``: as it stood until then."""
    session.add(
        ExchangeEvent(
            exchange_id=exchange.id,
            community_id=exchange.community_id,
            happened_at=clock.now(),
            person_id=actor.person_id,
            member_id=actor.member_id,
            how=actor.how,
            what=what,
            reason=reason,
            minutes_before=before.minutes if before else None,
            worked_on_before=before.worked_on if before else None,
        )
    )
    session.flush()
