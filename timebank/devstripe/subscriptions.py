"""Subscriptions: begun by a first payment, renewed period by period, changed, stopped."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC
from datetime import datetime

from timebank.devstripe import invoices
from timebank.devstripe import payments
from timebank.devstripe.catalogue import INTERVAL
from timebank.devstripe.catalogue import make_price
from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.money import DAY
from timebank.devstripe.parameters import currency
from timebank.devstripe.parameters import each
from timebank.devstripe.parameters import fields
from timebank.devstripe.parameters import flag
from timebank.devstripe.parameters import metadata
from timebank.devstripe.parameters import one_of
from timebank.devstripe.parameters import text
from timebank.devstripe.parameters import whole
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

#: What is there, but empty.
ABSENT = """
application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at
canceled_at days_until_due default_source ended_at latest_invoice next_pending_invoice_item_invoice
on_behalf_of pause_collection pending_invoice_item_interval pending_setup_intent pending_update
schedule test_clock transfer_data trial_settings
"""

RUNNING = frozenset({"trialing", "active", "past_due"})
TRIES_AGAIN_AFTER = 3 * DAY
MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}

#: What is already paid for by subscription has a product; another one is not made on the way.
PRICE = fields(
    "currency product recurring", currency=currency, product=text, recurring=INTERVAL, unit_amount=whole
)
CHANGE = {
    "items": each(fields(id=text, price=text, price_data=PRICE, quantity=whole)),
    "cancel_at_period_end": flag,
    "proration_behavior": one_of("none"),
    "metadata": metadata,
    "description": text,
    "cancellation_details": fields(comment=text, feedback=text),
}
STOP = {"cancellation_details": CHANGE["cancellation_details"], "prorate": flag, "invoice_now": flag}


def begin(
    work: Work,
    *,
    customer: str,
    price: Thing,
    quantity: int,
    notes: dict[str, str],
    description: str | None,
    intent: Thing,
    payer: Thing,
    once: Sequence[Thing] = (),
    trial_end: int | None = None,
) -> Thing:
    """Begin one with its first payment; it is told of only after its invoice was paid.

    ``once``: lines that stand on the first invoice only; with a trial they are all that it asks for.
    """
    subscription = _make(work, customer, price, notes, description)
    if trial_end is not None:
        work.save(subscription, status="trialing", billing_cycle_anchor=trial_end, _periods=0)
        work.save(subscription, trial_start=work.now, trial_end=trial_end)
    item = _item(work, subscription, price, quantity)
    page = {"object": "list", "data": [item], "has_more": False}
    page["url"] = f"/v1/subscription_items?subscription={subscription['id']}"
    work.save(subscription, items=page)
    payments.succeed(work, intent, payer=payer)
    invoice = invoices.make_invoice(work, subscription, reason="subscription_create", number=1, once=once)
    invoices.attach(work, invoice, intent)
    invoices.pay(work, invoice)
    work.save(subscription, latest_invoice=invoice["id"])
    work.tell("customer.subscription.created", subscription)
    return subscription


def renew(work: Work, subscription: Thing, *, declined: bool = False) -> Thing:
    """Begin the next period, with its invoice and payment, or end what was to end with the last."""
    if subscription["status"] not in RUNNING:
        raise Impossible(f"{subscription['id']} is {subscription['status']}")
    if subscription["cancel_at_period_end"]:
        return end(work, subscription)
    before = _next_period(work, subscription)
    if subscription["status"] == "trialing":
        work.save(subscription, status="active")
    work.tell("customer.subscription.updated", subscription, before)
    number = 1 + len(
        work.all("invoice", lambda one: _is_of(one, subscription), mentions=(subscription["id"],))
    )
    invoice = invoices.make_invoice(work, subscription, reason="subscription_cycle", number=number)
    work.save(subscription, latest_invoice=invoice["id"])
    intent = payments.intend(
        work,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        methods=["card"],
        customer=subscription["customer"],
        description="Subscription update",
    )
    invoices.attach(work, invoice, intent)
    if declined:
        _declined(work, subscription, invoice, intent)
    else:
        _pay(work, subscription, invoice, intent)
    return subscription


def pay_now(work: Work, subscription: Thing) -> Thing:
    """Try the declined payment of the last invoice again, with success."""
    invoice = work.get("invoice", subscription["latest_invoice"])
    if invoice["status"] != "open":
        raise Impossible(f"{invoice['id']} is {invoice['status']}")
    payment = invoices.of_invoice(work, invoice)[0]["payment"]
    _pay(work, subscription, invoice, work.get("payment_intent", payment["payment_intent"]))
    if subscription["status"] == "past_due":
        work.save(subscription, status="active")
        work.tell("customer.subscription.updated", subscription, {"status": "past_due"})
    return subscription


def change(work: Work, subscription: Thing, asked: Thing) -> Thing:
    """Change the amount from the next period on, or stop at the end of this one."""
    if subscription["status"] not in RUNNING:
        raise CannotBeDone(
            "A canceled subscription can only update its cancellation_details and metadata.", param="items"
        )
    before: Thing = {}
    if "items" in asked:
        before["items"] = subscription["items"]
        work.save(subscription, items=_changed_items(work, subscription, asked))
    if "metadata" in asked:
        before["metadata"] = subscription["metadata"]
        subscription["metadata"] = {**subscription["metadata"], **asked["metadata"]}
    if "description" in asked:
        before["description"] = subscription["description"]
        subscription["description"] = asked["description"]
    if "cancel_at_period_end" in asked:
        before |= _stop_at_end(work, subscription, asked["cancel_at_period_end"])
    work.save(subscription)
    work.tell("customer.subscription.updated", subscription, before)
    return subscription


def end(work: Work, subscription: Thing) -> Thing:
    """Stop it now."""
    if subscription["status"] not in RUNNING:
        raise CannotBeDone(f"No such active subscription: '{subscription['id']}'", code="resource_missing")
    details = {**subscription["cancellation_details"], "reason": "cancellation_requested"}
    work.save(
        subscription,
        status="canceled",
        canceled_at=subscription["canceled_at"] or work.now,
        ended_at=work.now,
        cancellation_details=details,
    )
    work.tell("customer.subscription.deleted", subscription)
    return subscription


def due(work: Work) -> list[Thing]:
    """List those whose period is over."""
    return work.all("subscription", lambda one: one["status"] in RUNNING and period_end(one) <= work.now)


def period_end(subscription: Thing) -> int:
    """Tell when the period ends."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def after(start: int, recurring: Thing, times: int) -> int:
    """Count periods from a moment; a month that is too short ends on its last day."""
    steps = int(recurring["interval_count"]) * times
    if recurring["interval"] in DAYS:
        return start + steps * DAYS[recurring["interval"]] * DAY
    first = datetime.fromtimestamp(start, UTC)
    months = first.year * 12 + first.month - 1 + steps * MONTHS[recurring["interval"]]
    year, month = months // 12, months % 12 + 1
    day = min(first.day, monthrange(year, month)[1])
    return int(first.replace(year=year, month=month, day=day).timestamp())


def _make(work: Work, customer: str, price: Thing, notes: dict[str, str], description: str | None) -> Thing:
    return work.new(
        "subscription",
        "sub",
        **dict.fromkeys(ABSENT.split()),
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=work.now,
        billing_mode={"flexible": None, "type": "classic"},
        billing_schedules=[],
        cancel_at_period_end=False,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically",
        currency=price["currency"],
        customer=customer,
        default_payment_method=work.store.new_id("pm"),
        default_tax_rates=[],
        description=description,
        discounts=[],
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        metadata=notes,
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": ["card"],
            "save_default_payment_method": "off",
        },
        start_date=work.now,
        status="active",
        trial_end=None,
        trial_start=None,
        _periods=1,
        _previous_start=work.now,
    )


def _item(work: Work, subscription: Thing, price: Thing, quantity: int) -> Thing:
    return {
        "id": work.store.new_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": work.now,
        "current_period_end": subscription["trial_end"] or after(work.now, price["recurring"], 1),
        "current_period_start": work.now,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription["id"],
        "tax_rates": [],
    }


def _next_period(work: Work, subscription: Thing) -> Thing:
    item = subscription["items"]["data"][0]
    periods = subscription["_periods"] + 1
    before = {"items": {"data": [dict(item)]}}
    starts = item["current_period_end"]
    ends = after(subscription["billing_cycle_anchor"], item["price"]["recurring"], periods)
    subscription["_previous_start"] = item["current_period_start"]
    item.update(current_period_start=starts, current_period_end=ends)
    work.save(subscription, _periods=periods)
    return before


def _pay(work: Work, subscription: Thing, invoice: Thing, intent: Thing) -> None:
    payments.succeed(work, intent, payer=_payer(work, subscription))
    invoices.pay(work, invoice)


def _declined(work: Work, subscription: Thing, invoice: Thing, intent: Thing) -> None:
    payments.decline(work, intent, payer=_payer(work, subscription))
    invoices.fail(work, invoice, again_at=work.now + TRIES_AGAIN_AFTER)
    if subscription["status"] == "active":
        work.save(subscription, status="past_due")
        work.tell("customer.subscription.updated", subscription, {"status": "active"})


def _payer(work: Work, subscription: Thing) -> Thing:
    customer = work.get("customer", subscription["customer"])
    return {"email": customer["email"], "name": customer["name"]}


def _is_of(invoice: Thing, subscription: Thing) -> bool:
    return bool(invoice["parent"]["subscription_details"]["subscription"] == subscription["id"])


def _changed_items(work: Work, subscription: Thing, asked: Thing) -> Thing:
    page: Thing = subscription["items"]
    item = page["data"][0]
    if asked.get("proration_behavior") != "none":
        message = (
            "This rehearsal changes an amount from the next period on only: pass proration_behavior=none."
        )
        raise RequestInvalid(message, code="parameter_missing", param="proration_behavior")
    if len(asked["items"]) != 1 or asked["items"][0].get("id") != item["id"]:
        raise CannotBeDone("This rehearsal's subscriptions have one item: pass its id.", param="items[0][id]")
    wanted = asked["items"][0]
    price = _wanted_price(work, wanted) or item["price"]
    if price["currency"] != subscription["currency"] or price["recurring"] != item["price"]["recurring"]:
        message = "The price has to recur as often as before, in the same currency."
        raise CannotBeDone(message, param="items[0][price]")
    return {**page, "data": [{**item, "price": price, "quantity": wanted.get("quantity", item["quantity"])}]}


def _wanted_price(work: Work, wanted: Thing) -> Thing | None:
    if "price_data" in wanted:
        return make_price(work, wanted["price_data"], "items[0][price_data]")
    if "price" in wanted:
        return work.get("price", wanted["price"], param="items[0][price]")
    return None


def _stop_at_end(work: Work, subscription: Thing, stop: bool) -> Thing:
    names = ("cancel_at_period_end", "cancel_at", "canceled_at")
    before = {name: subscription[name] for name in names}
    ends = period_end(subscription) if stop else None
    canceled = work.now if stop else None
    subscription.update(cancel_at_period_end=stop, cancel_at=ends, canceled_at=canceled)
    return before
