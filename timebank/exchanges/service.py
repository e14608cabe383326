"""The life of an exchange: logged, confirmed, declined, withdrawn, disputed, amended, booked, reversed."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.exchanges import booking
from timebank.exchanges.answering import record
from timebank.exchanges.asking import tell_receivers
from timebank.exchanges.models import AGREED
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import DECLINED
from timebank.exchanges.models import DISPUTED
from timebank.exchanges.models import PROPOSED
from timebank.exchanges.models import REVERSED
from timebank.exchanges.models import WITHDRAWN
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import Joint
from timebank.exchanges.queries import still_open
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import Line
from timebank.exchanges.rules import Said
from timebank.exchanges.rules import check_day
from timebank.exchanges.rules import check_said
from timebank.exchanges.rules import lines_of
from timebank.exchanges.took_part import write_down
from timebank.exchanges.twice import refuse_twice
from timebank.hours import check_span
from timebank.members.models import Member
from timebank.members.queries import hold
from timebank.members.service import clean_reason
from timebank.members.taking_part import check_taking_part


@dataclass(frozen=True, slots=True)
class Logged:
    """What a form became: one exchange, or several of a joint one."""

    exchanges: Sequence[Exchange]
    #: The form had been saved before: this is what it became then.
    repeated: bool = False


def log_exchange(
    session: Session,
    *,
    community: Community,
    said: Said,
    by: Member | None,
    actor: Actor,
    money: booking.Lines | None = None,
    waits: Callable[[Session, Exchange], None] | None = None,
) -> Logged:
    """Log what happened, and book it at once where everybody who pays has said so; the caller commits.

    ``by`` is the member who says it: a receiver has thereby agreed, a giver waits for the receivers.
    None: a coordinator who heard it from both sides. ``money``: which lines book it, where it is not for
    hours alone. ``waits``: keeps what is to be said about money, and nothing is booked yet.
    """
    # Whoever leaves at this moment, or is joined with another record, has done so before or does it after.
    hold(session, members=(*said.givers, *said.receivers))
    said = replace(said, description=check_said(said, community=community, by=by))
    lines = lines_of(said, community=community)
    found = _saved_before(session, community=community, key=said.key)
    if found:
        return Logged(_the_same(found, lines, said), repeated=True)
    if said.once:
        refuse_twice(session, community=community, lines=lines, day=said.worked_on)
    try:
        with session.begin_nested():
            exchanges = _write_down(session, community, said, lines, by, actor)
    except IntegrityError as clash:
        # The same form twice at the same moment: the other one was first, and this shows what it became.
        if violated(clash) not in {"uq_exchange_community_id_key", "uq_joint_community_id_key"}:
            raise
        found = _saved_before(session, community=community, key=said.key)
        return Logged(_the_same(found, lines, said), repeated=True)
    if waits is not None:
        waits(session, exchanges[0])
    else:
        _book_when_answered(session, community=community, exchanges=exchanges, actor=actor, lines=money)
    return Logged(exchanges)


def confirm_exchange(
    session: Session, *, community: Community, exchange: Exchange, actor: Actor, by: Member | None = None
) -> None:
    """Say for the receiver that it is right; books it, or waits for the others of a joint exchange.

    ``by`` is the receiver where they say it themselves; a coordinator's actor says how they heard.
    """
    if by is not None:
        check_taking_part(by)
    lines = _receivers_lines(session, exchange)
    waiting = [one for one in lines if one.state == PROPOSED]
    if not waiting:
        if all(one.state in (AGREED, CONFIRMED) for one in lines):
            return
        raise AnsweredAlready
    for one in waiting:
        one.state = AGREED
        record(session, one, "confirmed", actor)
    _book_when_answered(session, community=community, exchanges=waiting, actor=actor)


def decline_exchange(
    session: Session,
    *,
    community: Community,
    exchange: Exchange,
    reason: str,
    actor: Actor,
    by: Member | None = None,
) -> None:
    """Say for the receiver that it is not right, and why; of a joint exchange only their part drops out."""
    why = clean_reason(reason)
    if by is not None:
        check_taking_part(by)
    lines = _receivers_lines(session, exchange)
    waiting = [one for one in lines if one.state == PROPOSED]
    if not waiting:
        if all(one.state in (DECLINED, DISPUTED) for one in lines):
            return
        raise AnsweredAlready
    for one in waiting:
        one.state = DECLINED
        record(session, one, "declined", actor, reason=why)
    _book_when_answered(session, community=community, exchanges=waiting, actor=actor)


def withdraw_exchange(session: Session, *, exchange: Exchange, actor: Actor, reason: str = "") -> None:
    """Take back what is not booked: of a joint exchange all that is open, of a dispute only itself."""
    why = clean_reason(reason) if reason else None
    lines = _whole(session, exchange)
    if exchange.state == WITHDRAWN:
        return
    if exchange.state not in (PROPOSED, AGREED, DISPUTED):
        raise AnsweredAlready
    if exchange.state == DISPUTED:
        exchange.state = WITHDRAWN
        record(session, exchange, "withdrawn", actor, reason=why)
        return
    for one in lines:
        if one.state in (PROPOSED, AGREED):
            one.state = WITHDRAWN
            record(session, one, "withdrawn", actor, reason=why)
    _close(session, exchange)


def dispute_exchange(session: Session, *, exchange: Exchange, reason: str, actor: Actor) -> None:
    """Ask a coordinator to look at a refusal; the giver does."""
    why = clean_reason(reason)
    _lock(session, [exchange])
    if exchange.state == DISPUTED:
        return
    if exchange.state != DECLINED:
        raise AnsweredAlready
    exchange.state = DISPUTED
    record(session, exchange, "disputed", actor, reason=why)


def settle_exchange(
    session: Session,
    *,
    community: Community,
    exchange: Exchange,
    minutes: int,
    worked_on: date,
    reason: str,
    actor: Actor,
) -> None:
    """Book a disputed or unanswered exchange on both sides' word, with another time or day if they said so.

    The coordinator's actor says how they heard; what stood there before is kept in the event.
    """
    why = clean_reason(reason)
    check_span(minutes)
    check_day(worked_on, community=community)
    _lock(session, [exchange])
    if exchange.state not in (DISPUTED, PROPOSED):
        raise AnsweredAlready
    amended = (minutes, worked_on) != (exchange.minutes, exchange.worked_on)
    record(
        session,
        exchange,
        "amended" if amended else "booked",
        actor,
        reason=why,
        before=exchange if amended else None,
    )
    was_proposed = exchange.state == PROPOSED
    exchange.minutes, exchange.worked_on = minutes, worked_on
    booking.book(session, community=community, exchanges=[exchange], key=_own_key(exchange), actor=actor)
    if was_proposed and exchange.joint_id is not None:
        _book_when_answered(session, community=community, exchanges=[exchange], actor=actor)


def close_joint(
    session: Session, *, community: Community, exchange: Exchange, reason: str, actor: Actor
) -> None:
    """Book a joint exchange with those who have confirmed; who has not answered drops out."""
    why = clean_reason(reason)
    lines = _whole(session, exchange)
    waiting = [one for one in lines if one.state == PROPOSED]
    for one in waiting:
        one.state = WITHDRAWN
        record(session, one, "dropped", actor, reason=why)
    if not waiting and not any(one.state == AGREED for one in lines):
        raise AnsweredAlready
    _book_when_answered(session, community=community, exchanges=lines, actor=actor)


def reverse_exchange(
    session: Session, *, community: Community, exchange: Exchange, reason: str, actor: Actor
) -> None:
    """Take a booked exchange back, with everything that was booked in the same entry; both lines stay."""
    why = clean_reason(reason)
    _lock(session, [exchange])
    if exchange.state == REVERSED:
        return
    if exchange.state != CONFIRMED or exchange.entry_id is None:
        raise AnsweredAlready
    for one in booking.unbook(session, community=community, entry_id=exchange.entry_id, actor=actor):
        record(session, one, "reversed", actor, reason=why)


def drop_open(
    session: Session, *, community: Community, member: Member, reason: str, actor: Actor
) -> list[Exchange]:
    """Withdraw what is open with a member who leaves; of a joint exchange only their part drops out."""
    why = clean_reason(reason)
    dropped = _lock(session, session.scalars(still_open(community=community, member=member)).all())
    for one in dropped:
        one.state = WITHDRAWN
        record(session, one, "withdrawn", actor, reason=why)
    # Only then: what the others of a joint have agreed on may be whole now.
    for one in {one.joint_id: one for one in dropped if one.joint_id is not None}.values():
        _book_when_answered(session, community=community, exchanges=[one], actor=actor)
    return dropped


# --- logging ------------------------------------------------------------------------------------------------


def _saved_before(session: Session, *, community: Community, key: str) -> list[Exchange]:
    """Find what a form became that was saved with this key."""
    joint = select(Joint.id).where(Joint.community_id == community.id, Joint.key == key).scalar_subquery()
    found = select(Exchange).where(
        Exchange.community_id == community.id, (Exchange.key == key) | (Exchange.joint_id == joint)
    )
    return list(session.scalars(found.order_by(Exchange.id)))


def _the_same(found: list[Exchange], lines: Sequence[Line], said: Said) -> list[Exchange]:
    """Refuse a form that is saved again with other content; a double click has the same."""
    before = {(one.giver_id, one.receiver_id) for one in found}
    now = {(line.giver.id, line.receiver.id) for line in lines}
    amounts = sorted(one.minutes for one in found) == sorted(line.minutes for line in lines)
    if before != now or not amounts or found[0].worked_on != said.worked_on:
        raise FormSavedAlready
    return found


def _write_down(
    session: Session,
    community: Community,
    said: Said,
    lines: Sequence[Line],
    by: Member | None,
    actor: Actor,
) -> list[Exchange]:
    joint = None
    if len(lines) > 1:
        joint = Joint(community_id=community.id, key=said.key, shared=said.shared, closed_at=None)
        session.add(joint)
        session.flush()
    exchanges = [
        Exchange(
            community_id=community.id,
            key=f"{said.key}/{number}" if joint else said.key,
            joint_id=joint.id if joint else None,
            giver_id=line.giver.id,
            receiver_id=line.receiver.id,
            minutes=line.minutes,
            worked_on=said.worked_on,
            description=said.description,
            kind_id=said.kind.id if said.kind else None,
            state=AGREED if by is None or by.id == line.receiver.id else PROPOSED,
            logged_at=clock.now(),
            logged_person_id=actor.person_id,
            logged_member_id=by.id if by else actor.member_id,
            logged_how=actor.how,
        )
        for number, line in enumerate(lines, 1)
    ]
    session.add_all(exchanges)
    session.flush()
    write_down(session, exchanges=exchanges, who=said.who)
    tell_receivers(session, exchanges)
    return exchanges


# --- answering ----------------------------------------------------------------------------------------------


def _receivers_lines(session: Session, exchange: Exchange) -> list[Exchange]:
    """Lock an exchange and give it with the lines of the same joint that the same receiver answers for."""
    return [one for one in _whole(session, exchange) if one.receiver_id == exchange.receiver_id]


def _whole(session: Session, exchange: Exchange) -> list[Exchange]:
    """Lock and give every line of a joint exchange; an exchange by itself is its own only line."""
    if exchange.joint_id is None:
        return _lock(session, [exchange])
    lines = select(Exchange).where(
        Exchange.joint_id == exchange.joint_id, Exchange.community_id == exchange.community_id
    )
    return _lock(session, session.scalars(lines).all())


def _lock(session: Session, exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Hold the rows against a second answer at the same moment, and read them anew."""
    ids = sorted(one.id for one in exchanges)
    rows = select(Exchange).where(Exchange.id.in_(ids)).order_by(Exchange.id)
    return list(session.scalars(rows.with_for_update().execution_options(populate_existing=True)))


def _book_when_answered(
    session: Session,
    *,
    community: Community,
    exchanges: Sequence[Exchange],
    actor: Actor,
    lines: booking.Lines | None = None,
) -> None:
    """Book what everybody has agreed to, once nobody is left to answer."""
    session.flush()
    first = exchanges[0]
    if first.joint_id is None:
        if first.state == AGREED:
            key = _own_key(first)
            booking.book(session, community=community, exchanges=[first], key=key, actor=actor, lines=lines)
        return
    all_of_it = _whole(session, first)
    if any(one.state == PROPOSED for one in all_of_it):
        return
    agreed = [one for one in all_of_it if one.state == AGREED]
    if agreed:
        joint = session.get_one(Joint, first.joint_id)
        booking.book(session, community=community, exchanges=agreed, key=joint.key, actor=actor)
    _close(session, first)


def _close(session: Session, exchange: Exchange) -> None:
    if exchange.joint_id is not None:
        session.get_one(Joint, exchange.joint_id).closed_at = clock.now()
    session.flush()


def _own_key(exchange: Exchange) -> str:
    """Give the key that books this exchange by itself, once for ever."""
    return exchange.key or f"exchange:{exchange.id}"
