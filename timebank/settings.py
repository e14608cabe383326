"""What the program is told by its environment: read once, frozen, and without a secret by default."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from timebank.stripe_settings import StripeSettingRefused
from timebank.stripe_settings import StripeSettings

#: The folder that holds timebank/, templates/ and, unless DATABASE_URL says otherwise, var/.
ROOT = Path(__file__).resolve().parent.parent
#: Who has not been seen for so long is signed out, and their cookie ends.
SESSION_LASTS = timedelta(days=14)

LANGUAGES = ("en", "ja")
DEFAULT_BASE_URL = "http://127.0.0.1:8000"

_SHORTEST_SECRET = 32
_FEWEST_SIGNS = 8
#: Words of keys that are copied from somewhere. None of them turns up in one made by chance.
_FROM_AN_EXAMPLE = re.compile("change|default|example|insecure|password|secret|for-tests", re.IGNORECASE)


class SettingRefused(Exception):
    """A setting that the program does not start with."""


class WeakSecret(SettingRefused):
    """A SECRET_KEY that could be guessed."""

    def __init__(self) -> None:
        super().__init__(
            f"SECRET_KEY must have at least {_SHORTEST_SECRET} characters, {_FEWEST_SIGNS} of them "
            "different. Leave it out, and one is made in var/secret_key."
        )


class ExampleSecret(SettingRefused):
    """A SECRET_KEY that others know, too."""

    def __init__(self) -> None:
        super().__init__(
            "SECRET_KEY looks like one from an example, and BASE_URL is an address that others reach. "
            "Leave SECRET_KEY out, and one is made in var/secret_key."
        )


class BaseUrlRefused(SettingRefused):
    """A BASE_URL that is not the address of a web server."""

    def __init__(self, url: str) -> None:
        super().__init__(f"BASE_URL is an address such as https://hours.example.org, not {url!r}")
        self.url = url


class ProxiesRefused(SettingRefused):
    """A TRUSTED_PROXIES that is no small number."""

    def __init__(self) -> None:
        super().__init__("TRUSTED_PROXIES is how many servers of your own stand before this one, mostly 1")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one installation to the next."""

    database_url: str = field(repr=False)
    #: Whose role owns the tables; the same as database_url where nobody set the two apart.
    migration_database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    #: Where people reach the program; without a slash at the end.
    base_url: str = DEFAULT_BASE_URL
    #: The server that carries mail; empty where a folder takes it.
    mail_url: str = field(default="", repr=False)
    #: Where mail is put that no server carries.
    mail_folder: Path = ROOT / "var" / "mail"
    #: Whether the sign-in page shows the demo community's passwords.
    demo: bool = False
    #: How many servers of ours stand before this one, each writing down whom it was asked by.
    trusted_proxies: int = 0
    languages: tuple[str, ...] = LANGUAGES
    #: How communities take cards; nobody does where it is left out.
    stripe: StripeSettings = field(default_factory=StripeSettings)

    @property
    def secure(self) -> bool:
        """Say whether people come by https, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Give the name of the machine that people reach: it stands in the numbers of mails."""
        return urlsplit(self.base_url).hostname or "localhost"

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, folder: Path = ROOT / "var") -> "Settings":
        """Read the settings; what is not set is kept in ``folder``, which is made where it is missing."""
        database_url = environ.get("DATABASE_URL") or _sqlite_in(folder)
        base_url = _address(environ.get("BASE_URL") or DEFAULT_BASE_URL)
        demo = environ.get("TIMEBANK_DEMO", "") == "1"
        secret = environ.get("SECRET_KEY") or _kept_secret(folder / "secret_key")
        return cls(
            database_url=database_url,
            migration_database_url=environ.get("MIGRATION_DATABASE_URL") or database_url,
            secret_key=_checked(secret, in_use=base_url.startswith("https://")),
            base_url=base_url,
            mail_url=environ.get("MAIL_URL", ""),
            mail_folder=Path(environ.get("MAIL_FOLDER") or folder / "mail"),
            demo=demo,
            trusted_proxies=_number(environ.get("TRUSTED_PROXIES", "")),
            stripe=_stripe(environ, demo=demo),
        )


def _sqlite_in(folder: Path) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{folder.resolve() / 'timebank.sqlite3'}"


def _kept_secret(path: Path) -> str:
    """Read the secret that was made at the first start, or make it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        # Of two first starts at once only one gets its secret linked; both then read that one.
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="utf-8").strip()


def _checked(secret: str, *, in_use: bool) -> str:
    if len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_SIGNS:
        raise WeakSecret
    # On one's own machine a key of tests or of a tutorial does no harm.
    if in_use and (_FROM_AN_EXAMPLE.search(secret) or secret in (secret * 2)[1:-1]):
        raise ExampleSecret
    return secret


def _number(written: str) -> int:
    if not written:
        return 0
    if not (written.isascii() and written.isdecimal() and len(written) == 1):
        raise ProxiesRefused
    return int(written)


def _stripe(environ: Mapping[str, str], *, demo: bool) -> StripeSettings:
    try:
        return StripeSettings.from_env(environ, demo=demo)
    except StripeSettingRefused as refused:
        raise SettingRefused(str(refused)) from refused


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BaseUrlRefused(url)
    return url.rstrip("/")
