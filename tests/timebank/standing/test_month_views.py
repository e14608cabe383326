"""The page of a month: shown before it is booked, all lines or none, and each once."""

import re

import pytest
from flask import Flask

from tests.builders import at
from tests.timebank.standing.desk import PAID
from tests.timebank.standing.desk import SLUG
from tests.timebank.standing.desk import Desk
from tests.timebank.standing.desk import a_sheet
from tests.timebank.standing.desk import hidden_of
from tests.timebank.standing.desk import text_of

APRIL = "month?month=2026-04"


@pytest.fixture(autouse=True)
def _end_of_april(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 30, 3)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def paid(app: Flask) -> Desk:
    return Desk(app, paid=True)


def ticked(page: str) -> list[str]:
    """Name the days that are ticked."""
    boxes = [box for box in re.findall(r"<input[^>]*>", page) if 'name="on_' in box and " checked" in box]
    return [re.findall(r'name="on_(\d+)"', box)[0] for box in boxes]


def test_all_days_until_today_are_ticked_and_days_to_come_cannot_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.arranges()
    at(monkeypatch, 2026, 4, 21, 3)
    page = desk["coordinator"].get(f"/{SLUG}/standing/{number}/{APRIL}").text
    assert ticked(page) == ["7", "14", "21"]
    assert "Tue 28 April 2026 09:30 Still to come" in text_of(page)
    assert 'name="on_28"' not in page
    # Whoever sends it all the same confirms nothing by it.
    assert desk.confirms(number, **a_sheet(7, 28)).status_code == 303
    assert "1 of 4 days" in desk.get("?month=2026-04")


def test_what_it_comes_to_is_said_before_anything_is_booked(paid: Desk) -> None:
    number = paid.arranges(**PAID)
    sheet = a_sheet(7, 14, 21, hours="1:00", km_7="3", km_14="3", km_21="3")
    shown = paid.send(f"{number}/{APRIL}", **sheet)
    assert shown.status_code == 422
    told = text_of(shown.text)
    for words in (
        "Nothing is saved yet.",
        "It happened on 3 days, 3 h in all.",
        "Taro pays ¥2,400, on the bill of the month.",
        "Hana gets ¥1,800.",
        "Said not to have happened: Tue 28 April 2026.",
        "press “Book all of it” once more",
    ):
        assert words in told
    assert "0 of 4 days" in paid.get("?month=2026-04")
    # Something else than was shown is shown anew.
    path = f"/{SLUG}/standing/{number}/{APRIL}"
    other = paid["coordinator"].post(path, data={**sheet, **hidden_of(shown.text), "hours_7": "2"})
    assert other.status_code == 422
    assert "Taro pays ¥3,200" in text_of(other.text)
    done = paid["coordinator"].post(path, data={**sheet, **hidden_of(other.text), "hours_7": "2"})
    assert done.status_code == 303
    told = text_of(paid["coordinator"].get(str(done.location)).text)
    assert "3 days are confirmed and booked." in told
    assert "3 of 4 days" in told


def test_hours_alone_are_booked_as_slips_that_both_signed(desk: Desk) -> None:
    number = desk.arranges()
    shown = text_of(desk.send(f"{number}/{APRIL}", **a_sheet(7)).text)
    assert "Taro pays 1 h 30 min with hours." in shown
    assert "Hana gets 1 h 30 min as hours." in shown
    assert desk.confirms(number, **a_sheet(7)).status_code == 303
    page = desk["coordinator"].get(f"/{SLUG}/standing/{number}/{APRIL}").text
    exchange = re.findall(r'href="(/[^"]*/exchanges/\d+)"', page)[0]
    told = text_of(desk["Hana"].get(exchange).text)
    assert "The garden" in told
    # What is confirmed or was said not to have happened is not ticked again.
    assert ticked(page) == []
    assert 'name="on_7"' not in page
    assert "The garden" in text_of(desk["Taro"].get(f"/{SLUG}/statement").text)


def test_the_same_form_is_booked_once(desk: Desk) -> None:
    number = desk.arranges()
    path = f"/{SLUG}/standing/{number}/{APRIL}"
    shown = desk.send(f"{number}/{APRIL}", **a_sheet(7, 14))
    typed = {**a_sheet(7, 14), **hidden_of(shown.text)}
    for words in ("2 days are confirmed", "once is enough"):
        answer = desk["coordinator"].post(path, data=typed)
        assert answer.status_code == 303
        assert words in text_of(desk["coordinator"].get(str(answer.location)).text)
    other = desk["coordinator"].post(path, data={**typed, "on_21": "y"})
    assert other.status_code == 422
    assert "saved before with other content" in text_of(other.text)
    key = hidden_of(other.text)["key"]
    assert key != typed["key"]


def test_a_sheet_that_somebody_else_typed_meanwhile_is_refused_and_read_anew(desk: Desk) -> None:
    number = desk.arranges()
    path = f"/{SLUG}/standing/{number}/{APRIL}"
    mine = {**a_sheet(7, 14), **hidden_of(desk["coordinator"].get(path).text)}
    assert desk.confirms(number, **a_sheet(7)).status_code == 303
    refused = desk["coordinator"].post(path, data=mine)
    assert refused.status_code == 409
    assert "Tue 7 April 2026: This is confirmed already" in text_of(refused.text)
    assert "Tue 7 April 2026 09:30 Confirmed and booked" in text_of(refused.text)
    assert ticked(refused.text) == ["14"]


def test_bad_input_is_a_sentence_and_what_was_typed_is_still_there(paid: Desk) -> None:
    number = paid.arranges(**PAID)
    for typed, sentence in (
        ({"hours_7": "soon"}, "cannot be read as a time"),
        ({"hours_7": ""}, "Tue 7 April 2026: how long?"),
        ({"hours_7": "25:00"}, "One exchange can be at most"),
        ({"km_7": "far"}, "Please write a whole number."),
        ({"km_7": "5000"}, "Tue 7 April 2026:"),
        ({"km_7": "-3"}, "Tue 7 April 2026:"),
        ({"heard": ""}, "Please choose one of these."),
        ({"hours_7": "a\0"}, "cannot be stored"),
        ({"key": "mine"}, "This form was incomplete."),
    ):
        refused = paid.send(f"{number}/{APRIL}", **a_sheet(7, 14, hours_14="0:45") | typed)
        assert refused.status_code == 422, typed
        assert sentence in text_of(refused.text), typed
        assert 'value="0:45"' in refused.text
        assert ticked(refused.text) == ["7", "14"]
    assert "0 of 4 days" in paid.get("?month=2026-04")


def test_nothing_to_say_is_told(desk: Desk) -> None:
    number = desk.arranges()
    answer = desk.confirms(number, **a_sheet())
    assert answer.status_code == 303
    told = text_of(desk["coordinator"].get(str(answer.location)).text)
    assert "nothing happened on these days" in told
    refused = desk.send(f"{number}/{APRIL}", **a_sheet())
    assert refused.status_code == 422
    assert "All of this was said already." in text_of(refused.text)


def test_the_same_hours_on_another_slip_are_asked_for(desk: Desk) -> None:
    number, other = desk.arranges(), desk.arranges()
    assert desk.confirms(number, **a_sheet(7)).status_code == 303
    refused = desk.send(f"{other}/{APRIL}", **a_sheet(7))
    assert refused.status_code == 422
    assert "There is already a record that Hana gave Taro 1 h 30 min" in text_of(refused.text)
    assert 'name="again"' in refused.text
    assert desk.confirms(other, **a_sheet(7, again="y")).status_code == 303


def test_another_communitys_arrangement_is_not_there(desk: Desk, app: Flask) -> None:
    for path in ("999", "999/month", "999/end", "999/change"):
        assert desk["coordinator"].get(f"/{SLUG}/standing/{path}").status_code == 404
        if path != "999":
            assert desk["coordinator"].post(f"/{SLUG}/standing/{path}", data={}).status_code == 404


def test_a_month_without_a_day_says_so(desk: Desk) -> None:
    number = desk.arranges()
    assert "Nothing falls into this month." in desk.get(f"{number}/month?month=2026-03")
    assert desk.send(f"{number}/month?month=2026-03", heard="slip").status_code == 422


def test_the_preview_is_read_in_japanese(paid: Desk) -> None:
    number = paid.arranges(**PAID)
    paid["coordinator"].post("/language", data={"language": "ja"})
    told = text_of(paid.send(f"{number}/{APRIL}", **a_sheet(7, 14)).text)
    assert "2日、合わせて3時間行われました。" in told
    assert "行われなかったとする日：2026年4月21日(火)" in told
