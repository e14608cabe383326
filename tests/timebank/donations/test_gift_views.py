"""The treasurer's pages of gifts, and of the register of givers, whose readers are on the audit trail."""

import csv
import io
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.commands import answer
from tests.commands import timebank
from timebank import clock
from timebank.audit.models import AuditEvent
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.funds.service import open_fund
from timebank.mail import carrier_of
from timebank.mail.models import Mail
from timebank.queue import work_one
from timebank.rights import AUDITOR
from timebank.rights import TREASURER

pytestmark = pytest.mark.usefixtures("the_same_day")

SLUG = "kadoma"
TODAY = clock.today("Asia/Tokyo")
MONEY = {"amount": "3,000", "way": "cash", "given_on": TODAY.isoformat(), "fund": "0"}
RICE = {"what": "10 kg of rice", "given_on": TODAY.isoformat(), "fund": "0"}


@dataclass(frozen=True)
class Desk:
    """A community with a fund and a member, and its treasurer's and its auditor's browsers."""

    app: Flask
    treasurer: FlaskClient
    auditor: FlaskClient
    fund_id: int

    def write_down(self, path: str = "new", **typed: str) -> TestResponse:
        """Send the form as the treasurer does, with the key that its page gave out."""
        page = self.treasurer.get(f"/{SLUG}/money/gifts/{path}").text
        key = re.search(r'name="key"[^>]*value="([^"]+)"', page)
        assert key
        known = RICE if path.startswith("in-kind") else MONEY
        return self.treasurer.post(f"/{SLUG}/money/gifts/{path}", data={"key": key[1], **known, **typed})

    def written_down(self, path: str = "new", **typed: str) -> str:
        """Send a form that is taken, and give the gift's page."""
        answer = self.write_down(path, **typed)
        assert answer.status_code == 303, unescape(answer.text)
        return str(answer.location)

    def read(self, path: str = "", **asked: Any) -> str:
        return unescape(self.auditor.get(f"/{SLUG}/money/gifts{path}", query_string=asked).text)


@pytest.fixture
def desk(app: Flask) -> Desk:
    app.config["WTF_CSRF_ENABLED"] = False

    def make(session: Session) -> tuple[Any, Any, int]:
        community = a_community(session, slug=SLUG, currency="JPY", time_zone="Asia/Tokyo", language="en")
        for number, name in (("901", "Hana Kadoma"), ("902", "Hana Morita")):
            a_member(session, community, name=name, reading="はな", number=number)
        fund = open_fund(
            session, community=community, slug="meal", name="Meals", purpose="Supper", actor=SOMEBODY
        )
        return (
            an_officer(session, community, TREASURER),
            an_officer(session, community, AUDITOR),
            fund.id,
        )

    treasurer, auditor, fund_id = written(app, make)
    return Desk(app, signed_in(app, treasurer), signed_in(app, auditor), fund_id)


def test_a_treasurer_writes_a_gift_down_and_an_auditor_reads_it(desk: Desk) -> None:
    page = desk.written_down(
        amount="￥３，０００",
        fund=str(desk.fund_id),
        name="Hana",
        reading="はな",
        organisation="y",
        address="1-2\nHonmachi",
        dedication="memory",
        dedicated_to="Taro",
        message="For the cooks",
        name_hidden="y",
    )
    for client in (desk.treasurer, desk.auditor):
        told = unescape(client.get(page).text)
        for words in (
            *("¥3,000", "In cash", "Meals", "Hana", "はな", "Organisation", "Honmachi"),
            *("In memory of", "Taro", "For the cooks", "Entry "),
        ):
            assert words in told
    assert "take it back" in desk.treasurer.get(page).text
    assert "take it back" not in desk.auditor.get(page).text
    assert "¥3,000" in desk.auditor.get(f"/{SLUG}/funds").text
    assert "Taro" not in desk.auditor.get(f"/{SLUG}/funds").text


def test_the_same_gift_is_written_down_twice_only_where_somebody_says_so(desk: Desk) -> None:
    first = desk.written_down(name="Hana", amount="111")
    # A way back in the browser: the same words in a form of its own.
    asked = desk.write_down(name="Hana", amount="111")
    assert asked.status_code == 422
    assert "A gift of ¥111" in unescape(asked.text)
    assert 'name="again"' in asked.text
    second = desk.written_down(name="Hana", amount="111", again="y")
    assert first != second
    for other in ({"name": "Taro"}, {"name": "Hana", "way": "transfer"}, {"name": "Hana", "amount": "112"}):
        desk.written_down(**{"amount": "111", **other})
    # What was taken back is no gift any more.
    for page in (first, second):
        desk.treasurer.post(f"{page}/take-back", data={"reason": "Typed twice"})
    desk.written_down(name="Hana", amount="111")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": ""}, "Please write an amount"),
        ({"amount": "lots"}, "cannot be read as an amount"),
        ({"amount": "0"}, "must be above zero"),
        ({"way": ""}, "Please choose one of these."),
        ({"way": "cheque"}, "Please choose one of these."),
        ({"given_on": ""}, "Please write the day"),
        ({"given_on": "2100-01-01"}, "has not come yet"),
        ({"fund": "999"}, "Please choose one of these."),
        ({"member": "Nobody at all"}, "Nobody was found"),
        ({"member": "はな"}, "can be several people"),
        ({"email": "nobody"}, "e-mail address"),
        ({"reading": "はな"}, "A reading belongs to a name"),
        ({"wants_receipt": "y"}, "please write a name"),
        ({"dedication": "memory"}, "in whose memory or honour"),
        ({"dedicated_to": "Taro"}, "in memory or in honour of them"),
        ({"key": "mine"}, "incomplete"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    answer = desk.write_down(message="For the cooks", **typed)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "For the cooks" in answer.text
    assert "Nothing was given in" in desk.read()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": ""}, "Please say in a line what was given"),
        ({"given_on": "2100-01-01"}, "has not come yet"),
        ({"fund": "meal"}, "Please choose one of these."),
        ({"name": "x" * 101}, "At most 100 characters"),
        ({"reading": "はな"}, "A reading belongs to a name"),
    ],
)
def test_what_is_wrong_in_kind_is_said(desk: Desk, typed: dict[str, str], sentence: str) -> None:
    answer = desk.write_down("in-kind/new", address="Honmachi", **typed)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "Honmachi" in answer.text


def test_a_form_sent_again_with_other_content_is_refused_once_and_then_taken(desk: Desk) -> None:
    path = f"/{SLUG}/money/gifts/new"
    for kind, known, other in (("new", MONEY, {"amount": "5000"}), ("in-kind/new", RICE, {"what": "Tea"})):
        path = f"/{SLUG}/money/gifts/{kind}"
        found = re.search(r'name="key"[^>]*value="([^"]+)"', desk.treasurer.get(path).text)
        assert found
        sent = {"key": found[1], **known}
        first, again = (desk.treasurer.post(path, data=sent) for _twice in range(2))
        assert first.location == again.location
        refused = desk.treasurer.post(path, data=sent | other)
        assert refused.status_code == 422
        assert "saved before with other content" in refused.text
        found = re.search(r'name="key"[^>]*value="([^"]+)"', refused.text)
        assert found
        taken = desk.treasurer.post(path, data=sent | other | {"key": found[1]})
        assert taken.status_code == 303
        assert taken.location != first.location


def test_the_member_who_gave_is_picked_and_their_name_taken_over(desk: Desk) -> None:
    page = desk.written_down(member="はな", **{"member-pick": "902"})
    told = unescape(desk.auditor.get(page).text)
    assert "Hana Morita" in told
    assert "/members/" in told


def test_the_list_shows_all_ways_together_or_one_and_adds_up(desk: Desk) -> None:
    desk.written_down(name="Abe")
    desk.written_down(way="transfer", amount="2000", name="Baba")
    back = desk.written_down(amount="700", name="Chiba")
    desk.written_down("in-kind/new", name="Doi")
    assert desk.treasurer.post(f"{back}/take-back", data={"reason": "Twice"}).status_code == 303
    everything = desk.read()
    assert all(name in everything for name in ("Abe", "Baba", "Chiba", "Doi", "10 kg of rice"))
    assert "¥5,000" in everything
    assert "¥5,700" not in everything
    for way, name in (("cash", "Abe"), ("transfer", "Baba"), ("kind", "Doi")):
        found = desk.read(way=way)
        assert name in found
        assert sum(one in found for one in ("Abe", "Baba", "Doi")) == 1
    assert "Nothing came so in" in desk.read(way="stripe")


@pytest.mark.parametrize("asked", [{"year": "1900"}, {"year": "soon"}, {"way": "cheque"}])
def test_a_list_that_is_asked_for_in_a_way_there_is_none_says_so(desk: Desk, asked: dict[str, str]) -> None:
    answer = desk.auditor.get(f"/{SLUG}/money/gifts", query_string=asked)
    assert answer.status_code == 422
    assert "Please choose" in answer.text or "whole number" in answer.text


def test_a_mistake_is_taken_back_once_with_a_reason(desk: Desk) -> None:
    for page in (desk.written_down(), desk.written_down("in-kind/new")):
        assert desk.treasurer.get(f"{page}/take-back").status_code == 200
        empty = desk.treasurer.post(f"{page}/take-back", data={"reason": ""})
        assert (empty.status_code, "Please say why" in empty.text) == (422, True)
        assert desk.treasurer.post(f"{page}/take-back", data={"reason": "Typed twice"}).location == page
        assert desk.treasurer.get(f"{page}/take-back").location == page
        assert "Typed twice" in desk.auditor.get(page).text
        assert "take it back" not in desk.treasurer.get(page).text


def test_what_the_fund_has_spent_is_not_taken_back_and_the_form_says_why(desk: Desk) -> None:
    page = desk.written_down(fund=str(desk.fund_id))
    spend = f"/{SLUG}/funds/{desk.fund_id}/spend"
    found = re.search(r'name="key"[^>]*value="([^"]+)"', desk.treasurer.get(spend).text)
    assert found
    rice = {"amount": "1000", "words": "Rice", "nature": "ingredients", "spent_on": TODAY.isoformat()}
    assert desk.treasurer.post(spend, data={"key": found[1], **rice}).status_code == 303
    refused = desk.treasurer.post(f"{page}/take-back", data={"reason": "Typed twice"})
    assert refused.status_code == 422
    assert "Only ¥2,000 is left in the fund" in unescape(refused.text)
    assert "Typed twice" in refused.text
    kept = written(desk.app, lambda session: session.scalars(select(DonationByHand)).one())
    assert kept.reversal_id is None


def test_the_register_is_opened_by_a_button_and_the_trail_tells_of_it(desk: Desk) -> None:
    desk.written_down(name="=Hana", address="1-2\nHonmachi", fund=str(desk.fund_id))
    desk.written_down(name="=Hana", address="1-2\nHonmachi", amount="2000")
    desk.written_down(amount="40")
    desk.written_down(amount="2")
    desk.written_down("in-kind/new", name="Doi", activity="Summer festival")
    offered = desk.auditor.get(f"/{SLUG}/money/givers")
    assert "Hana" not in offered.text
    assert desk.auditor.get(f"/{SLUG}/money/givers/{TODAY.year}").status_code == 405
    page = desk.auditor.post(f"/{SLUG}/money/givers/{TODAY.year}")
    told = unescape(page.text)
    assert page.status_code == 200
    for words in ("=Hana", "1-2 Honmachi", "¥5,000", "2 gifts together", "¥42", "¥5,042", "10 kg of rice"):
        assert words in told
    file = desk.auditor.post(f"/{SLUG}/money/givers/{TODAY.year}/file")
    assert file.headers["Content-Disposition"] == f'attachment; filename="givers-{TODAY.year}.csv"'
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    day = TODAY.isoformat()
    assert rows[1:] == [
        ["'=Hana", "", "1-2 Honmachi", "Person", day, "In cash", "Meals", "3000", "0", "3000", "JPY"],
        [
            *("'=Hana", "", "1-2 Honmachi", "Person", day, "In cash", "Where it is needed most"),
            *("2000", "0", "2000", "JPY"),
        ],
        ["Without a name, 2 gifts together", *[""] * 6, "42", "0", "42", "JPY"],
        ["Doi", "", "", "Person", day, "In kind", "10 kg of rice (Summer festival)", *[""] * 4],
    ]
    trail = select(AuditEvent.act, AuditEvent.about).order_by(AuditEvent.id)
    acts = written(desk.app, lambda session: session.execute(trail).all())
    assert [tuple(one) for one in acts if one[0].startswith("givers.")] == [
        ("givers.show", f'{{"gift_year": {TODAY.year}}}'),
        ("givers.file", f'{{"gift_year": {TODAY.year}}}'),
    ]


def letters(desk: Desk, folder: Path) -> list[Mail]:
    """Do the later work, and give the letters that came of it."""
    with desk.app.app_context():
        while work_one(db.session, handlers_with(carrier_of("", folder, host="localhost"))):
            pass
        found = list(db.session.scalars(select(Mail).order_by(Mail.id)))
        db.session.remove()
    return found


def test_whoever_left_an_address_is_thanked_and_not_for_a_mistake(desk: Desk, tmp_path: Path) -> None:
    mistake = desk.written_down(email="taro@example.org", amount="99")
    desk.treasurer.post(f"{mistake}/take-back", data={"reason": "Somebody else's"})
    desk.written_down(email="hana@example.org", dedication="honour", dedicated_to="The cooks")
    (letter,) = letters(desk, tmp_path)
    assert letter.to_address == "hana@example.org"
    for words in ("Thank you for your gift of ¥3,000", "You gave it in honour of The cooks."):
        assert words in letter.text
    # It was no payment that could be taken again.
    assert "nothing is taken again" not in letter.text


def test_verify_compares_gifts_with_the_books(desk: Desk, database_url: str) -> None:
    desk.written_down(name="Hana")
    assert answer(database_url, "verify").endswith("The books hold.\n")

    def forge(session: Session) -> None:
        session.execute(text("UPDATE donation SET amount_minor = amount_minor * 10"))

    written(desk.app, forge)
    refused = timebank(database_url, "verify")
    assert refused.exit_code == 1
    assert "does not bring its 30000 into cash:main" in refused.output


@pytest.mark.parametrize("year", [0, 1900, 9999, 99999])
def test_a_year_without_a_gift_has_no_register(desk: Desk, year: int) -> None:
    desk.written_down(name="Hana")
    for end in ("", "/file"):
        assert desk.auditor.post(f"/{SLUG}/money/givers/{year}{end}").status_code == 404


def test_what_nobody_gave_is_no_gift_and_anothers_is_not_there(desk: Desk) -> None:
    desk.written_down()

    def unpaid(session: Session) -> int:
        here = session.scalars(select(Donation)).one()
        facts = {name: getattr(here, name) for name in ("community_id", "amount_minor", "currency", "name")}
        gift = Donation(
            **facts,
            name_hidden=False,
            email="",
            address="",
            message="",
            wants_receipt=False,
            language="en",
            made_at=here.made_at,
            fee_from_fund=False,
            key="form:unpaid",
        )
        session.add(gift)
        session.flush()
        return gift.id

    number = written(desk.app, unpaid)
    assert desk.auditor.get(f"/{SLUG}/money/gifts/{number}").status_code == 404
    assert desk.treasurer.get(f"/{SLUG}/money/gifts/{number}/take-back").status_code == 404
