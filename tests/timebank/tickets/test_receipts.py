"""Receipts for booklets, a note when money goes back, and the letter that the tickets have come."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.tickets.test_paying import buys
from tests.timebank.tickets.test_paying import charge_of
from tests.timebank.tickets.test_paying import form_of
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.mail.models import Mail
from timebank.people.models import Person
from timebank.queue import Task
from timebank.receipts.issuer import change_issuer
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptPaper
from timebank.receipts.papers import make_paper
from timebank.receipts.proof import check_receipts
from timebank.tickets import offers
from timebank.tickets.models import TicketBack
from timebank.tickets.models import TicketSale

OWN = f"/{SLUG}/support/tickets/"
ASKED = {"name": "Hana Sato", "address": "4-5-6 Honmachi"}


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        change_issuer(session, community=community, name="An association", seat="1-2", actor=SOMEBODY)
        offers.change_rule(session, community=community, rule=offers.Rule(refunds=True, konbini=True))

    written(till.app, work)
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


@pytest.fixture
def desk(till: Till, client: FlaskClient) -> FlaskClient:
    def a_treasurer(session: Session) -> Neighbour:
        return an_officer(session, session.get_one(Community, till.community_id), "treasurer")

    browser = signed_in(till.app, written(till.app, a_treasurer))
    browser.post("/language", data={"language": "en"})
    return browser


def sells(till: Till, desk: FlaskClient, client: FlaskClient, buyer: str = "Hana") -> str:
    """Sell a booklet at the desk; gives its page."""
    form = form_of(client) | {"buyer": buyer, "way": "cash"}
    form["paid_on"] = clock.today("Asia/Tokyo").isoformat()
    answer = desk.post(f"{OWN}sell", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def sale_id(till: Till) -> int:
    with till.app.app_context():
        found = db.session.scalars(select(TicketSale.id)).one()
        db.session.remove()
    return found


def receipts(till: Till) -> list[tuple[Any, ...]]:
    with till.app.app_context():
        found = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
        told = [(one.number, one.kind, one.amount_minor, one.payer, one.source) for one in found]
        db.session.remove()
    return told


def make_sheets(till: Till) -> list[dict[str, Any]]:
    """Make every sheet, and give their words."""

    def work(session: Session) -> list[dict[str, Any]]:
        for one in session.scalars(select(Receipt)).all():
            make_paper(session, Task(0, till.community_id, "", {"receipt": one.id}, 1))
        found = session.scalars(select(ReceiptPaper.words).order_by(ReceiptPaper.receipt_id))
        return [json.loads(one) for one in found]

    return written(till.app, work)


def faults(till: Till) -> list[str]:
    with till.app.app_context():
        found = check_receipts(db.session())
        db.session.remove()
    return found


def test_a_member_asks_once_for_the_receipt_of_a_booklet_by_card_and_refunds_get_notes(
    till: Till, client: FlaskClient
) -> None:
    token = buys(till, client)
    till.tell_all()
    page = f"{OWN}booklets/{sale_id(till)}/receipt"
    assert page in client.get(OWN).text
    assert client.post(page, data={**ASKED, "name": " "}).status_code == 422
    for _click in range(2):
        client.post(page, data=ASKED)
    payment = till.payment(token)
    assert receipts(till) == [(1, "ticket", 4000, "Hana Sato", f"payment:{payment.id}")]
    waits = client.get(page)
    assert "The sheet is being made." in waits.text
    assert waits.headers["Refresh"]
    (words,) = make_sheets(till)
    assert ["Booklet", "Five hours (No. 1–5)"] in words["facts"]
    # It is not taxed when it is sold, and the receipt says so.
    assert ["Tax", "None on tickets: it is in the help that is paid with them."] in words["facts"]
    assert words["tax"] == ""
    with till.app.app_context():
        (number,) = db.session.scalars(select(Receipt.id))
        db.session.remove()
    sheet = client.get(f"{OWN}booklets/{sale_id(till)}/receipts/{number}.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert client.get(f"{OWN}booklets/{sale_id(till)}/receipts/{number + 1}.pdf").status_code == 404
    till.stripe.fake.refund(charge_of(till, token), amount=1600)
    till.tell_all()
    assert [one[:3] for one in receipts(till)] == [(1, "ticket", 4000), (2, "refund", 1600)]
    make_sheets(till)
    assert "was given back on" in client.get(page).text
    assert faults(till) == []


def test_what_went_back_before_has_notes_and_what_went_back_whole_has_no_receipt(
    till: Till, client: FlaskClient
) -> None:
    token = buys(till, client)
    till.tell_all()
    page = f"{OWN}booklets/{sale_id(till)}/receipt"
    till.stripe.fake.refund(charge_of(till, token), amount=800)
    till.tell_all()
    client.post(page, data=ASKED)
    assert [one[:3] for one in receipts(till)] == [(1, "ticket", 4000), (2, "refund", 800)]
    make_sheets(till)
    assert faults(till) == []


def test_a_booklet_that_went_back_whole_has_none(till: Till, client: FlaskClient) -> None:
    token = buys(till, client)
    till.tell_all()
    page = f"{OWN}booklets/{sale_id(till)}/receipt"
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    assert "went back" in client.get(page).text
    assert client.post(page, data=ASKED).status_code == 409
    assert receipts(till) == []


def test_a_booklet_of_the_desk_has_one_and_what_goes_back_by_hand_gets_a_note(
    till: Till, client: FlaskClient, desk: FlaskClient
) -> None:
    booklet = sells(till, desk, client)
    issue = f"{booklet}/issue-receipt"
    assert issue in desk.get(booklet).text

    def gives_back(key: str, tickets: str) -> None:
        form = {"key": key, "tickets": tickets, "way": "cash", "reason": "Moves away"}
        form["given_on"] = clock.today("Asia/Tokyo").isoformat()
        answer = desk.post(f"{booklet}/give-back", data=form)
        assert answer.status_code == 303, answer.text

    key = form_of(client)["key"]
    gives_back(key, "1")
    issued = desk.post(issue, data=ASKED)
    assert issued.status_code == 303
    assert desk.get(issue).location == issued.location
    gives_back(form_of(client)["key"], "2")
    told = [one[1:3] for one in receipts(till)]
    assert told == [("ticket", 4000), ("refund", 800), ("refund", 1600)]
    make_sheets(till)
    assert faults(till) == []

    def by_hand(session: Session) -> list[str]:
        session.execute(update(TicketBack).values(amount_minor=TicketBack.amount_minor + 1))
        found = check_receipts(session)
        session.rollback()
        return found

    with till.app.app_context():
        found = by_hand(db.session())
        db.session.remove()
    assert any("that went back for its tickets" in one for one in found), found


def test_a_mistake_of_the_desk_gets_a_note(till: Till, client: FlaskClient, desk: FlaskClient) -> None:
    booklet = sells(till, desk, client)
    desk.post(f"{booklet}/issue-receipt", data=ASKED)
    for _click in range(2):
        desk.post(f"{booklet}/take-back", data={"reason": "A mistake"})
    assert [one[:3] for one in receipts(till)] == [(1, "ticket", 4000), (2, "refund", 4000)]
    make_sheets(till)
    assert faults(till) == []


def test_another_members_receipt_is_not_there(till: Till, client: FlaskClient) -> None:
    def work(session: Session) -> Neighbour:
        return a_neighbour(session, session.get_one(Community, till.community_id), name="Mio")

    mio = signed_in(till.app, written(till.app, work))
    buys(till, client)
    till.tell_all()
    page = f"{OWN}booklets/{sale_id(till)}/receipt"
    client.post(page, data=ASKED)
    assert mio.get(page).status_code == 404
    assert mio.post(page, data=ASKED).status_code == 404
    assert client.get(page.replace(SLUG, "elsewhere")).status_code == 404


def test_where_nobody_issues_receipts_it_says_so(till: Till, hana: Neighbour) -> None:
    client = signed_in(till.app, hana)
    client.post("/language", data={"language": "en"})
    buys(till, client)
    till.tell_all()
    page = f"{OWN}booklets/{sale_id(till)}/receipt"
    assert "issues no receipts here" in client.get(page).text
    assert client.post(page, data=ASKED).status_code == 409


def letters(till: Till) -> list[Mail]:
    return [one for one in work_off(till.app) if "support/tickets" in one.text]


def test_a_letter_says_once_that_the_tickets_have_come(till: Till, client: FlaskClient) -> None:
    buys(till, client)
    assert letters(till) == []
    for _round in range(2):
        till.tell_all()
        till.sweep()
    (mail,) = letters(till)
    assert mail.to_address == "hana@example.org"
    assert mail.subject == "Your tickets have come"
    assert "Tickets: 5, each pays ¥800" in mail.text
    assert "No. 1-5" in mail.text
    assert "For help until" in mail.text
    assert "They stand on your account" in mail.text


def test_the_letter_is_in_the_buyers_language_and_of_the_desk_too(
    till: Till, client: FlaskClient, desk: FlaskClient, hana: Neighbour
) -> None:
    def reads_japanese(session: Session) -> None:
        session.get_one(Person, hana.person.id).language = "ja"

    written(till.app, reads_japanese)
    sells(till, desk, client)
    (mail,) = letters(till)
    assert mail.language == "ja"
    assert "利用券が届きました" in mail.subject
    assert "番号 1-5" in mail.text


def test_of_a_booklet_that_was_a_mistake_nobody_is_told(
    till: Till, client: FlaskClient, desk: FlaskClient
) -> None:
    booklet = sells(till, desk, client)
    desk.post(f"{booklet}/take-back", data={"reason": "A mistake"})
    assert letters(till) == []
