"""On which days an arrangement falls: every week, every second week, or on certain weekdays of a month."""

from calendar import monthrange
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

WEEKLY, FORTNIGHTLY, MONTHLY = "weekly", "fortnightly", "monthly"
RHYTHMS: Final = (WEEKLY, FORTNIGHTLY, MONTHLY)
#: The last such weekday of a month, which may be the fourth or the fifth.
LAST: Final = 5
NTHS: Final = (1, 2, 3, 4, LAST)
WEEKDAYS: Final = range(7)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """On which days something falls that comes again and again."""

    every: str
    #: From Monday, 0, to Sunday, 6.
    weekdays: frozenset[int]
    #: Which of them in a month: the first to the fourth, and the last; none where it is by the week.
    nths: frozenset[int] = frozenset()
    first_on: date
    #: The first day on which it is no more; None: it goes on.
    over_from: date | None = None

    def falls_on(self, day: date) -> bool:
        """Say whether it falls on a day."""
        if day < self.first_on or (self.over_from is not None and day >= self.over_from):
            return False
        if day.weekday() not in self.weekdays:
            return False
        if self.every == FORTNIGHTLY:
            # Seven days each, counted from the first day: the first of them counts, the next does not.
            return (day - self.first_on).days // _WEEK % 2 == 0
        if self.every == MONTHLY:
            is_last = day.day + _WEEK > monthrange(day.year, day.month)[1]
            return (day.day - 1) // _WEEK + 1 in self.nths or (is_last and LAST in self.nths)
        return True

    def days(self, first: date, last: date) -> list[date]:
        """List the days from one to another on which it falls."""
        return [day for day in _days(first, last) if self.falls_on(day)]


def as_bits(numbers: Iterable[int]) -> int:
    """Spell which of a few numbers are chosen, as a table keeps it."""
    return sum(1 << one for one in set(numbers))


def of_bits(bits: int) -> frozenset[int]:
    """Read which numbers are chosen."""
    return frozenset(one for one in range(bits.bit_length()) if bits >> one & 1)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
