"""A gift every month: begun, renewed, declined, changed, stopped."""

from datetime import UTC
from datetime import datetime
from typing import Any
from urllib.request import urlopen

import pytest
import stripe

from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from tests.stripe_things import a_monthly_gift
from timebank.devstripe import Impossible
from timebank.devstripe.subscriptions import after

MONTHLY = {"interval": "month", "interval_count": 1}


def a_running_gift(rehearsed: Rehearsal, **asked: Any) -> stripe.Subscription:
    session = a_monthly_gift(rehearsed.client, subscription_data={"metadata": {"gift": "8"}}, **asked)
    rehearsed.fake.pay(session.id, email="mitsuko@example.org")
    begun = rehearsed.client.v1.checkout.sessions.retrieve(session.id)
    assert begun.payment_intent is None
    return rehearsed.client.v1.subscriptions.retrieve(str(begun.subscription))


def test_the_first_payment_comes_before_the_subscription_is_told_of(rehearsed: Rehearsal) -> None:
    session = a_monthly_gift(rehearsed.client)
    rehearsed.kinds()
    rehearsed.fake.pay(session.id)
    kinds = rehearsed.kinds()
    assert kinds == [
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "customer.subscription.created",
        "checkout.session.completed",
    ]


def test_an_invoice_is_found_from_the_charge_and_names_our_gift(rehearsed: Rehearsal) -> None:
    noise = a_gift(rehearsed.client)
    rehearsed.fake.pay(noise.id)
    subscription = a_running_gift(rehearsed)
    v1 = rehearsed.client.v1
    charge = v1.charges.list({"customer": str(subscription.customer)}).data[0]
    assert charge.metadata.to_dict() == {}
    payment: Any = {"type": "payment_intent", "payment_intent": str(charge.payment_intent)}
    found = v1.invoice_payments.list({"payment": payment, "expand": ["data.invoice"]})
    invoice: Any = found.data[0].invoice
    assert invoice.parent.subscription_details.metadata["gift"] == "8"
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1000,
        "subscription_create",
    )
    inner: Any = v1.invoices.retrieve(invoice.id, {"expand": ["payments"]}).payments
    assert inner.data[0].status == "paid"
    assert v1.invoice_payments.retrieve(found.data[0].id).amount_paid == 1000
    assert [one.id for one in v1.invoices.list({"subscription": subscription.id}).data] == [invoice.id]
    noise_payment: Any = {
        "type": "payment_intent",
        "payment_intent": v1.charges.list().data[1].payment_intent,
    }
    assert v1.invoice_payments.list({"payment": noise_payment}).data == []


def test_the_next_month_renews_it(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    rehearsed.kinds()
    rehearsed.fake.next_month(subscription.id)
    assert rehearsed.kinds() == [
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]
    renewed = rehearsed.client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    before, item = subscription["items"].data[0], renewed["items"].data[0]
    assert item.current_period_start == before.current_period_end
    invoice: Any = renewed.latest_invoice
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_cycle", 1000)
    assert rehearsed.client.v1.balance.retrieve().pending[0].amount == 964


def test_several_months_that_pass_are_each_paid(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    rehearsed.fake.advance(days=100)
    invoices = rehearsed.client.v1.invoices.list({"subscription": subscription.id, "status": "paid"}).data
    assert len(invoices) == 4


def test_a_renewal_that_is_declined_is_overdue_until_the_card_works(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    rehearsed.kinds()
    rehearsed.fake.next_month(subscription.id, declined=True)
    kinds = rehearsed.kinds()
    assert "invoice.payment_failed" in kinds
    assert "invoice.paid" not in kinds
    v1 = rehearsed.client.v1
    assert v1.subscriptions.retrieve(subscription.id).status == "past_due"
    rehearsed.fake.pay_invoice(subscription.id)
    assert v1.subscriptions.retrieve(subscription.id).status == "active"
    assert "invoice.paid" in rehearsed.kinds()
    with pytest.raises(Impossible, match="is paid"):
        rehearsed.fake.pay_invoice(subscription.id)


def test_the_amount_changes_from_the_next_month_on(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    item = subscription["items"].data[0]
    price = {
        "currency": "jpy",
        "product": item.price.product,
        "unit_amount": 500,
        "recurring": {"interval": "month"},
    }
    asked: Any = {
        "items": [{"id": item.id, "price_data": price}],
        "proration_behavior": "none",
        "metadata": {"changed": "1"},
        "description": "A smaller gift",
    }
    changed = rehearsed.client.v1.subscriptions.update(subscription.id, asked)
    assert changed["items"].data[0].price.unit_amount == 500
    assert changed.metadata.to_dict() == {"gift": "8", "changed": "1"}
    rehearsed.fake.next_month(subscription.id)
    paid = rehearsed.client.v1.invoices.list({"subscription": subscription.id}).data
    assert [invoice.amount_paid for invoice in paid] == [500, 1000]


def test_a_change_is_refused_where_it_would_be_guessed_at(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    item = subscription["items"].data[0]
    update = rehearsed.client.v1.subscriptions.update
    once = rehearsed.client.v1.prices.create(
        {"currency": "jpy", "unit_amount": 500, "product": str(item.price.product)}
    )
    with pytest.raises(stripe.InvalidRequestError, match="proration_behavior"):
        update(subscription.id, {"items": [{"id": item.id, "price": once.id}]})
    with pytest.raises(stripe.InvalidRequestError, match="has to recur"):
        update(subscription.id, {"items": [{"id": item.id, "price": once.id}], "proration_behavior": "none"})
    yearly = rehearsed.client.v1.prices.create(
        {
            "currency": "jpy",
            "unit_amount": 500,
            "product": str(item.price.product),
            "recurring": {"interval": "year"},
        }
    )
    with pytest.raises(stripe.InvalidRequestError, match="as often as before"):
        update(
            subscription.id, {"items": [{"id": item.id, "price": yearly.id}], "proration_behavior": "none"}
        )
    with pytest.raises(stripe.InvalidRequestError, match="pass its id"):
        update(subscription.id, {"items": [{"price": once.id}], "proration_behavior": "none"})


def test_another_price_made_before_can_be_paid_from_the_next_month_on(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    item = subscription["items"].data[0]
    price = rehearsed.client.v1.prices.create(
        {
            "currency": "jpy",
            "unit_amount": 700,
            "product": str(item.price.product),
            "recurring": {"interval": "month"},
        }
    )
    asked: Any = {"items": [{"id": item.id, "price": price.id}], "proration_behavior": "none"}
    changed = rehearsed.client.v1.subscriptions.update(subscription.id, asked)
    assert changed["items"].data[0].price.id == price.id
    asked = {"items": [{"id": item.id, "quantity": 2}], "proration_behavior": "none"}
    rehearsed.client.v1.subscriptions.update(subscription.id, asked)
    rehearsed.fake.next_month(subscription.id)
    assert rehearsed.client.v1.invoices.list().data[0].total == 1400


def test_two_months_that_are_declined_stay_overdue(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    for _ in range(2):
        rehearsed.fake.next_month(subscription.id, declined=True)
    rehearsed.fake.pay_invoice(subscription.id)
    assert rehearsed.client.v1.subscriptions.retrieve(subscription.id).status == "active"
    found = rehearsed.client.v1.invoices.list({"status": "open"}).data
    assert [invoice.amount_remaining for invoice in found] == [1000]


def test_it_is_stopped_at_the_end_of_the_month(rehearsed: Rehearsal) -> None:
    subscription = a_running_gift(rehearsed)
    update = rehearsed.client.v1.subscriptions.update
    stopped = update(subscription.id, {"cancel_at_period_end": True})
    assert (stopped.status, stopped.cancel_at) == ("active", stopped["items"].data[0].current_period_end)
    assert update(subscription.id, {"cancel_at_period_end": False}).cancel_at is None
    update(subscription.id, {"cancel_at_period_end": True})
    rehearsed.kinds()
    rehearsed.fake.next_month(subscription.id)
    assert rehearsed.kinds() == ["customer.subscription.deleted"]
    v1 = rehearsed.client.v1
    assert v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert v1.subscriptions.list().data == []
    assert len(v1.subscriptions.list({"status": "all", "customer": str(subscription.customer)}).data) == 1
    with pytest.raises(stripe.InvalidRequestError, match="canceled subscription"):
        update(subscription.id, {"cancel_at_period_end": True})


def test_it_is_stopped_at_once(rehearsed: Rehearsal) -> None:
    subscription, other = a_running_gift(rehearsed), a_running_gift(rehearsed)
    details: Any = {"cancellation_details": {"comment": "Moving away"}}
    ended = rehearsed.client.v1.subscriptions.cancel(subscription.id, details)
    assert ended.cancellation_details.comment == "Moving away"  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError, match="No such active subscription"):
        rehearsed.client.v1.subscriptions.cancel(subscription.id)
    assert [one.id for one in rehearsed.client.v1.subscriptions.list().data] == [other.id]
    assert rehearsed.fake.stop_subscription(other.id)["status"] == "canceled"


def test_a_first_card_that_is_declined_begins_nothing(rehearsed: Rehearsal) -> None:
    session = a_monthly_gift(rehearsed.client)
    rehearsed.kinds()
    rehearsed.fake.decline(session.id)
    assert rehearsed.kinds() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert rehearsed.client.v1.subscriptions.list({"status": "all"}).data == []
    rehearsed.fake.pay(session.id)
    assert len(rehearsed.client.v1.subscriptions.list().data) == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"payment_intent_data": {"metadata": {"gift": "7"}}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        (
            {
                "line_items": [
                    {"price_data": {"currency": "jpy", "product_data": {"name": "Once"}, "unit_amount": 900}}
                ]
            },
            "recurring",
        ),
    ],
)
def test_what_a_monthly_gift_cannot_have_is_refused(
    rehearsed: Rehearsal, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        a_monthly_gift(rehearsed.client, **asked)


def test_a_single_gift_has_no_recurring_price(rehearsed: Rehearsal) -> None:
    price = {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": 900, "recurring": MONTHLY}
    with pytest.raises(stripe.InvalidRequestError, match="recurring price"):
        a_gift(rehearsed.client, line_items=[{"price_data": price}])


@pytest.mark.parametrize(
    ("start", "recurring", "times", "end"),
    [
        ((2026, 1, 31), MONTHLY, 1, (2026, 2, 28)),
        ((2026, 1, 31), MONTHLY, 2, (2026, 3, 31)),
        ((2026, 12, 5), MONTHLY, 1, (2027, 1, 5)),
        ((2028, 2, 29), {"interval": "year", "interval_count": 1}, 1, (2029, 2, 28)),
        ((2026, 1, 1), {"interval": "week", "interval_count": 2}, 1, (2026, 1, 15)),
    ],
)
def test_a_month_that_is_too_short_ends_on_its_last_day(
    start: tuple[int, int, int], recurring: dict[str, Any], times: int, end: tuple[int, int, int]
) -> None:
    moment = int(datetime(*start, tzinfo=UTC).timestamp())
    assert datetime.fromtimestamp(after(moment, recurring, times), UTC) == datetime(*end, tzinfo=UTC)


def test_a_trial_asks_for_what_is_paid_once_now_and_for_the_rest_when_it_ends(rehearsed: Rehearsal) -> None:
    ends = rehearsed.fake.now() + 40 * 86_400
    price: Any = {"currency": "jpy", "unit_amount": 3000, "product_data": {"name": "Fee"}}
    lines: Any = [
        {"quantity": 1, "price_data": price},
        {"quantity": 1, "price_data": price | {"recurring": {"interval": "year"}}},
    ]
    asked: Any = {
        "mode": "subscription",
        "line_items": lines,
        "success_url": "http://localhost:9/",
        "subscription_data": {"trial_end": ends},
    }
    v1 = rehearsed.client.v1
    with pytest.raises(stripe.InvalidRequestError, match="2 days"):
        v1.checkout.sessions.create(asked | {"subscription_data": {"trial_end": rehearsed.fake.now() + 3600}})
    page = v1.checkout.sessions.create(asked)
    assert page.amount_total == 3000
    rehearsed.fake.pay(page.id)
    subscription = v1.subscriptions.retrieve(str(v1.checkout.sessions.retrieve(page.id).subscription))
    assert (subscription.status, subscription.trial_end) == ("trialing", ends)
    first = v1.invoices.retrieve(str(subscription.latest_invoice))
    assert (first.amount_paid, [line.amount for line in first.lines.data]) == (3000, [3000, 0])
    rehearsed.fake.next_month(subscription.id)
    renewed = v1.subscriptions.retrieve(subscription.id)
    assert (renewed.status, renewed["items"].data[0].current_period_start) == ("active", ends)
    assert v1.invoices.retrieve(str(renewed.latest_invoice)).amount_paid == 3000


def test_the_page_says_what_is_taken_now_and_what_later(rehearsed: Rehearsal) -> None:
    price: Any = {"currency": "jpy", "unit_amount": 3000, "product_data": {"name": "Fee"}}
    asked: Any = {
        "mode": "subscription",
        "locale": "en",
        "line_items": [
            {"quantity": 1, "price_data": price},
            {"quantity": 1, "price_data": price | {"recurring": {"interval": "year"}}},
        ],
        "success_url": "http://localhost:9/",
        "subscription_data": {"trial_end": rehearsed.fake.now() + 40 * 86_400},
    }
    page = rehearsed.client.v1.checkout.sessions.create(asked)
    with urlopen(str(page.url)) as shown:  # noqa: S310 - on this machine
        assert "now, and every year from 20" in shown.read().decode()
