"""What time it is."""

from datetime import UTC
from datetime import date
from datetime import datetime

import pytest

from timebank import clock


def test_today_is_the_communitys_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 12, 31, 15, 30, tzinfo=UTC))
    assert clock.today("Asia/Tokyo") == date(2026, 1, 1)
    assert clock.today("America/New_York") == date(2025, 12, 31)


def test_now_is_in_utc() -> None:
    assert clock.now().utcoffset() == datetime.now(UTC).utcoffset()
