"""Money that is open when somebody leaves or has died is told, stays, and is settled afterwards."""

import re

import pytest
from flask import Flask

from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.settings import LANGUAGES

pytestmark = pytest.mark.usefixtures("the_same_day")


@pytest.fixture
def desk(app: Flask) -> Desk:
    made = Desk(app, on=True)
    made.writes()
    return made


def test_what_is_open_is_told_before_somebody_leaves(desk: Desk) -> None:
    mine = text_of(desk["Hana"].get(f"/{SLUG}/membership/leave").text)
    assert "Money that is open" in mine
    assert "Thanks to get ¥900" in mine
    assert "What Hana owes and gets" not in mine
    for page in ("", "/left", "/died"):
        told = text_of(desk["coordinator"].get(f"/{SLUG}/members/{desk.ids['Taro']}/farewell{page}").text)
        assert "To pay for help ¥1,200" in told
        assert "What Taro owes and gets" in told
    nobodys = desk["coordinator"].get(f"/{SLUG}/members/{desk.ids['Jiro']}/farewell").text
    assert "Money that is open" not in text_of(nobodys)
    for language in LANGUAGES:
        desk["Hana"].post("/language", data={"language": language})
        assert desk["Hana"].get(f"/{SLUG}/membership/leave").status_code == 200


def test_a_giver_who_died_before_being_paid_is_paid_afterwards(desk: Desk) -> None:
    hana = desk.ids["Hana"]
    died = f"/{SLUG}/members/{hana}/farewell/died"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["coordinator"].get(died).text)
    assert key
    typed = {"key": key[1], "contact": "Her son", "reason": "Has died"}
    shown = desk["coordinator"].post(died, data=typed)
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', shown.text)
    assert seen, text_of(shown.text)
    assert desk["coordinator"].post(died, data={**typed, "seen": seen[1]}).status_code == 303
    assert "Thanks to get ¥900" in text_of(desk["coordinator"].get(f"/{SLUG}/members/{hana}/farewell").text)
    owed = text_of(desk["treasurer"].get(f"/{SLUG}/support/owed/").text)
    assert "Hana" in owed
    pays = f"/{SLUG}/support/owed/{hana}/is-paid"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["treasurer"].get(pays).text)
    assert key
    paid = {"key": key[1], "amount": "900", "way": "transfer", "paid_on": TODAY.isoformat()}
    assert desk["treasurer"].post(pays, data=paid).status_code == 303
    assert "Money that is open" not in text_of(
        desk["coordinator"].get(f"/{SLUG}/members/{hana}/farewell").text
    )
