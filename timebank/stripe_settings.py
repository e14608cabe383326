"""How communities are connected to Stripe: each by keys of its own, read from the environment."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from urllib.parse import urlsplit

#: Where Stripe's API and its payment pages are, unless STRIPE_API_BASE names another server.
STRIPE_API: Final = "https://api.stripe.com"
STRIPE_CHECKOUT: Final = "https://checkout.stripe.com"

_KEY_NAME: Final = "STRIPE_SECRET_KEY"
_SECOND_NAME: Final = "STRIPE_WEBHOOK_SECRET"
_BASE_NAME: Final = "STRIPE_API_BASE"
#: A secret key, or a restricted one, which is better: it can do only what is needed.
_KEY = re.compile(r"(?:sk|rk)_(?P<mode>test|live)_[A-Za-z0-9_]{4,250}")
_SECRET = re.compile(r"whsec_[\x21-\x7e]{4,250}")


class StripeSettingRefused(Exception):
    """A setting of Stripe's that the program does not start with."""


class StripeKeyRefused(StripeSettingRefused):
    """Something that is no key of Stripe's; it is not repeated, for it may be another secret."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a key that begins with rk_test_, rk_live_, sk_test_ or sk_live_")


class WebhookSecretMissing(StripeSettingRefused):
    """A key without the secret by which Stripe's own calls are known."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} must be set, too: Stripe shows it where the webhook's address is written")


class WebhookSecretRefused(StripeSettingRefused):
    """Something that is no secret of a webhook."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a secret that begins with whsec_, or several with commas between them")


class ModesMixed(StripeSettingRefused):
    """Some keys are for trying, and others move money."""

    def __init__(self) -> None:
        super().__init__("Either all keys of Stripe's are test keys, or all are live ones: they do not mix")


class LiveKeyAstray(StripeSettingRefused):
    """A key that moves money, where none may move."""

    def __init__(self, where: str) -> None:
        super().__init__(f"A live key of Stripe's is refused where {where} is set. Use a test key.")


class ApiBaseRefused(StripeSettingRefused):
    """A STRIPE_API_BASE that is not the address of a web server."""

    def __init__(self) -> None:
        super().__init__(f"{_BASE_NAME} is an address such as http://127.0.0.1:12111")


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """How one community speaks to its own account at Stripe."""

    secret_key: str = field(repr=False)
    #: Several while one is being changed for another.
    webhook_secrets: tuple[str, ...] = field(repr=False)

    @property
    def live(self) -> bool:
        """Say whether money moves."""
        return "_live_" in self.secret_key[:8]


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """The keys of all communities, and where Stripe is."""

    #: By slug; under the empty word those of the only community.
    keys: Mapping[str, StripeKeys] = field(default_factory=dict)
    api_base: str = STRIPE_API

    @property
    def checkout(self) -> str:
        """Give the origin of the pages on which people pay, for the browser to be let there."""
        return STRIPE_CHECKOUT if self.api_base == STRIPE_API else self.api_base

    def keys_of(self, slug: str, *, alone: bool) -> StripeKeys | None:
        """Find a community's keys; the bare ones count only where it is the only one here."""
        return self.keys.get(slug) or (self.keys.get("") if alone else None)

    def names_for(self, slug: str, *, alone: bool) -> tuple[str, str]:
        """Name the two settings by which a community is connected."""
        return (_KEY_NAME, _SECOND_NAME) if alone else (_named(_KEY_NAME, slug), _named(_SECOND_NAME, slug))

    def unused(self, slugs: Sequence[str]) -> list[str]:
        """Say, a sentence each, which keys count for nobody with these communities."""
        known = set(slugs) | ({""} if len(slugs) <= 1 else set())
        return [
            f"{_KEY_NAME} counts for no community, because there are several: name it {_KEY_NAME}_<SLUG>, in "
            f"capital letters, and {_SECOND_NAME} likewise"
            if slug == ""
            else f"{_named(_KEY_NAME, slug)} counts for nobody: there is no community “{slug}”"
            for slug in self.keys
            if slug not in known
        ]

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, demo: bool) -> "StripeSettings":
        """Read the keys; raises StripeSettingRefused."""
        names = [name for name, value in environ.items() if _belongs(name, _KEY_NAME) and value]
        keys = {_slug(name): _keys(environ, name) for name in names}
        if len({one.live for one in keys.values()}) > 1:
            raise ModesMixed
        base = environ.get(_BASE_NAME, "")
        if any(one.live for one in keys.values()) and (base or demo):
            raise LiveKeyAstray(_BASE_NAME if base else "TIMEBANK_DEMO")
        return cls(keys, _address(base) if base else STRIPE_API)


def _belongs(name: str, to: str) -> bool:
    return name == to or name.startswith(f"{to}_")


def _slug(name: str) -> str:
    return name.removeprefix(_KEY_NAME).removeprefix("_").lower().replace("_", "-")


def _named(name: str, slug: str) -> str:
    return f"{name}_{slug.upper().replace('-', '_')}" if slug else name


def _keys(environ: Mapping[str, str], name: str) -> StripeKeys:
    if not _KEY.fullmatch(environ[name]):
        raise StripeKeyRefused(name)
    secret_name = name.replace(_KEY_NAME, _SECOND_NAME, 1)
    secrets = tuple(part.strip() for part in environ.get(secret_name, "").split(",") if part.strip())
    if not secrets:
        raise WebhookSecretMissing(secret_name)
    if not all(map(_SECRET.fullmatch, secrets)):
        raise WebhookSecretRefused(secret_name)
    return StripeKeys(environ[name], secrets)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ApiBaseRefused
    return url.rstrip("/")
