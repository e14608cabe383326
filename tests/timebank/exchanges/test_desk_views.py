"""What coordinators do for others: log, enter slips, answer, settle, take back."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import as_member
from tests.builders import said
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import key_of
from tests.timebank.exchanges.kadoma import seen_of
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.queries import events_of
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import dispute_exchange
from timebank.exchanges.service import log_exchange


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def events(here: Kadoma, exchange: Exchange) -> list[ExchangeEvent]:
    return written(here.app, lambda session: list(events_of(session, exchange=exchange)))


def step(here: Kadoma, exchange: Exchange, name: str, **typed: str) -> TestResponse:
    return here.as_("ken").post(f"/kadoma/exchanges/{exchange.id}/{name}", data=typed)


def disputed(here: Kadoma) -> Exchange:
    exchange = here.proposes("hana", "mitsuko", minutes=120)

    def work(session: object) -> None:
        mine = session.get_one(Exchange, exchange.id)  # type: ignore[attr-defined]
        mitsuko, hana = here.member("mitsuko"), here.member("hana")
        decline_exchange(
            session,  # type: ignore[arg-type]
            community=here.community,
            exchange=mine,
            reason="It was one hour",
            actor=as_member(mitsuko),
            by=mitsuko,
        )
        dispute_exchange(session, exchange=mine, reason="With the way", actor=as_member(hana))  # type: ignore[arg-type]

    written(here.app, work)
    return exchange


def test_what_needs_a_coordinator_is_listed_by_why(here: Kadoma) -> None:
    assert "Nothing needs you now" in here.as_("ken").get("/kadoma/exchanges/waiting").text
    disputed(here)
    here.proposes("hana", "mary")
    page = here.as_("ken").get("/kadoma/exchanges/waiting").text
    assert page.index("Not agreed") < page.index("To be asked by telephone")
    assert "Waiting for long" not in page
    assert here.as_("hana").get("/kadoma/exchanges/waiting").status_code == 403


class TestForOthers:
    def log(self, here: Kadoma, **typed: str) -> TestResponse:
        known = {
            "givers": "0001",
            "receivers": "0006",
            "word": "both",
            "heard": "telephone",
            "shared": "whole",
        }
        return here.logs("ken", "for-others", **known | typed)

    def test_what_both_sides_told_is_booked(self, here: Kadoma) -> None:
        assert self.log(here).status_code == 303
        assert here.balances("hana", "mary") == [90, -90]
        (exchange,) = here.exchanges()
        assert (exchange.logged_how, exchange.logged_person_id) == (
            "telephone",
            here.people["ken"].person.id,
        )
        page = here.as_("ken").get(f"/kadoma/exchanges/{exchange.id}").text
        assert "Ken Sato · by telephone" in page

    def test_what_only_the_giver_told_waits(self, here: Kadoma) -> None:
        assert self.log(here, word="giver", heard="in-person").status_code == 303
        (exchange,) = here.exchanges()
        assert exchange.state == "proposed"
        assert exchange.logged_member_id == here.member("hana").id
        assert "Ken Sato · for Hana Yamada · in person" in (
            here.as_("hana").get(f"/kadoma/exchanges/{exchange.id}").text
        )

    def test_what_only_the_receiver_told_is_booked(self, here: Kadoma) -> None:
        assert self.log(here, word="receiver", heard="slip").status_code == 303
        assert here.exchanges()[0].state == "confirmed"

    def test_a_class_is_shown_before(self, here: Kadoma) -> None:
        first = self.log(here, receivers="0006\n0003", word="receiver")
        assert first.status_code == 422
        assert "Hana Yamada (0001) gives Mary Smith (0006)" in first.text
        assert self.log(here, receivers="0006\n0003", word="receiver", seen=seen_of(first)).status_code == 303
        assert here.balance("hana") == 180

    def test_what_cannot_be_is_refused(self, here: Kadoma) -> None:
        for typed, sentence in (
            ({"heard": ""}, "Please say how you heard it"),
            ({"receivers": "0001"}, "Giver and receiver are the same member"),
            ({"receivers": "0005"}, "does not take part"),
            ({"givers": "0001\n0002", "receivers": "0003\n0004"}, "on one side only"),
            ({"givers": ""}, "Please choose the other person"),
            ({"hours": "12:15"}, "would take Mary Smith 15 min past the limit"),
        ):
            answer = self.log(here, **typed)
            assert answer.status_code == 422, typed
            assert sentence in answer.text, typed
        assert here.exchanges() == []


class TestSlips:
    def enter(self, here: Kadoma, page: str = "slips", **typed: str) -> TestResponse:
        shown = here.as_("ken").get(f"/kadoma/exchanges/{page}")
        known = {"key": key_of(shown), "since": shown.text.split('name="since"')[1].split('value="')[1]}
        known["since"] = known["since"].split('"')[0]
        known |= {"date": "R8.4.3", "giver": "0001", "receiver": "0006", "hours": "1.5"}
        return here.as_("ken").post("/kadoma/exchanges/slips", data=known | typed)

    def test_slips_are_booked_one_after_the_other(self, here: Kadoma) -> None:
        here.gives("hana", "mitsuko")
        first = self.enter(here)
        assert first.status_code == 303
        page = here.as_("ken").get(first.headers["Location"]).text
        assert "Entered: Hana Yamada gave Mary Smith 1 h 30 min." in page
        assert "One slip, 1 h 30 min in all" in page
        assert 'value="2026-04-03"' in page, "the day stays"
        assert 'name="giver" ' in page.split("autofocus")[1].split(">")[0] + page.split("autofocus")[0][-200:]
        rest = first.headers["Location"].removeprefix("/kadoma/exchanges/")
        second = self.enter(here, rest, giver="0003", hours="2")
        page = here.as_("ken").get(second.headers["Location"]).text
        assert "2 slips, 3 h 30 min in all" in page
        assert "田中 光子 (0003) gave Mary Smith (0006)" in page
        assert here.exchanges()[-1].logged_how == "slip"

    def test_a_slip_entered_twice_is_said(self, here: Kadoma) -> None:
        key = key_of(here.as_("ken").get("/kadoma/exchanges/slips"))
        answers = [self.enter(here, key=key) for _ in range(2)]
        assert "Entered before" in here.as_("ken").get(answers[1].headers["Location"]).text
        assert here.balance("hana") == 90

    def test_a_refused_slip_keeps_what_was_typed(self, here: Kadoma) -> None:
        for typed, sentence in (
            ({"giver": "Hana"}, "No member has the number “Hana”"),
            ({"receiver": "0099"}, "No member has the number “0099”"),
            ({"receiver": "0001"}, "Giver and receiver are the same member"),
            ({"hours": "1.5.2"}, "cannot be read as a time"),
            ({"hours": "1:20"}, "1 h 20 min is rounded to 1 h 15 min here"),
            ({"date": ""}, "Please write the day"),
            ({"since": "x"}, ""),
            ({"hours": "99"}, "at most 24 h"),
            ({"giver": "\0"}, "cannot be stored"),
        ):
            answer = self.enter(here, **typed)
            assert answer.status_code == (303 if "since" in typed else 422), typed
            assert sentence in answer.text, typed
            if "since" not in typed:
                assert 'value="0006"' in answer.text or "receiver" in typed
        assert here.as_("ken").get("/kadoma/exchanges/slips?since=x&date=x").status_code == 200
        assert here.as_("hana").get("/kadoma/exchanges/slips").status_code == 403


class TestSettling:
    def test_a_coordinator_confirms_for_a_member_without_a_sign_in(self, here: Kadoma) -> None:
        exchange = here.proposes("hana", "mary")
        page = here.as_("ken").get(f"/kadoma/exchanges/{exchange.id}/answer").text
        assert "By telephone" in page
        assert step(here, exchange, "answer", answer="right").status_code == 422, "how is not said"
        assert step(here, exchange, "answer", heard="telephone").status_code == 422
        assert step(here, exchange, "answer", answer="right", heard="telephone").status_code == 303
        assert here.balance("mary") == -90
        (event,) = events(here, exchange)
        assert (event.what, event.how, event.member_id) == ("confirmed", "telephone", here.mary.id)
        assert "Ken Sato · for Mary Smith · by telephone" in (
            here.as_("ken").get(f"/kadoma/exchanges/{exchange.id}").text
        )

    def test_a_coordinator_declines_for_them_with_their_reason(self, here: Kadoma) -> None:
        exchange = here.proposes("hana", "mary")
        missing = step(here, exchange, "answer", answer="wrong", heard="in-person")
        assert missing.status_code == 422
        assert "Please say why" in missing.text
        answer = step(here, exchange, "answer", answer="wrong", heard="in-person", reason="Not that day")
        assert answer.status_code == 303
        assert here.state(exchange) == "declined"

    def test_a_dispute_is_booked_with_another_time(self, here: Kadoma) -> None:
        exchange = disputed(here)
        page = here.as_("ken").get(f"/kadoma/exchanges/{exchange.id}/settle").text
        assert 'value="2:00"' in page
        typed = {
            "hours": "1時間半",
            "date": "2026-04-02",
            "heard": "telephone",
            "reason": "An hour and a half",
        }
        wrong = step(here, exchange, "settle", **typed | {"hours": "", "reason": ""})
        assert wrong.status_code == 422
        assert step(here, exchange, "settle", **typed).status_code == 303
        assert here.balances("hana", "mitsuko") == [90, -90]
        page = here.as_("hana").get(f"/kadoma/exchanges/{exchange.id}").text
        assert "Changed as both sides agreed, and booked" in page
        assert "Before: 2 h on Fri 3 April 2026" in page
        assert "An hour and a half" in page
        late = step(here, exchange, "settle", **typed)
        assert late.status_code == 409

    def test_a_dispute_is_withdrawn_with_a_reason(self, here: Kadoma) -> None:
        exchange = disputed(here)
        assert step(here, exchange, "withdraw-for-them", reason=" ").status_code == 422
        assert step(here, exchange, "withdraw-for-them", reason="Both forget it").status_code == 303
        assert here.state(exchange) == "withdrawn"

    def test_what_is_booked_is_taken_back_once(self, here: Kadoma) -> None:
        exchange = here.gives("hana", "mitsuko")
        assert here.as_("ken").get(f"/kadoma/exchanges/{exchange.id}/reverse").status_code == 200
        assert step(here, exchange, "reverse").status_code == 422
        for _ in range(2):
            assert step(here, exchange, "reverse", reason="Entered twice").status_code == 303
        assert here.balances("hana", "mitsuko") == [0, 0]
        page = here.as_("hana").get(f"/kadoma/exchanges/{exchange.id}").text
        assert "Taken back" in page
        assert "Entered twice" in page

    def test_a_class_is_closed_without_those_who_do_not_answer(self, here: Kadoma) -> None:
        teacher = here.member("hana")
        lesson = said(teacher, [here.member("mitsuko"), here.mary])
        logged = written(
            here.app,
            lambda session: log_exchange(
                session, community=here.community, said=lesson, by=teacher, actor=as_member(teacher)
            ),
        )
        first = logged.exchanges[0]
        assert here.as_("mitsuko").post(f"/kadoma/exchanges/{first.id}/confirm").status_code == 303
        assert "Book without those" in here.as_("ken").get(f"/kadoma/exchanges/{first.id}").text
        assert step(here, first, "close", reason="Mary is away").status_code == 303
        assert here.balances("hana", "mitsuko", "mary") == [90, -90, 0]
