"""The table of mails, from when they are written until they are long sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base

LONGEST_SUBJECT = 200
LONGEST_TEXT = 100_000
LONGEST_ADDRESS = 254


class MailAttachment(Base):
    """A document that goes with a mail; its bytes are fetched when the mail is carried."""

    __tablename__ = "mail_attachment"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="mail_attachment_has_a_name"),
        STRICT,
    )

    mail_id: Mapped[int] = mapped_column(
        ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    #: What the file is called where it arrives.
    name: Mapped[str]


class Mail(Base):
    """A mail to one person, as it is sent however often that is tried."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint(f"length(to_address) BETWEEN 3 AND {LONGEST_ADDRESS}", name="mail_has_an_address"),
        CheckConstraint(f"length(subject) BETWEEN 1 AND {LONGEST_SUBJECT}", name="mail_subject_is_short"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_TEXT}", name="mail_text_is_bounded"),
        CheckConstraint(f"length(html) BETWEEN 1 AND {LONGEST_TEXT}", name="mail_html_is_bounded"),
        CheckConstraint("language IN ('en', 'ja')", name="mail_language_is_known"),
        CheckConstraint("in_doubt BETWEEN 0 AND 2", name="mail_is_sent_twice_at_most"),
        Index("mail_by_community", "community_id", "id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: The same each time it is tried, so that whoever gets it twice is shown it once.
    message_id: Mapped[str] = mapped_column(unique=True)
    to_address: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    written_at: Mapped[datetime]
    #: How often it was handed over and nobody knows what became of it.
    in_doubt: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
