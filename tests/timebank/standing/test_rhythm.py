"""On which days an arrangement falls."""

from datetime import date
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from timebank.standing.rhythm import FORTNIGHTLY
from timebank.standing.rhythm import LAST
from timebank.standing.rhythm import MONTHLY
from timebank.standing.rhythm import WEEKLY
from timebank.standing.rhythm import Rhythm
from timebank.standing.rhythm import as_bits
from timebank.standing.rhythm import of_bits

MONDAY, TUESDAY, THURSDAY, SATURDAY, SUNDAY = 0, 1, 3, 5, 6


def days(every: str, weekdays: set[int], first: date, last: date, **known: Any) -> list[str]:
    rhythm = Rhythm(
        every=every,
        weekdays=frozenset(weekdays),
        **{"first_on": date(2026, 1, 1), "over_from": None} | known,
    )
    return [day.isoformat()[5:] for day in rhythm.days(first, last)]


def test_every_tuesday_of_a_month() -> None:
    found = days(WEEKLY, {TUESDAY}, date(2026, 4, 1), date(2026, 4, 30))
    assert found == ["04-07", "04-14", "04-21", "04-28"]


def test_several_weekdays_stand_in_the_order_of_their_days() -> None:
    found = days(WEEKLY, {THURSDAY, MONDAY}, date(2026, 4, 1), date(2026, 4, 14))
    assert found == ["04-02", "04-06", "04-09", "04-13"]


def test_nothing_falls_before_the_first_day_nor_from_the_day_on_which_it_is_over() -> None:
    known = {"first_on": date(2026, 4, 14), "over_from": date(2026, 4, 28)}
    assert days(WEEKLY, {TUESDAY}, date(2026, 4, 1), date(2026, 4, 30), **known) == ["04-14", "04-21"]


def test_what_is_over_on_its_first_day_never_takes_place() -> None:
    known = {"first_on": date(2026, 4, 14), "over_from": date(2026, 4, 14)}
    assert days(WEEKLY, {TUESDAY}, date(2026, 4, 1), date(2026, 12, 31), **known) == []


def test_every_second_week_goes_on_across_months_and_years() -> None:
    first = date(2026, 12, 1)
    found = days(FORTNIGHTLY, {TUESDAY}, date(2026, 12, 1), date(2027, 3, 31), first_on=first)
    assert found == ["12-01", "12-15", "12-29", "01-12", "01-26", "02-09", "02-23", "03-09", "03-23"]
    # Whichever month is asked for, it is counted from the first day.
    assert days(FORTNIGHTLY, {TUESDAY}, date(2027, 1, 1), date(2027, 1, 31), first_on=first) == [
        "01-12",
        "01-26",
    ]


def test_the_first_such_weekday_counts_where_the_first_day_is_another_one() -> None:
    # It begins on a Thursday; the Tuesday after it is the first.
    found = days(FORTNIGHTLY, {TUESDAY}, date(2026, 4, 1), date(2026, 4, 30), first_on=date(2026, 4, 2))
    assert found == ["04-07", "04-21"]


def test_a_year_of_every_second_week_has_no_gap_but_of_fourteen_days() -> None:
    rhythm = Rhythm(every=FORTNIGHTLY, weekdays=frozenset({SUNDAY}), first_on=date(2027, 12, 26))
    found = rhythm.days(date(2027, 12, 26), date(2029, 1, 7))
    assert {after - before for before, after in pairwise(found)} == {timedelta(days=14)}
    assert date(2028, 2, 20) in found
    assert date(2028, 3, 5) in found


@pytest.mark.parametrize(
    ("nths", "found"),
    [
        ({1}, ["01-06", "02-03", "03-03", "04-07"]),
        ({1, 3}, ["01-06", "01-20", "02-03", "02-17", "03-03", "03-17", "04-07", "04-21"]),
        ({4}, ["01-27", "02-24", "03-24", "04-28"]),
        ({LAST}, ["01-27", "02-24", "03-31", "04-28"]),
        # The fourth is the last of most months, and then counts once.
        ({4, LAST}, ["01-27", "02-24", "03-24", "03-31", "04-28"]),
    ],
)
def test_certain_tuesdays_of_the_month(nths: set[int], found: list[str]) -> None:
    known = {"nths": frozenset(nths)}
    assert days(MONTHLY, {TUESDAY}, date(2026, 1, 1), date(2026, 4, 30), **known) == found


def test_the_last_weekday_of_a_february_with_a_day_more() -> None:
    # The 29th of February 2028 is a Tuesday, the fifth; the year before the 23rd is the last.
    known = {"nths": frozenset({LAST})}
    assert days(MONTHLY, {TUESDAY}, date(2028, 2, 1), date(2028, 2, 29), **known) == ["02-29"]
    assert days(MONTHLY, {TUESDAY}, date(2027, 2, 1), date(2027, 2, 28), **known) == ["02-23"]
    assert days(MONTHLY, {SATURDAY}, date(2028, 2, 1), date(2028, 3, 31), **known) == ["02-26", "03-25"]


def test_the_end_of_the_calendar_is_no_fault() -> None:
    known = {"nths": frozenset({LAST})}
    assert days(MONTHLY, {4}, date(9999, 12, 1), date.max, **known) == ["12-31"]


def test_what_is_chosen_is_kept_in_bits_and_read_again() -> None:
    for chosen in (set(), {0}, {6}, {0, 3, 6}, set(range(7))):
        assert of_bits(as_bits(chosen)) == chosen
    assert as_bits({1, LAST}) == 34
