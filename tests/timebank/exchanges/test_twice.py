"""The same hours typed a second time: whoever types them is asked first."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import A_DAY
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import said
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank.exchanges.rules import LoggedAlready
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.exchanges.service import withdraw_exchange

THERE = "There is already a record that Hana Yamada gave Ken Sato 1 h 30 min on Fri 3 April 2026."
TICK = 'name="again"'


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def slip(here: Kadoma, **typed: str) -> TestResponse:
    return here.logs("ken", "slips", giver="1", receiver="2", **typed)


def for_others(here: Kadoma, **typed: str) -> TestResponse:
    known = {"givers": "0001", "receivers": "0002", "word": "both", "heard": "telephone", "shared": "whole"}
    return here.logs("ken", "for-others", **known | typed)


def is_asked(answer: TestResponse) -> bool:
    assert (THERE in answer.text) == (TICK in answer.text)
    return answer.status_code == 422 and THERE in answer.text


@pytest.mark.parametrize("direction", ["gave", "received"])
def test_a_member_who_logs_the_same_again_is_asked_first(here: Kadoma, direction: str) -> None:
    giver, receiver = ("hana", "ken") if direction == "gave" else ("ken", "hana")
    here.gives(giver, receiver)
    before = here.count()
    typed = {"other": "Ken Sato (0002)", "direction": direction, "description": "What was typed stays"}
    asked = here.logs("hana", **typed)
    assert asked.status_code == 422
    assert "There is already a record" in asked.text
    assert TICK in asked.text
    assert "What was typed stays" in asked.text
    assert here.count() == before
    assert here.logs("hana", **typed, again="y").status_code == 303
    assert here.count() == before + 1


def test_what_waits_for_an_answer_is_there_already(here: Kadoma) -> None:
    first = here.proposes("hana", "ken")
    assert is_asked(here.logs("hana", other="0002"))
    assert is_asked(for_others(here))
    assert is_asked(slip(here))
    written(
        here.app, lambda session: withdraw_exchange(session, exchange=session.merge(first), actor=SOMEBODY)
    )
    assert here.logs("hana", other="0002").status_code == 303


def test_what_was_taken_back_can_be_logged_again(here: Kadoma) -> None:
    first = here.gives("hana", "ken")
    assert is_asked(here.logs("hana", other="0002"))
    written(
        here.app,
        lambda session: reverse_exchange(
            session,
            community=session.merge(here.community),
            exchange=session.merge(first),
            reason="by mistake",
            actor=SOMEBODY,
        ),
    )
    assert here.logs("hana", other="0002").status_code == 303


def test_coordinators_are_asked_too(here: Kadoma) -> None:
    here.gives("hana", "ken")
    assert is_asked(for_others(here))
    assert is_asked(slip(here))
    assert for_others(here, again="y").status_code == 303
    assert slip(here, again="y").status_code == 303


def test_one_of_several_is_enough_to_ask(here: Kadoma) -> None:
    here.gives("hana", "ken")
    typed = {"givers": "0001", "receivers": "0006\n0002"}
    shown = for_others(here, **typed)
    seen = shown.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert is_asked(for_others(here, **typed, seen=seen))
    assert for_others(here, **typed, seen=seen, again="y").status_code == 303


@pytest.mark.parametrize(
    "typed",
    [{"other": "0006"}, {"hours": "1:15"}, {"date": "2026-04-02"}, {"direction": "received"}],
    ids=["another person", "another time", "another day", "the other way round"],
)
def test_what_differs_is_not_asked_about(here: Kadoma, typed: dict[str, str]) -> None:
    here.gives("hana", "ken")
    assert here.logs("hana", **{"other": "0002"} | typed).status_code == 303


def test_the_same_form_sent_twice_is_not_asked_about(here: Kadoma) -> None:
    sent = {"other": "0002", "key": "form:the-same-form-twice"}
    assert here.logs("hana", **sent).headers["Location"] == here.logs("hana", **sent).headers["Location"]


def test_an_exchange_of_others_or_elsewhere_is_another_one(session: Session) -> None:
    community, elsewhere = a_community(session), a_community(session)
    hana, ken, mary = (a_member(session, community) for _ in range(3))
    an_exchange(session, elsewhere, a_member(session, elsewhere), a_member(session, elsewhere))
    an_exchange(session, community, hana, mary)
    a_proposal(session, community, mary, ken)

    def log() -> None:
        log_exchange(
            session, community=community, said=said(hana, ken, once=True), by=hana, actor=as_member(hana)
        )

    log()
    with pytest.raises(LoggedAlready) as asked:
        log()
    assert asked.value.facts["day"] == A_DAY
