"""What time it is: the one place that tests replace."""

from datetime import UTC
from datetime import date
from datetime import datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Tell the moment, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """Tell which day it is where the community is."""
    return now().astimezone(ZoneInfo(time_zone)).date()
