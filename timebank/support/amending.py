"""Amending a visit that is paid for: it is taken back, and written down anew, both or neither.

Nothing in the books is changed. What the new one means is worked out as if the old one were back already: its
tickets are free, and what it had laid apart is where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import TookPart
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.members.queries import hold
from timebank.support.amend_models import SupportAmended
from timebank.support.amended import before
from timebank.support.closing import is_settled
from timebank.support.models import DECLINED
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import THANKS
from timebank.support.models import SupportExpense
from timebank.support.planning import ForHoursAlone
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.queries import Told
from timebank.support.queries import owed_of
from timebank.support.visits import write_down
from timebank.tickets.spending import used_for

#: What has to be another for an amendment to be one.
_FACTS: Final = (
    *("giver", "receiver", "kind", "worked_on", "minutes", "description", "begins", "km", "first"),
    *("second", "pays", "takes", "paid_minutes", "thanked_minutes"),
)


class GoneAlready(Refusal):
    """A visit that was taken back, or amended, meanwhile."""

    sentence = N_("This visit was taken back or amended already. Please open its page anew.")
    status = 409


class NothingChanged(Refusal):
    """An amendment by which everything stays."""

    sentence = N_("Everything stands here as it was written down. Please change what was wrong.")


class ExpensesHang(Refusal):
    """Another giver or receiver, where somebody has laid out money for this visit."""

    sentence = N_(
        "Expenses belong to this visit, so it stays between the same two. Please decline or take back the "
        "expenses first."
    )


class MonthIsClosed(Refusal):
    """Whoever gave changes their mind after the month was closed."""

    sentence = N_("The month of this visit is closed. Please ask a coordinator to amend it.")
    status = 409


class PaidOutAlready(Refusal):
    """Whoever gave wants no thanks, and they were paid out."""

    sentence = N_("The thanks for this visit were paid out already. Please ask a coordinator to amend it.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What was written down anew, and whether this form had done it before."""

    exchange: Exchange
    repeated: bool


def wish_of(session: Session, *, community: Community, told: Told, key: str) -> Wish:
    """Say of a visit what was wished, as a form tells it."""
    visit, exchange = told.visit, told.exchange
    minutes = exchange.minutes
    paid, thanked = visit.paid_minutes, visit.thanked_minutes
    takes = NOTHING if visit.thanks_are_left else THANKS if thanked else HOURS
    return Wish(
        giver=told.giver,
        receiver=told.receiver,
        kind=session.get(HelpKind, exchange.kind_id) if exchange.kind_id is not None else None,
        worked_on=exchange.worked_on,
        minutes=minutes,
        description=exchange.description,
        begins=visit.begins_minute,
        km=visit.km,
        first=visit.first,
        second=visit.second,
        pays=visit.pays_by or HOURS,
        takes=takes,
        paid_minutes=None if paid in (0, minutes) else paid,
        thanked_minutes=None if thanked in (0, minutes) else thanked,
        numbers=used_for(session, community=community, exchange_id=exchange.id).numbers,
        key=key,
    )


def amend(
    session: Session,
    *,
    community: Community,
    told: Told,
    wish: Wish,
    reason: str,
    actor: Actor,
    seen: Callable[[Plan], bool] = lambda _plan: True,
) -> Amended | Plan:
    """Take a visit back and write it down anew, once for each form; the caller commits.

    Where ``seen`` says that somebody was shown something else, the plan is given and nothing is done.
    """
    # Whoever leaves at this moment, or sends the same form, has done so before or does it after.
    hold(session, members=(told.giver, told.receiver, wish.giver, wish.receiver))
    session.refresh(told.exchange, with_for_update=True)
    if (there := _saved(session, community, wish.key)) is not None:
        row = session.get(SupportAmended, told.exchange.id)
        if row is None or row.by_id != there.id:
            raise FormSavedAlready
        return _the_same(session, community, wish, actor)
    with session.begin_nested() as both:
        plan = _plan(session, community, told, wish, reason, actor)
        if not seen(plan):
            both.rollback()
            return plan
        new = write_down(session, community=community, plan=plan, actor=actor).exchanges[0]
        row = SupportAmended(exchange_id=told.exchange.id, by_id=new.id, community_id=community.id)
        row.amended_at, row.actor = clock.now(), str(actor)
        session.add(row)
        session.flush()
    return Amended(exchange=new, repeated=False)


def takes_instead(session: Session, *, community: Community, told: Told, takes: str, key: str) -> Wish:
    """Say of a visit that whoever gave takes something else, for all of it.

    Refused once its month is closed, or its thanks were paid out.
    """
    if not told.stands:
        # Sent a second time: what it became is found by its key, and anything else is too late.
        return replace(
            wish_of(session, community=community, told=told, key=key), takes=takes, thanked_minutes=None
        )
    visit = told.visit
    if is_settled(session, exchange_id=visit.exchange_id):
        raise MonthIsClosed
    owed = owed_of(session, community=community, member=told.giver)
    if owed.is_owed_minor < visit.thanks_minor + visit.way_minor:
        raise PaidOutAlready
    wish = wish_of(session, community=community, told=told, key=key)
    return replace(wish, takes=takes, thanked_minutes=None)


# --- the leaves ---------------------------------------------------------------------------------------------


def _plan(session: Session, community: Community, told: Told, wish: Wish, reason: str, actor: Actor) -> Plan:
    """Take the old one back, and work the new one out; the caller keeps both or neither."""
    exchange = told.exchange
    if exchange.state != CONFIRMED:
        raise GoneAlready
    _check(session, community, told, wish)
    reverse_exchange(session, community=community, exchange=exchange, reason=reason, actor=actor)
    plan = plan_of(session, community=community, wish=wish)
    if plan is None:
        raise ForHoursAlone
    return replace(plan, said=replace(plan.said, who=_who(session, exchange)))


def _the_same(session: Session, community: Community, wish: Wish, actor: Actor) -> Amended:
    """Give what this form became; refused where it says something else by now, as in writing down."""
    plan = plan_of(session, community=community, wish=replace(wish, once=False))
    if plan is None:
        raise FormSavedAlready
    logged = write_down(session, community=community, plan=plan, actor=actor)
    return Amended(exchange=logged.exchanges[0], repeated=True)


def _who(session: Session, exchange: Exchange) -> dict[int, int]:
    """Tell which person it was for a household, as it was said of the old one."""
    found = select(TookPart.member_id, TookPart.person_id).where(TookPart.exchange_id == exchange.id)
    return {one.member_id: one.person_id for one in session.execute(found)}


def _check(session: Session, community: Community, told: Told, wish: Wish) -> None:
    was = wish_of(session, community=community, told=told, key=wish.key)
    if all(getattr(was, name) == getattr(wish, name) for name in _FACTS) and (
        tuple(was.numbers) == tuple(wish.numbers)
    ):
        raise NothingChanged
    if (was.giver.id, was.receiver.id) == (wish.giver.id, wish.receiver.id):
        return
    hang = select(SupportExpense.id).where(
        SupportExpense.exchange_id.in_((told.exchange.id, *before(session, exchange_id=told.exchange.id))),
        SupportExpense.state != DECLINED,
        SupportExpense.reversal_id.is_(None),
    )
    if session.scalar(hang.limit(1)) is not None:
        raise ExpensesHang


def _saved(session: Session, community: Community, key: str) -> Exchange | None:
    return session.scalar(select(Exchange).where(Exchange.community_id == community.id, Exchange.key == key))
