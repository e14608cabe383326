"""The pages of tickets: buying and printing for members, selling at the desk, settings for stewards."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import SOMEBODY
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.communities.service import find_community
from timebank.days import months_on
from timebank.i18n import day
from timebank.rates.models import MEMBER
from timebank.rates.rules import Terms
from timebank.rates.service import set_terms

pytestmark = pytest.mark.usefixtures("the_same_day")

SETTINGS = f"/{SLUG}/settings/tickets"
TICKETS = f"/{SLUG}/support/tickets"
BOOKLET = {"name": "Ten hours", "tickets": "10", "face": "800", "months": "6"}


class Shop(Desk):
    """A community that may sell tickets, with a steward."""

    def __init__(self, app: Flask, *, on: bool = True) -> None:
        super().__init__(app, on=on)

        def make(session: Session) -> object:
            community = find_community(session, SLUG)
            assert community
            return an_officer(session, community, "steward")

        self.clients["steward"] = signed_in(app, written(app, make))  # type: ignore[arg-type]
        self["steward"].post("/language", data={"language": "en"})

    def opens(self, **facts: str) -> TestResponse:
        return self["steward"].post(f"{SETTINGS}/new", data=BOOKLET | facts)

    def sells(self, who: str = "Taro", **typed: str) -> str:
        """Sell the first booklet there is at the desk; gives its page."""
        client = self["treasurer"]
        shown = client.get(f"{TICKETS}/sell").text
        key = re.search(r'name="key"[^>]*value="([^"]+)"', shown)
        offer = re.search(r'<option[^>]*value="(\d+)"', shown)
        assert key
        assert offer
        form = {"key": key[1], "offer": offer[1], "buyer": who, "way": "cash", "paid_on": TODAY.isoformat()}
        answer = client.post(f"{TICKETS}/sell", data=form | typed)
        assert answer.status_code == 303, text_of(answer.text)
        return str(answer.location)


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop(app)


def numbers_on(page: str) -> list[int]:
    return [int(one) for one in re.findall(r"No\. (\d+)<", page)]


def test_nobody_sees_anything_of_it_until_a_booklet_is_sold(shop: Shop) -> None:
    for who, path in (("Taro", "/"), ("Taro", "/buy"), ("treasurer", "/sell"), ("auditor", "/sold/")):
        assert shop[who].get(f"{TICKETS}{path}").status_code == 404, path
    assert "With tickets" not in shop["coordinator"].get(f"/{SLUG}/support/visits/new").text
    assert "My tickets" not in shop["Taro"].get(f"/{SLUG}/support/mine").text
    empty = text_of(shop["steward"].get(SETTINGS).text)
    assert "There is no booklet yet." in empty
    assert shop.opens().status_code == 303
    assert "My tickets" in shop["Taro"].get(f"/{SLUG}/support/mine").text
    assert "You have no tickets." in text_of(shop["Taro"].get(f"{TICKETS}/").text)
    assert "No booklet was sold yet." in text_of(shop["auditor"].get(f"{TICKETS}/sold/").text)


def test_where_members_provide_the_help_no_booklet_is_opened(shop: Shop) -> None:
    def members_provide(session: Session) -> None:
        community = find_community(session, SLUG)
        assert community
        terms = Terms(starts_on=TODAY, provider=MEMBER)
        set_terms(session, community=community, terms=terms, actor=SOMEBODY)

    shop.opens()
    written(shop.app, members_provide)
    answer = shop.opens(name="Another")
    assert answer.status_code == 409
    assert "No tickets are sold here" in answer.text
    assert "Tickets cannot be sold here" in shop["steward"].get(SETTINGS).text
    assert "No tickets are sold here at the moment." in shop["Taro"].get(f"{TICKETS}/buy").text
    assert "No tickets are sold here at the moment." in shop["treasurer"].get(f"{TICKETS}/sell").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"tickets": ""}, "Please write a number."),
        ({"tickets": "many"}, "Please write a whole number."),
        ({"tickets": "101"}, "A booklet has 1 to 100 tickets."),
        ({"face": ""}, "Please write an amount, for example 800."),
        ({"face": "-8"}, None),
        ({"months": "121"}, "Tickets can be used for 1 to 120 months."),
        ({"months": "x"}, "Please write a whole number."),
        ({"name": ""}, "A booklet needs a name."),
    ],
)
def test_what_was_typed_wrong_is_told_and_still_there(
    shop: Shop, typed: dict[str, str], told: str | None
) -> None:
    answer = shop.opens(**typed)
    assert answer.status_code == 422
    assert told is None or told in unescape(answer.text)
    assert typed.get("name", "Ten hours") in answer.text


def test_a_booklet_is_closed_and_its_tickets_stay(shop: Shop) -> None:
    shop.opens()
    page = shop.sells()
    close = re.search(rf'action="({SETTINGS}/\d+/close)"', shop["steward"].get(SETTINGS).text)
    assert close
    assert shop["steward"].post(close[1]).status_code == 303
    assert "Sold no longer" in shop["steward"].get(SETTINGS).text
    assert "10 of 10 unused" in text_of(shop["coordinator"].get(page).text)
    assert "No tickets are sold here at the moment." in shop["Taro"].get(f"{TICKETS}/buy").text


def test_paper_is_printed_with_numbers_for_its_owner_and_the_desk(shop: Shop) -> None:
    shop.opens(on_paper="y")
    page = shop.sells()
    booklet = shop["treasurer"].get(page).text
    assert "10 of 10 unused" in text_of(booklet)
    sheet = f"{page}/print"
    printed = shop["coordinator"].get(sheet).text
    for shown in (printed, shop["Taro"].get(sheet).text):
        assert numbers_on(shown) == list(range(1, 11))
        assert shown.count("<svg") == 10
    assert shop["Hana"].get(sheet).status_code == 404
    with shop.app.test_request_context(headers={"Accept-Language": "en"}):
        last = day(months_on(TODAY, 6) - timedelta(days=1))
    assert f"For help until {last}" in text_of(printed)
    assert "no change is given" in text_of(shop["Taro"].get(sheet).text)
    assert f'href="{sheet}"' in shop["Taro"].get(f"{TICKETS}/").text


def test_what_is_not_on_paper_is_not_printed(shop: Shop) -> None:
    shop.opens()
    page = shop.sells()
    assert shop["Taro"].get(f"{page}/print").status_code == 404
    assert "Print the tickets" not in shop["treasurer"].get(page).text


def test_a_visit_is_paid_with_them_and_says_so_before_and_after(shop: Shop) -> None:
    shop.opens(on_paper="y")
    page = shop.sells()
    shown = shop.asks(pays="tickets", numbers="1")
    told = text_of(shown.text)
    assert "Taro pays ¥800 with tickets no. 1." in told
    assert "Taro pays ¥400, on the bill of the month." in told
    visit = shop.writes(pays="tickets", numbers="1")
    told = text_of(shop["Taro"].get(visit).text)
    assert "¥800 (No. 1)" in told
    assert "On the bill ¥400" in told
    told = text_of(shop["coordinator"].get(page).text)
    assert "9 of 10 unused" in told
    assert "Used for help on" in told
    assert "Used for help on" in text_of(shop["coordinator"].get(f"{TICKETS}/1").text)
    assert "Good" in text_of(shop["coordinator"].get(f"{TICKETS}/2").text)
    assert shop["coordinator"].get(f"{TICKETS}/11").status_code == 404
    # Used ones are not printed again.
    assert numbers_on(shop["Taro"].get(f"{page}/print").text) == list(range(2, 11))


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ("11", "Ticket 11 was never sold."),
        ("1-3", "No change is given"),
        ("one", "“one” is no number of a ticket."),
        ("1-200", "At most 100 tickets can be used at once."),
        ("", "has no ticket on the account"),
    ],
)
def test_tickets_that_cannot_pay_are_told_and_nothing_is_saved(shop: Shop, numbers: str, told: str) -> None:
    shop.opens(on_paper="y")
    shop.sells()
    answer = shop.asks(pays="tickets", numbers=numbers)
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert f'value="{numbers}"' in answer.text or not numbers
    assert "Nothing is saved yet" not in answer.text
    assert "Nobody owes anything" in shop["treasurer"].get(f"/{SLUG}/support/owed/").text


def test_money_goes_back_at_the_desk_where_it_is_allowed(shop: Shop) -> None:
    shop.opens()
    page = shop.sells()
    assert shop["treasurer"].get(f"{page}/give-back").status_code == 409
    rule = {"refunds": "y", "limit": "10000000", "days": "03-31 09-30"}
    assert shop["steward"].post(SETTINGS, data=rule).status_code == 303
    form = shop["treasurer"].get(f"{page}/give-back").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', form)
    assert key
    known = {"key": key[1], "tickets": "4", "way": "cash", "given_on": TODAY.isoformat(), "reason": "moves"}
    refused = shop["treasurer"].post(f"{page}/give-back", data=known | {"tickets": "11"})
    assert refused.status_code == 422
    assert "Of this booklet 10 are unused" in refused.text
    assert shop["treasurer"].post(f"{page}/give-back", data=known).status_code == 303
    told = text_of(shop["auditor"].get(page).text)
    assert "6 of 10 unused" in told
    assert "For tickets: 4" in told
    assert "moves" in told
    other = shop["treasurer"].post(f"{page}/give-back", data=known | {"tickets": "1"})
    assert other.status_code == 422
    assert "sent before with other content" in other.text


def test_a_mistake_of_the_desk_is_taken_back(shop: Shop) -> None:
    shop.opens()
    page = shop.sells()
    assert shop["treasurer"].post(f"{page}/take-back", data={"reason": ""}).status_code == 422
    for _press in range(2):
        assert shop["treasurer"].post(f"{page}/take-back", data={"reason": "typo"}).status_code == 303
    assert "It was a mistake and is taken back: typo" in text_of(shop["auditor"].get(page).text)
    assert shop["treasurer"].get(f"{page}/take-back").status_code == 303
    assert "The booklet was a mistake" in shop["auditor"].get(page).text


def test_what_is_unused_is_counted_and_told_where_it_is_much(shop: Shop) -> None:
    shop.opens(months="")
    shop.sells()
    page = text_of(shop["auditor"].get(f"{TICKETS}/unused").text)
    assert "¥8,000 of it in tickets that last longer than six months, and on balances: ¥8,000" in page
    assert "Please ask somebody who knows the law" not in page
    rule = {"limit": "7999", "days": "03-31"}
    assert shop["steward"].post(SETTINGS, data=rule).status_code == 303
    page = text_of(shop["auditor"].get(f"{TICKETS}/unused").text)
    assert "Please ask somebody who knows the law" in page
    assert "More than ¥7,999" in page


def test_without_cards_a_booklet_is_paid_at_the_desk(shop: Shop) -> None:
    shop.opens()
    client: FlaskClient = shop["Taro"]
    assert "paid at the desk" in client.get(f"{TICKETS}/").text
    assert "paid at the desk" in client.get(f"{TICKETS}/buy").text
