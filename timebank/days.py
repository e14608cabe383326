"""Days as people write them: by the common calendar or by the Japanese eras."""

import re
from dataclasses import dataclass
from datetime import date
from datetime import timedelta

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import excerpt
from timebank.text import half_width

_LONGEST_TYPED = 40
#: A year before this one is a slip of the finger.
_EARLIEST_YEAR = 1868
_NUMBER = r"\s*([0-9]{1,2})\s*"
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_COMMON = re.compile(
    rf"([0-9]{{4}})(?:\s*年{_NUMBER}月{_NUMBER}日|-{_NUMBER}-{_NUMBER}|/{_NUMBER}/{_NUMBER}|\.{_NUMBER}\.{_NUMBER})"
)
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[㍾㍽㍼㍻㋿mtshr])\s*([0-9]{1,2}|元)"
    rf"(?:\s*年{_NUMBER}月{_NUMBER}日|-{_NUMBER}-{_NUMBER}|/{_NUMBER}/{_NUMBER}|\.{_NUMBER}\.{_NUMBER})"
)
_WITHOUT_YEAR = re.compile(rf"{_NUMBER}月{_NUMBER}日")


@dataclass(frozen=True, slots=True)
class _Era:
    first: date
    last: date


# Before 1873 Japan counted months by the moon. The day an emperor died belongs to both eras in
# 1912 and in 1926.
_MEIJI = _Era(date(1868, 1, 1), date(1912, 7, 30))
_TAISHO = _Era(date(1912, 7, 30), date(1926, 12, 25))
_SHOWA = _Era(date(1926, 12, 25), date(1989, 1, 7))
_HEISEI = _Era(date(1989, 1, 8), date(2019, 4, 30))
_REIWA = _Era(date(2019, 5, 1), date.max)
_SOLAR_MONTHS_FROM = date(1873, 1, 1)
_ERAS = {
    name: era
    for names, era in (
        (("明治", "㍾", "m"), _MEIJI),
        (("大正", "㍽", "t"), _TAISHO),
        (("昭和", "㍼", "s"), _SHOWA),
        (("平成", "㍻", "h"), _HEISEI),
        (("令和", "㋿", "r"), _REIWA),
    )
    for name in names
}


class DayMissing(Refusal):
    """No day was written."""

    sentence = N_("Please write the day, for example 2026-04-03.")
    field = "date"


class DayNotRead(Refusal):
    """What was written is not a day."""

    sentence = N_("“%(typed)s” cannot be read as a day. Please write it like 2026-04-03 or 2026/4/3.")
    field = "date"


class NoSuchDay(Refusal):
    """The calendar has no such day."""

    sentence = N_("“%(typed)s” is not in the calendar.")
    field = "date"


class DayOutsideEra(Refusal):
    """The era had not begun on that day, or was over."""

    sentence = N_("“%(typed)s” is outside that era. Please check the year.")
    field = "date"


class DayTooLongAgo(Refusal):
    """The year is so long ago that it must be a slip."""

    sentence = N_("“%(typed)s” is too long ago. Please check the year.")
    field = "date"


class DayInFuture(Refusal):
    """The day is still to come."""

    sentence = N_("%(day)s has not come yet.")
    field = "date"


def parse_day(text: str, *, today: date | None = None) -> date:
    """Read a day as people write it (2026-04-03, 2026/4/3, 令和8年4月3日, R8.4.3).

    Only where today is given may the year be missing (4月3日): then the last such day is meant.
    """
    typed = half_width(text[: _LONGEST_TYPED + 1]).strip().lower()
    if not text.strip():
        raise DayMissing
    if len(text) > _LONGEST_TYPED:
        raise DayNotRead(typed=excerpt(text))
    if found := _COMMON.fullmatch(typed) or _COMPACT.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups() if part)
        if year < _EARLIEST_YEAR:
            raise DayTooLongAgo(typed=excerpt(text))
        return _day(year, month, day, text)
    if found := _ERA.fullmatch(typed):
        return _day_of_era(found, text)
    if today and (found := _WITHOUT_YEAR.fullmatch(typed)):
        return _last_such_day(int(found[1]), int(found[2]), today, text)
    raise DayNotRead(typed=excerpt(text))


def check_not_future(day: date, *, today: date, field: str = "date") -> None:
    """Refuse a day that is still to come where the community is; ``field`` is what it was typed into."""
    if day > today:
        refused = DayInFuture(day=day)
        refused.field = field
        raise refused


def month_bounds(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month a day is in."""
    first = day.replace(day=1)
    if (first.year, first.month) == (date.max.year, date.max.month):
        return first, date.max
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months_on(day: date, months: int) -> date:
    """Give the same day so many months on; the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, month_bounds(first)[1].day))


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(typed=excerpt(text)) from None


def _day_of_era(found: re.Match[str], text: str) -> date:
    name, year, month, day = (part for part in found.groups() if part)
    era = _ERAS[name]
    count = 1 if year == "元" else int(year)
    if count == 0:
        raise NoSuchDay(typed=excerpt(text))
    meant = _day(era.first.year + count - 1, int(month), int(day), text)
    if not max(era.first, _SOLAR_MONTHS_FROM) <= meant <= era.last:
        raise DayOutsideEra(typed=excerpt(text))
    return meant


def _last_such_day(month: int, day: int, today: date, text: str) -> date:
    # The 29th of February comes after four years, and around 1900 or 2100 after eight.
    for year in range(today.year, today.year - 9, -1):
        try:
            meant = date(year, month, day)
        except ValueError:
            continue
        if meant <= today:
            return meant
    raise NoSuchDay(typed=excerpt(text))
