"""A mail to carry, somebody who carries it, and a server that takes it, as tests need them."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope
from sqlalchemy.orm import Session

from timebank.mail.models import Mail
from timebank.mail.service import new_mail
from timebank.mail.service import post_mail


def a_mail(session: Session, community_id: int, **facts: Any) -> Mail:
    """Write a mail down, to be carried."""
    known = {
        "to_address": "hana@example.org",
        "language": "ja",
        "subject": "確認をお願いします",
        "text": "こんにちは。\n",
        "html": "<p>こんにちは。</p>\n",
        "host": "hours.example.org",
        **facts,
    }
    return post_mail(session, new_mail(community_id=community_id, **known))


class Porter:
    """Carries mail into a list; what it is told to raise it raises, before or after it has carried."""

    sender = "hours@example.org"

    def __init__(self, before: Exception | None = None, after: BaseException | None = None) -> None:
        self.carried: list[tuple[str, EmailMessage]] = []
        self.before, self.after = before, after

    def carry(self, message: EmailMessage, place: str) -> None:
        if self.before is not None:
            raise self.before
        self.carried.append((place, message))
        if self.after is not None:
            raise self.after


class Letterbox:
    """What a mail server does with mail; answers are those of RFC 5321."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 (as aiosmtpd calls it)
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(envelope.content)
        return self.data


@contextmanager
def a_server(letterbox: Letterbox, **options: Any) -> Iterator[int]:
    """Run a mail server on a free port of this machine, and give the port."""
    # aiosmtpd looks whether it answers on the port that it was told, so 0 will not do.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = Controller(letterbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def trusting() -> ssl.SSLContext:
    """Give what a client needs to trust anybody; for tests alone."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
