"""The pages on which a visit is amended, by a coordinator or by whoever gave."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.timebank.support.desk import FORM
from tests.timebank.support.desk import NEW
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of

AMENDS = FORM | {"reason": "It was shorter", "hours": "1:00"}


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def sends(desk: Desk, who: str, page: str, **typed: str) -> TestResponse:
    """Send a form as it was shown, and once more with what that has shown."""
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', desk[who].get(page).text))
    shown = desk[who].post(page, data=typed | hidden)
    if "Nothing is saved yet." not in shown.text:
        return shown
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    return desk[who].post(page, data=typed | hidden)


def test_a_coordinator_amends_and_both_see_what_it_was(desk: Desk) -> None:
    page = desk.writes()
    filled = desk["coordinator"].get(f"{page}/amend").text
    for value in ('value="Hana (', 'value="Taro (', 'value="1:30"', "The garden"):
        assert value in filled
    answer = sends(desk, "coordinator", f"{page}/amend", **AMENDS)
    assert answer.status_code == 303
    new = str(answer.location)
    assert new != page
    for who in ("Hana", "Taro"):
        was, became = (text_of(desk[who].get(one).text) for one in (page, new))
        assert "It was amended: see what it is now." in was
        assert "See what it was before." in became
        assert "¥800" in became
    assert desk["coordinator"].get(f"{page}/amend").status_code == 303
    # From a page that was open in another tab.
    key = dict(re.findall(r'name="(key)"[^>]*value="([^"]+)"', desk["coordinator"].get(NEW).text))
    again = desk["coordinator"].post(f"{page}/amend", data=AMENDS | key)
    assert again.status_code == 409
    assert "taken back or amended already" in text_of(again.text)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"hours": "1:30"}, "Everything stands here as it was written down."),
        ({"reason": ""}, "Please say what was wrong."),
        ({"giver": "nobody"}, "nobody"),
        ({"date": "2100-01-01"}, "has not come yet"),
        ({"pays": "hours", "takes": "hours"}, "Hours for hours"),
    ],
    ids=("the same", "no reason", "nobody", "to come", "hours for hours"),
)
def test_what_cannot_be_is_said_and_nothing_is_done(desk: Desk, typed: dict[str, str], words: str) -> None:
    page = desk.writes()
    answer = sends(desk, "coordinator", f"{page}/amend", **AMENDS | typed)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "taken back" not in text_of(desk["Hana"].get(page).text)


def test_whoever_gave_takes_something_else_and_nobody_else_does_it_for_them(desk: Desk) -> None:
    page = desk.writes()
    assert desk["Taro"].get(f"{page}/takes").status_code == 404
    key = dict(re.findall(r'name="(key)"[^>]*value="([^"]+)"', desk["Hana"].get(f"{page}/takes").text))
    shown = text_of(desk["Hana"].post(f"{page}/takes", data={"takes": "hours"} | key).text)
    assert "Hana gets 1 h 30 min as hours." in shown
    # What lies apart for kept hours is the group's matter.
    assert "laid apart" not in shown
    answer = sends(desk, "Hana", f"{page}/takes", takes="hours")
    assert answer.status_code == 303
    told = text_of(desk["Hana"].get(str(answer.location)).text)
    assert "Hana gets as hours" in told
    assert "¥1,200" in told
    same = sends(desk, "Hana", f"{answer.location}/takes", takes="hours")
    assert "Everything stands here" in text_of(same.text)


def test_it_is_in_japanese_too(desk: Desk) -> None:
    page = desk.writes()
    for who, address in (("coordinator", f"{page}/amend"), ("Hana", f"{page}/takes")):
        desk[who].post("/language", data={"language": "ja"})
        told = text_of(desk[who].get(address).text)
        assert re.search(r"訂正|受け取るもの", told)
        assert not re.search(r"\b(amend|take|visit|hours)\b", told, re.IGNORECASE)
