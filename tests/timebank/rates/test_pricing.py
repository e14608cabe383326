"""What a visit costs: whole units, what comes on top and when, and never a part of a coin."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.house_rates import EXTRAS
from timebank.hours import MoreThanADay
from timebank.hours import NoTimeAtAll
from timebank.rates.models import BY_KM
from timebank.rates.models import BY_TRIP
from timebank.rates.models import DOOR
from timebank.rates.models import EVENING
from timebank.rates.models import FIRST
from timebank.rates.models import LATE
from timebank.rates.models import SECOND
from timebank.rates.models import WEEKEND
from timebank.rates.models import SupportExtra
from timebank.rates.models import SupportRate
from timebank.rates.pricing import HELD
from timebank.rates.pricing import HOURS
from timebank.rates.pricing import MOST_KM
from timebank.rates.pricing import WAY
from timebank.rates.pricing import BeginMissing
from timebank.rates.pricing import Price
from timebank.rates.pricing import Rate
from timebank.rates.pricing import TooFar
from timebank.rates.pricing import Visit
from timebank.rates.pricing import price_of
from timebank.rates.rules import Extra

FRIDAY, SATURDAY, SUNDAY = date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 5)


def a_rate(*extras: str, more: dict[str, Extra] | None = None, **facts: Any) -> Rate:
    known: dict[str, Any] = {
        "price_minor": 800,
        "thanks_minor": 600,
        "unit_minutes": 30,
        "least_minutes": 0,
        "way_by": "none",
        "way_minor": 0,
    }
    named = {what: EXTRAS[what] for what in extras} | (more or {})
    rows = {
        what: SupportExtra(
            what=what,
            price_minor=one.price_minor,
            thanks_minor=one.thanks_minor,
            from_minute=one.from_minute,
            until_minute=one.until_minute,
        )
        for what, one in named.items()
    }
    return Rate(row=SupportRate(**known | facts), extras=rows)


def a_price(rate: Rate, minutes: int = 60, **facts: Any) -> Price:
    known: dict[str, Any] = {"worked_on": FRIDAY, "minutes": minutes}
    return price_of(rate, Visit(**known | facts))


def lines(price: Price) -> list[tuple[str, int | None, int, int]]:
    return [(one.what, one.minutes, one.price_minor, one.giver_minor) for one in price.items]


def test_an_hour_costs_what_the_rate_says_and_the_rest_stays_with_the_group() -> None:
    price = a_price(a_rate())
    assert lines(price) == [(HOURS, 60, 800, 600)]
    assert (price.price_minor, price.thanks_minor, price.way_minor, price.stays_minor) == (800, 600, 0, 200)


@pytest.mark.parametrize(
    ("minutes", "unit", "least", "counted"),
    [
        *((1, 30, 0, 30), (30, 30, 0, 30), (31, 30, 0, 60), (90, 30, 0, 90)),
        *((1, 15, 0, 15), (46, 15, 0, 60), (61, 60, 0, 120)),
        *((30, 30, 60, 60), (60, 30, 60, 60), (61, 30, 60, 90), (1440, 60, 60, 1440)),
    ],
)
def test_begun_units_count_as_whole_ones_and_short_visits_as_the_least(
    minutes: int, unit: int, least: int, counted: int
) -> None:
    price = a_price(a_rate(unit_minutes=unit, least_minutes=least), minutes)
    assert lines(price) == [(HOURS, counted, 800 * counted // 60, 600 * counted // 60)]


@pytest.mark.parametrize(
    ("begins", "minutes", "in_the_evening"),
    [
        # An hour and a half in units of half an hour, and the evening begins in the middle of one: half of
        # it is enough, less is not.
        *((16 * 60 + 30, 90, 0), (16 * 60 + 45, 90, 30), (16 * 60 + 46, 90, 30), (17 * 60, 90, 30)),
        *((17 * 60 + 14, 90, 30), (17 * 60 + 15, 90, 60), (17 * 60 + 45, 90, 90), (18 * 60, 90, 90)),
        # Over midnight, to the end of the night, and from before its end.
        *((23 * 60 + 30, 60, 60), (7 * 60, 120, 60), (7 * 60 + 45, 30, 30), (7 * 60 + 46, 30, 0)),
        *((0, 60, 60), (8 * 60, 60, 0), (12 * 60, 1440, 840)),
        # What is only counted because the visit was short is in no evening.
        *((17 * 60 + 30, 20, 0), (17 * 60 + 50, 20, 30)),
    ],
)
def test_a_unit_is_of_the_evening_where_half_of_it_is(begins: int, minutes: int, in_the_evening: int) -> None:
    price = a_price(a_rate(EVENING, least_minutes=60), minutes, begins=begins)
    found = [one for one in price.items if one.what == EVENING]
    assert [one.minutes for one in found] == [in_the_evening] * bool(in_the_evening)
    assert sum(one.price_minor for one in found) == 200 * in_the_evening // 60
    assert sum(one.giver_minor for one in found) == 100 * in_the_evening // 60


def test_hours_of_one_day_are_hours_of_every_day() -> None:
    noon = Extra(price_minor=60, from_minute=12 * 60, until_minute=13 * 60)
    rate = a_rate(more={EVENING: noon})
    assert lines(a_price(rate, 24 * 60, begins=12 * 60 + 30))[1] == (EVENING, 60, 60, 0)
    midnight = Extra(price_minor=60, from_minute=23 * 60 + 30, until_minute=30)
    assert lines(a_price(a_rate(more={EVENING: midnight}), 60, begins=23 * 60))[1][1] == 30


def test_when_it_began_has_to_be_said_only_where_an_hour_costs_more() -> None:
    with pytest.raises(BeginMissing):
        a_price(a_rate(EVENING))
    assert a_price(a_rate(EVENING), how=LATE).items == ()


@pytest.mark.parametrize(("day", "on_top"), [(FRIDAY, 0), (SATURDAY, 150), (SUNDAY, 150)])
def test_at_the_weekend_all_that_is_counted_costs_more(day: date, on_top: int) -> None:
    price = a_price(a_rate(WEEKEND, least_minutes=90), 30, worked_on=day)
    assert price.price_minor == 1200 + on_top
    assert price.thanks_minor == 900 + on_top


def test_a_second_giver_has_a_price_of_their_own_and_the_first_visit_costs_once_more() -> None:
    rate = a_rate(SECOND, FIRST, WEEKEND)
    assert lines(a_price(rate, 90, second=True)) == [(SECOND, 90, 600, 450)]
    assert lines(a_price(a_rate(), 90, second=True)) == [(HOURS, 90, 1200, 900)]
    assert lines(a_price(rate, 90, first=True)) == [(HOURS, 90, 1200, 900), (FIRST, None, 500, 0)]
    assert [one.what for one in a_price(rate, second=True, first=True, worked_on=SUNDAY).items] == [
        *(SECOND, WEEKEND, FIRST)
    ]


@pytest.mark.parametrize(("how", "line"), [(LATE, (LATE, None, 400, 200)), (DOOR, (DOOR, None, 800, 600))])
def test_what_was_cancelled_costs_that_and_nothing_else(how: str, line: tuple[Any, ...]) -> None:
    rate = a_rate(*EXTRAS, way_by=BY_TRIP, way_minor=150)
    assert lines(a_price(rate, how=how, first=True, second=True, worked_on=SUNDAY)) == [line]
    assert a_price(a_rate(), how=how).items == ()


def test_the_giver_gets_all_of_what_their_way_costs() -> None:
    by_km, by_trip = a_rate(way_by=BY_KM, way_minor=20), a_rate(way_by=BY_TRIP, way_minor=150)
    price = a_price(by_km, km=7)
    assert lines(price)[1] == (WAY, None, 140, 140)
    assert (price.price_minor, price.thanks_minor, price.way_minor, price.stays_minor) == (940, 600, 140, 200)
    assert lines(a_price(by_km)) == [(HOURS, 60, 800, 600)]
    assert a_price(by_trip, km=7).way_minor == 150
    assert a_price(a_rate(), km=7).way_minor == 0


def test_what_is_for_hours_only_costs_nothing() -> None:
    assert a_price(a_rate(price_minor=None, thanks_minor=0), how=DOOR).items == ()


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"minutes": 0}, NoTimeAtAll),
        ({"minutes": 1441}, MoreThanADay),
        ({"km": -1}, TooFar),
        ({"km": MOST_KM + 1}, TooFar),
    ],
)
def test_what_can_be_no_visit_is_refused(facts: dict[str, int], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        a_price(a_rate(), **facts)


@given(
    minutes=st.integers(1, 1440),
    begins=st.integers(0, 1439),
    coins=st.integers(1, 5_000),
    unit=st.sampled_from((15, 30, 60)),
    day=st.sampled_from((FRIDAY, SATURDAY)),
    km=st.integers(0, MOST_KM),
    window=st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda two: two[0] != two[1]),
    how=st.sampled_from((HELD, LATE, DOOR)),
)
def test_nothing_is_lost_between_whoever_pays_whoever_gives_and_the_group(
    minutes: int,
    begins: int,
    coins: int,
    unit: int,
    day: date,
    km: int,
    window: tuple[int, int],
    how: str,
) -> None:
    hour = coins * (60 // unit)
    evening = Extra(price_minor=hour, thanks_minor=hour, from_minute=window[0], until_minute=window[1])
    rate = a_rate(
        WEEKEND,
        more={EVENING: evening, LATE: Extra(price_minor=coins), DOOR: Extra(price_minor=coins)},
        price_minor=hour,
        thanks_minor=hour,
        unit_minutes=unit,
        way_by=BY_KM,
        way_minor=coins,
    )
    price = a_price(rate, minutes, begins=begins, worked_on=day, km=km, how=how)
    assert price.price_minor == price.thanks_minor + price.way_minor + price.stays_minor
    assert all(0 <= one.giver_minor <= one.price_minor for one in price.items)
    for one in price.items:
        if one.minutes is not None:
            each = {HOURS: hour, EVENING: hour, WEEKEND: 100}[one.what]
            assert one.minutes % unit == 0
            assert one.price_minor * 60 == each * one.minutes
            assert one.minutes < minutes + unit
