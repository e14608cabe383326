"""Payouts: the balance goes to the bank, arrives there, or comes back; and Stripe's own fees."""

from timebank.devstripe.errors import Impossible
from timebank.devstripe.money import DAY
from timebank.devstripe.money import book
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

ARRIVES_AFTER = 2 * DAY


def pay_out(work: Work, *, amount: int | None = None) -> Thing:
    """Send the balance to the bank: all of it and automatically, or an amount by hand."""
    currency = work.account.currency
    inside = work.all(
        "balance_transaction",
        lambda movement: movement["_payout"] is None and movement["currency"] == currency,
    )
    whole = sum(movement["net"] for movement in inside)
    automatic = amount is None
    sent = whole if amount is None else amount
    if not 0 < sent <= whole:
        raise Impossible(f"the balance is {whole} {currency}: that cannot be paid out")
    payout = work.new(
        "payout",
        "po",
        amount=sent,
        application_fee=None,
        application_fee_amount=None,
        arrival_date=work.now - work.now % DAY + ARRIVES_AFTER,
        automatic=automatic,
        balance_transaction=None,
        currency=currency,
        description="STRIPE PAYOUT",
        destination=None,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata={},
        method="standard",
        original_payout=None,
        payout_method=None,
        reconciliation_status="in_progress" if automatic else "not_applicable",
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="in_transit",
        trace_id={"status": "pending", "value": None},
        type="bank_account",
    )
    movement = book(work, "payout", -sent, category="payout", currency=currency, source=payout["id"])
    work.save(payout, balance_transaction=movement["id"])
    work.tell("payout.created", payout)
    for one in inside:
        # A rehearsal does not wait four days: what is paid out was available.
        work.save(
            one, available_on=min(one["available_on"], work.now), _payout=payout["id"] if automatic else None
        )
    if automatic:
        work.save(movement, _payout=payout["id"])
        work.save(payout, reconciliation_status="completed")
        work.tell("payout.reconciliation_completed", payout)
    return payout


def arrive(work: Work, payout: Thing) -> Thing:
    """Let the money reach the bank."""
    if payout["status"] != "in_transit":
        raise Impossible(f"{payout['id']} is {payout['status']}")
    trace = {"status": "supported", "value": payout["id"][-10:].lstrip("0").rjust(8, "0")}
    work.save(payout, status="paid", trace_id=trace)
    work.tell("payout.updated", payout, {"status": "in_transit"})
    work.tell("payout.paid", payout)
    return payout


def fail(work: Work, payout: Thing) -> Thing:
    """Let the bank send the money back; that can come after it had arrived."""
    if payout["status"] not in {"in_transit", "paid"}:
        raise Impossible(f"{payout['id']} is {payout['status']}")
    movement = _bring_back(work, payout, "payout_failure")
    work.save(
        payout,
        status="failed",
        failure_balance_transaction=movement["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    work.tell("payout.failed", payout)
    return payout


def cancel(work: Work, payout: Thing) -> Thing:
    """Call a payout back before it has left."""
    if payout["status"] != "in_transit":
        raise Impossible(f"{payout['id']} is {payout['status']}")
    movement = _bring_back(work, payout, "payout_cancel")
    work.save(payout, status="canceled", failure_balance_transaction=movement["id"])
    work.tell("payout.canceled", payout)
    return payout


def _bring_back(work: Work, payout: Thing, kind: str) -> Thing:
    return book(
        work,
        kind,
        payout["amount"],
        category="payout_reversal",
        currency=payout["currency"],
        source=payout["id"],
    )
