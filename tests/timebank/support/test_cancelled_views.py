"""The pages of visits that were cancelled: told before saved, to both sides, on bills, and taken back."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import written
from tests.timebank.doubles.together import joined
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.rates.models import DOOR
from timebank.rates.models import LATE
from timebank.rates.models import STANDARD
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.service import set_rate

pytestmark = pytest.mark.usefixtures("the_same_day")

NEW = f"/{SLUG}/support/cancelled/new"
FORM = {
    "giver": "Hana",
    "receiver": "Taro",
    "kind": "0",
    "date": TODAY.isoformat(),
    "begins": "00:00",
    "how": "late",
    "takes": "usual",
    "heard": "telephone",
}
MONTH = f"{TODAY:%Y-%m}"


@pytest.fixture
def desk(app: Flask) -> Desk:
    desk = Desk(app, on=True)

    def price(session: Session) -> None:
        community = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        facts = Facts(
            starts_on=TODAY,
            price_minor=800,
            thanks_minor=600,
            tax_class=STANDARD,
            extras={
                LATE: Extra(price_minor=400, thanks_minor=150),
                DOOR: Extra(price_minor=900, thanks_minor=700),
            },
        )
        somebody = Actor(person_id=1, member_id=None, how="web")
        set_rate(session, community=community, kind=None, facts=facts, actor=somebody)

    written(app, price)
    return desk


def asks(desk: Desk, **typed: str) -> TestResponse:
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["coordinator"].get(NEW).text)
    assert key
    return desk["coordinator"].post(NEW, data={"key": key[1], **FORM, **typed})


def calls_off(desk: Desk, **typed: str) -> str:
    shown = asks(desk, **typed)
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    answer = desk["coordinator"].post(NEW, data={**FORM, **typed, **hidden})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.location)


def test_a_pure_time_bank_has_none_of_these_pages(app: Flask) -> None:
    desk = Desk(app, on=False)
    for path in ("new", "1", "1/take-back"):
        assert desk["coordinator"].get(f"/{SLUG}/support/cancelled/{path}").status_code == 404


def test_what_it_means_for_both_is_said_before_anything_is_saved(desk: Desk) -> None:
    page = text_of(desk["coordinator"].get(NEW).text)
    assert "It is cancelled late in the last 24 hours before it begins." in page
    assert "Hours are never given for it" in page
    shown = asks(desk)
    assert shown.status_code == 422
    told = text_of(shown.text)
    for words in (
        "Nothing is saved yet.",
        "Taro pays ¥400, on the bill of the month.",
        "Hana gets ¥150.",
        "No hours are booked for either of them.",
    ):
        assert words in told
    assert "Nobody owes anything" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text
    # Something else than was shown is shown anew.
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    other = desk["coordinator"].post(NEW, data={**FORM, **hidden, "how": "door", "takes": "nothing"})
    assert other.status_code == 422
    assert "Taro pays ¥900" in text_of(other.text)
    assert "Hana takes no thanks: they stay with the group, and are no gift." in text_of(other.text)


def test_who_usually_takes_hours_is_told_so(desk: Desk) -> None:
    takes = f"/{SLUG}/support/owed/{desk.ids['Hana']}/takes"
    assert desk["coordinator"].post(takes, data={"takes": "hours"}).status_code == 303
    told = text_of(asks(desk).text)
    assert "Hana gets ¥150. Usually they take hours, but no hour of help took place." in told


def test_both_sides_and_officers_read_it_and_nobody_else(desk: Desk) -> None:
    page = calls_off(desk)
    for who in ("Hana", "Taro", "coordinator", "treasurer", "auditor"):
        told = text_of(desk[who].get(page).text)
        assert "Taro pays ¥400" in told
        assert "Hana is thanked with ¥150" in told
        assert "Cancelled late" in told
    assert "Take it back" not in desk["Hana"].get(page).text
    assert desk["Jiro"].get(page).status_code == 404
    assert desk["Taro"].get(f"{page}/take-back").status_code == 403
    for who in ("Hana", "Taro"):
        mine = text_of(desk[who].get(f"/{SLUG}/support/mine").text)
        assert "Hana was to help Taro" in mine
    month = text_of(desk["auditor"].get(f"/{SLUG}/support/visits/").text)
    for words in ("Members pay ¥400", "Members get ¥150", "Hana was to help Taro"):
        assert words in month


def test_who_was_entered_twice_reads_of_both_records(desk: Desk) -> None:
    page = calls_off(desk)

    def join(session: Session) -> None:
        community = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        old, new = (session.get_one(Member, desk.ids[name]) for name in ("Hana", "Jiro"))
        joined(session, community, old, new)

    written(desk.app, join)
    assert "Hana was to help Taro" in text_of(desk["Jiro"].get(f"/{SLUG}/support/mine").text)
    assert desk["Jiro"].get(page).status_code == 200


def test_the_same_is_written_down_twice_only_where_somebody_says_so(desk: Desk) -> None:
    first = calls_off(desk)
    shown = asks(desk)
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
    refused = desk["coordinator"].post(NEW, data={**FORM, **hidden})
    assert refused.status_code == 422
    assert "It is already written down that a visit of Hana to Taro" in text_of(refused.text)
    assert "Yes, there was another one" in refused.text
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', refused.text))
    answers = [desk["coordinator"].post(NEW, data={**FORM, **hidden, "again": "y"}) for _press in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location != first


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"begins": ""}, "Please write when it was to begin"),
        ({"begins": "25:00"}, "Please write a time of the day"),
        ({"how": ""}, "Please choose one of these."),
        ({"heard": ""}, "Please say how you heard it."),
        ({"takes": "hours"}, "What does who was to help take?"),
        ({"receiver": "Hana"}, "Giver and receiver are the same member."),
        ({"date": "2999-01-01"}, "Who cancels earlier pays nothing"),
        ({"date": "2999-01-01", "how": "door"}, "2999"),
        ({"date": "9999-12-31"}, "Who cancels earlier pays nothing"),
        ({"date": (TODAY - timedelta(days=1)).isoformat()}, "Settings, Paid support"),
        ({"key": "x"}, "This form was incomplete."),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk: Desk, typed: dict[str, str], words: str) -> None:
    refused = asks(desk, **typed)
    assert refused.status_code == 422
    assert "Nothing is saved yet." not in refused.text
    assert words in text_of(refused.text)
    assert "Nobody owes anything" in desk["treasurer"].get(f"/{SLUG}/support/owed/").text


def test_bills_months_and_reports_tell_it(desk: Desk) -> None:
    calls_off(desk)
    calls_off(desk, how="door", again="y")
    month = text_of(desk["treasurer"].get(f"/{SLUG}/support/months/").text)
    for words in ("Of it for visits that were cancelled ¥1,300", "cancelled: 2", "Members pay ¥1,300"):
        assert words in month
    for who, path in (("treasurer", "months/bills"), ("Taro", "mine/bill")):
        bill = text_of(desk[who].get(f"/{SLUG}/support/{path}").text)
        for words in ("Visits that were cancelled", "Cancelled at the door", "¥1,300", "To pay ¥1,300"):
            assert words in bill
    report = text_of(desk["auditor"].get(f"/{SLUG}/support/report?first={MONTH}&last={MONTH}").text)
    assert "they are neither visits nor hours above" in report
    file = desk["auditor"].get(f"/{SLUG}/support/report.csv?table=cancelled&first={MONTH}&last={MONTH}")
    for line in ("Cancelled late,1,400,150,250", "Cancelled at the door,1,900,700,200"):
        assert line in file.text
    thanks = desk["auditor"].get(f"/{SLUG}/support/report.csv?table=thanks&first={MONTH}&last={MONTH}")
    assert "850" in thanks.text


def test_it_is_taken_back_or_they_are_let_off(desk: Desk) -> None:
    page = calls_off(desk)
    back = f"{page}/take-back"
    assert "Both lines stay in the books." in text_of(desk["coordinator"].get(back).text)
    assert desk["coordinator"].post(back, data={"reason": " "}).status_code == 422
    for _press in range(2):
        answer = desk["coordinator"].post(back, data={"reason": "She was in hospital"})
        assert (answer.status_code, answer.location) == (303, page)
    assert desk["coordinator"].get(back).status_code == 303
    assert "It was taken back: She was in hospital" in text_of(desk["Taro"].get(page).text)
    assert "Taken back" in desk["Taro"].get(f"/{SLUG}/support/mine").text
    assert "Nobody owes anything" in desk["auditor"].get(f"/{SLUG}/support/owed/").text


def test_the_letter_of_the_bill_says_what_of_it_was_cancelled(desk: Desk) -> None:
    calls_off(desk)
    answer = desk["treasurer"].post(
        f"/{SLUG}/support/months/send?month={MONTH}",
        data={"who": [str(desk.ids["Taro"])], "month": MONTH},
    )
    assert answer.status_code == 303
    (mail,) = [one for one in work_off(desk.app) if "bill" in one.subject]
    assert "Of it for visits that were cancelled: ¥400" in mail.text
    assert "Hana" not in mail.text


def test_all_of_it_is_in_japanese_too(desk: Desk) -> None:
    page = calls_off(desk)
    desk["Hana"].post("/language", data={"language": "ja"})
    desk["coordinator"].post("/language", data={"language": "ja"})
    assert "直前の取りやめ" in desk["Hana"].get(page).text
    for address in (NEW, f"{page}/take-back"):
        assert "取りやめ" in desk["coordinator"].get(address).text
