"""One exchange: who may see it, and what its two sides say about it."""

import pytest
from flask import Flask

from tests.builders import SOMEBODY
from tests.builders import as_member
from tests.builders import said
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import log_exchange
from timebank.members.service import suspend_member


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def test_the_two_see_it_and_officers_do_but_nobody_else(here: Kadoma) -> None:
    address = f"/kadoma/exchanges/{here.gives('hana', 'mitsuko', description='Letters').id}"
    for name in ("hana", "mitsuko", "ken", "auditor"):
        assert "Letters" in here.as_(name).get(address).text
    assert here.as_("other").get(address).status_code == 404
    assert here.app.test_client().get(address).status_code == 303


def test_another_communitys_exchange_is_not_there(here: Kadoma) -> None:
    address = f"/kadoma/exchanges/{here.stranger.id}"
    for step in ("", "/decline", "/dispute", "/answer", "/settle", "/close", "/reverse"):
        assert here.as_("ken").get(address + step).status_code == 404
    for step in ("confirm", "decline", "withdraw", "dispute", "answer", "reverse"):
        assert here.as_("ken").post(f"{address}/{step}", data={"reason": "because"}).status_code == 404
    assert here.state(here.stranger) == "confirmed"


def test_others_cannot_answer(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    for step in ("confirm", "decline", "withdraw", "dispute"):
        address = f"/kadoma/exchanges/{exchange.id}/{step}"
        assert here.as_("other").post(address, data={"reason": "because"}).status_code == 404
    assert here.state(exchange) == "proposed"


def test_only_coordinators_settle(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    for step in ("answer", "settle", "close", "withdraw-for-them", "reverse"):
        address = f"/kadoma/exchanges/{exchange.id}/{step}"
        assert here.as_("hana").get(address).status_code == 403
        assert here.as_("auditor").post(address, data={"reason": "because"}).status_code == 403


def test_the_receiver_declines_with_a_reason_and_the_giver_asks_a_coordinator(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    page = f"/kadoma/exchanges/{exchange.id}"
    receiver, giver = here.as_("mitsuko"), here.as_("hana")
    assert receiver.get(f"{page}/decline").status_code == 200
    empty = receiver.post(f"{page}/decline", data={"reason": "  "})
    assert empty.status_code == 422
    assert "Please say why" in empty.text
    assert receiver.post(f"{page}/decline", data={"reason": "It was one hour"}).status_code == 303
    assert here.state(exchange) == "declined"
    assert "It was one hour" in giver.get(page).text
    assert f"{page}/dispute" in giver.get("/kadoma/").text
    assert giver.post(f"{page}/dispute", data={"reason": "With the way there"}).status_code == 303
    assert here.state(exchange) == "disputed"
    assert "With the way there" in here.as_("ken").get(page).text
    assert receiver.get(f"{page}/decline").status_code == 303, "there is nothing left to decline"


def test_whoever_comes_too_late_sees_how_it_stands(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    page = f"/kadoma/exchanges/{exchange.id}"
    here.as_("hana").post(f"{page}/withdraw")
    for late, typed in (("confirm", {}), ("decline", {"reason": "It was not so"})):
        answer = here.as_("mitsuko").post(f"{page}/{late}", data=typed)
        assert answer.status_code == 409
        assert "settled in the meantime" in answer.text
        assert "Withdrawn" in answer.text
    assert here.balance("mitsuko") == 0


def test_what_is_booked_cannot_be_withdrawn(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko")
    answer = here.as_("hana").post(f"/kadoma/exchanges/{exchange.id}/withdraw")
    assert answer.status_code == 409
    assert here.balance("hana") == 90


def test_confirming_past_the_limit_says_by_how_much(here: Kadoma) -> None:
    here.gives("ken", "mitsuko", minutes=11 * 60)
    exchange = here.proposes("hana", "mitsuko", minutes=120)
    answer = here.as_("mitsuko").post(f"/kadoma/exchanges/{exchange.id}/confirm")
    assert answer.status_code == 422
    assert "1 h past your limit of 12 h" in answer.text
    assert here.state(exchange) == "proposed"


def test_a_suspended_receiver_cannot_confirm(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    written(
        here.app,
        lambda session: suspend_member(
            session, member=session.merge(here.member("mitsuko")), reason="a pause", actor=SOMEBODY
        ),
    )
    answer = here.as_("mitsuko").post(f"/kadoma/exchanges/{exchange.id}/confirm")
    assert answer.status_code == 422
    assert "paused" in answer.text


def test_each_receiver_of_a_class_answers_for_themself(here: Kadoma) -> None:
    exchanges = _a_class(here)
    address = "/kadoma/exchanges/{}"
    assert here.as_("ken").post(address.format(exchanges[0].id) + "/confirm").status_code == 303
    page = here.as_("ken").get(address.format(exchanges[0].id)).text
    assert "It is booked when the others have answered" in page
    assert "田中 光子" in page
    assert here.balance("hana") == 0
    declined = here.as_("mitsuko").post(
        address.format(exchanges[1].id) + "/decline", data={"reason": "I was not there"}
    )
    assert declined.status_code == 303
    assert here.balances("hana", "ken", "mitsuko") == [90, -90, 0]


def _a_class(here: Kadoma) -> list[Exchange]:
    teacher = here.member("hana")
    lesson = said(teacher, [here.member("ken"), here.member("mitsuko")])
    logged = written(
        here.app,
        lambda session: log_exchange(
            session, community=here.community, said=lesson, by=teacher, actor=as_member(teacher)
        ),
    )
    return list(logged.exchanges)
