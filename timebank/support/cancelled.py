"""Writing down that a visit was cancelled late or at the door: one entry of money, and no hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.queries import hold
from timebank.rates.models import GROUP
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_planning import Plan
from timebank.support.cancelled_planning import check_people
from timebank.support.models import LONGEST_REASON
from timebank.support.paid import ReasonMissing
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which a visit that was cancelled is paid.
CANCELLED: Final = "support-cancelled"
#: What support is spent on, by the short names that stand in the codes of the books.
_ACTIVITY, _THANKS = "support", "thanks"


class CancelledAlready(Refusal):
    """The same two have a visit of that day that was cancelled, by another form."""

    sentence = N_(
        "It is already written down that a visit of %(giver)s to %(receiver)s on %(day)s was cancelled. "
        "If there was another one, tick the box to write it down as well."
    )
    field = "again"


@dataclass(frozen=True, slots=True)
class Written:
    """What a form became."""

    cancelled: SupportCancelled
    #: The form had been saved before: this is what it became then.
    repeated: bool = False


def write_down(session: Session, *, community: Community, plan: Plan, actor: Actor) -> Written:
    """Write down and book that a visit was cancelled, once for each form; the caller commits."""
    wish = plan.wish
    # Whoever leaves at this moment, or is joined with another record, has done so before or does it after.
    hold(session, members=(wish.giver, wish.receiver))
    check_people(session, wish)
    if there := _saved(session, community, wish.key):
        return _the_same(there, plan)
    if wish.once:
        _refuse_twice(session, community, plan)
    try:
        with session.begin_nested():
            posted = ledger.post(session, _entry(session, community, plan, actor))
    except ledger.KeyReused as refused:
        raise FormSavedAlready from refused
    if posted.repeated and (there := _saved(session, community, wish.key)):
        # The same form twice at one moment: the other was first.
        return _the_same(there, plan)
    row = SupportCancelled(
        community_id=community.id,
        giver_id=wish.giver.id,
        receiver_id=wish.receiver.id,
        kind_id=wish.kind.id if wish.kind else None,
        agreed_on=wish.agreed_on,
        begins_minute=wish.begins,
        how=wish.how,
        rate_id=plan.rate.row.id,
        provider=plan.terms.provider,
        currency=community.currency,
        price_minor=plan.price_minor,
        thanks_minor=plan.thanks_minor,
        thanks_left=plan.thanks_left,
        key=wish.key,
        written_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(row)
    session.flush()
    return Written(row)


def take_back(
    session: Session, *, community: Community, cancelled: SupportCancelled, reason: str, actor: Actor
) -> None:
    """Take back what was written down by mistake, or is waived; both lines stay."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonMissing
    session.refresh(cancelled, with_for_update=True)
    if cancelled.reversal_id is not None:
        return
    reversed_ = ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=cancelled.entry_id,
        posted_on=clock.today(community.time_zone),
        key=f"reversal:{cancelled.entry_id}",
        actor=str(actor),
        memo=f"cancelled visit {cancelled.id}",
        waive_limits=True,
    )
    cancelled.reversal_id, cancelled.taken_back_because = reversed_.entry_id, why
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _entry(session: Session, community: Community, plan: Plan, actor: Actor) -> ledger.Entry:
    wish = plan.wish

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    return ledger.Entry(
        book_id=community.book_id,
        kind=CANCELLED,
        posted_on=_open_day(session, community, wish.agreed_on),
        key=wish.key,
        actor=str(actor),
        transfers=tuple(
            ledger.Transfer(debit=account(debit), credit=account(credit), amount=amount)
            for debit, credit, amount in _lines(plan)
            if amount
        ),
        memo=f"cancelled visit of member {wish.receiver.id}",
    )


def _lines(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Give the lines: the whole price is the group's income, or what is left of it after the thanks."""
    owes, owed = books.receivable_code(plan.wish.receiver.id), books.payable_code(plan.wish.giver.id)
    if plan.terms.provider == GROUP:
        yield owes, books.SUPPORT, plan.price_minor
        yield books.expenses_code(_ACTIVITY, _THANKS), owed, plan.thanks_minor
    else:
        yield owes, books.SUPPORT, plan.price_minor - plan.thanks_minor
        yield owes, owed, plan.thanks_minor


def _open_day(session: Session, community: Community, day: date) -> date:
    """Give the day on which it is posted: its own, today where that is to come, or the first open one."""
    return min(open_day(session, day, community=community), clock.today(community.time_zone))


def _saved(session: Session, community: Community, key: str) -> SupportCancelled | None:
    return session.scalar(
        select(SupportCancelled).where(
            SupportCancelled.community_id == community.id, SupportCancelled.key == key
        )
    )


def _the_same(there: SupportCancelled, plan: Plan) -> Written:
    """Refuse a form that is saved again with other content; a double click has the same."""
    wish = plan.wish
    wanted = (
        *(wish.giver.id, wish.receiver.id, wish.kind.id if wish.kind else None),
        *(wish.agreed_on, wish.begins, wish.how, plan.price_minor, plan.thanks_minor, plan.thanks_left),
    )
    known = (
        *(there.giver_id, there.receiver_id, there.kind_id),
        *(there.agreed_on, there.begins_minute, there.how),
        *(there.price_minor, there.thanks_minor, there.thanks_left),
    )
    if known != wanted:
        raise FormSavedAlready
    return Written(there, repeated=True)


def _refuse_twice(session: Session, community: Community, plan: Plan) -> None:
    wish = plan.wish
    there = select(SupportCancelled.id).where(
        SupportCancelled.community_id == community.id,
        SupportCancelled.giver_id == wish.giver.id,
        SupportCancelled.receiver_id == wish.receiver.id,
        SupportCancelled.agreed_on == wish.agreed_on,
        SupportCancelled.reversal_id.is_(None),
    )
    if session.scalar(there.limit(1)) is not None:
        raise CancelledAlready(giver=wish.giver.name, receiver=wish.receiver.name, day=wish.agreed_on)
