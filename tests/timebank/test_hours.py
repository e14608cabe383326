"""Times are read as people write them, and told as people say them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Refusal
from timebank.hours import HoursBelowZero
from timebank.hours import HoursMissing
from timebank.hours import HoursNotRead
from timebank.hours import Minutes
from timebank.hours import MinutesNotRead
from timebank.hours import MinutesPastTheHour
from timebank.hours import MoreThanADay
from timebank.hours import NoTimeAtAll
from timebank.hours import NotWholeMinutes
from timebank.hours import TooShortToShare
from timebank.hours import as_clock
from timebank.hours import check_span
from timebank.hours import in_words
from timebank.hours import parse_hours
from timebank.hours import parse_minutes
from timebank.hours import round_minutes
from timebank.hours import share_minutes
from timebank.hours import signed

spans = st.integers(min_value=0, max_value=999 * 60)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1.5", 90),
        ("1,5", 90),
        (".5", 30),
        ("0,25", 15),
        ("1.50", 90),
        ("0.35", 21),
        ("1.05", 63),
        ("2", 120),
        ("0", 0),
        ("1:30", 90),
        ("01:05", 65),
        ("1:30:00", 90),
        ("1h", 60),
        ("1 h", 60),
        ("1.5h", 90),
        ("1h30", 90),
        ("1H30", 90),
        ("1h30m", 90),
        ("1 h 5 min", 65),
        ("2 hours 30 minutes", 150),
        ("90m", 90),
        ("90 min", 90),
        ("90分", 90),
        ("30分", 30),
        ("1時間", 60),
        ("1.5時間", 90),
        ("1時間30分", 90),
        ("1時間5分", 65),
        ("1時間半", 90),
        ("半時間", 30),
        ("１．５", 90),
        ("１，５", 90),
        ("１：３０", 90),
        ("１時間３０分", 90),
        ("９０ｍ", 90),
        ("\u30001.5 ", 90),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    assert parse_hours(typed) == minutes


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", HoursMissing),
        (" \u3000", HoursMissing),
        ("1.5.2", HoursNotRead),
        ("1e9", HoursNotRead),
        ("NaN", HoursNotRead),
        ("inf", HoursNotRead),
        ("一時間", HoursNotRead),
        ("1.", HoursNotRead),
        (".", HoursNotRead),
        ("h", HoursNotRead),
        ("1:5", HoursNotRead),
        ("1h5", HoursNotRead),
        ("+1", HoursNotRead),
        ("1 2", HoursNotRead),
        ("1²", HoursNotRead),
        ("١", HoursNotRead),
        ("0x10", HoursNotRead),
        ("1\x00", HoursNotRead),
        ("\ud800", HoursNotRead),
        ("9" * 8, HoursNotRead),
        ("1" + "0" * 5_000, HoursNotRead),
        (" " * 5_000 + "1", HoursNotRead),
        ("-", HoursNotRead),
        ("-1.5.2", HoursNotRead),
        ("-1", HoursBelowZero),
        ("−0:15", HoursBelowZero),
        ("－１", HoursBelowZero),
        ("▲1時間", HoursBelowZero),
        ("1:75", MinutesPastTheHour),
        ("１：９０", MinutesPastTheHour),
        ("1h90", MinutesPastTheHour),
        ("1時間60分", MinutesPastTheHour),
        ("1.333", NotWholeMinutes),
        ("0.01", NotWholeMinutes),
        ("1:30:10", NotWholeMinutes),
    ],
    ids=lambda value: ascii(value)[:90] if isinstance(value, str) else value.__name__,
)
def test_what_is_no_time_is_refused_and_not_guessed(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        parse_hours(typed)
    assert refused.value.field == "hours"
    assert len(str(refused.value)) < 200


def test_a_comma_before_three_figures_may_mean_thousands_and_is_refused() -> None:
    with pytest.raises(HoursNotRead, match="1,500"):
        parse_hours("1,500")
    assert parse_hours("0,250") == 15


@pytest.mark.parametrize(
    ("typed", "minutes"), [("90", 90), ("９０", 90), (" 90 ", 90), ("90分", 90), ("90 min", 90)]
)
def test_minutes_are_read(typed: str, minutes: int) -> None:
    assert parse_minutes(typed) == minutes


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", HoursMissing),
        ("1.5", MinutesNotRead),
        ("1:30", MinutesNotRead),
        ("1h", MinutesNotRead),
        ("١", MinutesNotRead),
        ("9" * 5_000, MinutesNotRead),
        ("-", MinutesNotRead),
        ("-90", HoursBelowZero),
    ],
    ids=lambda value: ascii(value)[:90] if isinstance(value, str) else value.__name__,
)
def test_what_is_no_number_of_minutes_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        parse_minutes(typed)


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    for parse in (parse_hours, parse_minutes):
        with suppress(Refusal):
            assert parse(text) >= 0


@given(spans, st.sampled_from(["en", "ja"]))
def test_what_we_say_can_be_typed_again(minutes: int, language: str) -> None:
    assert parse_hours(in_words(minutes, language)) == minutes
    assert parse_hours(as_clock(minutes)) == minutes


@given(spans)
def test_a_time_is_the_same_however_it_is_written(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    assert parse_hours(f"{minutes}m") == minutes
    assert parse_hours(f"{hours}h{rest:02}") == minutes
    assert parse_hours(f"{hours}時間{rest}分") == minutes
    if minutes % 3 == 0:
        assert parse_hours(f"{hours}.{rest * 100 // 60:02}") == minutes
        assert parse_hours(f"{hours},{rest * 100 // 60:02}") == minutes


@pytest.mark.parametrize("minutes", [1, 90, 24 * 60])
def test_an_exchange_may_last_a_minute_or_a_day(minutes: int) -> None:
    check_span(minutes)


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [(0, NoTimeAtAll), (-1, HoursBelowZero), (24 * 60 + 1, MoreThanADay)],
    ids=["zero", "below zero", "over a day"],
)
def test_an_exchange_lasts_more_than_nothing_and_no_more_than_a_day(
    minutes: int, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        check_span(minutes)


def test_a_refusal_tells_a_time_as_a_time() -> None:
    with pytest.raises(MoreThanADay, match=r"at most 24 h, and this is 25 h 30 min\."):
        check_span(25 * 60 + 30)
    assert f"{Minutes(90)}" == "1 h 30 min"
    assert Minutes(90) == 90


@pytest.mark.parametrize(
    ("minutes", "step", "rounded"),
    [
        (52, 15, 45),
        (53, 15, 60),
        (15, 30, 30),
        (14, 30, 30),
        (44, 30, 30),
        (45, 30, 60),
        (7, 5, 5),
        (8, 5, 10),
        (1, 60, 60),
        (37, 1, 37),
        (37, 0, 37),
        (0, 15, 0),
    ],
)
def test_times_are_rounded_half_up_and_never_to_nothing(minutes: int, step: int, rounded: int) -> None:
    assert round_minutes(minutes, step) == rounded


@given(st.integers(1, 1440), st.sampled_from([1, 5, 6, 10, 15, 20, 30, 60]))
def test_rounding_goes_to_the_nearest_step_within_a_day(minutes: int, step: int) -> None:
    rounded = round_minutes(minutes, step)
    assert rounded % step == 0
    assert 0 < rounded <= 24 * 60
    assert round_minutes(rounded, step) == rounded
    assert abs(rounded - minutes) * 2 <= step or rounded == step


@pytest.mark.parametrize(
    ("minutes", "english", "japanese"),
    [
        (90, "1 h 30 min", "1時間30分"),
        (60, "1 h", "1時間"),
        (30, "30 min", "30分"),
        (0, "0 min", "0分"),
        (-15, "−15 min", "−15分"),
        (-630, "−10 h 30 min", "−10時間30分"),
        (989_010, "16,483 h 30 min", "16,483時間30分"),
    ],
)
def test_a_time_is_told_in_words(minutes: int, english: str, japanese: str) -> None:
    assert in_words(minutes, "en") == english
    assert in_words(minutes, "ja") == japanese
    assert in_words(minutes, "ja_JP") == japanese


@pytest.mark.parametrize(
    ("minutes", "english", "japanese"),
    [(90, "+1 h 30 min", "+1時間30分"), (-15, "−15 min", "−15分"), (0, "0 min", "0分")],
)
def test_a_change_is_told_with_its_sign(minutes: int, english: str, japanese: str) -> None:
    assert signed(minutes, "en") == english
    assert signed(minutes, "ja") == japanese


@pytest.mark.parametrize(
    ("minutes", "clock"), [(90, "1:30"), (5, "0:05"), (0, "0:00"), (-15, "−0:15"), (6000, "100:00")]
)
def test_a_time_in_a_table_looks_like_a_clock(minutes: int, clock: str) -> None:
    assert as_clock(minutes) == clock


def test_the_first_ones_have_a_minute_more_where_a_time_does_not_go_up() -> None:
    assert share_minutes(60, 3) == [20, 20, 20]
    assert share_minutes(100, 3) == [34, 33, 33]
    assert share_minutes(5, 3) == [2, 2, 1]


@pytest.mark.parametrize(("total", "people"), [(2, 3), (0, 1), (60, 0), (60, -1)])
def test_a_time_too_short_to_give_everybody_a_minute_is_not_shared(total: int, people: int) -> None:
    with pytest.raises(TooShortToShare):
        share_minutes(total, people)


@given(st.integers(1, 60), st.integers(0, 1440))
def test_sharing_loses_nothing_and_is_fair(people: int, more: int) -> None:
    shares = share_minutes(people + more, people)
    assert sum(shares) == people + more
    assert len(shares) == people
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)
