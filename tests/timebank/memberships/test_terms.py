"""The days that a fee covers, whenever it is paid."""

import itertools
from datetime import date
from datetime import timedelta

import pytest

from timebank.memberships.models import FISCAL
from timebank.memberships.models import ROLLING
from timebank.memberships.terms import Calendar
from timebank.memberships.terms import Days
from timebank.memberships.terms import paid_until
from timebank.memberships.terms import runs


def days(text: str) -> date:
    return date.fromisoformat(text)


def covers(
    years: str, paid_on: str, *, before: str | None = None, number: int = 1, month: int = 4
) -> list[tuple[str, str]]:
    calendar = Calendar(years=years, first_month=month, early_days=60, grace_days=90)
    covered = [Days(days(before) - timedelta(days=364), days(before))] if before else []
    found = calendar.terms(paid_on=days(paid_on), covered=covered, years=number)
    return [(one.first.isoformat(), one.last.isoformat()) for one in found]


@pytest.mark.parametrize(
    ("paid_on", "before", "term"),
    [
        # The first fee is for the year that runs, from its first day on.
        ("2026-04-01", None, ("2026-04-01", "2027-03-31")),
        ("2026-11-28", None, ("2026-04-01", "2027-03-31")),
        ("2027-01-30", None, ("2026-04-01", "2027-03-31")),
        # In the last sixty days it is for the next year, too, and begins at once.
        ("2027-01-31", None, ("2027-01-31", "2028-03-31")),
        ("2027-03-31", None, ("2027-03-31", "2028-03-31")),
        # Who pays early loses nothing, and who pays late gains nothing.
        ("2027-02-10", "2027-03-31", ("2027-04-01", "2028-03-31")),
        ("2027-06-29", "2027-03-31", ("2027-04-01", "2028-03-31")),
        # After the days of grace it is as the first one, and nothing is paid twice.
        ("2027-06-30", "2027-03-31", ("2027-04-01", "2028-03-31")),
        ("2029-08-01", "2027-03-31", ("2029-04-01", "2030-03-31")),
        ("2026-12-01", "2026-05-10", ("2026-05-11", "2027-03-31")),
        # A year that began elsewhere is led to the common end; a few days are no year.
        ("2026-08-01", "2026-09-14", ("2026-09-15", "2027-03-31")),
        ("2027-02-01", "2027-02-20", ("2027-02-21", "2028-03-31")),
    ],
)
def test_a_year_that_is_the_same_for_everybody(
    paid_on: str, before: str | None, term: tuple[str, str]
) -> None:
    assert covers(FISCAL, paid_on, before=before) == [term]


@pytest.mark.parametrize(
    ("paid_on", "before", "term"),
    [
        ("2026-11-28", None, ("2026-11-28", "2027-11-27")),
        ("2028-02-29", None, ("2028-02-29", "2029-02-28")),
        ("2027-03-01", None, ("2027-03-01", "2028-02-29")),
        ("2026-11-01", "2026-11-27", ("2026-11-28", "2027-11-27")),
        ("2027-02-25", "2026-11-27", ("2026-11-28", "2027-11-27")),
        ("2027-02-26", "2026-11-27", ("2027-02-26", "2028-02-25")),
    ],
)
def test_a_year_from_the_day_of_paying(paid_on: str, before: str | None, term: tuple[str, str]) -> None:
    assert covers(ROLLING, paid_on, before=before) == [term]


@pytest.mark.parametrize("years", [FISCAL, ROLLING])
def test_several_years_follow_each_other_without_a_day_between(years: str) -> None:
    found = covers(years, "2027-03-15", number=5)
    assert len(found) == 5
    for (_first, last), (begins, _last) in itertools.pairwise(found):
        assert (days(begins) - days(last)).days == 1


def test_a_year_can_begin_in_any_month() -> None:
    assert covers(FISCAL, "2026-11-28", month=1) == [("2026-11-28", "2027-12-31")]
    assert covers(FISCAL, "2026-05-02", month=1) == [("2026-01-01", "2026-12-31")]
    assert covers(FISCAL, "2026-11-28", month=12) == [("2026-11-28", "2027-11-30")]
    calendar = Calendar(years=FISCAL, first_month=12, early_days=0, grace_days=0)
    assert calendar.year_of(days("2026-12-01")) == Days(days("2026-12-01"), days("2027-11-30"))


def years_from(*begins: int) -> list[Days]:
    return [Days(date(one, 4, 1), date(one + 1, 3, 31)) for one in begins]


def test_a_hole_is_paid_first_and_what_is_paid_is_never_paid_twice() -> None:
    calendar = Calendar(years=FISCAL, first_month=4, early_days=60, grace_days=90)
    paid_on = days("2026-11-28")
    # This year was given back, the next one was not.
    assert paid_until(years_from(2027), paid_on) is None
    assert calendar.terms(paid_on=paid_on, covered=years_from(2027), years=2) == years_from(2026, 2028)
    assert calendar.terms(paid_on=paid_on, covered=years_from(2026, 2028), years=2) == years_from(2027, 2029)
    # In its last days nobody pays for this year alone.
    assert calendar.terms(paid_on=days("2027-03-01"), covered=years_from(2027), years=1) == years_from(2028)


def test_a_hole_between_rolling_years_is_filled_where_it_is_long() -> None:
    calendar = Calendar(years=ROLLING, first_month=4, early_days=0, grace_days=0)
    paid_on, later = days("2026-05-01"), Days(days("2027-01-01"), days("2027-12-31"))
    assert calendar.terms(paid_on=paid_on, covered=[later], years=2) == [
        Days(paid_on, days("2026-12-31")),
        Days(days("2028-01-01"), days("2028-12-31")),
    ]
    soon = Days(days("2026-08-01"), days("2027-07-31"))
    assert calendar.terms(paid_on=paid_on, covered=[soon], years=1) == [
        Days(days("2027-08-01"), days("2028-07-31"))
    ]


def test_until_when_it_is_paid_is_seen_from_a_day() -> None:
    covered = years_from(2027, 2026, 2030)
    seen = {
        day: paid_until(covered, days(day))
        for day in ("2026-03-31", "2026-04-01", "2029-01-01", "2030-05-05")
    }
    assert list(map(str, seen.values())) == ["None", "2028-03-31", "2028-03-31", "2031-03-31"]
    assert runs(covered) == [Days(days("2026-04-01"), days("2028-03-31")), *years_from(2030)]
