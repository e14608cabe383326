"""Mail goes to a server that speaks SMTP, or into a folder; what the server says is understood."""

import socket
import ssl
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER
from ssl import SSLContext
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from tests.timebank.mail.mailing import Letterbox
from tests.timebank.mail.mailing import a_server
from tests.timebank.mail.mailing import trusting
from timebank.mail import MailUrlRefused
from timebank.mail import carrier_of
from timebank.mail import carriers
from timebank.mail.carriers import Folder
from timebank.mail.carriers import Refused
from timebank.mail.carriers import Smtp


def a_message() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "hana@example.org", "hello"
    message["Message-ID"] = "<abc123@example.org>"
    message.set_content("Hello, Hana.\n")
    return message


def to(port: int, **more: Any) -> Smtp:
    return Smtp("127.0.0.1", port, "a@example.org", implicit_tls=False, **more)


def test_a_server_is_handed_the_mail() -> None:
    letterbox = Letterbox()
    with a_server(letterbox) as port:
        to(port).carry(a_message(), "kadoma")
    (taken,) = letterbox.taken
    assert message_from_bytes(taken, policy=default)["Message-ID"] == "<abc123@example.org>"
    assert b"Hello, Hana." in taken


@pytest.mark.parametrize(
    ("answers", "reason", "final"),
    [
        ({"rcpt": "550 no such user"}, "The mail server does not take the address.", True),
        ({"rcpt": "450 come again"}, "The mail server does not take the address.", False),
        ({"data": "554 spam"}, "The mail server does not take the mail.", True),
        ({"data": "452 disk full"}, "The mail server does not take the mail.", False),
    ],
)
def test_what_a_server_does_not_take_is_known_not_to_have_arrived(
    answers: dict[str, str], reason: str, final: bool
) -> None:
    letterbox = Letterbox(**answers)
    with a_server(letterbox) as port, pytest.raises(Refused) as refused:
        to(port).carry(a_message(), "kadoma")
    assert (refused.value.reason, refused.value.final) == (reason, final)
    assert letterbox.taken == []


def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Refused, match="cannot be reached") as refused:
            to(nobody.getsockname()[1]).carry(a_message(), "kadoma")
    assert not refused.value.final


def test_whoever_is_not_let_in_is_told_so() -> None:
    def nobody(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    options = {"authenticator": nobody, "auth_require_tls": False}
    with a_server(Letterbox(), **options) as port, pytest.raises(Refused, match="does not let us in"):
        to(port, user="hours", password="wrong").carry(a_message(), "kadoma")


def test_whoever_is_known_is_let_in() -> None:
    seen: list[tuple[bytes, bytes]] = []

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    letterbox = Letterbox()
    with a_server(letterbox, authenticator=known, auth_require_tls=False) as port:
        to(port, user="hours", password="s3cret").carry(a_message(), "kadoma")
    assert seen == [(b"hours", b"s3cret")]
    assert len(letterbox.taken) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> SSLContext:
    pair = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*command, "-keyout", pair[0], "-out", pair[1]], check=True, capture_output=True)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair[1], pair[0])
    return context


def test_elsewhere_nothing_is_said_before_tls_is_on(
    certificate: SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "_HERE", frozenset())
    letterbox = Letterbox()
    with a_server(letterbox) as port, pytest.raises(Refused, match="cannot be reached"):
        to(port).carry(a_message(), "kadoma")
    with (
        a_server(letterbox, tls_context=certificate, require_starttls=True) as port,
        pytest.raises(Refused, match="cannot be reached"),
    ):
        # Nobody has signed the certificate.
        to(port).carry(a_message(), "kadoma")
    assert letterbox.taken == []
    context = trusting()
    monkeypatch.setattr(ssl, "create_default_context", lambda: context)
    with a_server(letterbox, tls_context=certificate, require_starttls=True) as port:
        to(port).carry(a_message(), "kadoma")
    assert len(letterbox.taken) == 1


def test_a_folder_takes_mail_under_its_number_and_so_takes_it_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "timebank@localhost")
    for place in ("kadoma", "kadoma", "hirano"):
        folder.carry(a_message(), place)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    assert found == ["hirano/abc123.eml", "kadoma/abc123.eml"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "timebank@mail.example.org", False, "", "")),
        ("smtps://mail.example.org", ("mail.example.org", 465, "timebank@mail.example.org", True, "", "")),
        (
            "smtp://hours:p%40ss@mail.example.org:2525/?from=a@example.org",
            ("mail.example.org", 2525, "a@example.org", False, "hours", "p@ss"),
        ),
    ],
)
def test_mail_url_names_the_server(url: str, expected: tuple[Any, ...], tmp_path: Path) -> None:
    assert carrier_of(url, tmp_path, host="hours.example.org") == Smtp(*expected)


def test_without_mail_url_a_folder_takes_mail(tmp_path: Path) -> None:
    assert carrier_of("", tmp_path, host="h.example.org") == Folder(tmp_path, "timebank@h.example.org")


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example.org", "https://mail.example.org", "smtp://", "smtp://h:port", "smtp://[::1"),
        *("smtp://h/?from=nobody", "smtp://h/?from=a@b%0d%0aBcc:c@d"),
    ],
)
def test_an_address_of_no_mail_server_is_refused_without_telling_its_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(MailUrlRefused) as refused:
        carrier_of(url.replace("smtp://h", "smtp://u:s3cret@h"), tmp_path, host="h")
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
