"""What happens by itself as time passes."""

from timebank.devstripe import checkout
from timebank.devstripe import payments
from timebank.devstripe import sessions
from timebank.devstripe import subscriptions
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work


def catch_up(work: Work) -> None:
    """Expire what is too old, and begin the periods that have come."""
    for session in reversed(work.all("checkout.session")):
        if session["status"] == "open" and session["expires_at"] <= work.now:
            sessions.expire(work, session)
        elif session["status"] == "complete" and session["payment_status"] == "unpaid":
            _expire_voucher(work, session)
    while due := subscriptions.due(work):
        for subscription in reversed(due):
            subscriptions.renew(work, subscription, declined=subscription.pop("_declines", False))


def settle(work: Work) -> list[Thing]:
    """Bring late money on its way to the balance, and tell of it."""
    late = work.all(
        "charge", lambda charge: charge["status"] == "succeeded" and not charge["balance_transaction"]
    )
    for charge in reversed(late):
        payments.settle(work, charge)
        work.tell("charge.updated", charge, {"balance_transaction": None})
    return late


def _expire_voucher(work: Work, session: Thing) -> None:
    intent = work.get("payment_intent", session["_intent"])
    if intent["status"] == "requires_action" and payments.voucher_of(intent)["expires_at"] <= work.now:
        checkout.expire_voucher(work, session)
