"""Disputes: a bank asks for money back, or only asks; then somebody wins."""

from timebank.devstripe.errors import Impossible
from timebank.devstripe.money import DAY
from timebank.devstripe.money import DISPUTE_FEE
from timebank.devstripe.money import book
from timebank.devstripe.payments import charge_of
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

EVIDENCE_WITHIN = 7 * DAY
CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})
#: The names of what can be laid before the bank.
EVIDENCE_NAMES = """
access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
cancellation_rebuttal customer_communication customer_email_address customer_name
customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation
duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure
refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier
shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text
"""
EVIDENCE = EVIDENCE_NAMES.split()


def open_dispute(work: Work, charge: Thing, *, reason: str = "fraudulent", inquiry: bool = False) -> Thing:
    """Let the payer's bank dispute a charge; an inquiry moves no money yet."""
    if charge["status"] != "succeeded" or charge["payment_method_details"]["type"] != "card":
        raise Impossible("only a charge by card that succeeded can be disputed")
    if charge["disputed"] or charge["refunded"]:
        raise Impossible(f"{charge['id']} is disputed or refunded already")
    dispute = work.new(
        "dispute",
        "du",
        amount=charge["amount"] - charge["amount_refunded"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": work.now + EVIDENCE_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": "visa",
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "83",
            },
            "type": "card",
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    work.save(charge, disputed=True)
    work.tell("charge.dispute.created", dispute)
    if not inquiry:
        _move(work, dispute, -dispute["amount"], "dispute", fee=DISPUTE_FEE)
        work.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def of_payment(work: Work, payment: str) -> Thing:
    """Find a dispute by its own id, or by that of its charge, intent or session."""
    found = work.find(payment)
    if found is not None and found["object"] == "dispute":
        return found
    charge = charge_of(work, payment)
    disputes = work.all(
        "dispute", lambda dispute: dispute["charge"] == charge["id"], mentions=(charge["id"],)
    )
    if not disputes:
        raise Impossible(f"{charge['id']} is not disputed")
    return disputes[0]


def close(work: Work, dispute: Thing, *, won: bool) -> Thing:
    """Let somebody win: money comes back, or nothing more happens."""
    if dispute["status"] in CLOSED:
        raise Impossible(f"{dispute['id']} is closed already")
    before = dispute["status"]
    status = "warning_closed" if before.startswith("warning") else _winner(won)
    work.save(dispute, status=status, is_charge_refundable=status != "lost")
    work.tell("charge.dispute.updated", dispute, {"status": before})
    if status == "won":
        work.tell("charge.updated", work.get("charge", dispute["charge"]), {})
        _move(work, dispute, dispute["amount"], "dispute_reversal")
        work.tell("charge.dispute.funds_reinstated", dispute)
    work.tell("charge.dispute.closed", dispute)
    return dispute


def warn(work: Work, charge: Thing) -> Thing:
    """Let a bank say that a charge may be a thief's, before anybody disputes it."""
    warning = work.new(
        "radar.early_fraud_warning",
        "issfr",
        actionable=not charge["refunded"] and not charge["disputed"],
        charge=charge["id"],
        fraud_type="made_with_stolen_card",
        payment_intent=charge["payment_intent"],
    )
    work.tell("radar.early_fraud_warning.created", warning)
    return warning


def holds(work: Work, charge: Thing) -> bool:
    """Say whether a dispute keeps the charge from being refunded."""
    return any(
        dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]
        for dispute in work.all("dispute")
    )


def _winner(won: bool) -> str:
    return "won" if won else "lost"


def _move(work: Work, dispute: Thing, amount: int, category: str, *, fee: int = 0) -> None:
    movement = book(
        work,
        "adjustment",
        amount,
        category=category,
        currency=dispute["currency"],
        source=dispute["id"],
        fee=fee,
        fee_for="Dispute fee",
        description=f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for {dispute['charge']}",
    )
    work.save(dispute, balance_transactions=[*dispute["balance_transactions"], movement])
