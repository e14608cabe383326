"""Months of a community's books: closed one after the other by whoever keeps them, reopened for a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from datetime import timedelta

from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import clean_text

LONGEST_REASON = 500


class MonthNotOver(Refusal):
    """A month in which something may still happen."""

    sentence = N_("%(month)s is not over yet.")


class MonthNotNext(Refusal):
    """A month that is not the one after the newest closed one."""

    sentence = N_("Months close in order. The books are closed through %(through)s.")


class MonthNotNewest(Refusal):
    """A month that is not the newest closed one."""

    sentence = N_("Only the newest closed month can be reopened. The books are closed through %(through)s.")


class NoMonthClosed(Refusal):
    """Nothing can be reopened."""

    sentence = N_("No month is closed.")


class ReopeningReasonMissing(Refusal):
    """A month that is reopened for no reason."""

    sentence = N_("Please say why the month is reopened.")
    field = "reason"


def close_month(session: Session, *, community: Community, month: date, actor: Actor) -> date:
    """Close the month that a day is in, and give its last day; nothing can be posted there any more."""
    last, before = ledger.last_day(month), ledger.closed_through(session, community.book_id)
    if last >= clock.today(community.time_zone):
        raise MonthNotOver(month=f"{month:%Y-%m}")
    with _refusals():
        ledger.close_month(session, book_id=community.book_id, month=month, actor=str(actor))
    until, now = before.isoformat() if before else None, last.isoformat()
    record(session, community=community, what="month-closed", before=until, after=now, actor=actor)
    return last


def reopen_month(session: Session, *, community: Community, month: date, reason: str, actor: Actor) -> None:
    """Open the newest closed month again.

    The books keep who did it; the words of why are the community's own, where they can be taken out.
    """
    said = clean_text(reason, longest=LONGEST_REASON)
    if not said:
        raise ReopeningReasonMissing
    closed = ledger.closed_through(session, community.book_id)
    if closed is None:
        raise NoMonthClosed
    if ledger.last_day(month) != closed:
        raise MonthNotNewest(through=closed)
    until = closed.isoformat()
    event = record(session, community=community, what="month-reopened", before=until, after=said, actor=actor)
    by = {"actor": str(actor), "reason": f"community event {event.id}"}
    with _refusals():
        ledger.reopen_month(session, book_id=community.book_id, month=month, **by)


def keep_totals(session: Session, *, community: Community) -> int:
    """Keep the totals of every month that is over, closed or not; gives how many were written."""
    this_month = clock.today(community.time_zone).replace(day=1)
    last = this_month - timedelta(days=1)
    return ledger.take_snapshots(session, book_id=community.book_id, month=last)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ledger.MonthOutOfTurn as refused:
        # Reopening was looked at before; here somebody else was quicker, or it is a closing.
        raise MonthNotNext(through=refused.closed_through) from refused
