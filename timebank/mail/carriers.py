"""Who carries mail: a server that speaks SMTP, or a folder to look into."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs
from urllib.parse import unquote
from urllib.parse import urlsplit

from timebank.errors import N_

_PATIENCE_SECONDS = 30
_PORTS = {"smtp": 587, "smtps": 465}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Refused(Exception):
    """The carrier says that it has not taken the mail; ``final`` where it never will.

    ``reason`` is a sentence for officers, marked with N_.
    """

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


class MailUrlRefused(ValueError):
    """A MAIL_URL that is not the address of a mail server."""

    def __init__(self) -> None:
        # The address itself is not told: it has a password in it.
        super().__init__(
            "MAIL_URL is an address such as smtp://user:password@mail.example.org:587/?from=a@example.org, "
            "or smtps:// for a server that speaks TLS from the first word"
        )


class Carrier(Protocol):
    """Carries mail."""

    @property
    def sender(self) -> str:
        """Whom mail comes from."""

    def carry(self, message: EmailMessage, place: str) -> None:
        """Carry a mail of the community ``place``.

        Raises Refused where it is certain that it was not taken; after any other error nobody knows.
        """


@dataclass(frozen=True, slots=True)
class Folder:
    """Puts each mail into a file: to be looked at, where nothing is to be sent."""

    folder: Path
    sender: str

    def carry(self, message: EmailMessage, place: str) -> None:
        """Write the mail into the community's own folder, under the name of its Message-ID."""
        own = self.folder / place
        own.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        fresh = own / f"{name}.fresh"
        fresh.write_bytes(message.as_bytes())
        fresh.replace(own / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class Smtp:
    """Hands mail to a server."""

    host: str
    port: int
    sender: str
    #: TLS from the first word; otherwise it is asked for before anything else is said.
    implicit_tls: bool
    user: str = ""
    password: str = ""

    def carry(self, message: EmailMessage, place: str) -> None:
        """Hand the mail over."""
        try:
            smtp = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(N_("The mail server does not let us in."), final=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Refused(N_("The mail server cannot be reached."), final=False) from error
        with smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                raise Refused(
                    N_("The mail server does not take the address."), final=min(codes) >= 500
                ) from error
            except smtplib.SMTPResponseException as error:
                final = error.smtp_code >= 500
                raise Refused(N_("The mail server does not take the mail."), final=final) from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP
        if self.implicit_tls:
            smtp = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE_SECONDS)
        try:
            if not self.implicit_tls and self.host not in _HERE:
                # Raises where the server cannot: neither a password nor anybody's mail goes in the open.
                smtp.starttls(context=context)
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def carrier_of(url: str, folder: Path, *, host: str) -> Carrier:
    """Give whoever carries mail: the server that MAIL_URL names, or a folder where it names none.

    Raises MailUrlRefused. ``host`` is our own, for the sender where there is no other.
    """
    if not url:
        return Folder(folder, f"timebank@{host}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailUrlRefused from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise MailUrlRefused
    sender = parse_qs(parts.query).get("from", [f"timebank@{parts.hostname}"])[0]
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise MailUrlRefused
    known = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.hostname, port or _PORTS[parts.scheme], sender, parts.scheme == "smtps", *known)
