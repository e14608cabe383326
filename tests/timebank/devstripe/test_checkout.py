"""A checkout through Stripe's own library: opened, paid, declined, paid later, expired."""

import time
from typing import Any

import pytest
import stripe
from werkzeug.test import Client

from tests.stripe_things import PLACES
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from tests.stripe_things import a_monthly_gift
from timebank.devstripe import Impossible

KONBINI: Any = {"payment_method_types": ["card", "konbini"]}
PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def test_a_gift_is_followed_from_the_request_to_the_balance(rehearsed: Rehearsal) -> None:
    session = a_gift(
        rehearsed.client,
        client_reference_id="gift-7",
        metadata={"gift": "7"},
        payment_intent_data={"metadata": {"gift": "7"}, "description": "A gift"},
        submit_type="donate",
        adaptive_pricing={"enabled": False},
        locale="ja",
        customer_email="mitsuko@example.org",
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url == f"{rehearsed.url}/c/pay/{session.id}"
    assert rehearsed.kinds() == ["product.created", "price.created"]

    rehearsed.fake.pay(session.id)

    assert rehearsed.kinds() == PAID
    expand = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    paid: Any = rehearsed.client.v1.checkout.sessions.retrieve(session.id, expand)  # type: ignore[arg-type]
    assert (paid.status, paid.payment_status, paid.amount_total, paid.currency) == (
        "complete",
        "paid",
        3000,
        "jpy",
    )
    assert paid.client_reference_id == "gift-7"
    assert paid.customer_details.email == "mitsuko@example.org"
    assert paid.payment_intent.metadata["gift"] == "7"
    assert paid.payment_intent.latest_charge.metadata["gift"] == "7"
    movement = paid.payment_intent.latest_charge.balance_transaction
    assert (movement.amount, movement.fee, movement.net, movement.type) == (3000, 108, 2892, "charge")
    assert movement.source == paid.payment_intent.latest_charge.id
    assert paid.line_items.data[0].amount_total == 3000


def test_every_object_of_a_payment_can_be_fetched_and_listed(rehearsed: Rehearsal) -> None:
    v1 = rehearsed.client.v1
    a_gift(rehearsed.client)
    rehearsed.fake.pay(a_gift(rehearsed.client, amount=500).id)
    session = a_gift(rehearsed.client)
    rehearsed.fake.pay(session.id)
    intent = str(v1.checkout.sessions.retrieve(session.id).payment_intent)
    charge = v1.payment_intents.retrieve(intent).latest_charge
    assert [one.id for one in v1.charges.list({"payment_intent": intent}).data] == [charge]
    assert v1.charges.retrieve(str(charge)).amount == 3000
    assert [one.amount for one in v1.payment_intents.list().data] == [3000, 500]
    assert [one.id for one in v1.checkout.sessions.list({"payment_intent": intent}).data] == [session.id]
    assert len(v1.checkout.sessions.list({"status": "open"}).data) == 1
    assert len(v1.checkout.sessions.line_items.list(session.id).data) == 1
    movement = v1.charges.retrieve(str(charge)).balance_transaction
    assert v1.balance_transactions.retrieve(str(movement)).net == 2892
    found = v1.balance_transactions.list({"source": str(charge), "type": "charge", "expand": ["data.source"]})
    assert [one.source.id for one in found.data] == [charge]  # type: ignore[union-attr]


def test_a_declined_card_leaves_the_session_open_for_another_try(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.kinds()
    rehearsed.fake.decline(session.id)
    assert rehearsed.kinds() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert rehearsed.client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert rehearsed.client.v1.balance.retrieve().pending[0].amount == 0
    rehearsed.fake.pay(session.id)
    assert rehearsed.kinds() == PAID[1:]
    assert [charge.status for charge in rehearsed.client.v1.charges.list().data] == ["succeeded", "failed"]


def test_a_session_is_paid_once(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.fake.pay(session.id)
    with pytest.raises(Impossible, match="complete, not open"):
        rehearsed.fake.pay(session.id)


def test_a_voucher_is_taken_and_then_paid_at_the_counter(rehearsed: Rehearsal) -> None:
    options = {"konbini": {"expires_after_days": 5}}
    session = a_gift(rehearsed.client, **KONBINI, payment_method_options=options)
    rehearsed.kinds()
    taken = rehearsed.fake.pay_later(session.id, email="mitsuko@example.org")
    assert (taken["status"], taken["payment_status"]) == ("complete", "unpaid")
    assert rehearsed.kinds() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "checkout.session.completed",
    ]
    rehearsed.fake.pay_voucher(session.id)
    assert rehearsed.kinds() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    assert rehearsed.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_voucher_whose_last_day_passes_is_never_paid(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client, **KONBINI)
    rehearsed.fake.pay_later(session.id)
    rehearsed.kinds()
    rehearsed.fake.advance(days=2)
    assert rehearsed.kinds() == []
    rehearsed.fake.advance(days=2)
    assert rehearsed.kinds() == ["payment_intent.payment_failed", "checkout.session.async_payment_failed"]
    with pytest.raises(Impossible, match="no voucher"):
        rehearsed.fake.pay_voucher(session.id)
    with pytest.raises(Impossible, match="no voucher"):
        rehearsed.fake.expire_voucher(session.id)


def test_an_open_session_expires_by_itself_or_is_expired(rehearsed: Rehearsal) -> None:
    forgotten = a_gift(rehearsed.client, expires_at=rehearsed.fake.now() + 3600)
    closed = a_gift(rehearsed.client)
    rehearsed.kinds()
    rehearsed.client.v1.checkout.sessions.expire(closed.id)
    rehearsed.fake.advance(hours=1)
    assert rehearsed.kinds() == ["checkout.session.expired"] * 2
    found = rehearsed.client.v1.checkout.sessions.list({"status": "expired"}).data
    assert {session.id for session in found} == {forgotten.id, closed.id}
    with pytest.raises(stripe.InvalidRequestError, match="This one is expired"):
        rehearsed.client.v1.checkout.sessions.expire(closed.id)


def test_where_the_payer_goes_afterwards_names_the_session(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    assert session.success_url == PLACES["success_url"]
    assert session.cancel_url == PLACES["cancel_url"]


def test_a_price_made_before_can_be_paid(rehearsed: Rehearsal) -> None:
    v1 = rehearsed.client.v1
    product = v1.products.create({"name": "A fee"})
    price = v1.prices.create({"currency": "jpy", "unit_amount": 1200, "product": product.id})
    assert v1.products.retrieve(product.id).name == "A fee"
    assert v1.prices.retrieve(price.id, {"expand": ["product"]}).product.name == "A fee"  # type: ignore[union-attr]
    customer = v1.customers.create(
        {"email": "mitsuko@example.org", "name": "Mitsuko", "metadata": {"n": "1"}}
    )
    assert v1.customers.retrieve(customer.id).name == "Mitsuko"
    session = a_gift(rehearsed.client, line_items=[{"price": price.id, "quantity": 2}], customer=customer.id)
    assert session.amount_total == 2400
    rehearsed.fake.pay(session.id)
    found = v1.checkout.sessions.list({"customer_details": {"email": "mitsuko@example.org"}}).data
    assert [one.id for one in found] == [session.id]


def a_line(amount: int) -> dict[str, Any]:
    price = {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": amount}
    return {"price_data": price, "quantity": 1}


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"sucess_url": "x"}, "parameter_unknown", "sucess_url"),
    ({"line_items": [{"prise": "x"}]}, "parameter_unknown", "line_items[0][prise]"),
    ({"mode": "donation"}, None, "mode"),
    ({"line_items": []}, "parameter_missing", "line_items"),
    ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price]"),
    ({"line_items": [{"price": "price_nowhere"}]}, "resource_missing", "line_items[0][price]"),
    ({"success_url": "thanks"}, "url_invalid", "success_url"),
    ({"customer": "cus_nowhere"}, "resource_missing", "customer"),
    ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
    ({"customer_email": ""}, "parameter_invalid_empty", "customer_email"),
    ({"subscription_data": {"metadata": {"gift": "7"}}}, None, "subscription_data"),
    ({"metadata": {"note": "x" * 501}}, None, "metadata[note]"),
    ({"metadata": {f"note{number}": "x" for number in range(51)}}, None, "metadata"),
    ({"expires_at": 1}, None, "expires_at"),
    ({"adaptive_pricing": {"enabled": "perhaps"}}, None, "enabled"),
    ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
    ({"payment_method_types": ["cash"]}, None, "payment_method_types"),
    (
        {"payment_method_options": {"konbini": {"expires_after_days": 61}}, **KONBINI},
        None,
        "expires_after_days",
    ),
    ({"expand": ["success_url"]}, None, "cannot be expanded"),
    ({"expand": ["a.b.c.d.e"]}, None, "more than 4"),
    ({"expand": ["donor"]}, None, "cannot be expanded"),
    ({"customer": "cus_1", "customer_email": "mitsuko@example.org"}, None, "customer_email"),
    ({"line_items": [{"price": "price_1", "quantity": 0}]}, None, "line_items[0][quantity]"),
    ({"line_items": [{"price_data": {"currency": "xau"}}]}, None, "Invalid currency"),
    (
        {"line_items": [{"price_data": {"currency": "jpy", "product": "x"}}]},
        "parameter_missing",
        "unit_amount",
    ),
    ({"line_items": [{"price_data": {"currency": "jpy", "unit_amount": 1}}]}, "parameter_missing", "product"),
    ({"line_items": "price_1"}, None, "Invalid array"),
    ({"adaptive_pricing": "off"}, None, "Invalid object"),
    ({"client_reference_id": {"gift": "7"}}, None, "Invalid string"),
    ({"client_reference_id": "x" * 5001}, "parameter_invalid_string", "too long"),
    ({"metadata": "gift"}, None, "Invalid object"),
    ({"currency": "usd"}, None, "prices are in jpy"),
]


@pytest.mark.parametrize(("asked", "code", "words"), REFUSED, ids=lambda one: str(one)[:60])
def test_what_stripe_would_refuse_is_refused(
    rehearsed: Rehearsal, asked: dict[str, Any], code: str | None, words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        a_gift(rehearsed.client, **asked)
    assert refused.value.code == code
    assert words in f"{refused.value} {refused.value.param}"
    assert rehearsed.client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize("amount", ["30.5", "abc", "-1", "100000000"])
def test_an_amount_is_whole_and_not_too_large(rehearsed: Rehearsal, amount: str) -> None:
    price = {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": amount}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        a_gift(rehearsed.client, line_items=[{"price_data": price}])
    assert refused.value.code == "parameter_invalid_integer"
    assert refused.value.param == "line_items[0][price_data][unit_amount]"


@pytest.mark.parametrize(
    ("amount", "asked", "words"),
    [
        (49, {}, "at least 50"),
        (99_999_999, {"line_items": [a_line(99_999_999), a_line(1)]}, "too large"),
        (119, KONBINI, "120 to 300000"),
        (300_001, KONBINI, "120 to 300000"),
    ],
)
def test_an_amount_has_its_limits(
    rehearsed: Rehearsal, amount: int, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        a_gift(rehearsed.client, amount, **asked)


def test_a_convenience_store_takes_only_yen_and_only_once(rehearsed: Rehearsal) -> None:
    price = {"currency": "usd", "product_data": {"name": "A gift"}, "unit_amount": 3000}
    with pytest.raises(stripe.InvalidRequestError, match="jpy only"):
        a_gift(rehearsed.client, line_items=[{"price_data": price}], **KONBINI)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be used"):
        a_monthly_gift(rehearsed.client, **KONBINI)
    with pytest.raises(Impossible, match="convenience store"):
        rehearsed.fake.pay_later(a_gift(rehearsed.client).id)


def test_the_prices_of_one_checkout_have_one_currency(rehearsed: Rehearsal) -> None:
    lines = [
        {"price_data": {"currency": money, "product_data": {"name": "A gift"}, "unit_amount": 900}}
        for money in ("usd", "jpy")
    ]
    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        a_gift(rehearsed.client, line_items=lines)


def test_a_list_is_read_page_by_page_forwards_and_backwards(rehearsed: Rehearsal) -> None:
    made = [a_gift(rehearsed.client, amount=1000 + number).id for number in range(5)]
    sessions = rehearsed.client.v1.checkout.sessions
    first = sessions.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == ([made[4], made[3]], True)
    last = sessions.list({"limit": 3, "starting_after": made[3]})
    assert ([one.id for one in last.data], last.has_more) == ([made[2], made[1], made[0]], False)
    before = sessions.list({"limit": 1, "ending_before": made[3]})
    assert ([one.id for one in before.data], before.has_more) == ([made[4]], False)
    assert [one.id for one in sessions.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        sessions.list({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        sessions.list({"starting_after": "cs_nowhere"})
    with pytest.raises(stripe.InvalidRequestError, match="not in this list"):
        sessions.list({"starting_after": made[0], "status": "complete"})


def test_a_list_can_begin_at_a_moment(rehearsed: Rehearsal) -> None:
    a_gift(rehearsed.client)
    moment = rehearsed.fake.advance(hours=1)
    later = a_gift(rehearsed.client)
    sessions = rehearsed.client.v1.checkout.sessions
    assert [one.id for one in sessions.list({"created": {"gte": moment}}).data] == [later.id]
    assert sessions.list({"created": {"gt": later.created}}).data == []
    assert len(sessions.list({"created": {"lt": moment, "lte": moment}}).data) == 1
    assert len(sessions.list({"created": later.created}).data) == 1


def test_a_customer_is_made_where_that_is_wanted(rehearsed: Rehearsal) -> None:
    session = a_gift(
        rehearsed.client,
        customer_creation="always",
        payment_intent_data={"receipt_email": "keiko@example.org"},
    )
    rehearsed.fake.decline(session.id)
    paid = rehearsed.fake.pay(session.id, email="mitsuko@example.org", name="Mitsuko")
    intent = rehearsed.client.v1.payment_intents.retrieve(paid["payment_intent"])
    assert intent.customer == paid["customer"]
    assert intent.receipt_email == "keiko@example.org"
    found = rehearsed.client.v1.customers.list({"email": "mitsuko@example.org"}).data
    assert [customer.id for customer in found] == [paid["customer"]]


def test_a_page_can_be_made_by_an_application_whose_clock_stands_behind(rehearsed: Rehearsal) -> None:
    rehearsed.fake.advance(days=5)
    page = a_gift(rehearsed.client, expires_at=int(time.time()) + 3600)
    assert page.status == "open"
    assert page.expires_at > rehearsed.fake.now()


def test_a_button_that_is_pressed_twice_at_once_shows_how_it_stands(
    rehearsed: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = a_gift(rehearsed.client)

    def paid_meanwhile(*_facts: object, **_more: object) -> None:
        raise Impossible("paid already")

    monkeypatch.setattr(rehearsed.fake, "pay", paid_meanwhile)
    answer = Client(rehearsed.fake.wsgi).post(f"/c/pay/{page.id}", data={"do": "pay"})
    assert answer.status_code == 200
