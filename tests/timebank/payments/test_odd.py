"""What comes back otherwise than it was asked for: it is taken, kept apart, and never lost."""

import re
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import text

import ledger
from tests.builders import a_community
from tests.stripe_things import HERE
from tests.stripe_things import a_gift
from tests.till import Till
from tests.timebank.payments.test_bad_luck import later
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import service as donations
from timebank.payments import service
from timebank.payments.gateway import Gateway
from timebank.payments.models import DIFFERS
from timebank.payments.models import DOUBLE
from timebank.payments.models import PAID


def test_another_amount_is_taken_and_not_identified(till: Till) -> None:
    token = till.begin()
    notes = {"payment": token}
    page = a_gift(
        till.stripe.client,
        2500,
        client_reference_id=token,
        metadata=notes,
        payment_intent_data={"metadata": notes},
    )
    till.stripe.fake.pay(page.id)
    till.tell_all()
    paid = till.payment(token)
    assert (paid.state, paid.oddity, paid.taken_minor) == (PAID, DIFFERS, 2500)
    assert till.balances() == {"stripe": 2410, "stripe-fees": 90, "unidentified": -2500}
    assert "somebody looks at it by hand" in till.come_back(token).text


def test_another_currency_is_taken_as_it_is_and_not_identified(till: Till) -> None:
    """Three thousand of another currency's smallest coin are not ¥3,000, though the figures are the same."""
    token = till.begin(3000)
    notes = {"payment": token}
    line = {
        "price_data": {"currency": "eur", "product_data": {"name": "A gift"}, "unit_amount": 3000},
        "quantity": 1,
    }
    page = a_gift(
        till.stripe.client,
        client_reference_id=token,
        metadata=notes,
        payment_intent_data={"metadata": notes},
        line_items=[line],
    )
    till.stripe.fake.pay(page.id)
    till.tell_all()
    paid = till.payment(token)
    assert (paid.state, paid.oddity, paid.taken_minor, paid.taken_currency) == (PAID, DIFFERS, 3000, "EUR")
    assert (paid.amount_minor, paid.currency) == (3000, "JPY")
    assert till.balances() == {}
    with till.app.app_context():
        lines = ledger.trial_balance(db.session(), till.book_id)
        euros = {one.code: one.balance for one in lines if one.commodity == "EUR" and one.balance}
        db.session.remove()
    assert euros["unidentified"] == -3000
    assert euros["stripe"] + euros["stripe-fees"] == 3000
    assert till.sweep().agrees
    assert "somebody looks at it by hand" in till.come_back(token).text


def test_the_same_gift_paid_twice_is_one_gift_and_the_rest_is_not_identified(till: Till) -> None:
    first = till.begin()
    page = till.at_stripe(first)
    with till.app.app_context():

        def again(session: Any) -> str:
            payment = service.find_payment(
                session, community=session.get_one(Community, till.community_id), token=first
            )
            assert payment
            return donations.pay_again(
                session,
                community=session.get_one(Community, till.community_id),
                donation=donations.donation_of(session, payment),
            ).token

        second = ledger.transaction(db.session, again)
    till.stripe.fake.pay(till.at_stripe(second))
    till.stripe.fake.pay(page)
    till.tell_all()
    assert {till.payment(first).oddity, till.payment(second).oddity} == {None, DOUBLE}
    assert till.balances()["donations:meal"] == -3000
    assert till.balances()["unidentified"] == -3000
    assert till.faults() == []
    # Giving the second one back leaves the first alone.
    odd = first if till.payment(first).oddity else second
    till.stripe.fake.refund(str(till.payment(odd).checkout_id))
    till.tell_all()
    assert "unidentified" not in till.balances()
    assert till.balances()["fund:meal"] == -3000


def a_second_page(till: Till, token: str) -> str:
    """Let there be another page for a payment, as where something fell over at the wrong moment."""
    notes = {"payment": token}
    page = a_gift(
        till.stripe.client,
        client_reference_id=token,
        metadata=notes,
        payment_intent_data={"metadata": notes},
    )
    return str(page.id)


def test_what_is_paid_on_another_page_for_the_same_payment_counts_where_the_first_was_not_paid(
    till: Till,
) -> None:
    token = till.begin()
    first, second = till.at_stripe(token), a_second_page(till, token)
    till.stripe.fake.pay(second)
    till.tell_all()
    assert (till.payment(token).state, till.payment(token).checkout_id) == (PAID, second)
    assert till.balances()["donations:meal"] == -3000
    # Should the first be paid, too, that money is kept apart, whichever is given back.
    till.stripe.fake.pay(first)
    till.tell_all()
    till.sweep()
    assert till.balances()["donations:meal"] == -3000
    assert till.balances()["unidentified"] == -3000
    till.stripe.fake.refund(first)
    till.tell_all()
    assert "unidentified" not in till.balances()
    assert till.payment(token).state == PAID
    assert till.faults() == []


def test_a_draft_that_nobody_took_any_further_is_given_up(till: Till) -> None:
    token, young = till.begin(), till.begin()
    later(till, minutes=60 * 49)
    another = till.begin()
    till.sweep()
    states = {one: till.payment(one).state for one in (token, young, another)}
    assert states == {token: "expired", young: "expired", another: "draft"}
    again = till.go_on(token)
    assert str(again.location).rsplit("/", 1)[1] != token
    assert till.at_stripe(str(again.location).rsplit("/", 1)[1])


def test_a_live_key_is_refused_where_a_test_key_has_left_money(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = till.begin()
    till.at_stripe(token)
    monkeypatch.setattr(Gateway, "live", property(lambda self: True))
    with pytest.raises(service.ModeChanged):
        till.sweep()


def test_a_webhook_before_the_row_is_told_again(till: Till) -> None:
    """Another database of ours could have it: what carries our mark and is not there is not forgotten."""
    notes = {"payment": "nobody-knows-this-token-yet"}
    page = a_gift(
        till.stripe.client,
        client_reference_id=notes["payment"],
        metadata=notes,
        payment_intent_data={"metadata": notes},
    )
    till.stripe.fake.pay(page.id)
    completed = next(
        one["id"]
        for one in till.stripe.fake.pending(account=HERE)
        if one["type"] == "checkout.session.completed"
    )
    assert till.tell(completed) == 409


def test_two_communities_cannot_share_an_account(till: Till) -> None:
    till.given()
    till.tell_all()
    with till.app.app_context():
        ledger.transaction(db.session, lambda session: a_community(session, slug="nagoya").id)
        settings = current_app.config["TIMEBANK_STRIPE"]
    bare = settings.keys[""]
    object.__setattr__(settings, "keys", {"kadoma": bare, "nagoya": bare})
    with till.app.app_context():
        ledger.transaction(
            db.session,
            lambda session: session.execute(
                text(
                    "INSERT INTO giving_rule SELECT c.id, r.open, r.words, r.suggested, r.least_minor, "
                    "r.fee_from_fund, r.konbini FROM community c, giving_rule r WHERE c.slug = 'nagoya'"
                )
            ),
        )
    client = till.client()
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get("/nagoya/give").text)
    assert key
    begun = client.post("/nagoya/give", data={"key": key[1], "amount": "1000", "every": "", "fund": "0"})
    answer = client.post(f"{begun.location}/pay")
    assert answer.status_code == 409
    assert "the same account at Stripe" in answer.text
