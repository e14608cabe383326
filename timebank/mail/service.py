"""What becomes of a mail: written down with its cause, handed over outside of transactions, noted as sent."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.errors import N_
from timebank.mail.carriers import Carrier
from timebank.mail.carriers import Refused
from timebank.mail.models import LONGEST_SUBJECT
from timebank.mail.models import Mail
from timebank.mail.models import MailAttachment
from timebank.queue import Handler
from timebank.queue import NotDone
from timebank.queue import Outside
from timebank.queue import Task
from timebank.queue import enqueue
from timebank.text import excerpt

#: The kind of work that is to carry a mail.
MAIL = "mail"
#: A mail of which nobody knows whether it has arrived is handed over once more, and then no more.
_MOST_IN_DOUBT = 2


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, and the slug and name of the community that it comes from."""

    mail: Mail
    place: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A document that goes with a mail, and what the file is called there."""

    document_id: int
    name: str


#: Gives a document of a community (second) by its id: what kind of file it is, and its bytes.
DocumentOf = Callable[[Session, int, int], tuple[str, bytes]]
#: What kind of file goes with a mail, its bytes, and its name.
File = tuple[str, bytes, str]


def new_mail(
    *,
    community_id: int,
    to_address: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    host: str,
) -> Mail:
    """Write a mail that is nowhere yet."""
    return Mail(
        community_id=community_id,
        message_id=f"<{secrets.token_hex(16)}@{host}>",
        to_address=to_address,
        language=language,
        # A line break would begin another header.
        subject=excerpt(" ".join(subject.split()), LONGEST_SUBJECT),
        text=text,
        html=html,
        written_at=clock.now(),
    )


def post_mail(session: Session, mail: Mail, attached: Attached | None = None) -> Mail:
    """Keep a mail and ask for it to be carried, in the transaction that is its cause."""
    session.add(mail)
    session.flush()
    if attached is not None:
        session.add(MailAttachment(mail_id=mail.id, document_id=attached.document_id, name=attached.name))
        session.flush()
    enqueue(
        session,
        community_id=mail.community_id,
        kind=MAIL,
        payload={"mail": mail.id},
        key=f"mail:{mail.id}",
    )
    return mail


def carry_with(
    carrier: Carrier,
    community_of: Callable[[Session, int], tuple[str, str]],
    document_of: DocumentOf,
) -> Handler:
    """Give what carries mails.

    ``community_of`` tells a community's slug and name by its id, ``document_of`` fetches what goes along.
    """

    def handler(session: Session, task: Task) -> Outside | None:
        mail = session.scalar(
            select(Mail).where(Mail.id == task.payload["mail"], Mail.community_id == task.community_id)
        )
        if mail is None or mail.sent_at is not None:
            return None
        if mail.in_doubt >= _MOST_IN_DOUBT:
            raise NotDone(N_("It was handed over twice, and may have arrived."), final=True)
        mail.in_doubt += 1
        session.flush()
        slug, name = community_of(session, task.community_id)
        file = _file(session, mail, document_of)
        return partial(_carry, carrier, _message(mail, carrier.sender, name, file), slug, mail.id)

    return handler


def carry_letter(carrier: Carrier, letter: Letter) -> None:
    """Hand a letter over that is kept nowhere, outside of any transaction; raises NotDone."""
    try:
        carrier.carry(_message(letter.mail, carrier.sender, letter.sender_name), letter.place)
    except Refused as refused:
        raise NotDone(refused.reason, final=refused.final) from refused


def forget_mails(session: Session, *, community_id: int, before: datetime) -> None:
    """Forget what was sent before a moment, and what was written before it and never arrived."""
    old = delete(Mail).where(
        Mail.community_id == community_id, func.coalesce(Mail.sent_at, Mail.written_at) < before
    )
    session.execute(old.execution_options(synchronize_session=False))


def _carry(carrier: Carrier, message: EmailMessage, slug: str, mail_id: int) -> Callable[[Session], None]:
    try:
        carrier.carry(message, slug)
    except Refused as refused:
        first = partial(_not_taken, mail_id=mail_id)
        raise NotDone(refused.reason, final=refused.final, first=first) from refused
    return partial(_sent, mail_id=mail_id)


def _sent(session: Session, *, mail_id: int) -> None:
    session.get_one(Mail, mail_id).sent_at = clock.now()
    session.flush()


def _not_taken(session: Session, *, mail_id: int) -> None:
    """Note that there is no doubt: it has not arrived, and may be handed over as if for the first time."""
    session.get_one(Mail, mail_id).in_doubt -= 1
    session.flush()


def _file(session: Session, mail: Mail, document_of: DocumentOf) -> File | None:
    attached = session.get(MailAttachment, mail.id)
    if attached is None:
        return None
    return (*document_of(session, mail.community_id, attached.document_id), attached.name)


def _message(mail: Mail, sender: str, name: str, file: File | None = None) -> EmailMessage:
    # Not every server takes eight bits.
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(" ".join(name.split()), addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    # Nobody's holiday notice answers it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if file is not None:
        kind, content, called = file
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=called)
    # What the content brings with it takes the place of headers that begin like this one.
    message["Content-Language"] = mail.language
    return message


def carry_later(carrier: Carrier, letter: Letter) -> Outside:
    """Give what carries a letter once the transaction is over, for one whose words no table may keep."""

    def carry() -> Callable[[Session], None]:
        carry_letter(carrier, letter)
        return _nothing_more

    return carry


def _nothing_more(_session: Session) -> None:
    """Note nothing: that the work is done says all."""
