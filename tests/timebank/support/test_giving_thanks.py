"""Thanks that a member is owed are given away: no money moves, and it is a gift as any other."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.donations import by_hand
from timebank.donations.models import THANKS
from timebank.donations.models import Donation
from timebank.donations.proof import check_gifts
from timebank.funds.service import open_fund

MINE = f"/{SLUG}/support/mine"


@pytest.fixture
def place(session: Session) -> Place:
    made = a_place(session)
    made.visit()
    return made


def gives(place: Place, amount: int = 600, **facts: Any) -> Donation:
    known: dict[str, Any] = {
        "amount_minor": amount,
        "way": THANKS,
        "given_on": FRIDAY,
        "fund": None,
        "member": place.giver,
        "key": f"form:gives-{amount}",
    }
    gift = by_hand.Brought(**known | facts)
    return by_hand.write_down(place.session, community=place.community, gift=gift, actor=COORDINATOR)


def faults(place: Place) -> list[str]:
    return [*place.faults(), *check_gifts(place.session)]


def test_thanks_become_a_gift_and_are_owed_no_more(place: Place) -> None:
    gift = gives(place)
    assert place.money() == {
        "receivable:R": 800,
        "support": -800,
        "expenses:support:thanks": 600,
        "donations:general": -600,
    }
    assert (gift.name, gift.member_id) == (place.giver.name, place.giver.id)
    assert faults(place) == []


def test_they_may_be_for_a_fund_which_then_holds_them(place: Place) -> None:
    fund = open_fund(
        place.session,
        community=place.community,
        slug="car",
        name="The car",
        purpose="Fuel",
        actor=SOMEBODY,
    )
    gives(place, 500, fund=fund)
    money = place.money()
    assert (money["payable:G"], money["donations:car"], money["fund:car"]) == (-100, -500, -500)
    assert faults(place) == []


def test_no_more_is_given_than_is_owed(place: Place) -> None:
    before = place.money()
    with pytest.raises(by_hand.LessIsOwed) as refused:
        gives(place, 601)
    assert str(refused.value) == "¥600 is owed as thanks, so no more can be given away."
    with pytest.raises(by_hand.WayUnknown):
        gives(place, 100, member=None)
    assert place.money() == before
    assert faults(place) == []


def test_the_same_form_gives_once_and_a_mistake_is_owed_again(place: Place) -> None:
    assert gives(place).id == gives(place).id
    gift = place.session.scalars(select(Donation)).one()
    by_hand.take_back(
        place.session, community=place.community, donation=gift, reason="typo", actor=COORDINATOR
    )
    assert place.money()["payable:G"] == -600
    assert faults(place) == []


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def sends(desk: Desk, who: str, page: str, **typed: str) -> TestResponse:
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk[who].get(page).text)
    assert key
    return desk[who].post(page, data={"key": key[1], "amount": "900", "fund": "0"} | typed)


def test_a_member_gives_thanks_away_without_asking_anybody(desk: Desk) -> None:
    assert "Give thanks away" not in desk["Hana"].get(MINE).text
    assert "There are no thanks to give away." in desk["Hana"].get(f"{MINE}/give-thanks").text
    desk.writes()
    assert "Give thanks away" in desk["Hana"].get(MINE).text
    refused = sends(desk, "Hana", f"{MINE}/give-thanks", amount="901")
    assert refused.status_code == 422
    assert "¥900 is owed as thanks" in text_of(refused.text)
    assert 'value="901"' in refused.text
    assert sends(desk, "Hana", f"{MINE}/give-thanks", amount="400").status_code == 303
    assert "Thanks to get ¥500" in text_of(desk["Hana"].get(MINE).text)
    listed = text_of(desk["treasurer"].get(f"/{SLUG}/money/gifts").text)
    assert "Hana" in listed
    assert "Of thanks for help" in listed


def test_a_treasurer_writes_it_down_as_a_member_said_it(desk: Desk) -> None:
    desk.writes()
    page = f"/{SLUG}/support/owed/{desk.ids['Hana']}"
    assert "Give thanks away" in desk["treasurer"].get(page).text
    assert sends(desk, "treasurer", f"{page}/gives").status_code == 303
    assert "Thanks to get ¥0" in text_of(desk["treasurer"].get(page).text)
    assert desk["treasurer"].get(f"/{SLUG}/support/owed/9999/gives").status_code == 404


def test_where_nothing_is_paid_there_are_no_thanks_to_give(app: Flask) -> None:
    desk = Desk(app, on=False)
    assert desk["Hana"].get(f"{MINE}/give-thanks").status_code == 404


def test_nobody_sees_a_receipt_offered_that_nobody_issues(desk: Desk) -> None:
    desk.writes()
    assert "A receipt is wished" not in desk["Hana"].get(f"{MINE}/give-thanks").text


def test_thanks_that_are_left_are_said_before_and_after(desk: Desk) -> None:
    shown = text_of(desk.asks(takes="nothing").text)
    assert "Hana takes no thanks: they stay with the group, and are no gift." in shown
    page = desk.writes(takes="nothing")
    assert "Hana took none; they stay with the group, and are no gift." in text_of(
        desk["Hana"].get(page).text
    )
    assert "thanks left to the group" in text_of(desk["auditor"].get(f"/{SLUG}/support/visits/").text)
    refused = desk.asks(takes="nothing", paid_hours="0:30")
    assert refused.status_code == 422
    assert "where the whole visit is paid with money" in refused.text


def test_a_visit_takes_what_whoever_gives_usually_takes(desk: Desk) -> None:
    page = f"/{SLUG}/support/mine/takes"
    (chosen,) = re.findall(r"<input[^>]*checked[^>]*>", desk["Hana"].get(page).text)
    assert 'value="thanks"' in chosen
    assert "Hana gets ¥900." in text_of(desk.asks(takes="usual").text)
    assert desk["Hana"].post(page, data={"takes": "hours"}).status_code == 303
    assert "Hana gets 1 h 30 min as hours." in text_of(desk.asks(takes="usual").text)
    # It is another thing for any visit.
    assert "Hana gets ¥900." in text_of(desk.asks(takes="thanks").text)
    assert desk["Hana"].post(page, data={"takes": "gold"}).status_code == 422
    other = f"/{SLUG}/support/owed/{desk.ids['Hana']}/takes"
    assert desk["coordinator"].post(other, data={"takes": "nothing"}).status_code == 303
    assert "Hana takes no thanks" in text_of(desk.asks(takes="usual").text)
    assert desk["coordinator"].get(f"/{SLUG}/support/owed/9999/takes").status_code == 404
