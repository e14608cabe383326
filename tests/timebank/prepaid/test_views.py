"""The pages of prepaid balances: settings, the desk, a member's own, and the visit that is paid from one."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.tickets.test_views import Shop

pytestmark = pytest.mark.usefixtures("the_same_day")

SETTINGS = f"/{SLUG}/settings/prepaid"
PREPAID = f"/{SLUG}/support/prepaid"
RULE = {"offered": "y", "least": "500", "most": "20000", "refunds": "y"}


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop(app)


def sent(shop: Desk, page: str, **typed: str) -> TestResponse:
    """Send a form of the treasurer's."""
    key = re.search(r'name="key"[^>]*value="([^"]+)"', shop["treasurer"].get(page).text)
    assert key
    return shop["treasurer"].post(page, data={"key": key[1], "way": "cash"} | typed)


def tops_up(shop: Desk, amount: str = "2000", **typed: str) -> TestResponse:
    known = {"member": "Taro", "amount": amount, "paid_on": TODAY.isoformat()}
    return sent(shop, f"{PREPAID}/desk", **known | typed)


def test_nobody_sees_anything_of_it_until_a_steward_offers_it(shop: Shop) -> None:
    for who, path in (("Taro", "/"), ("Taro", "/top-up"), ("treasurer", "/desk"), ("auditor", "/balances")):
        assert shop[who].get(f"{PREPAID}{path}").status_code == 404, path
    assert shop["auditor"].get(f"/{SLUG}/support/tickets/unused").status_code == 404
    assert "From the prepaid balance" not in shop["coordinator"].get(f"/{SLUG}/support/visits/new").text
    assert "prepaid balance" not in shop["Taro"].get(f"/{SLUG}/support/mine").text
    assert "no last day" in shop["steward"].get(SETTINGS).text
    assert shop["steward"].post(SETTINGS, data=RULE | {"least": "30000"}).status_code == 422
    assert shop["steward"].post(SETTINGS, data=RULE).status_code == 303
    assert "My prepaid balance" in shop["Taro"].get(f"/{SLUG}/support/mine").text
    assert "paid at the desk" in text_of(shop["Taro"].get(f"{PREPAID}/").text).replace("topped up", "paid")
    assert shop["auditor"].get(f"/{SLUG}/support/tickets/unused").status_code == 200


def test_a_visit_is_paid_from_it_and_says_so_before_and_after(shop: Shop) -> None:
    shop["steward"].post(SETTINGS, data=RULE)
    nothing = shop.asks(pays="prepaid")
    assert nothing.status_code == 422
    assert "Taro has nothing on the prepaid balance" in text_of(nothing.text)
    assert tops_up(shop, "1000").status_code == 303
    shown = text_of(shop.asks(pays="prepaid").text)
    assert "Taro pays ¥1,000 from the prepaid balance." in shown
    assert "Taro pays ¥200, on the bill of the month." in shown
    page = shop.writes(pays="prepaid")
    told = text_of(shop["Taro"].get(page).text)
    assert "From the prepaid balance ¥1,000" in told
    assert "On the bill ¥200" in told
    own = text_of(shop["Taro"].get(f"{PREPAID}/").text)
    assert "On the balance ¥0" in own
    assert "Paid for help" in own
    month = TODAY.strftime("%Y-%m")
    shown = text_of(shop["treasurer"].get(f"/{SLUG}/support/months/?month={month}").text)
    assert "Of it from prepaid balances ¥1,000" in shown
    assert "prepaid ¥1,000" in shown
    report = text_of(shop["auditor"].get(f"/{SLUG}/support/report?first={month}&last={month}").text)
    assert "On balances at the end" in report
    file = shop["auditor"].get(f"/{SLUG}/support/report.csv?table=prepaid&first={month}&last={month}")
    assert "Topped up,1000" in file.text


def test_the_desk_takes_back_and_gives_back(shop: Shop) -> None:
    shop["steward"].post(SETTINGS, data=RULE)
    tops_up(shop)
    page = f"{PREPAID}/of/{shop.ids['Taro']}"
    mistake = re.search(rf"{PREPAID}/top-ups/\d+/take-back", shop["treasurer"].get(page).text)
    assert mistake
    refused = sent(shop, f"{page}/give-back", amount="2001", reason="x", given_on=TODAY.isoformat())
    assert refused.status_code == 422
    assert "The balance holds ¥2,000" in text_of(refused.text)
    given = sent(shop, f"{page}/give-back", amount="500", reason="moves", given_on=TODAY.isoformat())
    assert given.status_code == 303
    assert "On the balance ¥1,500" in text_of(shop["auditor"].get(page).text)
    late = shop["treasurer"].post(mistake[0], data={"reason": "typo"})
    assert late.status_code == 422
    assert "does not hold so much any more" in late.text
    tops_up(shop, "500")
    assert shop["treasurer"].post(mistake[0], data={"reason": "typo"}).status_code == 303
    told = text_of(shop["auditor"].get(page).text)
    assert "On the balance ¥0" in told
    assert "typo" in told
    shop["steward"].post(SETTINGS, data={"offered": "y", "least": "500", "most": "20000"})
    assert shop["treasurer"].get(f"{page}/give-back").status_code == 409


def test_what_is_typed_wrong_is_told_and_still_there(shop: Shop) -> None:
    shop["steward"].post(SETTINGS, data=RULE)
    for amount in ("499", "20001", "x", ""):
        answer = tops_up(shop, amount)
        assert answer.status_code == 422, amount
        assert "Taro" in answer.text
    assert tops_up(shop, member="Nobody").status_code == 422
    assert "Nothing is on any balance." in shop["auditor"].get(f"{PREPAID}/balances").text
