"""The pages of arrangements: making, changing and ending one, the sheets, and a member's own page."""

from typing import Any

import pytest
from flask import Flask

from tests.builders import at
from tests.timebank.standing.desk import FORM
from tests.timebank.standing.desk import NEW
from tests.timebank.standing.desk import PAID
from tests.timebank.standing.desk import SLUG
from tests.timebank.standing.desk import Desk
from tests.timebank.standing.desk import a_sheet
from tests.timebank.standing.desk import hidden_of
from tests.timebank.standing.desk import text_of


@pytest.fixture(autouse=True)
def _end_of_april(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 30, 3)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def paid(app: Flask) -> Desk:
    return Desk(app, paid=True)


def test_an_empty_month_says_what_to_do_next(desk: Desk) -> None:
    told = desk.get("")
    assert "Nothing is arranged for this month." in told
    assert "Write down once who helps whom" in told


def test_what_is_arranged_stands_in_the_list_with_what_is_missing(desk: Desk) -> None:
    number = desk.arranges()
    told = desk.get("?month=2026-04")
    assert "Hana gives Taro 1 h 30 min" in told
    assert "Every week · Tuesday · from 09:30" in told
    assert "0 of 4 days" in told
    assert "To be confirmed Tue 7 April 2026" in told
    assert desk.confirms(number, **a_sheet(7, 14)).status_code == 303
    told = desk.get("?month=2026-04")
    assert "2 of 4 days" in told
    assert "did not happen: 2" in told
    assert "To be confirmed" not in told
    assert "Days to come" in desk.get("?month=2026-05")
    assert "Nothing is arranged" in desk.get("?month=2026-03")


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-12", "0001-01", "2026-04-01", "2200-01"])
def test_a_month_that_is_none_is_this_one(desk: Desk, month: str) -> None:
    number = desk.arranges()
    for path in (f"?month={month}", f"sheets?month={month}", f"{number}/month?month={month}"):
        assert "April 2026" in desk.get(path)


def test_a_pure_time_bank_is_not_asked_about_money(desk: Desk, app: Flask) -> None:
    page = desk["coordinator"].get(NEW).text
    assert 'name="pays"' not in page
    assert 'name="km"' not in page
    number = desk.arranges(**PAID)
    assert "Settled With hours" in desk.get(number)


def test_where_help_is_paid_it_can_be_arranged_so(paid: Desk) -> None:
    assert "tickets" not in paid["coordinator"].get(NEW).text.split('name="pays"')[1].split("fieldset")[0]
    number = paid.arranges(**PAID)
    told = paid.get(number)
    assert "Whoever is helped pays With money, on the bill of the month" in told
    assert "Whoever helps takes As they usually do" in told
    refused = paid.send("new", **FORM | PAID | {"pays": "hours", "takes": "nothing"})
    assert refused.status_code == 422
    assert "Thanks can be left to the group where the whole visit is paid with money" in text_of(refused.text)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"weekdays": []}, "Please tick the weekdays."),
        ({"weekdays": ["8"]}, "Please choose only from these."),
        ({"weekdays": ["x"]}, "Please choose only from these."),
        ({"every": "daily"}, "Please choose one of these."),
        ({"every": "monthly"}, "Please tick which of these weekdays in a month"),
        ({"hours": ""}, "Please write how long it took"),
        ({"hours": "25:00"}, "One exchange can be at most"),
        ({"begins": "25:00"}, "Please write a time of the day"),
        ({"first_on": ""}, "Please write the day"),
        ({"first_on": "2025-01-01"}, "before this community began"),
        ({"first_on": "2226-01-01"}, "is too far ahead"),
        ({"last_on": "9999-12-31"}, "is too far ahead"),
        ({"last_on": "2026-03-01"}, "It would end before it begins."),
        ({"last_on": "2026-04-02"}, "It would never take place"),
        ({"receiver": "Hana"}, "Giver and receiver are the same member."),
        ({"receiver": "Nobody"}, "Nobody"),
        ({"kind": "77"}, "Please choose one of these."),
        ({"words": "x" * 201}, "At most 200 characters"),
        ({"words": "a\0b"}, "cannot be stored"),
    ],
)
def test_bad_input_is_a_sentence_and_what_was_typed_is_still_there(
    desk: Desk, typed: dict[str, Any], sentence: str
) -> None:
    refused = desk.send("new", **FORM | {"words": "The old garden"} | typed)
    assert refused.status_code == 422
    assert sentence in text_of(refused.text)
    assert 'value="09:30"' in refused.text or "begins" in typed
    assert "The old garden" in refused.text or "words" in typed
    assert "Nothing is arranged" in desk.get("")


@pytest.mark.parametrize("km", ["1001", "-1", "99999999999999999999", "x"])
def test_a_way_that_nobody_goes_is_refused(paid: Desk, km: str) -> None:
    assert paid.send("new", **FORM | PAID | {"km": km}).status_code == 422


def test_it_is_changed_from_a_day_on_and_both_know_of_each_other(desk: Desk) -> None:
    number = desk.arranges()
    desk.confirms(number, **a_sheet(7))
    page = desk["coordinator"].get(f"/{SLUG}/standing/{number}/change").text
    assert 'value="1:30"' in page
    refused = desk.send(f"{number}/change", **FORM | {"hours": "1:00", "first_on": "2026-04-07"})
    assert refused.status_code == 422
    assert "Tue 7 April 2026 is confirmed already." in text_of(refused.text)
    answer = desk.send(f"{number}/change", **FORM | {"hours": "1:00", "first_on": "2026-04-20"})
    assert answer.status_code == 303
    new = str(answer.location).rsplit("/", maxsplit=1)[1]
    assert "It was changed into another arrangement." in desk.get(number)
    assert "Wed 1 April 2026 to Sun 19 April 2026" in desk.get(number)
    assert "What was arranged before" in desk.get(new)
    told = desk.get("?month=2026-04")
    assert "1 of 2 days" in told
    assert "0 of 2 days" in told
    again = desk.send(f"{number}/change", **FORM | {"first_on": "2026-04-16"})
    assert again.status_code == 409
    assert "This was changed already." in text_of(again.text)


def test_it_is_ended_from_a_day_on_with_a_reason(desk: Desk) -> None:
    number = desk.arranges()
    for typed, sentence in (
        ("", "Please write the day"),
        ("2026-03-01", "It begins on Wed 1 April 2026 only."),
        ("never", "cannot be read"),
    ):
        refused = desk.send(f"{number}/end", over_from=typed, reason="Moves away")
        assert refused.status_code == 422
        assert sentence in text_of(refused.text)
        assert "Moves away" in refused.text
    assert desk.send(f"{number}/end", over_from="2026-04-15", reason="Moves away").status_code == 303
    told = desk.get(number)
    assert "It is over." in told
    assert "Moves away" in told
    assert "0 of 2 days" in desk.get("?month=2026-04")


def test_the_same_form_arranges_once(desk: Desk) -> None:
    hidden = hidden_of(desk["coordinator"].get(NEW).text)
    for _time in range(2):
        assert desk["coordinator"].post(NEW, data={**FORM, **hidden}).status_code == 303
    assert desk.get("?month=2026-04").count("Hana gives Taro") == 1
    other = desk["coordinator"].post(NEW, data={**FORM, **hidden, "hours": "2"})
    assert other.status_code == 422
    assert "saved before with other content" in text_of(other.text)


def test_a_sheet_has_every_day_and_what_both_sign(paid: Desk) -> None:
    paid.arranges(pays="hours", takes="hours")
    number = paid.arranges(giver="Jiro", weekdays=["4"], **PAID)
    told = paid.get("sheets?month=2026-04")
    for words in (
        "Tue 7 April 2026",
        "09:30–11:00",
        "1:30",
        "Signature of whoever helped",
        "Fri 24 April 2026",
    ):
        assert words in told
    assert told.count("Who helps:") == 2
    only = paid.get(f"sheets?month=2026-04&arrangement={number}")
    assert only.count("Who helps:") == 1
    assert "Jiro" in only
    assert "km" in only
    assert "Nothing is arranged for this month." in paid.get("sheets?month=2026-04&arrangement=999")


def test_what_the_same_two_have_arranged_stands_on_one_sheet_in_the_order_of_its_days(desk: Desk) -> None:
    desk.arranges()
    desk.arranges(weekdays=["4"], words="Shopping")
    told = desk.get("sheets?month=2026-04")
    assert told.count("Who helps:") == 1
    assert told.index("Fri 3 April 2026 (2)") < told.index("Tue 7 April 2026 (1)")


def test_members_see_what_is_arranged_with_them_and_nobody_elses(desk: Desk) -> None:
    desk.arranges(first_on="2026-05-01")
    for name, words in (("Hana", "You give Taro 1 h 30 min"), ("Taro", "You receive 1 h 30 min from Hana")):
        told = text_of(desk[name].get(f"/{SLUG}/standing/mine").text)
        assert words in told
        assert "The next days Tue 5 May 2026, Tue 12 May 2026" in told
        assert "standing/mine" in desk[name].get(f"/{SLUG}/statement").text
    assert "Nothing is arranged with you." in text_of(desk["Jiro"].get(f"/{SLUG}/standing/mine").text)
    for path in ("", "new", "1", "sheets", "1/month", "1/end", "1/change"):
        assert desk["Hana"].get(f"/{SLUG}/standing/{path}").status_code == 403
        assert desk["auditor"].get(f"/{SLUG}/standing/{path}").status_code == 403


def test_it_is_read_in_japanese(desk: Desk) -> None:
    number = desk.arranges(every="monthly", nths=["1", "5"])
    desk["coordinator"].post("/language", data={"language": "ja"})
    told = desk.get("?month=2026-04")
    assert "毎月 · 第1, 最後 · 火曜日 · 09:30から" in told
    assert "2日のうち0日" in told
    assert "助け合いの記録票" in desk.get("sheets?month=2026-04")
    assert "2026年4月7日(火)" in desk.get(f"{number}/month?month=2026-04")
    desk["Hana"].post("/language", data={"language": "ja"})
    assert "わたしとの約束" in desk["Hana"].get(f"/{SLUG}/standing/mine").text
