"""No word of anybody's becomes a header of a mail, or a place in a folder."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.timebank.mail.mailing import Porter
from tests.timebank.mail.mailing import a_mail
from timebank.errors import Refusal
from timebank.mail.carriers import Folder
from timebank.mail.carriers import MailUrlRefused
from timebank.mail.carriers import carrier_of
from timebank.mail.service import _message
from timebank.people.service import clean_email

#: What would begin another header, or end all of them, if it were taken as it stands.
BREAKS = ("\r\n", "\n", "\r", "\n\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n ")
INJECTED = "Bcc: evil@evil.example"


@pytest.mark.parametrize("broken", BREAKS, ids=ascii)
def test_a_line_break_begins_no_header(session: Session, broken: str) -> None:
    community = a_community(session)
    subject = f"Please confirm{broken}{INJECTED}{broken}{broken}<script>"
    mail = a_mail(session, community.id, subject=subject)
    message = _message(mail, Porter.sender, f"Kadoma{broken}{INJECTED}")
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert sorted(read.keys()) == sorted(set(read.keys()))
    assert [str(one) for one in read["To"].addresses] == ["hana@example.org"]
    assert [one.addr_spec for one in read["From"].addresses] == [Porter.sender]
    text = read.get_body(("plain",))
    assert text
    assert text.get_content().strip() == "こんにちは。"


@pytest.mark.parametrize("broken", BREAKS, ids=ascii)
def test_an_address_with_a_line_break_is_none(broken: str) -> None:
    with pytest.raises(Refusal):
        clean_email(f"hana@example.org{broken}{INJECTED.replace(' ', '')}")
    with pytest.raises(Refusal):
        clean_email(f"hana{broken}@example.org")


@pytest.mark.parametrize(
    "typed",
    ["hana@example.org,evil@evil.example", "hana@example.org;evil@evil.example", "<hana@example.org>"],
)
def test_one_address_is_not_several(typed: str) -> None:
    with pytest.raises(Refusal):
        clean_email(typed)


def test_a_mail_is_put_under_its_own_number_and_nowhere_else(session: Session, tmp_path: Path) -> None:
    mail = a_mail(session, a_community(session).id, subject="../../evil")
    Folder(tmp_path / "mail", Porter.sender).carry(_message(mail, Porter.sender, "../.."), "kadoma")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.parent == tmp_path / "mail" / "kadoma"
    assert file.stem == mail.message_id.strip("<>").partition("@")[0]


@pytest.mark.parametrize("broken", ["%0D%0A", "%0A", "%0D", "%E2%80%A8"])
def test_the_senders_address_cannot_begin_a_header_either(broken: str, tmp_path: Path) -> None:
    with pytest.raises(MailUrlRefused):
        carrier_of(f"smtp://h/?from=a@example.org{broken}Bcc:evil@evil.example", tmp_path, host="x")
