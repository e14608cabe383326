"""Invoices: what a subscription asks for at the start of each period, and what paid it."""

from collections.abc import Sequence
from typing import Any

from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

#: Amounts that are nothing.
NOTHING = """
amount_overpaid amount_paid amount_paid_off_stripe amount_shipping post_payment_credit_notes_amount
pre_payment_credit_notes_amount
"""
#: What is there, but empty.
ABSENT = """
application account_tax_ids automatically_finalizes_at custom_fields customer_address customer_phone
customer_shipping default_payment_method default_source description due_date footer from_invoice
hosted_invoice_url invoice_pdf last_finalization_error latest_revision next_payment_attempt
on_behalf_of receipt_number rendering shipping_cost shipping_details statement_descriptor test_clock
webhooks_delivered_at
"""


def make_invoice(
    work: Work, subscription: Thing, *, reason: str, number: int, once: Sequence[Thing] = ()
) -> Thing:
    """Ask for the period that begins, and for what is asked for once; a trial asks for nothing of its own."""
    item = subscription["items"]["data"][0]
    tried = subscription["status"] == "trialing" and reason == "subscription_create"
    for_period = 0 if tried else item["price"]["unit_amount"] * item["quantity"]
    amount = for_period + sum(one["amount_total"] for one in once)
    customer = work.get("customer", subscription["customer"])
    parent: dict[str, Any] = {
        "quote_details": None,
        "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        "type": "subscription_details",
    }
    invoice = work.new(
        "invoice",
        "in",
        **dict.fromkeys(ABSENT.split()),
        **_sums(amount),
        account_country=work.account.country,
        account_name=work.account.name or None,
        attempt_count=0,
        attempted=False,
        auto_advance=False,
        automatic_tax={
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        billing_reason=reason,
        collection_method="charge_automatically",
        currency=subscription["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_tax_exempt="none",
        customer_tax_ids=[],
        default_tax_rates=[],
        discounts=[],
        effective_at=work.now,
        ending_balance=0,
        issuer={"type": "self"},
        metadata={},
        number=f"{customer['invoice_prefix']}-{number:04d}",
        parent=parent,
        payment_settings={
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        # An invoice speaks of the period that has ended: at the first one, of the moment it began.
        period_end=work.now,
        period_start=subscription["_previous_start"],
        starting_balance=0,
        status="open",
        status_transitions={
            "finalized_at": work.now,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
    )
    work.save(invoice, lines=_lines(work, subscription, invoice, for_period, once))
    work.tell("invoice.created", invoice)
    work.tell("invoice.finalized", invoice)
    return invoice


def pay(work: Work, invoice: Thing) -> None:
    """Note that a payment has paid it."""
    for payment in of_invoice(work, invoice):
        work.save(
            payment,
            amount_paid=invoice["amount_due"],
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": work.now},
        )
    work.save(
        invoice,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempt_count=invoice["attempt_count"] + 1,
        attempted=True,
        next_payment_attempt=None,
        status="paid",
        status_transitions={**invoice["status_transitions"], "paid_at": work.now},
    )
    work.tell("invoice.paid", invoice)
    work.tell("invoice.payment_succeeded", invoice)
    for payment in of_invoice(work, invoice):
        work.tell("invoice_payment.paid", payment)


def fail(work: Work, invoice: Thing, *, again_at: int) -> None:
    """Note that a payment was tried and declined."""
    work.save(
        invoice, attempt_count=invoice["attempt_count"] + 1, attempted=True, next_payment_attempt=again_at
    )
    work.tell("invoice.payment_failed", invoice)


def attach(work: Work, invoice: Thing, intent: Thing) -> Thing:
    """Say by which payment it is to be paid."""
    return work.new(
        "invoice_payment",
        "inpay",
        amount_paid=None,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )


def of_invoice(work: Work, invoice: Thing) -> list[Thing]:
    """List the payments of an invoice."""
    return work.all(
        "invoice_payment",
        lambda payment: payment["invoice"] == invoice["id"],
        mentions=(invoice["id"],),
    )


def _sums(amount: int) -> Thing:
    whole = dict.fromkeys(("amount_due", "amount_remaining", "subtotal", "subtotal_excluding_tax"), amount)
    nothing = dict.fromkeys(NOTHING.split(), 0)
    lists: Thing = {"total_discount_amounts": [], "total_pretax_credit_amounts": [], "total_taxes": []}
    return {**whole, **nothing, **lists, "total": amount, "total_excluding_tax": amount}


def _lines(work: Work, subscription: Thing, invoice: Thing, for_period: int, once: Sequence[Thing]) -> Thing:
    item = subscription["items"]["data"][0]
    lines = [
        *(_line_once(work, subscription, one, invoice) for one in once),
        _line(work, subscription, item, invoice, for_period),
    ]
    return _page(f"/v1/invoices/{invoice['id']}/lines", lines)


def _line(work: Work, subscription: Thing, item: Thing, invoice: Thing, amount: int) -> Thing:
    return {
        "id": work.store.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "description": None,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": item["price"]["id"], "product": item["price"]["product"]},
            "type": "price_details",
            "unit_amount_decimal": item["price"]["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subtotal": amount,
        "taxes": [],
    }


def _line_once(work: Work, subscription: Thing, once: Thing, invoice: Thing) -> Thing:
    line = _line(work, subscription, {**once, **_now(work), "id": ""}, invoice, once["amount_total"])
    details = {
        "invoice_item": work.store.new_id("ii"),
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
    }
    parent = {
        "invoice_item_details": details,
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    return {**line, "description": once["description"], "parent": parent}


def _now(work: Work) -> Thing:
    return {"current_period_start": work.now, "current_period_end": work.now}


def _page(url: str, things: list[Thing]) -> Thing:
    return {"object": "list", "data": things, "has_more": False, "url": url}
