"""Months of a community's books: closed when they are over, in order, and reopened for a reason."""

from datetime import UTC
from datetime import date
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from timebank import clock
from timebank.communities.models import Community
from timebank.communities.months import MonthNotNewest
from timebank.communities.months import MonthNotNext
from timebank.communities.months import MonthNotOver
from timebank.communities.months import NoMonthClosed
from timebank.communities.months import ReopeningReasonMissing
from timebank.communities.months import close_month
from timebank.communities.months import keep_totals
from timebank.communities.months import reopen_month
from timebank.communities.service import history
from timebank.errors import Refusal

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    """A community in Tokyo, where May has just begun though it is still April in Greenwich."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 30, 15, 30, tzinfo=UTC))
    return a_community(session, time_zone="Asia/Tokyo")


def close(session: Session, community: Community, month: date) -> date:
    return close_month(session, community=community, month=month, actor=SOMEBODY)


def reopen(session: Session, community: Community, month: date, reason: str = "slip 12 was found") -> None:
    reopen_month(session, community=community, month=month, reason=reason, actor=COORDINATOR)


def test_a_month_that_is_over_is_closed(session: Session, community: Community) -> None:
    assert close(session, community, MARCH) == date(2026, 3, 31)
    assert close(session, community, date(2026, 4, 17)) == date(2026, 4, 30)
    newest, older, *_ = history(session, community=community)
    assert (newest.what, newest.before, newest.after) == ("month-closed", "2026-03-31", "2026-04-30")
    assert (older.before, older.after, older.actor) == (None, "2026-03-31", "cli")


@pytest.mark.parametrize(
    ("month", "refusal"), [(MAY, MonthNotOver), (MARCH, MonthNotNext), (date(2026, 1, 1), MonthNotNext)]
)
def test_a_month_that_cannot_be_closed_is_refused(
    session: Session, community: Community, month: date, refusal: type[Refusal]
) -> None:
    close(session, community, MARCH)
    with pytest.raises(refusal):
        close(session, community, month)
    assert ledger.closed_through(session, community.book_id) == date(2026, 3, 31)


def test_the_newest_month_is_reopened_and_the_words_of_why_stay_out_of_the_books(
    session: Session, community: Community
) -> None:
    with pytest.raises(NoMonthClosed):
        reopen(session, community, MARCH)
    close(session, community, MARCH)
    close(session, community, APRIL)
    with pytest.raises(MonthNotNewest):
        reopen(session, community, MARCH)
    with pytest.raises(ReopeningReasonMissing):
        reopen(session, community, APRIL, " \n")
    reopen(session, community, APRIL)
    assert ledger.closed_through(session, community.book_id) == date(2026, 3, 31)
    event = history(session, community=community)[0]
    assert (event.what, event.after, event.actor) == ("month-reopened", "slip 12 was found", "telephone")
    table = ledger.metadata.tables["period_event"]
    kept = session.execute(table.select().where(table.c.book_id == community.book_id)).all()[-1]
    assert kept.reason == f"community event {event.id}"


def test_totals_are_kept_of_all_months_that_are_over(session: Session, community: Community) -> None:
    assert keep_totals(session, community=community) == 0
    table = ledger.metadata.tables["book"]
    kept = table.select().where(table.c.id == community.book_id)
    assert session.execute(kept).one().snapshot_through == date(2026, 4, 30)


def test_in_january_december_is_over(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    community = a_community(session)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 31, 3, 0, tzinfo=UTC))
    keep_totals(session, community=community)
    table = ledger.metadata.tables["book"]
    kept = table.select().where(table.c.id == community.book_id)
    assert session.execute(kept).one().snapshot_through == date(2025, 12, 31)
