"""A treasurer gives a payment back from its own page: whole or in part, and once for each form."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import ledger
from tests.builders import an_officer
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.timebank.payments.test_going_back import disputed
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.payments import models
from timebank.payments.models import Payment
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.models import PASSWORD
from timebank.people.models import Person


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    """A browser in which the treasurer has signed in, with a second step."""
    with till.app.app_context():

        def begin(session: Any) -> str:
            community = session.get_one(Community, till.community_id)
            officer = an_officer(session, community, "treasurer")
            return sign_ins.begin(
                session,
                person=session.get_one(Person, officer.person.id),
                begun_by=PASSWORD,
                device=Device("Firefox", "Linux"),
                second_factor_at=clock.now(),
            )

        token = ledger.transaction(db.session, begin)
        db.session.remove()
    client = till.client()
    with client.session_transaction() as cookie:
        cookie.permanent = True
        cookie["_user_id"] = token
    return client


def page_of(till: Till, token: str) -> str:
    with till.app.app_context():
        number = db.session.scalars(select(Payment.id).where(Payment.token == token)).one()
        db.session.remove()
    return f"/{SLUG}/money/payments/{number}"


def form_of(client: FlaskClient, page: str) -> dict[str, str]:
    """Open the form, and give what it holds."""
    shown = client.get(f"{page}/give-back").text
    return {
        name: found[1]
        for name in ("key", "amount")
        if (found := re.search(rf'name="{name}"[^>]*value="([^"]*)"', shown))
    }


def paid(till: Till, amount: int = 3000) -> str:
    token = till.given(amount)
    till.tell_all()
    return token


def test_it_is_given_back_whole_and_the_form_sent_twice_gives_it_back_once(
    till: Till, treasurer: FlaskClient
) -> None:
    token = paid(till)
    page = page_of(till, token)
    form = form_of(treasurer, page)
    assert form["amount"] == "3000"
    assert treasurer.post(f"{page}/give-back", data=form).location == page
    assert till.payment(token).state == models.REFUNDED
    assert till.balances() == {"stripe": -108, "stripe-fees": 108}
    # The second press finds that nothing is left; Stripe would have known the form, too.
    assert treasurer.post(f"{page}/give-back", data=form).status_code == 409
    till.tell_all()
    assert len(till.stripe.fake.all("refund", account=HERE)) == 1
    assert till.faults() == []
    assert "Given back" in treasurer.get(page).text


def test_a_part_is_given_back_and_no_more_than_is_left(till: Till, treasurer: FlaskClient) -> None:
    token = paid(till)
    page = page_of(till, token)
    form = form_of(treasurer, page)
    too_much = treasurer.post(f"{page}/give-back", data={**form, "amount": "3,001"})
    assert too_much.status_code == 422
    assert "Of this payment ¥3,000 can still be given back." in too_much.text
    assert 'value="3,001"' in too_much.text
    assert treasurer.post(f"{page}/give-back", data={**form, "amount": "1,000"}).status_code == 303
    assert till.payment(token).state == models.PARTLY_REFUNDED
    assert form_of(treasurer, page)["amount"] == "2000"
    for typed in ("", "0", "lots", "-5", "1.5"):
        answer = treasurer.post(f"{page}/give-back", data={**form_of(treasurer, page), "amount": typed})
        assert answer.status_code == 422, typed
    assert till.balances()["fund:meal"] == -2000


def test_the_same_amount_goes_back_twice_only_where_somebody_says_so(
    till: Till, treasurer: FlaskClient
) -> None:
    token = paid(till)
    page = page_of(till, token)
    # Two tabs, or a way back in the browser: each has a form of its own.
    forms = [{**form_of(treasurer, page), "amount": "400"} for _tab in range(2)]
    assert treasurer.post(f"{page}/give-back", data=forms[0]).status_code == 303
    asked = treasurer.post(f"{page}/give-back", data=forms[1])
    assert asked.status_code == 422
    assert "¥400 of this payment went back already" in asked.text
    assert 'name="again"' in asked.text
    assert till.balances()["donations:meal"] == -2600
    assert treasurer.post(f"{page}/give-back", data={**forms[1], "again": "y"}).status_code == 303
    assert till.balances()["donations:meal"] == -2200
    assert treasurer.post(f"{page}/give-back", data={**forms[1], "amount": "300"}).status_code == 303
    assert till.faults() == []


def test_while_stripe_is_away_nothing_is_given_back_and_the_same_form_does_it_later(
    till: Till, treasurer: FlaskClient
) -> None:
    token = paid(till)
    page = page_of(till, token)
    form = form_of(treasurer, page)
    till.stripe.fake.trouble("lost", times=3, method="POST", path="/v1/refunds")
    away = treasurer.post(f"{page}/give-back", data={**form, "amount": "500"})
    assert away.status_code == 503
    assert 'value="500"' in away.text
    till.stripe.fake.troubles.clear()
    assert treasurer.post(f"{page}/give-back", data={**form, "amount": "500"}).status_code == 303
    assert len(till.stripe.fake.all("refund", account=HERE)) == 1
    assert till.balances()["donations:meal"] == -2500


def test_what_is_disputed_or_was_never_paid_is_not_given_back(till: Till, treasurer: FlaskClient) -> None:
    token, open_one = paid(till), till.begin()
    till.at_stripe(open_one)
    disputed(till, token)
    till.tell_all()
    for one, sentence in ((token, "disputes this payment"), (open_one, "nothing can be given back")):
        page = page_of(till, one)
        form = {**form_of(treasurer, page), "amount": "100"}
        answer = treasurer.post(f"{page}/give-back", data=form)
        assert (answer.status_code, sentence in answer.text) == (409, True)
        assert treasurer.get(page).status_code == 200
    assert "Proof can be sent to Stripe until" in treasurer.get(page_of(till, token)).text
    # It waits for the treasurer on the first page, and on that of all payments.
    assert "Payments that need a second look: 1" in treasurer.get(f"/{SLUG}/").text
    assert "A card's owner disputes a payment" in unescape(treasurer.get(f"/{SLUG}/money").text)


def test_what_was_paid_at_a_konbini_goes_back_to_an_account_that_stripe_asks_for(
    till: Till, treasurer: FlaskClient
) -> None:
    token = till.begin()
    at_stripe = till.at_stripe(token)
    till.stripe.fake.pay_later(at_stripe, email="hana@example.org")
    till.stripe.fake.pay_voucher(at_stripe)
    till.tell_all()
    page = page_of(till, token)
    form = form_of(treasurer, page)
    asked = treasurer.post(f"{page}/give-back", data={**form, "email": ""})
    assert asked.status_code == 422
    assert "please write an e-mail address" in asked.text
    sent = treasurer.post(f"{page}/give-back", data={**form, "email": "hana@example.org"})
    assert sent.status_code == 303
    assert till.payment(token).state == models.PAID
    assert "Waits for the bank account" in treasurer.get(page).text
    (refund,) = till.stripe.fake.all("refund", account=HERE)
    till.stripe.fake.complete_refund(refund["id"])
    till.tell_all()
    assert till.payment(token).state == models.REFUNDED
    assert till.faults() == []


def test_without_a_key_nothing_is_given_back(till: Till, treasurer: FlaskClient) -> None:
    page = page_of(till, paid(till))
    form = form_of(treasurer, page)
    object.__setattr__(till.app.config["TIMEBANK_STRIPE"], "keys", {})
    refused = treasurer.post(f"{page}/give-back", data=form)
    assert refused.status_code == 422
    assert "Stripe refuses to give this back" in refused.text


def test_what_did_not_arrive_is_given_back_once_more_and_owed_no_longer(
    till: Till, treasurer: FlaskClient
) -> None:
    token, _other = paid(till), paid(till, 5000)
    page = page_of(till, token)
    assert treasurer.post(f"{page}/give-back", data=form_of(treasurer, page)).status_code == 303
    (refund,) = till.stripe.fake.all("refund", account=HERE)
    till.stripe.fake.fail_refund(refund["id"])
    till.tell_all()
    assert till.balances()["refunds-owed"] == -3000
    assert form_of(treasurer, page)["amount"] == "3000"
    assert treasurer.post(f"{page}/give-back", data=form_of(treasurer, page)).status_code == 303
    # It was taken out of the fund and the gifts once, and not a second time.
    assert "refunds-owed" not in till.balances()
    assert (till.balances()["donations:meal"], till.balances()["fund:meal"]) == (-5000, -5000)
    assert till.payment(token).state == models.REFUNDED
    before = till.balances()
    till.tell_all()
    till.sweep()
    assert till.balances() == before
    assert till.faults() == []


def test_what_the_bank_took_back_is_not_offered_to_be_given_back(till: Till, treasurer: FlaskClient) -> None:
    token = paid(till)
    till.stripe.fake.close_dispute(disputed(till, token), won=False)
    till.tell_all()
    page = page_of(till, token)
    assert "give-back" not in treasurer.get(page).text
    form = {**form_of(treasurer, page), "amount": "100"}
    assert treasurer.post(f"{page}/give-back", data=form).status_code == 409


def test_the_page_of_a_payment_tells_the_treasurer_what_the_giver_wrote(
    till: Till, treasurer: FlaskClient
) -> None:
    token = till.given(name="Hana", message="For the cooks", wants_receipt="y", address="1-2 Honmachi")
    till.tell_all()
    page = treasurer.get(page_of(till, token)).text
    for told in ("Meals", "Hana", "For the cooks", "1-2 Honmachi", "I would like a receipt"):
        assert told in page
