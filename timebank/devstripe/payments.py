"""Payment intents and their charges: tried, paid, declined, paid later, gone wrong after all."""

import hashlib
from collections.abc import Callable
from typing import Any

from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import NotThere
from timebank.devstripe.money import DAY
from timebank.devstripe.money import PENDING_FOR
from timebank.devstripe.money import book
from timebank.devstripe.money import fee_of
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

KONBINI_SMALLEST = 120
KONBINI_LARGEST = 300_000
KONBINI_DAYS = 3
JAPAN_IS_AHEAD_BY = 9 * 60 * 60

Between = Callable[[Thing], None]


def nothing(_: Thing) -> None:
    """Do nothing between a charge and the success of its intent."""


def intend(
    work: Work,
    *,
    amount: int,
    currency: str,
    methods: list[str],
    customer: str | None = None,
    notes: dict[str, str] | None = None,
    description: str | None = None,
    konbini_days: int | None = None,
    receipt_email: str | None = None,
) -> Thing:
    """Begin a payment."""
    options: Thing = {"card": {"installments": None, "mandate_options": None, "network": None}}
    options["card"]["request_three_d_secure"] = "automatic"
    if "konbini" in methods:
        options["konbini"] = {
            "confirmation_number": None,
            "expires_after_days": konbini_days or KONBINI_DAYS,
            "expires_at": None,
            "product_description": None,
        }
    intent = work.new(
        "payment_intent",
        "pi",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method="automatic_async",
        client_secret=None,
        confirmation_method="automatic",
        currency=currency,
        customer=customer,
        description=description,
        last_payment_error=None,
        latest_charge=None,
        metadata=notes or {},
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_options={name: options[name] for name in methods if name in options},
        payment_method_types=methods,
        processing=None,
        receipt_email=receipt_email,
        review=None,
        setup_future_usage=None,
        shipping=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
    )
    work.save(intent, client_secret=f"{intent['id']}_secret_rehearsal")
    work.tell("payment_intent.created", intent)
    return intent


def succeed(
    work: Work, intent: Thing, *, method: str = "card", payer: Thing, between: Between = nothing
) -> Thing:
    """Take the money."""
    charge = _charge(work, intent, method, payer)
    if not work.late_balance:
        settle(work, charge)
    work.tell("charge.succeeded", charge)
    between(charge)
    work.save(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        next_action=None,
        last_payment_error=None,
    )
    work.tell("payment_intent.succeeded", intent)
    return charge


def settle(work: Work, charge: Thing) -> Thing:
    """Bring the money of a charge on its way to the balance."""
    kind = "payment" if charge["payment_method_details"]["type"] == "konbini" else "charge"
    movement = book(
        work,
        kind,
        charge["amount"],
        category="charge",
        currency=charge["currency"],
        source=charge["id"],
        fee=fee_of(charge["amount"]),
        pending_for=PENDING_FOR,
        description=charge["description"],
    )
    return work.save(charge, balance_transaction=movement["id"])


def decline(work: Work, intent: Thing, *, payer: Thing) -> Thing:
    """Let the card be declined; the payer may try again."""
    charge = _charge(work, intent, "card", payer)
    message = "Your card was declined."
    work.save(
        charge,
        status="failed",
        paid=False,
        captured=False,
        amount_captured=0,
        failure_code="card_declined",
        failure_message=message,
        receipt_url=None,
        outcome=_outcome("issuer_declined", "declined_by_network"),
    )
    work.tell("charge.failed", charge)
    error = {
        "charge": charge["id"],
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": message,
        "type": "card_error",
    }
    work.save(intent, status="requires_payment_method", last_payment_error=error, latest_charge=charge["id"])
    work.tell("payment_intent.payment_failed", intent)
    return charge


def give_voucher(work: Work, intent: Thing, *, base_url: str, session: str) -> None:
    """Let it be paid at a convenience store until the end of a day."""
    options = intent["payment_method_options"]["konbini"]
    until = _end_of_day(work.now + options["expires_after_days"] * DAY)
    digits = str(int(hashlib.sha256(intent["id"].encode()).hexdigest(), 16))
    store = {"confirmation_number": digits[:11], "payment_code": digits[11:17]}
    details = {
        "expires_at": until,
        "hosted_voucher_url": f"{base_url}/c/voucher/{session}",
        "stores": dict.fromkeys(("familymart", "lawson", "ministop", "seicomart"), store),
    }
    work.save(
        intent,
        status="requires_action",
        payment_method=work.store.new_id("pm"),
        next_action={"konbini_display_details": details, "type": "konbini_display_details"},
    )
    work.tell("payment_intent.requires_action", intent)


def voucher_of(intent: Thing) -> Thing:
    """Give the voucher that waits to be paid."""
    details = (intent["next_action"] or {}).get("konbini_display_details")
    if intent["status"] != "requires_action" or details is None:
        raise Impossible(f"{intent['id']} has no voucher that waits to be paid")
    return dict(details)


def expire_voucher(work: Work, intent: Thing) -> None:
    """Let the last day pass."""
    voucher_of(intent)
    error = {
        "code": "payment_intent_payment_attempt_expired",
        "message": "The payment was not made at the convenience store in time.",
        "type": "invalid_request_error",
    }
    work.save(intent, status="requires_payment_method", next_action=None, last_payment_error=error)
    work.tell("payment_intent.payment_failed", intent)


def take_back(work: Work, charge: Thing) -> Thing:
    """Let a payment that is not by card fail after it had succeeded."""
    if charge["status"] != "succeeded" or charge["payment_method_details"]["type"] == "card":
        raise Impossible("only a payment that succeeded, and not by card, can fail afterwards")
    movement = book(
        work,
        "payment_failure_refund",
        -charge["amount"],
        category="charge_failure",
        currency=charge["currency"],
        source=charge["id"],
    )
    work.save(
        charge,
        status="failed",
        paid=False,
        failure_code="generic_decline",
        failure_message="The bank took the payment back.",
        failure_balance_transaction=movement["id"],
    )
    work.tell("charge.failed", charge)
    intent = work.get("payment_intent", charge["payment_intent"])
    work.save(intent, status="requires_payment_method", amount_received=0)
    work.tell("payment_intent.payment_failed", intent)
    return charge


def charge_of(work: Work, payment: str, *, param: str = "charge") -> Thing:
    """Find the charge of a payment, whether its own, its intent's or its session's id is given."""
    thing = work.find(payment) or {"object": ""}
    if thing["object"] == "checkout.session":
        thing = work.find(thing["_intent"] or "") or {"object": ""}
    if thing["object"] == "payment_intent":
        thing = work.find(thing["latest_charge"] or "") or {"object": ""}
    if thing["object"] != "charge":
        raise NotThere("charge", payment, param=param)
    return thing


def _charge(work: Work, intent: Thing, method: str, payer: Thing) -> Thing:
    # What is not paid by card is a payment in the books of Stripe, and its id says so.
    return work.new(
        "charge",
        "ch" if method == "card" else "py",
        amount=intent["amount"],
        amount_captured=intent["amount"],
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details=_billing(payer),
        calculated_statement_descriptor=None,
        captured=True,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        on_behalf_of=None,
        outcome=_outcome(None, "approved_by_network"),
        paid=True,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"] or work.store.new_id("pm"),
        payment_method_details=_method_details(method),
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        source_transfer=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="succeeded",
        transfer_data=None,
        transfer_group=None,
    )


def _billing(payer: Thing) -> Thing:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": payer["email"], "name": payer["name"], "phone": None, "tax_id": None}


def _outcome(reason: str | None, network: str) -> Thing:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": "generic_decline" if reason else None,
        "risk_level": "normal",
        "risk_score": 1,
        "seller_message": "The bank declined." if reason else "Payment complete.",
        "type": reason or "authorized",
    }


def _method_details(method: str) -> dict[str, Any]:
    if method == "konbini":
        return {"konbini": {"store": {"chain": "lawson"}}, "type": "konbini"}
    card = {
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "JP",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "rehearsal",
        "funding": "credit",
        "last4": "4242",
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }
    return {"card": card, "type": "card"}


def _end_of_day(moment: int) -> int:
    local = moment + JAPAN_IS_AHEAD_BY
    return local - local % DAY + DAY - 1 - JAPAN_IS_AHEAD_BY
