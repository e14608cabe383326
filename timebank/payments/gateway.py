"""Speaks to Stripe: the only module that imports its library, and the only one that knows its shapes."""

import logging
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from typing import Final

import stripe

from timebank.payments import shapes
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Event
from timebank.payments.facts import Invoice
from timebank.payments.facts import Movement
from timebank.payments.facts import Recurring
from timebank.payments.facts import Refund
from timebank.payments.facts import Wanted
from timebank.payments.shapes import NotFromStripe as NotFromStripe
from timebank.stripe_settings import STRIPE_API
from timebank.stripe_settings import StripeKeys

#: The version that requests and answers are written for. The tests hold both against Stripe's own document.
API_VERSION: Final = "2026-05-27.dahlia"
#: Somebody waits before a page, so Stripe is not waited for long.
TIMEOUT_SECONDS: Final = 15
#: Konbini takes no less and no more, in yen.
KONBINI_FROM, KONBINI_TO = 120, 300_000
KONBINI_DAYS: Final = 3

log = logging.getLogger("timebank.stripe")

_PAGE: Final = 100
#: Where something's lines of the balance stand.
_LINES: Final = ("balance_transaction", "failure_balance_transaction")


class GatewayTrouble(Exception):
    """Stripe did not do what it was asked for."""


class GatewayDown(GatewayTrouble):
    """Stripe could not be reached, or not just now; nobody knows whether it did what it was asked for."""


class GatewayRefused(GatewayTrouble):
    """Stripe refused, and would again."""


class AskedOtherwise(GatewayRefused):
    """Stripe was asked for something else under the same name before, such as before a fund was renamed."""


class NotThere(GatewayRefused):
    """Stripe knows nothing by this id."""


class Gateway:
    """One account at Stripe, spoken to with its own key."""

    def __init__(self, keys: StripeKeys, api_base: str = STRIPE_API) -> None:
        self._keys = keys
        self._client = stripe.StripeClient(
            keys.secret_key,
            base_addresses={"api": api_base},
            stripe_version=API_VERSION,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    @property
    def live(self) -> bool:
        """Say whether money moves."""
        return self._keys.live

    # --- asking ---------------------------------------------------------------------------------------------

    def account_id(self) -> str:
        """Tell which account the key belongs to."""
        with _trouble():
            return str(self._client.v1.accounts.retrieve_current().id)

    def checkout(self, checkout_id: str) -> Checkout:
        """Look at a page to pay on, as it stands now."""
        with _trouble():
            expand = [f"payment_intent.latest_charge.{line}" for line in _LINES]
            found = self._client.v1.checkout.sessions.retrieve(checkout_id, {"expand": expand})
            checkout = shapes.read_checkout(found)
            invoice_id = shapes.id_of(shapes.get(found, "invoice"))
            if not checkout.subscription_id or not invoice_id:
                return checkout
            # The page names the invoice only, and whatever paid it carries none of our words.
            intent = self._intent_of(invoice_id)
        latest = shapes.get(intent, "latest_charge")
        charge = None if latest is None else shapes.read_charge(latest)
        return replace(checkout, intent_id=shapes.id_of(intent), charge=charge)

    def checkouts_since(self, since: datetime) -> Iterator[Checkout]:
        """List the pages that were made since then, the newest first."""
        with _trouble():
            found = self._client.v1.checkout.sessions.list(
                {"created": {"gte": shapes.seconds(since)}, "limit": _PAGE}
            )
            yield from map(shapes.read_checkout, found.auto_paging_iter())

    def checkout_of_intent(self, intent_id: str) -> Checkout | None:
        """Find the page on which an intent was paid; None where it came about in another way."""
        asked = {
            "payment_intent": intent_id,
            "limit": 1,
            "expand": [f"data.payment_intent.latest_charge.{line}" for line in _LINES],
        }
        with _trouble():
            found = self._client.v1.checkout.sessions.list(asked)  # type: ignore[arg-type]
            return next(map(shapes.read_checkout, found.data), None)

    def invoice(self, invoice_id: str) -> Invoice:
        """Look at what a subscription asks for, with the money that was taken for it."""
        with _trouble():
            found = self._client.v1.invoices.retrieve(invoice_id)
            return shapes.read_invoice(found, self._intent_of(invoice_id))

    def invoice_of_intent(self, intent_id: str) -> Invoice | None:
        """Find what an intent pays; None where it is no invoice's."""
        by_intent = {"type": "payment_intent", "payment_intent": intent_id}
        with _trouble():
            found = self._client.v1.invoice_payments.list({"payment": by_intent, "limit": 1})  # type: ignore[arg-type]
            if not found.data:
                return None
            invoice_id = shapes.id_of(found.data[0].invoice)
        return self.invoice(invoice_id)

    def recurring(self, subscription_id: str) -> Recurring:
        """Look at a payment that repeats, as it stands now."""
        with _trouble():
            return shapes.read_recurring(self._client.v1.subscriptions.retrieve(subscription_id))

    def charge(self, charge_id: str) -> Charge:
        """Look at money that was taken."""
        with _trouble():
            expand = [*_LINES, "payment_intent"]
            return shapes.read_charge(self._client.v1.charges.retrieve(charge_id, {"expand": expand}))

    def refund(self, refund_id: str) -> Refund:
        """Look at a refund, with what it has moved."""
        with _trouble():
            expand = [*_LINES, "charge", "payment_intent"]
            return shapes.read_refund(self._client.v1.refunds.retrieve(refund_id, {"expand": expand}))

    def refunds_of(self, charge_id: str) -> tuple[Refund, ...]:
        """Look at everything that went back of a charge, the oldest first."""
        expand = [f"data.{name}" for name in (*_LINES, "charge", "payment_intent")]
        asked: dict[str, Any] = {"charge": charge_id, "limit": _PAGE, "expand": expand}
        with _trouble():
            found = self._client.v1.refunds.list(asked)  # type: ignore[arg-type]
            return tuple(shapes.read_refund(one) for one in found.auto_paging_iter())[::-1]

    def dispute(self, dispute_id: str) -> Dispute:
        """Look at a dispute, with what it has moved."""
        with _trouble():
            expand = ["charge", "payment_intent"]
            return shapes.read_dispute(self._client.v1.disputes.retrieve(dispute_id, {"expand": expand}))

    def payout_movements(self, payout_id: str) -> tuple[Movement, ...]:
        """Tell what a payout itself has moved: out, and back where it failed."""
        with _trouble():
            expand = [*_LINES]
            found = self._client.v1.payouts.retrieve(payout_id, {"expand": expand})
            return shapes.read_movements(found)

    def movements_since(self, since: datetime) -> list[Movement]:
        """List the lines of the balance that were made since then, the oldest first."""
        with _trouble():
            asked = {
                "created": {"gte": shapes.seconds(since)},
                "limit": _PAGE,
                "expand": ["data.source"],
            }
            found = self._client.v1.balance_transactions.list(asked)  # type: ignore[arg-type]
            lines = [self._identified(one) for one in found.auto_paging_iter()]
        return lines[::-1]

    def balance(self) -> dict[str, int]:
        """Tell what lies at Stripe by currency, available and pending together."""
        with _trouble():
            found = self._client.v1.balance.retrieve()
        sums: dict[str, int] = {}
        parts: list[Any] = [*found.available, *found.pending]
        for part in parts:
            currency = str(part.currency).upper()
            sums[currency] = sums.get(currency, 0) + int(part.amount)
        return sums

    def undelivered_since(self, since: datetime) -> list[Event]:
        """List what Stripe could not tell us, the oldest first; it keeps events for 30 days."""
        with _trouble():
            found = self._client.v1.events.list(
                {"created": {"gte": shapes.seconds(since)}, "delivery_success": False, "limit": _PAGE}
            )
            return [shapes.read_event(one) for one in found.auto_paging_iter()][::-1]

    # --- doing ----------------------------------------------------------------------------------------------

    def open_checkout(self, wanted: Wanted) -> Checkout:
        """Make a page to pay on; the same wish asked twice within a day is one page."""
        options = {"idempotency_key": f"checkout-{wanted.token}-{wanted.attempt}"}
        with _trouble():
            made = self._client.v1.checkout.sessions.create(_asked(wanted), options)  # type: ignore[arg-type]
        return shapes.read_checkout(made)

    def end_checkout(self, checkout_id: str) -> None:
        """Let nobody pay on a page any more; one that is paid or over stays as it is."""
        try:
            with _trouble():
                self._client.v1.checkout.sessions.expire(checkout_id)
        except GatewayRefused:
            return

    def give_back(self, *, intent_id: str, amount: int, token: str, email: str, name: str) -> Refund:
        """Give back what was paid, or a part of it; asked twice under one name, once.

        ``email``: where Stripe asks for a bank account, after a payment in a shop; else empty.
        """
        asked: dict[str, Any] = {
            "payment_intent": intent_id,
            "amount": amount,
            "metadata": {"payment": token},
            "expand": [*_LINES, "charge", "payment_intent"],
        }
        if email:
            asked["instructions_email"] = email
        with _trouble():
            made = self._client.v1.refunds.create(asked, {"idempotency_key": f"refund-{name}"})  # type: ignore[arg-type]
        return shapes.read_refund(made)

    def change_amount(self, known: Recurring, amount: int) -> Recurring:
        """Have another amount taken from the next time on; nothing is taken or given back now."""
        price = {
            "currency": known.currency.lower(),
            "product": known.product_id,
            "recurring": {"interval": known.every},
            "unit_amount": amount,
        }
        item = {"id": known.item_id, "price_data": price, "quantity": 1}
        asked: dict[str, Any] = {"items": [item], "proration_behavior": "none"}
        with _trouble():
            return shapes.read_recurring(self._client.v1.subscriptions.update(known.id, asked))  # type: ignore[arg-type]

    def stop(self, subscription_id: str) -> Recurring:
        """Let nothing be taken any more, from now on; what has stopped stays so."""
        try:
            with _trouble():
                return shapes.read_recurring(self._client.v1.subscriptions.cancel(subscription_id))
        except GatewayRefused:
            return self.recurring(subscription_id)

    # --- being told -----------------------------------------------------------------------------------------

    def event(self, body: bytes, signature: str) -> Event:
        """Read a call to our webhook; raises NotFromStripe."""
        for secret in self._keys.webhook_secrets:
            try:
                stripe.WebhookSignature.verify_header(body.decode(), signature, secret, 300)
            except (ValueError, stripe.SignatureVerificationError, IndexError):
                continue
            return shapes.read_body(body)
        raise NotFromStripe

    # --- leaves ---------------------------------------------------------------------------------------------

    def _intent_of(self, invoice_id: str) -> Any:
        """Find the intent that pays an invoice, or has paid it, with its charge; None where there is none."""
        found = self._client.v1.invoice_payments.list({"invoice": invoice_id, "limit": _PAGE})
        ids = [
            intent_id
            for one in sorted(found.data, key=lambda one: (one.status != "paid", not one.is_default))
            if (intent_id := shapes.id_of(shapes.get(one.payment, "payment_intent")))
        ]
        if not ids:
            return None
        expand = [f"latest_charge.{line}" for line in _LINES]
        return self._client.v1.payment_intents.retrieve(ids[0], {"expand": expand})

    def _identified(self, found: Any) -> Movement:
        """Read a line of the balance, and find out whose charge it is about where it only names it."""
        movement = shapes.read_movement(found)
        if not movement.charge_id.startswith(("ch_", "py_")) or movement.token:
            return movement
        charge = self._client.v1.charges.retrieve(movement.charge_id, {"expand": ["payment_intent"]})
        return replace(
            movement,
            intent_id=shapes.id_of(shapes.get(charge, "payment_intent")),
            token=shapes.token_of_charge(charge),
        )


@contextmanager
def _trouble() -> Iterator[None]:
    """Say in our words why Stripe did not do it."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as down:
        raise GatewayDown from down
    except stripe.IdempotencyError as used:
        raise AskedOtherwise from used
    except stripe.StripeError as refused:
        if _was_kept(refused):
            raise AskedOtherwise from refused
        if refused.http_status is None or refused.http_status >= 500 or refused.http_status == 409:
            raise GatewayDown from refused
        # Its code and the field it is about, and nothing that anybody typed.
        log.warning(
            "Stripe refuses: %s %s",
            refused.http_status,
            refused.code or getattr(refused, "param", None) or "",
        )
        raise (NotThere if refused.http_status == 404 else GatewayRefused)(refused.code or "") from refused


def _was_kept(refused: stripe.StripeError) -> bool:
    """Say whether Stripe answers with a failure of its own that it remembers, as it would for a day."""
    replayed = {name.lower(): value for name, value in dict(refused.headers or {}).items()}
    return (refused.http_status or 0) >= 500 and replayed.get("idempotent-replayed") == "true"


def _asked(wanted: Wanted) -> dict[str, Any]:
    """Write down what Stripe is asked for; nothing in it but the e-mail address is about a person."""
    notes = {"payment": wanted.token, **dict(wanted.notes)}
    methods = ["card", "konbini"] if wanted.konbini else ["card"]
    asked: dict[str, Any] = {
        "client_reference_id": wanted.token,
        "metadata": notes,
        "payment_method_types": methods,
        # Else another amount in another currency might come back.
        "adaptive_pricing": {"enabled": False},
        "locale": wanted.language,
        "success_url": wanted.return_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": shapes.seconds(wanted.ends_at),
    }
    asked |= _repeated(wanted, notes) if wanted.every else _once(wanted, notes)
    if wanted.email:
        asked["customer_email"] = wanted.email
    if wanted.konbini:
        asked["payment_method_options"] = {"konbini": {"expires_after_days": KONBINI_DAYS}}
    return asked


def _once(wanted: Wanted, notes: dict[str, str]) -> dict[str, Any]:
    # What stands on the page does not get to the charge by itself.
    asked = {"mode": "payment", "payment_intent_data": {"metadata": notes}, "line_items": [_line(wanted)]}
    return asked | ({"submit_type": "donate"} if wanted.is_gift else {})


def _repeated(wanted: Wanted, notes: dict[str, str]) -> dict[str, Any]:
    """Ask for what is taken again by itself; the first time stands apart where the second is no period on."""
    again = _line(wanted, recurring={"interval": wanted.every})
    # Only what repeats can carry our words: its intents and charges are found by their invoices.
    data: dict[str, Any] = {"metadata": notes}
    lines = [again]
    if wanted.next_at is not None:
        data["trial_end"] = shapes.seconds(wanted.next_at)
        lines = [_line(wanted), again]
    return {"mode": "subscription", "subscription_data": data, "line_items": lines}


def _line(wanted: Wanted, **more: Any) -> dict[str, Any]:
    price = {
        "currency": wanted.currency.lower(),
        "unit_amount": wanted.amount,
        "product_data": {"name": wanted.label},
    }
    return {"quantity": 1, "price_data": price | more}


#: Gives the gateway of a community, by its slug; None where it takes no cards.
Gateways = Callable[[str], Gateway | None]
