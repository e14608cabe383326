"""Days are read by either calendar, and what is not in it is refused."""

from contextlib import suppress
from datetime import date
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.days import DayInFuture
from timebank.days import DayMissing
from timebank.days import DayNotRead
from timebank.days import DayOutsideEra
from timebank.days import DayTooLongAgo
from timebank.days import NoSuchDay
from timebank.days import check_not_future
from timebank.days import month_bounds
from timebank.days import parse_day
from timebank.errors import Refusal

TODAY = date(2026, 11, 23)


def shown(value: object) -> str | None:
    return ascii(value)[:90] if isinstance(value, str) else None


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-03",
        "2026-4-3",
        "2026/4/3",
        "2026/04/03",
        "2026.4.3",
        "20260403",
        "2026年4月3日",
        "2026年 4月 3日",
        "２０２６年４月３日",
        "２０２６／４／３",
        "令和8年4月3日",
        "令和８年４月３日",
        "令和 8年4月3日",
        "令和8.4.3",
        "㋿8年4月3日",
        "R8.4.3",
        "r8.4.3",
        "R8/4/3",
        "R8-4-3",
        "R08.04.03",
        "Ｒ８．４．３",
        " 2026-04-03\u3000",
    ],
    ids=shown,
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert parse_day(typed) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("H1.1.8", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("S20.8.15", date(1945, 8, 15)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("T1.7.30", date(1912, 7, 30)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("M6.1.1", date(1873, 1, 1)),
    ],
    ids=shown,
)
def test_eras_begin_and_end_on_their_days(typed: str, day: date) -> None:
    assert parse_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", DayMissing),
        ("\u3000", DayMissing),
        ("yesterday", DayNotRead),
        ("31/31/2026", DayNotRead),
        ("3/4/2026", DayNotRead),
        ("26/4/3", DayNotRead),
        ("4/3", DayNotRead),
        ("2026-4/3", DayNotRead),
        ("2026年4月", DayNotRead),
        ("8.4.3", DayNotRead),
        ("X8.4.3", DayNotRead),
        ("令和八年四月三日", DayNotRead),
        ("2026-04-03\x00", DayNotRead),
        ("٢٠٢٦-٠٤-٠٣", DayNotRead),
        ("2026-04-0" + "3" * 5_000, DayNotRead),
        ("4月3日", DayNotRead),
        ("2026-13-01", NoSuchDay),
        ("2026-02-29", NoSuchDay),
        ("2026/0/1", NoSuchDay),
        ("R0.1.1", NoSuchDay),
        ("平成30年2月29日", NoSuchDay),
        ("平成31年5月1日", DayOutsideEra),
        ("令和元年4月30日", DayOutsideEra),
        ("昭和64年1月8日", DayOutsideEra),
        ("平成元年1月7日", DayOutsideEra),
        ("明治5年1月1日", DayOutsideEra),
        ("0202-04-03", DayTooLongAgo),
    ],
    ids=shown,
)
def test_what_is_no_day_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        parse_day(typed)
    assert refused.value.field == "date"
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("4月3日", date(2026, 4, 3)),
        ("11月23日", date(2026, 11, 23)),
        ("11月24日", date(2025, 11, 24)),
        ("2月29日", date(2024, 2, 29)),
    ],
    ids=shown,
)
def test_a_day_without_a_year_is_the_last_such_day_where_we_know_what_day_it_is(
    typed: str, day: date
) -> None:
    assert parse_day(typed, today=TODAY) == day


def test_a_day_that_no_year_has_is_refused() -> None:
    with pytest.raises(NoSuchDay):
        parse_day("2月30日", today=TODAY)
    with pytest.raises(NoSuchDay):
        parse_day("2月30日", today=date.min)


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    with suppress(Refusal):
        assert parse_day(text, today=TODAY) > date(1868, 1, 1)


@given(st.dates(min_value=date(2019, 5, 1), max_value=date(2099, 12, 31)))
def test_a_day_is_the_same_however_it_is_written(day: date) -> None:
    year = day.year - 2018
    for written in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"令和{year}年{day.month}月{day.day}日",
        f"R{year}.{day.month}.{day.day}",
    ):
        assert parse_day(written) == day


def test_today_has_come_and_tomorrow_has_not() -> None:
    check_not_future(TODAY, today=TODAY)
    with pytest.raises(DayInFuture, match="2026-11-24 has not come yet"):
        check_not_future(TODAY + timedelta(days=1), today=TODAY)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(9999, 12, 5), date(9999, 12, 1), date(9999, 12, 31)),
    ],
    ids=str,
)
def test_a_month_has_a_first_and_a_last_day(day: date, first: date, last: date) -> None:
    assert month_bounds(day) == (first, last)
