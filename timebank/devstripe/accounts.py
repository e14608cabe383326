"""Whose money it is: an account for each secret key, the same one every time."""

import hashlib
from dataclasses import dataclass

from timebank.devstripe.errors import LiveKeyRefused

TEST_KEYS = ("sk_test_", "rk_test_")


def refuse_live(key: str) -> None:
    """Raise unless the key is one of Stripe's test mode."""
    if not key.startswith(TEST_KEYS):
        raise LiveKeyRefused


@dataclass(frozen=True, slots=True)
class DevAccount:
    """A community's account at the rehearsal's Stripe, and where its events go."""

    secret_key: str
    #: Where events are sent; nowhere when empty.
    webhook_url: str = ""
    #: What signs them; several with a comma between, as while one is being replaced.
    webhook_secret: str = ""
    name: str = ""
    country: str = "JP"
    currency: str = "jpy"

    def __post_init__(self) -> None:
        """Refuse a key with which real money could move."""
        refuse_live(self.secret_key)

    @property
    def id(self) -> str:
        """The account's id, which follows from its key."""
        return "acct_" + hashlib.sha256(self.secret_key.encode()).hexdigest()[:16]

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that signs now."""
        return tuple(part.strip() for part in self.webhook_secret.split(",") if part.strip())
