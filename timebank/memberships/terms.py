"""The days that a fee covers: from one first month of the year to the next, or a year from the day of paying.

Pure rules on days, so that they can be read and tried without a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta

from timebank.memberships.models import FISCAL

_DAY = timedelta(days=1)
#: Nobody pays for a year and has less than half of it.
_SHORT = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of a term."""

    first: date
    last: date


def runs(covered: Sequence[Days]) -> list[Days]:
    """Put together what follows without a day between, in the order of days."""
    found: list[Days] = []
    for one in sorted(covered, key=lambda days: days.first):
        if found and found[-1].last + _DAY >= one.first:
            found[-1] = Days(found[-1].first, max(found[-1].last, one.last))
        else:
            found.append(one)
    return found


def paid_until(covered: Sequence[Days], day: date) -> date | None:
    """Tell until when it is paid, seen from a day: the end of the time around it, or of the last before."""
    return max((run.last for run in runs(covered) if run.first <= day), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """How a community counts its years of membership."""

    years: str
    first_month: int
    early_days: int
    grace_days: int

    def terms(self, *, paid_on: date, covered: Sequence[Days], years: int) -> list[Days]:
        """Give the days of so many years that are paid on a day, where others are paid already.

        They begin where the paid time ends as long as that is not over, or within the days of grace: nobody
        loses what they paid early, and nobody gains by paying late. What is paid for is never paid twice: a
        hole of more than half a year before it is filled, and a shorter one is left.
        """
        found: list[Days] = []
        paid_through = paid_until(covered, paid_on)
        goes_on = paid_through is not None and paid_on <= self.counts_through(paid_through)
        after = paid_through if goes_on else None
        for _number in range(years):
            wanted = self._after(after) if after is not None else self._first(paid_on, paid_through)
            days = self._free(wanted, covered)
            found.append(days)
            after = days.last
        return found

    def counts_through(self, paid_through: date) -> date:
        """Give the last day on which a membership still counts that was paid until a day."""
        return paid_through + timedelta(days=self.grace_days)

    def year_of(self, day: date) -> Days:
        """Give the fiscal year that a day is in."""
        began = date(day.year, self.first_month, 1)
        if began > day:
            began = date(day.year - 1, self.first_month, 1)
        return Days(began, _a_year(began))

    def _free(self, wanted: Days, covered: Sequence[Days]) -> Days:
        """Give the first days from those that are wanted on that nobody has paid for yet."""
        clash = next(
            (run for run in runs(covered) if run.first <= wanted.last and run.last >= wanted.first), None
        )
        if clash is None:
            return wanted
        if clash.first - wanted.first > _SHORT:
            return Days(wanted.first, clash.first - _DAY)
        return self._free(self._after(clash.last), covered)

    def _after(self, last: date) -> Days:
        begins = last + _DAY
        return Days(begins, self._end_of(begins))

    def _first(self, paid_on: date, paid_through: date | None) -> Days:
        if self.years != FISCAL:
            return Days(paid_on, _a_year(paid_on))
        year, end = self.year_of(paid_on), self._end_of(paid_on)
        if end != year.last:
            return Days(paid_on, end)
        # What was paid for and ended within this year is not paid for again.
        return Days(max(year.first, paid_through + _DAY) if paid_through else year.first, end)

    def _end_of(self, begins: date) -> date:
        """Give the last day of a term; nobody pays for a whole year and has its last few days."""
        if self.years != FISCAL:
            return _a_year(begins)
        year = self.year_of(begins)
        few = year.last - begins < timedelta(days=self.early_days)
        return _a_year(year.last + _DAY) if few else year.last


def _a_year(begins: date) -> date:
    """Give the last day of the year that begins on a day; one that begins on 29 February ends on the 28th."""
    try:
        return begins.replace(year=begins.year + 1) - _DAY
    except ValueError:
        return begins.replace(year=begins.year + 1, day=28)
