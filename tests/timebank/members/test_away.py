"""Being away: until a day, over by itself, and earlier where somebody comes back."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import at
from timebank.communities.models import Community
from timebank.members import away
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.members.service import NotActive
from timebank.members.service import suspend_member

LAST = date(2026, 12, 1)


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, 2026, 11, 23, 3)
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    return a_member(session, community)


def go(session: Session, community: Community, member: Member, until: date = LAST) -> None:
    away.go_away(session, community=community, member=member, until=until, actor=SOMEBODY)


def test_an_absence_ends_by_itself_after_its_last_day(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(session, community, hana)
    go(session, a_community(session), a_member(session))
    assert away.absences(session, community=community) == {hana.id: LAST}
    assert away.away_names(session, community=community) == {f"Hana ({hana.number})": LAST}
    # In Japan the first of December ends at three in the afternoon, UTC.
    at(monkeypatch, 2026, 12, 1, 14, 59)
    assert away.away_until(session, community=community, member=hana) == LAST
    at(monkeypatch, 2026, 12, 1, 15)
    assert away.away_until(session, community=community, member=hana) is None
    assert away.away_names(session, community=community) == {}


def test_somebody_comes_back_earlier_and_another_day_may_be_set(
    session: Session, community: Community, hana: Member
) -> None:
    go(session, community, hana)
    go(session, community, hana, date(2027, 1, 1))
    for _ in range(2):
        away.come_back(session, community=community, member=hana, actor=SOMEBODY)
    assert away.away_until(session, community=community, member=hana) is None
    events = [(one.what, one.value) for one in history(session, member=hana)]
    assert events == [("back", None), ("away", "2027-01-01"), ("away", "2026-12-01"), ("entered", None)]


def test_who_is_away_still_receives(session: Session, community: Community, hana: Member) -> None:
    go(session, community, hana)
    an_exchange(session, community, a_member(session, community), hana)


def test_days_that_make_no_sense_are_refused(session: Session, community: Community, hana: Member) -> None:
    with pytest.raises(away.AwayDayPassed):
        go(session, community, hana, date(2026, 11, 22))
    with pytest.raises(away.AwayTooLong):
        go(session, community, hana, date(2926, 12, 1))
    suspend_member(session, member=hana, reason="a pause", actor=SOMEBODY)
    with pytest.raises(NotActive):
        go(session, community, hana)
