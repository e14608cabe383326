"""The pages of expenses: told with a photograph, decided, seen by both sides and officers alone."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.builders import COORDINATOR
from tests.builders import an_exchange
from tests.builders import written
from tests.pictures import a_png
from tests.timebank.documents.test_vouchers import a_photograph
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.support import expenses
from timebank.support.models import RECEIVER
from timebank.web.edge import MEGABYTE

pytestmark = pytest.mark.usefixtures("the_same_day")


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def sent(**more: Any) -> dict[str, Any]:
    return {
        "key": "form:0123456789abcdefghij",
        "what": "Bread and milk",
        "amount": "480",
        "spent_on": TODAY.isoformat(),
        "borne_by": "receiver",
        "kind": "goods",
        "no_receipt_because": "",
        "file": (io.BytesIO(a_photograph()), "IMG_0001.jpg"),
    } | more


def posted(client: FlaskClient, path: str, content: bytes) -> int:
    """Send a file whose bytes lie in memory; the test client leaves larger ones open."""
    mark, body = encode_multipart(sent(file=FileStorage(io.BytesIO(content), filename="IMG_0001.jpg")))
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={mark}").status_code


def visit(desk: Desk) -> str:
    """Write a visit down; gives the address of its expenses."""
    return f"{desk.writes()}/expenses"


def test_whoever_gave_tells_with_a_photograph_and_a_coordinator_has_it_paid_back(desk: Desk) -> None:
    of_visit = visit(desk)
    assert "I have laid out money" in desk["Hana"].get(of_visit).text
    told = desk["Hana"].post(f"{of_visit}/tell", data=sent())
    assert told.status_code == 303
    page = str(told.location)
    for who in ("Hana", "Taro", "coordinator", "treasurer", "auditor"):
        seen = text_of(desk[who].get(page).text)
        assert "A coordinator has not decided about it yet." in seen
        assert "¥480" in seen
        picture = desk[who].get(f"{page}/receipt")
        assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
        assert b"A telephone" not in picture.data
    for path in (of_visit, page, f"{page}/receipt"):
        assert desk["Jiro"].get(path).status_code == 404
    assert "To be decided" in text_of(desk["coordinator"].get(f"/{SLUG}/support/expenses/").text)
    assert "pay it back" in desk["coordinator"].get(f"{page}/decline").text
    accepted = desk["coordinator"].post(f"{page}/accept", data={"borne_by": "receiver"})
    assert accepted.status_code == 303
    mine = text_of(desk["Taro"].get(f"/{SLUG}/support/mine").text)
    assert "To pay for help ¥1,680" in mine
    assert "Bread and milk" in mine
    bill = text_of(desk["Taro"].get(f"/{SLUG}/support/mine/bill").text)
    assert "Laid out for you ¥480" in bill
    month = text_of(desk["treasurer"].get(f"/{SLUG}/support/months/").text)
    assert "Members pay back what was laid out for them ¥480" in month


def test_only_whoever_gave_tells_and_only_a_coordinator_books(desk: Desk) -> None:
    of_visit = visit(desk)
    assert desk["Taro"].get(f"{of_visit}/tell").status_code == 404
    assert desk["Hana"].get(f"{of_visit}/write-down").status_code == 403
    assert desk["treasurer"].get(f"{of_visit}/write-down").status_code == 403
    written = desk["coordinator"].post(f"{of_visit}/write-down", data=sent(borne_by="group"))
    page = str(written.location)
    assert "the group" in desk["coordinator"].get(f"{of_visit}").text
    assert "Entry" in text_of(desk["treasurer"].get(page).text)
    assert desk["coordinator"].post(f"{page}/take-back", data={"reason": ""}).status_code == 422
    assert desk["coordinator"].post(f"{page}/take-back", data={"reason": "For herself"}).status_code == 303
    assert "It was taken back: For herself" in text_of(desk["Hana"].get(page).text)
    assert desk["coordinator"].get(f"{page}/take-back").status_code == 303


def test_what_is_refused_stays_in_the_form(desk: Desk) -> None:
    of_visit = visit(desk)
    answer = desk["Hana"].post(f"{of_visit}/tell", data=sent(file=(io.BytesIO(b"no picture"), "x.jpg")))
    assert answer.status_code == 422
    assert "This file is no photograph" in text_of(answer.text)
    assert "Bread and milk" in answer.text
    assert "please choose it once more" in text_of(answer.text)
    answer = desk["Hana"].post(f"{of_visit}/tell", data=sent(file=(io.BytesIO(), "")))
    assert "Please add a photograph of the receipt, or say why there is none." in text_of(answer.text)
    without = sent(no_receipt_because="A meter")
    del without["file"]
    told = desk["Hana"].post(f"{of_visit}/tell", data=without)
    assert told.status_code == 303
    assert desk["Hana"].get(f"{told.location}/receipt").status_code == 404


def test_a_large_photograph_comes_in_here_and_nothing_large_elsewhere(desk: Desk) -> None:
    of_visit = visit(desk)
    large = a_photograph() + bytes(5 * MEGABYTE)
    assert posted(desk["Hana"], f"{of_visit}/tell", large) == 303
    assert posted(desk["Hana"], f"/{SLUG}/log", large) == 413
    assert posted(desk.app.test_client(), f"{of_visit}/tell", large) == 413
    beyond = b"\xff\xd8\xff" + bytes(22 * MEGABYTE)
    assert posted(desk["Hana"], f"{of_visit}/tell", beyond) == 413


def test_a_pdf_is_taken_along_and_never_shown_inside_our_pages(desk: Desk) -> None:
    of_visit = visit(desk)
    file = (io.BytesIO(b"%PDF-1.7\n%%EOF\n"), "x.pdf")
    told = desk["Hana"].post(f"{of_visit}/tell", data=sent(file=file))
    given = desk["Hana"].get(f"{told.location}/receipt")
    assert given.mimetype == "application/pdf"
    assert re.fullmatch(r'attachment; filename="receipt-\d+\.pdf"', given.headers["Content-Disposition"])


def test_the_same_photograph_is_told_to_officers(desk: Desk) -> None:
    of_visit = visit(desk)
    desk["Hana"].post(f"{of_visit}/tell", data=sent(file=(io.BytesIO(a_png()), "a.png")))
    again = sent(key="form:0123456789abcdefghik", file=(io.BytesIO(a_png()), "b.png"))
    page = str(desk["Hana"].post(f"{of_visit}/tell", data=again).location)
    assert "The same photograph stands with another expense" in desk["coordinator"].get(page).text
    assert "The same photograph" not in desk["Hana"].get(page).text


def test_where_help_is_for_hours_only_there_are_no_expenses(app: Flask) -> None:
    desk = Desk(app, on=False)
    assert desk["coordinator"].get(f"/{SLUG}/support/expenses/").status_code == 404
    assert desk["coordinator"].get(f"/{SLUG}/support/visits/1/expenses").status_code == 404


def test_a_bill_that_holds_only_what_was_laid_out_is_found_and_a_far_month_is_no_error(desk: Desk) -> None:
    mine = f"/{SLUG}/support/mine"
    assert "mine/bill" not in desk["Taro"].get(mine).text

    def work(session: Session) -> None:
        community = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        giver, receiver = (session.get_one(Member, desk.ids[name]) for name in ("Hana", "Taro"))
        exchange = an_exchange(session, community, giver, receiver, worked_on=TODAY)
        bread = expenses.Facts(
            what="Bread",
            amount_minor=480,
            spent_on=TODAY,
            borne_by=RECEIVER,
            content=b"",
            no_receipt_because="Lost",
            key="form:bread",
        )
        expenses.write_down(session, community=community, exchange=exchange, facts=bread, actor=COORDINATOR)

    written(desk.app, work)
    assert "mine/bill" in desk["Taro"].get(mine).text
    for month in ("9999-12", "0001-01"):
        for act in ("close", "withdraw"):
            answer = desk["treasurer"].post(f"/{SLUG}/support/months/{act}", data={"month": month})
            assert answer.status_code in {303, 422}
        assert desk["Taro"].get(f"{mine}?month={month}").status_code == 200
