"""Reads Stripe's objects: what stands where in its answers, and which of it may be missing."""

import json
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from typing import Any

from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Event
from timebank.payments.facts import Invoice
from timebank.payments.facts import Movement
from timebank.payments.facts import Recurring
from timebank.payments.facts import Refund

#: What an intent is that waits for another way to pay, or for nothing any more.
_WILL_NOT_BE_PAID = frozenset({"requires_payment_method", "canceled"})

#: What an invoice is that Stripe still tries to have paid, or has given up.
_NOT_PAID = frozenset({"open", "uncollectible"})


class NotFromStripe(Exception):
    """A call to our webhook that Stripe has not signed, or that says nothing we could go by."""


def read_body(body: bytes) -> Event:
    """Read what is signed; even that may be anything, as ``{}``."""
    try:
        return read_event(json.loads(body, object_hook=_Plain))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError):
        raise NotFromStripe from None


class _Plain(dict[str, Any]):
    """An object of JSON, read as Stripe's library reads one."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def read_event(found: Any) -> Event:
    """Read that something happened; raises what the JSON of somebody else raises."""
    if not isinstance(found.id, str) or not isinstance(found.type, str) or found.object != "event":
        raise TypeError
    if not isinstance(found.livemode, bool) or not 1 <= len(found.id) <= 255 or len(found.type) > 255:
        raise TypeError
    object_id = get(found.data.object, "id")
    # Of the balance itself there are events, and it has no id.
    return Event(
        id=found.id,
        kind=found.type,
        object_id=object_id if isinstance(object_id, str) else "",
        live=found.livemode,
        made_at=moment(found.created),
    )


def read_checkout(found: Any) -> Checkout:
    """Read a page to pay on."""
    intent = get(found, "payment_intent")
    latest = get(intent, "latest_charge")
    return Checkout(
        id=found.id,
        # Others may use the same account, and that field for references of their own.
        token=token if (token := token_of(found)) == get(found, "client_reference_id") else "",
        status=str(found.status),
        paid=found.payment_status == "paid",
        failed=found.status == "complete" and get(intent, "status") in _WILL_NOT_BE_PAID,
        amount=int(found.amount_total or 0),
        currency=str(found.currency or "").upper(),
        made_at=moment(found.created),
        ends_at=moment(found.expires_at),
        # Once it is filled in for a konbini there is no page any more, and a voucher instead.
        url=get(found, "url") or _voucher_of(intent),
        intent_id=id_of(intent),
        charge=None if latest is None or isinstance(latest, str) else read_charge(latest),
        subscription_id=id_of(get(found, "subscription")),
    )


def read_recurring(found: Any) -> Recurring:
    """Read what repeats; ours have one item."""
    # By its name only: an object of Stripe's library has a method that is called items.
    item = found["items"].data[0]
    ended = get(found, "ended_at")
    return Recurring(
        id=found.id,
        token=token_of(found),
        status=str(found.status),
        every=str(item.price.recurring.interval),
        amount=int(item.price.unit_amount or 0) * int(item.quantity or 1),
        currency=str(found.currency).upper(),
        next_at=moment(item.current_period_end),
        made_at=moment(found.created),
        ended_at=moment(ended) if ended else None,
        item_id=item.id,
        product_id=id_of(item.price.product),
    )


def read_invoice(found: Any, intent: Any) -> Invoice:
    """Read what a subscription asks for; ``intent``: what pays it, or None."""
    details = get(get(found, "parent"), "subscription_details")
    latest = get(intent, "latest_charge")
    return Invoice(
        id=found.id,
        subscription_id=id_of(get(details, "subscription")),
        token=token_of(details),
        is_first=found.billing_reason == "subscription_create",
        paid=found.status == "paid",
        failed=found.status in _NOT_PAID and bool(found.attempted),
        intent_id=id_of(intent),
        charge=None if latest is None or isinstance(latest, str) else read_charge(latest),
    )


def _voucher_of(intent: Any) -> str:
    """Give the address of the voucher that is taken to a konbini; empty where there is none."""
    details = get(get(intent, "next_action"), "konbini_display_details")
    return str(get(details, "hosted_voucher_url") or "")


def read_charge(found: Any) -> Charge:
    """Read money that was taken; with its line of the balance where that was asked for."""
    token, intent_id = token_of_charge(found), id_of(get(found, "payment_intent"))
    whose: dict[str, Any] = {"charge_id": found.id, "intent_id": intent_id, "token": token}
    return Charge(
        id=found.id,
        paid=bool(found.paid) and found.status == "succeeded",
        amount=int(found.amount),
        currency=str(found.currency).upper(),
        made_at=moment(found.created),
        intent_id=intent_id,
        token=token,
        movements=tuple(replace(one, **whose) for one in read_movements(found)),
    )


def read_refund(found: Any) -> Refund:
    """Read a refund, with the lines of the balance that it has made."""
    whose = _whose(found)
    return Refund(
        id=found.id,
        status=str(found.status),
        amount=int(found.amount),
        currency=str(found.currency).upper(),
        made_at=moment(found.created),
        movements=tuple(replace(one, **whose) for one in read_movements(found)),
        **whose,
    )


def read_dispute(found: Any) -> Dispute:
    """Read a dispute, with the lines of the balance that it has made."""
    whose = _whose(found)
    due = get(get(found, "evidence_details"), "due_by")
    lines = map(read_movement, get(found, "balance_transactions") or ())
    return Dispute(
        id=found.id,
        status=str(found.status),
        amount=int(found.amount),
        currency=str(found.currency).upper(),
        made_at=moment(found.created),
        due_at=moment(due) if due else None,
        movements=tuple(replace(one, dispute_id=found.id, **whose) for one in lines),
        **whose,
    )


def _whose(found: Any) -> dict[str, Any]:
    """Tell which charge, intent and payment of ours something is about."""
    charge, intent = get(found, "charge"), get(found, "payment_intent")
    return {
        "charge_id": id_of(charge),
        "intent_id": id_of(intent) or id_of(get(charge, "payment_intent")),
        "token": token_of_charge(charge) or token_of(intent),
    }


def read_movements(found: Any) -> tuple[Movement, ...]:
    """Read the lines of the balance that something and its failing have made."""
    lines = [get(found, name) for name in ("balance_transaction", "failure_balance_transaction")]
    return tuple(read_movement(one) for one in lines if one is not None and not isinstance(one, str))


def read_movement(found: Any) -> Movement:
    """Read a line of the balance; its source may be an id only."""
    source = get(found, "source")
    source_id = id_of(source)
    is_charge = source_id.startswith(("ch_", "py_"))
    return Movement(
        id=found.id,
        kind=str(found.type),
        category=str(found.reporting_category),
        amount=int(found.amount),
        fee=int(found.fee),
        net=int(found.net),
        currency=str(found.currency).upper(),
        made_at=moment(found.created),
        source_id=source_id,
        charge_id=source_id if is_charge else id_of(get(source, "charge")),
        intent_id=id_of(get(source, "payment_intent")),
        token=token_of_charge(source) if is_charge else "",
        dispute_id=source_id if source_id.startswith(("dp_", "du_")) else "",
    )


def token_of_charge(charge: Any) -> str:
    """Find our token: Stripe copies an intent's metadata to its charges, and the intent has it, too."""
    return token_of(charge) or token_of(get(charge, "payment_intent"))


def token_of(found: Any) -> str:
    """Find our token in the metadata; empty where it is none of ours."""
    return str(get(get(found, "metadata"), "payment") or "")


def get(found: Any, name: str) -> Any:
    """Read what may be missing; an id that was not expanded has nothing further."""
    return None if found is None or isinstance(found, str) else getattr(found, name, None)


def id_of(found: Any) -> str:
    """Tell the id of what was expanded or not; empty where there is nothing."""
    return found if isinstance(found, str) else str(get(found, "id") or "")


def moment(seconds: Any) -> datetime:
    """Read a moment as Stripe writes it."""
    if type(seconds) is not int:
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)


def seconds(moment: datetime) -> int:
    """Write a moment as Stripe reads it."""
    return int(moment.timestamp())
