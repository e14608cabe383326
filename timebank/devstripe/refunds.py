"""Refunds: whole or in part, by card at once, to a convenience store's payer by way of a bank."""

from typing import Any

from timebank.devstripe import disputes
from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.money import DAY
from timebank.devstripe.money import book
from timebank.devstripe.parameters import email
from timebank.devstripe.parameters import metadata
from timebank.devstripe.parameters import one_of
from timebank.devstripe.parameters import text
from timebank.devstripe.parameters import whole
from timebank.devstripe.payments import charge_of
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

#: How long somebody may take to say to which bank account.
INSTRUCTIONS_FOR = 45 * DAY

REFUND = {
    "charge": text,
    "payment_intent": text,
    "amount": whole,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": metadata,
    "instructions_email": email,
}


def refund(work: Work, asked: Thing) -> Thing:
    """Give money back."""
    given = [name for name in ("charge", "payment_intent") if name in asked]
    if not given:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise RequestInvalid(message, code="parameter_missing", param="payment_intent")
    for name in given:
        work.get(name, asked[name], param=name)
    charge = charge_of(work, asked[given[0]], param=given[0])
    amount = asked.get("amount", charge["amount"] - charge["amount_refunded"])
    _refuse(work, charge, amount)
    by_card = charge["payment_method_details"]["type"] == "card"
    if not by_card and "instructions_email" not in asked:
        message = "konbini payments are refunded by way of a bank: pass instructions_email."
        raise CannotBeDone(message, code="parameter_missing", param="instructions_email")
    made = work.new("refund", "re" if by_card else "pyr", **_facts(charge, asked, amount))
    if by_card:
        work.save(made, status="succeeded", destination_details=_to_card())
        _take(work, made, charge)
    else:
        work.save(made, **_instructions(work, asked["instructions_email"]))
    refunded = charge["amount_refunded"] + amount
    work.save(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    work.tell("refund.created", made)
    if by_card:
        work.tell("charge.refunded", charge)
    return made


def complete(work: Work, made: Thing) -> Thing:
    """Let the payer say to which bank account, and the money arrive there."""
    if made["status"] not in {"requires_action", "pending"}:
        raise Impossible(f"{made['id']} waits for nothing")
    charge = work.get("charge", made["charge"])
    _take(work, made, charge)
    before = made["status"]
    made.pop("next_action", None)
    work.save(made, status="succeeded")
    work.tell("refund.updated", made, {"status": before})
    work.tell("charge.refunded", charge)
    return made


def fail(work: Work, made: Thing, *, reason: str = "expired_or_canceled_card") -> Thing:
    """Let a refund come back, as from a card that was closed."""
    if made["status"] in {"failed", "canceled"}:
        raise Impossible(f"{made['id']} has failed already")
    charge = work.get("charge", made["charge"])
    before = made["status"]
    if made["balance_transaction"]:
        movement = book(
            work,
            "refund_failure",
            made["amount"],
            category="refund_failure",
            currency=made["currency"],
            source=made["id"],
        )
        made["failure_balance_transaction"] = movement["id"]
    made.pop("next_action", None)
    work.save(made, status="failed", failure_reason=reason)
    work.save(charge, amount_refunded=charge["amount_refunded"] - made["amount"], refunded=False)
    work.tell("refund.updated", made, {"status": before})
    work.tell("charge.refund.updated", made, {"status": before})
    work.tell("refund.failed", made)
    return made


def of_charge(work: Work, charge: Thing) -> list[Thing]:
    """List a charge's refunds."""
    return work.all("refund", lambda made: made["charge"] == charge["id"], mentions=(charge["id"],))


def _refuse(work: Work, charge: Thing, amount: int) -> None:
    if charge["status"] != "succeeded":
        raise CannotBeDone(f"Charge {charge['id']} did not succeed and cannot be refunded.", param="charge")
    if disputes.holds(work, charge):
        raise CannotBeDone(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["refunded"]:
        raise CannotBeDone(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount < 1:
        raise CannotBeDone("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    left = charge["amount"] - charge["amount_refunded"]
    if amount > left:
        raise CannotBeDone(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            code="amount_too_large",
            param="amount",
        )


def _take(work: Work, made: Thing, charge: Thing) -> None:
    by_card = charge["payment_method_details"]["type"] == "card"
    movement = book(
        work,
        "refund" if by_card else "payment_refund",
        -made["amount"],
        category="refund",
        currency=made["currency"],
        source=made["id"],
    )
    work.save(made, balance_transaction=movement["id"])


def _facts(charge: Thing, asked: Thing, amount: int) -> dict[str, Any]:
    return {
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "currency": charge["currency"],
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def _to_card() -> Thing:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {"card": card, "type": "card"}


def _instructions(work: Work, to: str) -> dict[str, Any]:
    details = {
        "email_sent": {"email_sent_at": work.now, "email_sent_to": to},
        "expires_at": work.now + INSTRUCTIONS_FOR,
    }
    return {
        "status": "requires_action",
        "instructions_email": to,
        "next_action": {"display_details": details, "type": "display_details"},
    }
