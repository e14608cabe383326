"""The pages of tickets that came in: a pile is looked at, saved, found again and taken back."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import text_of
from tests.timebank.tickets.test_views import Shop

pytestmark = pytest.mark.usefixtures("the_same_day")

PILES = f"/{SLUG}/support/tickets/came-in/"
_HIDDEN = re.compile(r'name="(key|seen)"[^>]*value="([^"]+)"')


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop in which Taro and Jiro have ten tickets of 800 each, on paper, and owe 1200 and 800."""
    made = Shop(app)
    made.opens(on_paper="y")
    made.sells("Taro")
    made.sells("Jiro")
    made.writes()
    made.writes(receiver="Jiro", hours="1")
    return made


def looks(shop: Shop, numbers: str, who: str = "coordinator", **typed: str) -> TestResponse:
    hidden = dict(_HIDDEN.findall(shop[who].get(PILES).text))
    return shop[who].post(PILES, data=hidden | {"numbers": numbers, "came_on": TODAY.isoformat()} | typed)


def saves(shop: Shop, numbers: str, who: str = "coordinator", **typed: str) -> TestResponse:
    shown = looks(shop, numbers, who, **typed)
    assert shown.status_code == 422
    hidden = dict(_HIDDEN.findall(shown.text))
    form = {"numbers": numbers, "came_on": TODAY.isoformat()} | typed | hidden
    return shop[who].post(PILES, data=form)


def test_a_pile_is_shown_before_it_is_saved_and_then_found_everywhere(shop: Shop) -> None:
    shown = text_of(looks(shop, "1, 11").text)
    assert "Nothing is saved yet." in shown
    assert "no. 1 pay ¥800. To pay now ¥1,200, then ¥400." in shown
    assert "no. 11 pay ¥800. To pay now ¥800, then ¥0." in shown
    assert "¥1,200" in text_of(shop["Taro"].get(f"/{SLUG}/support/mine").text)

    answer = saves(shop, "1, 11")
    assert answer.status_code == 303
    after = text_of(shop["coordinator"].get(PILES).text)
    assert "With tickets no. 11" in after
    mine = text_of(shop["Taro"].get(f"/{SLUG}/support/mine").text)
    assert "With tickets no. 1" in mine
    assert "To pay for help ¥400" in mine
    told = text_of(shop["auditor"].get(f"/{SLUG}/support/tickets/1").text)
    assert "for what was owed" in told
    assert "for what was owed" in text_of(shop["auditor"].get(f"/{SLUG}/support/tickets/booklets/1").text)
    one = shop["auditor"].get(f"{PILES}1").text
    assert "Handed over on" in one
    assert "take-back" not in one


def test_the_bill_the_month_and_the_report_say_that_it_was_tickets(shop: Shop) -> None:
    saves(shop, "1, 11", "treasurer")
    month = text_of(shop["treasurer"].get(f"/{SLUG}/support/months/").text)
    assert "Of what was owed, with tickets that came in ¥1,600" in month
    assert "with tickets that came in ¥800" in month
    bill = text_of(shop["Taro"].get(f"/{SLUG}/support/mine/bill").text)
    assert "Paid since with tickets that came in" in bill
    assert "Of other months, or paid already" not in bill
    report = text_of(shop["treasurer"].get(f"/{SLUG}/support/report").text)
    assert "Of what was owed, ¥1,600 was paid with tickets that came in" in report
    lines = shop["treasurer"].get(f"/{SLUG}/support/report.csv?table=settlement").text
    assert "with tickets that came in" in lines
    used = shop["treasurer"].get(f"/{SLUG}/support/report.csv?table=tickets").text
    assert re.search(r"Used[^\n]*2[^\n]*1600", used)


def test_all_that_is_wrong_stands_on_the_page_at_once_with_what_was_typed(shop: Shop) -> None:
    answer = looks(shop, "1-3, 11, 77, 79")
    assert answer.status_code == 422
    page = text_of(answer.text)
    assert "Never sold: 77, 79." in page
    assert "Please leave out: 2-3." in page
    assert "none of them was" in page
    assert "Nothing is saved yet." not in page
    assert "1-3, 11, 77, 79</textarea>" in answer.text
    page = text_of(looks(shop, "1, twelve, 3-1").text)
    assert "“twelve” is no number" in page
    assert "“3-1” is no number" in page
    assert looks(shop, "").status_code == 422
    assert looks(shop, "1", came_on="2030-01-01").status_code == 422
    assert looks(shop, "1-501").status_code == 422
    assert looks(shop, "1" * 9000).status_code == 422


def test_the_same_form_once_more_saves_nothing_more(shop: Shop) -> None:
    shown = looks(shop, "1")
    hidden = dict(_HIDDEN.findall(shown.text))
    form = {"numbers": "1", "came_on": TODAY.isoformat()} | hidden
    assert [shop["coordinator"].post(PILES, data=form).status_code for _ in range(2)] == [303, 303]
    other = shop["coordinator"].post(PILES, data=form | {"numbers": "11"})
    assert other.status_code == 422
    assert "saved before with other content" in text_of(other.text)


def test_a_mistake_is_taken_back_on_its_page(shop: Shop) -> None:
    saves(shop, "1")
    page = f"{PILES}1/take-back"
    assert "tickets are good again" in text_of(shop["treasurer"].get(page).text)
    assert shop["treasurer"].post(page, data={"reason": ""}).status_code == 422
    assert shop["treasurer"].post(page, data={"reason": "Typed wrong"}).status_code == 303
    assert shop["treasurer"].get(page).status_code == 303
    assert "Typed wrong" in text_of(shop["Taro"].get(f"/{SLUG}/support/mine").text)
    assert "Good" in text_of(shop["auditor"].get(f"/{SLUG}/support/tickets/1").text)
    assert shop["treasurer"].post(f"{PILES}99/take-back", data={"reason": "x"}).status_code == 404


def test_whoever_writes_visits_down_or_settles_them_may_enter_a_pile(shop: Shop) -> None:
    wanted = {"coordinator": 200, "treasurer": 200, "auditor": 403, "steward": 403, "Taro": 403}
    assert {who: shop[who].get(PILES).status_code for who in wanted} == wanted
    assert PILES in shop["coordinator"].get(f"/{SLUG}/support/tickets/sold/").text
    assert PILES not in shop["auditor"].get(f"/{SLUG}/support/tickets/sold/").text


def test_where_no_tickets_are_sold_there_is_no_such_page(app: Flask) -> None:
    assert Shop(app)["coordinator"].get(PILES).status_code == 404
