"""The pages on which members tell of help that is paid for, and answer: seen before booked, by both."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import written
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.cli.working import TIMETABLE
from timebank.members.models import Member
from timebank.members.queries import hands_on
from timebank.support.proposal_letters import REMIND_OF_VISITS

pytestmark = pytest.mark.usefixtures("the_same_day")

LOG = f"/{SLUG}/support/visits/log"
FORM = {
    "direction": "gave",
    "other": "Taro",
    "kind": "0",
    "date": TODAY.isoformat(),
    "hours": "1:30",
    "pays": "bill",
    "takes": "usual",
    "description": "The garden",
}


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', page))


def asks(desk: Desk, who: str = "Hana", **typed: str) -> TestResponse:
    known = hidden(desk[who].get(LOG).text)
    return desk[who].post(LOG, data={**FORM, **typed, **known})


def tells(desk: Desk, who: str = "Hana", **typed: str) -> str:
    """Tell of a visit, and give the number of its exchange."""
    shown = asks(desk, who, **typed)
    assert shown.status_code == 422, shown.text
    answer = desk[who].post(LOG, data={**FORM, **typed, **hidden(shown.text)})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.location).rsplit("/", 1)[1]


def of(number: str, page: str = "answer") -> str:
    return f"/{SLUG}/support/visits/{number}/{page}"


def answers(desk: Desk, who: str, path: str, **typed: Any) -> TestResponse:
    page = desk[who].get(path)
    assert page.status_code == 200, page.text
    return desk[who].post(path, data={**hidden(page.text), **typed})


def test_a_pure_time_bank_has_no_such_page_and_no_link_to_it(app: Flask) -> None:
    desk = Desk(app, on=False)
    assert desk["Hana"].get(LOG).status_code == 404
    assert LOG not in desk["Hana"].get(f"/{SLUG}/exchanges/new").text


def test_both_read_what_it_comes_to_before_they_agree(desk: Desk) -> None:
    assert LOG in desk["Hana"].get(f"/{SLUG}/exchanges/new").text
    told = text_of(asks(desk).text)
    for words in ("Nothing is saved yet.", "Taro pays ¥1,200, on the bill of the month.", "Hana gets ¥900."):
        assert words in told
    number = tells(desk)
    home = desk["Taro"].get(f"/{SLUG}/").text
    assert of(number) in home
    assert f"exchanges/{number}/confirm" not in home
    page = text_of(desk["Taro"].get(of(number)).text)
    assert "Taro pays ¥1,200, on the bill of the month." in page
    done = answers(desk, "Taro", of(number), pays="bill", paid_hours="")
    assert done.status_code == 303
    assert "To pay for help ¥1,200" in text_of(desk["Taro"].get(f"/{SLUG}/support/mine").text)
    # Whoever comes back to the page is led to how it stands.
    assert desk["Taro"].get(of(number)).status_code == 303


def test_another_way_to_pay_is_shown_before_it_is_booked(desk: Desk) -> None:
    number = tells(desk, takes="hours")
    shown = answers(desk, "Taro", of(number), pays="hours", paid_hours="")
    assert shown.status_code == 422
    assert "Hours for hours: no money is paid for it." in shown.text
    again = desk["Taro"].post(of(number), data={"pays": "hours", **hidden(shown.text)})
    assert again.status_code == 303
    assert "-1:30" in desk["Taro"].get(f"/{SLUG}/statement").text.replace("−", "-")


def test_what_the_receiver_tells_waits_for_the_giver(desk: Desk) -> None:
    number = tells(desk, "Taro", direction="received", other="Hana")
    assert of(number) in desk["Hana"].get(f"/{SLUG}/").text
    assert of(number) not in desk["Taro"].get(f"/{SLUG}/").text
    shown = answers(desk, "Hana", of(number), takes="nothing", thanked_hours="")
    assert "Hana takes no thanks" in shown.text
    done = desk["Hana"].post(of(number), data={"takes": "nothing", **hidden(shown.text)})
    assert done.status_code == 303
    assert "Thanks to get ¥0" in text_of(desk["Hana"].get(f"/{SLUG}/support/mine").text)


def test_the_giver_says_that_it_is_not_right_and_why(desk: Desk) -> None:
    number = tells(desk, "Taro", direction="received", other="Hana")
    path = of(number, "not-right")
    assert desk["Taro"].get(path).status_code == 404
    assert desk["Hana"].post(path, data={"reason": ""}).status_code == 422
    assert desk["Hana"].post(path, data={"reason": "It was Jiro"}).status_code == 303
    assert "It was Jiro" in desk["Taro"].get(f"/{SLUG}/exchanges/{number}").text
    assert desk["Hana"].get(of(number)).status_code == 303


def test_nobody_else_answers(desk: Desk) -> None:
    number = tells(desk)
    for who in ("Hana", "Jiro"):
        assert desk[who].get(of(number)).status_code == 404
        assert desk[who].post(of(number), data={"pays": "bill"}).status_code == 404
    assert desk["treasurer"].get(of(number, "answer-for-them")).status_code == 403


def test_a_coordinator_answers_for_whoever_said_so(desk: Desk) -> None:
    for number in (tells(desk), tells(desk, "Taro", direction="received", other="Hana", hours="1")):
        page = text_of(desk["coordinator"].get(f"/{SLUG}/exchanges/{number}").text)
        assert "Money is paid for this help." in page
        assert "Book as both sides agreed" not in page
        path = of(number, "answer-for-them")
        known = {"pays": "bill", "takes": "thanks", "paid_hours": "", "thanked_hours": ""}
        assert answers(desk, "coordinator", path, **known).status_code == 422
        assert answers(desk, "coordinator", path, **known, heard="telephone").status_code == 303
    assert "¥2,000" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("settle", {"hours": "1", "date": TODAY.isoformat(), "reason": "Both say so", "heard": "slip"}),
        ("answer", {"answer": "right", "heard": "telephone"}),
    ],
)
def test_a_coordinator_is_told_where_it_is_confirmed(desk: Desk, path: str, data: dict[str, str]) -> None:
    number = tells(desk)
    answer = desk["coordinator"].post(f"/{SLUG}/exchanges/{number}/{path}", data=data)
    assert answer.status_code == 409
    assert "This visit is paid for: please confirm it on its page" in text_of(answer.text)
    answer = desk["Taro"].post(f"/{SLUG}/exchanges/{number}/confirm")
    assert answer.status_code == 409
    assert "This visit is paid for" in text_of(answer.text)
    assert of(number) in desk["Taro"].get(f"/{SLUG}/").text
    assert "Nobody owes anything" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"pays": "hours", "takes": "hours"}, "Hours for hours: please log it with the form for hours"),
        ({"pays": "gold"}, "Please choose one of these."),
        ({"hours": ""}, "Please write how long it took"),
        ({"date": "2026-01-05"}, "On that day this help was for hours only."),
        ({"date": "2100-01-01"}, "has not come yet"),
        ({"other": "Hana"}, "This is you."),
        ({"other": "nobody"}, "nobody"),
        ({"thanked_hours": "0:20"}, "whole units of 30 minutes"),
        ({"km": "-1"}, "Please write a number of kilometres"),
        ({"direction": "received", "takes": "hours"}, "is theirs to say"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    desk: Desk, typed: dict[str, str], words: str
) -> None:
    answer = asks(desk, **typed)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "The garden" in answer.text


def test_the_same_told_by_the_other_is_asked_about(desk: Desk) -> None:
    tells(desk)
    theirs = {"direction": "received", "other": "Hana"}
    shown = asks(desk, "Taro", **theirs)
    asked = desk["Taro"].post(LOG, data={**FORM, **theirs, **hidden(shown.text)})
    assert asked.status_code == 422
    assert 'name="again"' in asked.text


def test_whoever_gave_is_asked_by_mail_as_long_as_it_waits(desk: Desk) -> None:
    def reached(session: Session) -> None:
        hands = hands_on(session, member=session.get_one(Member, desk.ids["Hana"]))
        hands[0][1].email = "hana@giver.example"

    written(desk.app, reached)
    number = tells(desk, "Taro", direction="received", other="Hana")
    assert REMIND_OF_VISITS in {one.kind for one in TIMETABLE}
    (letter,) = [one for one in work_off(desk.app) if one.to_address == "hana@giver.example"]
    assert "Taro" in letter.text
    assert f"/{SLUG}/exchanges/{number}" in letter.text
    assert of(number) in desk["Hana"].get(f"/{SLUG}/exchanges/{number}").text
    gone = tells(desk, "Taro", direction="received", other="Hana", hours="3")
    desk["Taro"].post(f"/{SLUG}/exchanges/{gone}/withdraw")
    assert len([one for one in work_off(desk.app) if one.to_address == "hana@giver.example"]) == 1
