"""The pages about what help costs: off until a steward turns it on, told to everybody, and worked out."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.filled_money import RATE
from timebank import clock
from timebank.communities.service import add_kind
from timebank.communities.service import find_community
from timebank.db import db
from timebank.rates import queries
from timebank.rates.pricing import Rate

pytestmark = pytest.mark.usefixtures("the_same_day")

SLUG = "with-prices"
PAGE = f"/{SLUG}/settings/support"
TERMS = {
    "provider": "group",
    "registration": "",
    "late_hours": "24",
    "wage": "",
    "standard": "10",
    "reduced": "8.0 %",
    "tax_number": "",
}
TODAY = clock.today("Asia/Tokyo")
LATER = (TODAY + timedelta(days=7)).isoformat()


@pytest.fixture
def steward(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    who = written(
        app, lambda session: an_officer(session, a_community(session, slug=SLUG, currency="JPY"), "steward")
    )
    client = signed_in(app, who)
    client.post("/language", data={"language": "en"})
    return client


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def turn_on(client: FlaskClient, **typed: str) -> None:
    answer = client.post(f"{PAGE}/terms", data=TERMS | {"starts_on": TODAY.isoformat()} | typed)
    assert answer.status_code == 303, text_of(answer.text)


def enter(client: FlaskClient, **typed: str) -> None:
    answer = client.post(f"{PAGE}/rates/new", data=RATE | {"starts_on": TODAY.isoformat()} | typed)
    assert answer.status_code == 303, text_of(answer.text)


def rates(app: Flask) -> list[Rate]:
    with app.app_context():
        community = find_community(db.session(), SLUG)
        assert community
        found = queries.list_rates(db.session(), community=community)
        return [rate for one in found for rate in (one.now, *one.later) if rate]


def test_a_pure_time_bank_sees_none_of_it(app: Flask, steward: FlaskClient) -> None:
    stranger = app.test_client()
    assert stranger.get(f"/{SLUG}/support/").status_code == 404
    assert "/support/" not in stranger.get(f"/{SLUG}/sign-in").text
    assert "/support/" not in steward.get(f"/{SLUG}/").text
    turn_on(steward, starts_on=LATER)
    assert stranger.get(f"/{SLUG}/support/").status_code == 404
    turn_on(steward)
    assert f"/{SLUG}/support/" in stranger.get(f"/{SLUG}/sign-in").text
    assert "No prices have been entered yet." in text_of(stranger.get(f"/{SLUG}/support/").text)
    turn_on(steward, provider="nobody")
    assert stranger.get(f"/{SLUG}/support/").status_code == 404


def test_what_is_entered_is_told_to_everybody_and_to_the_steward(app: Flask, steward: FlaskClient) -> None:
    turn_on(steward, wage="880")
    enter(steward)
    enter(steward, price="900", starts_on=LATER)
    told = text_of(app.test_client().get(f"/{SLUG}/support/", headers={"Accept-Language": "en"}).text)
    for words in (
        "Whoever receives pays ¥800 an hour",
        "Whoever gives is thanked with ¥600",
        "With the group stays ¥200",
        "Evening and night (18:00–8:00) ¥200 an hour on top · ¥100 of it is thanks",
        "The first visit ¥500 once, on top Cancelled late",
        "Cancelled late (fewer than 24 hours before) ¥400 instead of everything else · ¥200 of it is thanks",
        "The giver's way ¥150 a visit",
        "¥900 an hour",
        "With a car",
    ):
        assert words in told
    assert "minimum wage" not in told
    page = text_of(steward.get(PAGE).text)
    assert "the thanks of an hour are ¥700" not in page
    turn_on(steward, wage="750")
    assert "the thanks of an hour are ¥700" in text_of(steward.get(PAGE).text)


def test_the_form_of_a_rate_begins_with_what_holds(app: Flask, steward: FlaskClient) -> None:
    def driving(session: Session) -> None:
        community = find_community(session, SLUG)
        assert community
        add_kind(session, community=community, name="Driving", actor=SOMEBODY)

    written(app, driving)
    turn_on(steward)
    enter(steward, kind="1", price="1,200円", evening_from="17:30")
    shown = steward.get(f"{PAGE}/rates/new?kind=1").text
    for name, value in (
        *(("price", "1200"), ("thanks", "600"), ("least", "1:00"), ("evening_from", "17:30")),
        *(("evening_price", "200"), ("weekend_thanks", ""), ("way", "150")),
    ):
        assert re.search(rf'name="{name}"[^>]*value="{value}"', shown), name
    assert re.search(r'<option selected value="1">Driving', shown)
    assert re.search(r'name="starts_on"[^>]*value=""', shown)
    for odd in ("9" * 30, "-1", "x", "999"):
        assert steward.get(f"{PAGE}/rates/new?kind={odd}").status_code == 200
    assert re.search(r'name="price"[^>]*value=""', steward.get(f"{PAGE}/rates/new").text)
    (kept,) = rates(app)
    assert kept.extras["evening"].from_minute == 17 * 60 + 30
    assert kept.row.is_business


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            {"price": "810"},
            "¥810 an hour does not go up into units of 15 minutes. Please write ¥808 or ¥812.",
        ),
        ({"price": ""}, "Please write what an hour costs, or choose that it is for hours only."),
        ({"price": "eight"}, "cannot be read as an amount"),
        ({"thanks": "804"}, "Whoever gives cannot be thanked with more than is paid."),
        ({"starts_on": ""}, "Please write the day"),
        ({"starts_on": "2026-02-30"}, "is not in the calendar"),
        ({"evening_from": ""}, "Please write from when until when"),
        ({"evening_from": "25:00"}, "Please write a time of the day, for example 17:30."),
        ({"evening_price": "", "evening_thanks": ""}, "Please write what it costs, too."),
        ({"kind": "99"}, "Please choose one of these."),
        ({"unit": "7"}, "Please choose one of these."),
        ({"least": "0:50"}, "The least time has to be whole units of 15 minutes"),
        ({"way": ""}, "The amount must be above zero."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    app: Flask, steward: FlaskClient, typed: dict[str, str], words: str
) -> None:
    turn_on(steward)
    data = RATE | {"starts_on": TODAY.isoformat(), "unit": "15"} | typed
    answer = steward.post(f"{PAGE}/rates/new", data=data)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "With a car" in answer.text
    assert rates(app) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"tax_number": "T12"}, "“T12” is not such a number: it is a T and 13 digits."),
        ({"late_hours": "100"}, "Please write a number from 0 to 72."),
        ({"late_hours": "a day"}, "Please write a whole number."),
        ({"standard": "ten"}, "“ten” cannot be read as a percentage."),
        ({"standard": "80"}, "Please write a number from 0 to 50."),
        ({"provider": ""}, "Please choose one of these."),
    ],
)
def test_terms_that_cannot_be_are_refused_in_a_sentence(
    steward: FlaskClient, typed: dict[str, str], words: str
) -> None:
    answer = steward.post(f"{PAGE}/terms", data=TERMS | {"starts_on": TODAY.isoformat()} | typed)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "Turn it on" in text_of(steward.get(PAGE).text)


def test_what_is_to_come_can_be_taken_back_and_what_holds_cannot(app: Flask, steward: FlaskClient) -> None:
    turn_on(steward)
    enter(steward)
    enter(steward, starts_on=LATER)
    first, later = rates(app)
    assert steward.post(f"{PAGE}/rates/{later.row.id}/drop").status_code == 303
    refused = steward.post(f"{PAGE}/rates/{first.row.id}/drop")
    assert refused.status_code == 409
    assert "stays in the history" in text_of(refused.text)
    assert len(rates(app)) == 1
    turn_on(steward, starts_on=LATER, provider="member")
    with app.app_context():
        community = find_community(db.session(), SLUG)
        assert community
        later_terms, now = (one.id for one in queries.list_terms(db.session(), community=community))
    assert steward.post(f"{PAGE}/terms/{now}/drop").status_code == 409
    assert steward.post(f"{PAGE}/terms/{later_terms}/drop").status_code == 303


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        # A Friday: the least time, the evening from 18:00, the giver's way.
        ("day=2026-04-03&hours=0:40&begins=17:30", "Whoever receives pays ¥1,050. The hours · 1 h: ¥800"),
        ("day=2026-04-03&hours=1&begins=18:00", "Evening and night · 1 h: ¥200"),
        (
            "day=2026-04-03&hours=1&begins=18:00",
            "thanked with ¥700, and ¥300 stays with the group. The giver's",
        ),
        (
            "day=2026-04-04&hours=1&begins=9:00&first=y",
            "Saturday or Sunday · 1 h: ¥100 The first visit: ¥500",
        ),
        ("day=2026-04-03&hours=1&begins=9:00&second=y", "The hours of a second giver · 1 h: ¥400"),
        ("day=2026-04-03&hours=1&how=door", "Whoever receives pays ¥800. Cancelled at the door: ¥800"),
        ("day=2026-04-03&hours=1", "Please write when it began"),
        ("day=2026-04-03&hours=", "Please write how long it took"),
        ("day=2026-04-03&hours=30", "One exchange can be at most"),
        ("day=2026-04-03&hours=1&begins=9:00&km=-4", "Please write a number of kilometres from 0 to 1000."),
        ("day=2026-03-01&hours=1", "It costs nothing."),
        ("day=yesterday&hours=1", "cannot be read as a day"),
        ("day=2026-04-03&hours=1&begins=9:00&kind=99", "Please choose one of these."),
    ],
)
def test_what_a_visit_would_cost_is_worked_out(
    app: Flask, steward: FlaskClient, asked: str, words: str
) -> None:
    turn_on(steward, starts_on="2026-04-01")
    enter(steward, starts_on="2026-04-01")
    answer = steward.get(f"/{SLUG}/support/?{'' if 'how=' in asked else 'how=held&'}{asked}")
    assert answer.status_code in (200, 422)
    assert words in text_of(answer.text)


def test_a_community_that_was_turned_on_says_it_in_japanese_too(app: Flask, steward: FlaskClient) -> None:
    turn_on(steward)
    enter(steward)
    steward.post("/language", data={"language": "ja"})
    page = text_of(steward.get(f"/{SLUG}/support/?hours=1&day={TODAY.isoformat()}&how=late").text)
    assert "800円" in page
    assert not re.search(r"Whoever|the group|thanks", page)
