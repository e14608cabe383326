"""A rehearsal's Stripe for tests, spoken to through Stripe's library, and held against Stripe's document."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import stripe

from tests import stripe_document
from timebank.devstripe import VERSION
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe import serve

KEY = "sk_test_keyaki"
OTHER_KEY = "sk_test_hinoki"
SECRET = "whsec_keyaki"
HERE = DevAccount(KEY)
PLACES = {
    "success_url": "http://localhost:9/thanks?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://localhost:9/back",
}


@dataclass
class Rehearsal:
    """A served fake, a client of it, and everything that was said and told."""

    fake: DevStripe
    url: str
    client: stripe.StripeClient
    told: list[dict[str, Any]] = field(default_factory=list)
    exchanges: list[tuple[str, str, int]] = field(default_factory=list)

    def client_with(self, key: str, retries: int = 0) -> stripe.StripeClient:
        """Make a client with another key."""
        return stripe.StripeClient(
            key, base_addresses={"api": self.url}, stripe_version=VERSION, max_network_retries=retries
        )

    def kinds(self) -> list[str]:
        """List the types of all events told since the last time it was asked, and forget them."""
        types = [str(event["type"]) for event in self.told]
        self.told.clear()
        return types


@contextmanager
def rehearsal(
    path: Path | None = None, *, webhook_url: str = "http://127.0.0.1:9/hook", **options: Any
) -> Iterator[Rehearsal]:
    """Serve a fake with two accounts; when the block ends, what did not fit the document fails."""
    told: list[dict[str, Any]] = []
    exchanges: list[tuple[str, str, int]] = []
    wrong: list[str] = []

    def on_exchange(
        method: str, address: str, params: dict[str, Any], status: int, answer: dict[str, Any]
    ) -> None:
        exchanges.append((method, address, status))
        try:
            if status < 400:
                stripe_document.check_request(method, address, params)
            if status != 404 or "resource_missing" in str(answer):
                stripe_document.check_answer(method, address, status, answer)
        except AssertionError as difference:
            wrong.append(str(difference))

    def on_event(event: dict[str, Any]) -> None:
        told.append(event)
        try:
            stripe_document.check_event(event)
        except AssertionError as difference:
            wrong.append(str(difference))

    options.setdefault("held", True)
    accounts = [
        DevAccount(KEY, webhook_url=webhook_url, webhook_secret=SECRET, name="Keyaki Time Bank"),
        DevAccount(OTHER_KEY, name="Hinoki"),
    ]
    fake = DevStripe(path, accounts, on_exchange=on_exchange, on_event=on_event, **options)
    try:
        with serve(fake) as url:
            client = stripe.StripeClient(
                KEY, base_addresses={"api": url}, stripe_version=VERSION, max_network_retries=0
            )
            yield Rehearsal(fake, url, client, told, exchanges)
    finally:
        fake.close()
    assert not wrong, "\n".join(wrong)


def a_gift(client: stripe.StripeClient, amount: int = 3000, **asked: Any) -> stripe.checkout.Session:
    """Open a checkout for a gift."""
    line: dict[str, Any] = {
        "price_data": {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": amount},
        "quantity": 1,
    }
    params: dict[str, Any] = {"mode": "payment", "line_items": [line], **PLACES, **asked}
    return client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]


def a_monthly_gift(client: stripe.StripeClient, amount: int = 1000, **asked: Any) -> stripe.checkout.Session:
    """Open a checkout for a gift every month."""
    price = {
        "currency": "jpy",
        "product_data": {"name": "A monthly gift"},
        "unit_amount": amount,
        "recurring": {"interval": "month"},
    }
    line = {"price_data": price, "quantity": 1}
    params: dict[str, Any] = {"mode": "subscription", "line_items": [line], **PLACES, **asked}
    return client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]
