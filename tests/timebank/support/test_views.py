"""The pages of visits that are paid for: shown before saved, told to both sides, paid at the treasurer's."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import written
from tests.timebank.doubles.together import joined
from tests.timebank.support.desk import FORM
from tests.timebank.support.desk import NEW
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.communities.models import Community
from timebank.members.models import Member

pytestmark = pytest.mark.usefixtures("the_same_day")


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def test_a_pure_time_bank_has_none_of_these_pages(app: Flask) -> None:
    desk = Desk(app, on=False)
    for who, path in (
        *(("coordinator", "visits/"), ("coordinator", "visits/new"), ("treasurer", "owed/")),
        *(("Hana", "mine"), ("auditor", "owed/"), ("treasurer", f"owed/{desk.ids['Hana']}/pays")),
    ):
        assert desk[who].get(f"/{SLUG}/support/{path}").status_code == 404, path


def test_what_it_means_for_both_is_said_before_anything_is_saved(desk: Desk) -> None:
    shown = desk.asks(thanked_hours="1:00")
    assert shown.status_code == 422
    told = text_of(shown.text)
    for words in (
        "Nothing is saved yet.",
        "Taro pays ¥1,200, on the bill of the month.",
        "Hana gets ¥600.",
        "Hana gets 30 min as hours.",
        "¥300 is laid apart for the hours that are kept.",
        "The hours · 1 h 30 min: ¥1,200",
    ):
        assert words in told
    assert "Nobody owes anything" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text
    # Something else than was shown is shown anew.
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    other = desk["coordinator"].post(NEW, data={**FORM, **hidden, "thanked_hours": "0:30"})
    assert other.status_code == 422
    assert "Hana gets ¥300." in text_of(other.text)


def test_both_sides_and_officers_read_it_and_nobody_else(desk: Desk) -> None:
    page = desk.writes(thanked_hours="1:00")
    for who in ("Hana", "Taro", "coordinator", "treasurer", "auditor"):
        told = text_of(desk[who].get(page).text)
        assert "Taro pays ¥1,200" in told
        assert "Hana is thanked with ¥600" in told
        assert "Hana gets as hours 30 min" in told
    assert desk["Jiro"].get(page).status_code == 404
    exchange = page.replace("support/visits", "exchanges")
    assert page in desk["Hana"].get(exchange).text
    assert "kept for later" in text_of(desk["Hana"].get(f"/{SLUG}/statement").text)
    mine = text_of(desk["Taro"].get(f"/{SLUG}/support/mine").text)
    assert "To pay for help ¥1,200" in mine
    assert "Hana gave Taro 1 h 30 min" in mine
    assert "Thanks to get ¥600" in text_of(desk["Hana"].get(f"/{SLUG}/support/mine").text)
    month = text_of(desk["auditor"].get(f"/{SLUG}/support/visits/").text)
    for words in ("Members pay ¥1,200", "Members get ¥600", "+30 min", "Laid apart for them ¥300"):
        assert words in month
    before = desk["auditor"].get(f"/{SLUG}/support/visits/?month=2020-01")
    assert "No visit of this month was paid for." in before.text
    assert desk["auditor"].get(f"/{SLUG}/support/visits/?month=never").status_code == 200


def test_the_same_visit_is_written_down_twice_only_where_somebody_says_so(desk: Desk) -> None:
    first = desk.writes()
    shown = desk.asks()
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    asked = desk["coordinator"].post(NEW, data={**FORM, **hidden})
    assert asked.status_code == 422
    assert 'name="again"' in asked.text
    assert desk.writes(again="y") != first


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"pays": "hours", "takes": "hours"}, "Hours for hours: please log it with the form for hours"),
        ({"pays": "hours"}, "would come from the fund of kept hours"),
        ({"pays": ""}, "Please choose one of these."),
        ({"takes": "gold"}, "Please choose one of these."),
        ({"paid_hours": "2:00"}, "no longer than the visit"),
        ({"thanked_hours": "0:20"}, "whole units of 30 minutes"),
        ({"hours": ""}, "Please write how long it took"),
        ({"hours": "25"}, "at most"),
        ({"date": "2026-01-05"}, "On that day this help was for hours only."),
        ({"date": "2100-01-01"}, "has not come yet"),
        ({"receiver": "Hana"}, "the same"),
        ({"receiver": "nobody"}, "nobody"),
        ({"begins": "99"}, "Please write a time of the day"),
        ({"km": "many"}, "Please write a whole number."),
        ({"km": "-1"}, "Please write a number of kilometres"),
        ({"heard": ""}, "Please say how you heard it."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    desk: Desk, typed: dict[str, str], words: str
) -> None:
    answer = desk.asks(**typed)
    if answer.status_code == 422 and "Nothing is saved yet." in answer.text:
        hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', answer.text))
        answer = desk["coordinator"].post(NEW, data={**FORM, **typed, **hidden})
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "The garden" in answer.text
    assert "Nobody owes anything" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text


def test_a_treasurer_writes_down_what_was_paid_and_takes_back_a_mistake(desk: Desk) -> None:
    desk.writes()
    owed = f"/{SLUG}/support/owed/"
    told = text_of(desk["auditor"].get(owed).text)
    assert "Hana" in told
    assert "pays ¥0 · gets ¥900" in told
    assert "pays ¥1,200 · gets ¥0" in told

    def pays(name: str, what: str, **typed: Any) -> TestResponse:
        form = f"{owed}{desk.ids[name]}/{what}"
        key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["treasurer"].get(form).text)
        assert key
        known = {"key": key[1], "way": "cash", "paid_on": TODAY.isoformat()}
        return desk["treasurer"].post(form, data=known | typed)

    too_much = pays("Taro", "pays", amount="1,300")
    assert too_much.status_code == 422
    assert "¥1,200 is owed, so no more can be paid." in text_of(too_much.text)
    assert "There is not so much in the cash box." in text_of(pays("Hana", "is-paid", amount="900").text)
    assert pays("Taro", "pays", amount="1,200").status_code == 303
    assert pays("Hana", "is-paid", amount="900").status_code == 303
    page = desk["treasurer"].get(f"{owed}{desk.ids['Hana']}").text
    (back,) = re.findall(r'href="([^"]+/take-back)"', page)
    assert "take-back" not in desk["auditor"].get(f"{owed}{desk.ids['Hana']}").text
    assert desk["treasurer"].post(back, data={"reason": ""}).status_code == 422
    assert desk["treasurer"].post(back, data={"reason": "Another envelope"}).status_code == 303
    assert "Another envelope" in desk["treasurer"].get(f"{owed}{desk.ids['Hana']}").text
    assert "Thanks to get ¥900" in text_of(desk["Hana"].get(f"/{SLUG}/support/mine").text)
    assert desk["treasurer"].get(back).status_code == 303


def test_a_visit_that_is_taken_back_is_marked(desk: Desk) -> None:
    page = desk.writes()
    exchange = page.replace("support/visits", "exchanges")
    taken = desk["coordinator"].post(f"{exchange}/reverse", data={"reason": "It never was"})
    assert taken.status_code == 303
    assert "taken back, hours and money together" in desk["Taro"].get(page).text
    assert "Members pay ¥0" in text_of(desk["auditor"].get(f"/{SLUG}/support/visits/").text)
    assert "Nobody owes anything" in desk["auditor"].get(f"/{SLUG}/support/owed/").text


def test_who_was_entered_twice_sees_the_money_of_both_records(desk: Desk) -> None:
    page = desk.writes()

    def join(session: Session) -> None:
        community = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        old, new = (session.get_one(Member, desk.ids[name]) for name in ("Hana", "Jiro"))
        joined(session, community, old, new)

    assert desk["Jiro"].get(page).status_code == 404
    written(desk.app, join)
    told = text_of(desk["Jiro"].get(f"/{SLUG}/support/mine").text)
    assert "was joined: to pay ¥0, thanks to get ¥900. The treasurer settles both." in told
    assert "Hana gave Taro 1 h 30 min" in told
    for address in (page, f"{page}/expenses"):
        assert desk["Jiro"].get(address).status_code == 200
    officers = desk["treasurer"].get(f"/{SLUG}/support/owed/{desk.ids['Jiro']}").text
    assert f"/support/owed/{desk.ids['Hana']}" in officers


def test_all_of_it_is_in_japanese_too(desk: Desk) -> None:
    page = desk.writes(thanked_hours="1:00")
    desk["Hana"].post("/language", data={"language": "ja"})
    for path in (page, f"/{SLUG}/support/mine"):
        told = text_of(desk["Hana"].get(path).text)
        assert "円" in told
        assert not re.search(r"\b(pays|gets|thanks|owe)\b", told)
