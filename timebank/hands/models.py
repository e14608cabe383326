"""The table of those whom a member has asked to act for them, and who have not accepted yet."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.members.models import LONGEST_NAME
from timebank.people.models import LONGEST_EMAIL


class TrustOffer(Base):
    """That a member asks somebody to act for them; it goes when it is accepted or withdrawn."""

    __tablename__ = "trust_offer"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["asked_member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("trust_offer_by_member", "member_id", "id"),
        Index("trust_offer_by_asked_member", "asked_member_id"),
        Index("trust_offer_by_email", "email"),
        CheckConstraint("(email IS NULL) <> (asked_member_id IS NULL)", name="trust_offer_asks_one"),
        CheckConstraint("asked_member_id <> member_id", name="trust_offer_asks_somebody_else"),
        CheckConstraint(f"length(called) BETWEEN 1 AND {LONGEST_NAME}", name="trust_offer_called_is_short"),
        CheckConstraint(f"length(email) BETWEEN 3 AND {LONGEST_EMAIL}", name="trust_offer_email_is_short"),
        CheckConstraint("length(may) BETWEEN 1 AND 200", name="trust_offer_may_is_short"),
        CheckConstraint("length(token_hash) = 64", name="trust_offer_token_is_hashed"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: Who asks.
    member_id: Mapped[int]
    #: How they call whom they ask.
    called: Mapped[str]
    #: Whom they ask: whoever reads this address, or somebody who is a member here.
    email: Mapped[str | None]
    asked_member_id: Mapped[int | None]
    #: What shall be theirs to do: the ticks' names, with blanks between.
    may: Mapped[str]
    #: Of what stands in the mail, and nowhere else; None before that is sent.
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    #: When they said no; the member reads it until they take the question back.
    declined_at: Mapped[datetime | None]
