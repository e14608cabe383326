"""Receipts for fees: one for each, for whoever paid, and a note when the money goes back."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.timebank.memberships.paying import OWN
from tests.timebank.memberships.paying import pays
from tests.timebank.memberships.test_views import fee_ids
from tests.timebank.memberships.test_views import officer
from tests.timebank.memberships.test_views import take
from timebank.communities.models import Community
from timebank.db import db
from timebank.queue import Task
from timebank.receipts.issuer import change_issuer
from timebank.receipts.models import Receipt
from timebank.receipts.papers import make_paper
from timebank.receipts.proof import check_receipts

ASKED = {"name": "Hana Sato", "address": "4-5-6 Honmachi"}


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        change_issuer(session, community=community, name="An association", seat="1-2", actor=SOMEBODY)

    written(till.app, work)
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def receipts(till: Till) -> list[tuple[Any, ...]]:
    with till.app.app_context():
        found = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
        told = [(one.number, one.kind, one.amount_minor, one.payer, one.source) for one in found]
        db.session.remove()
    return told


def make_sheets(till: Till) -> None:
    def work(session: Session) -> None:
        for one in session.scalars(select(Receipt)).all():
            make_paper(session, Task(0, till.community_id, "", {"receipt": one.id}, 1))

    written(till.app, work)


def faults(till: Till) -> list[str]:
    with till.app.app_context():
        found = check_receipts(db.session())
        db.session.remove()
    return found


def test_a_member_asks_once_for_the_receipt_of_a_fee_by_card_and_a_refund_gets_a_note(
    till: Till, client: FlaskClient
) -> None:
    token = pays(till, client, years="2")
    till.tell_all()
    (fee_id,) = fee_ids(till)
    page = f"{OWN}/{fee_id}/receipt"
    assert page in client.get(OWN).text
    assert client.post(page, data={**ASKED, "name": " "}).status_code == 422
    for _click in range(2):
        client.post(page, data=ASKED)
    payment = till.payment(token)
    assert receipts(till) == [(1, "fee", 6000, "Hana Sato", f"payment:{payment.id}")]
    waits = client.get(page)
    assert "The sheet is being made." in waits.text
    assert waits.headers["Refresh"]
    make_sheets(till)
    shown = client.get(page).text
    assert "Hana Sato" in shown
    assert "Full (" in shown
    with till.app.app_context():
        (number,) = db.session.scalars(select(Receipt.id))
        db.session.remove()
    sheet = client.get(f"{OWN}/{fee_id}/receipts/{number}.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert client.get(f"{OWN}/{fee_id}/receipts/{number + 1}.pdf").status_code == 404
    till.stripe.fake.refund(str(payment.checkout_id), amount=3000)
    till.tell_all()
    assert [one[:3] for one in receipts(till)] == [(1, "fee", 6000), (2, "refund", 3000)]
    make_sheets(till)
    assert "was given back on" in client.get(page).text
    assert faults(till) == []


def test_a_fee_in_cash_has_one_and_what_is_taken_back_gets_a_note(till: Till, client: FlaskClient) -> None:
    treasurer = officer(till, "treasurer")
    take(treasurer, other="Hana")
    (fee_id,) = fee_ids(till)
    issued = treasurer.post(f"/{SLUG}/fees/{fee_id}/receipt", data=ASKED)
    assert issued.status_code == 303
    assert receipts(till) == [(1, "fee", 3000, "Hana Sato", f"fee:{fee_id}")]
    assert treasurer.get(f"/{SLUG}/fees/{fee_id}/receipt").location == issued.location
    for _click in range(2):
        treasurer.post(f"/{SLUG}/fees/{fee_id}/take-back", data={"reason": "A mistake"})
    assert [one[:3] for one in receipts(till)] == [(1, "fee", 3000), (2, "refund", 3000)]
    make_sheets(till)
    assert faults(till) == []


def test_what_went_back_and_what_was_free_has_none(till: Till, client: FlaskClient) -> None:
    treasurer = officer(till, "treasurer")
    take(treasurer, other="Hana")
    (fee_id,) = fee_ids(till)
    treasurer.post(f"/{SLUG}/fees/{fee_id}/take-back", data={"reason": "A mistake"})
    page = f"{OWN}/{fee_id}/receipt"
    assert "went back" in client.get(page).text
    assert client.post(page, data=ASKED).status_code == 409
    assert receipts(till) == []


def test_another_members_receipt_is_not_there_and_a_gift_has_it_for_the_giver(
    till: Till, hana: Neighbour, client: FlaskClient
) -> None:
    def work(session: Session) -> Neighbour:
        return a_neighbour(session, session.get_one(Community, till.community_id), name="Mio", number="777")

    mio = signed_in(till.app, written(till.app, work))
    pays(till, client, other="777")
    till.tell_all()
    (fee_id,) = fee_ids(till)
    page = f"{OWN}/{fee_id}/receipt"
    assert mio.get(page).status_code == 404
    assert page not in mio.get(OWN).text
    assert client.post(page, data=ASKED).status_code == 303
    assert mio.get(page).status_code == 404


def test_where_nobody_issues_receipts_it_says_so(till: Till, hana: Neighbour) -> None:
    client = signed_in(till.app, hana)
    client.post("/language", data={"language": "en"})
    pays(till, client)
    till.tell_all()
    (fee_id,) = fee_ids(till)
    page = f"{OWN}/{fee_id}/receipt"
    assert "issues no receipts here" in client.get(page).text
    assert client.post(page, data=ASKED).status_code == 409
    assert receipts(till) == []
