"""The tables of who was asked about another purpose, what they answered, and for which gifts."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of

#: What givers answer: it may be for what was decided, or they have back what is left of theirs.
AGREED, BACK = "agreed", "back"
ANSWERS = (AGREED, BACK)
#: By which way an answer came: on the giver's own page, or to an officer.
PAGE: Final = "web"
TO_OFFICERS: Final = ("slip", "telephone", "in-person")


class PurposeGiver(Base):
    """Somebody who is asked, once for all of their gifts, and what they have answered."""

    __tablename__ = "purpose_giver"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("id", "change_id"),
        ForeignKeyConstraint(
            ["change_id", "community_id"], ["purpose_change.id", "purpose_change.community_id"]
        ),
        Index("purpose_giver_by_change", "change_id"),
        CheckConstraint("length(token) BETWEEN 20 AND 64", name="purpose_giver_token_is_unguessable"),
        CheckConstraint(one_of("answer", ANSWERS), name="purpose_giver_answer_is_known"),
        CheckConstraint(one_of("heard", (PAGE, *TO_OFFICERS)), name="purpose_giver_way_is_known"),
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (heard IS NULL) "
            "AND (answer IS NULL) = (actor IS NULL)",
            name="purpose_giver_answers_at_some_time",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    change_id: Mapped[int]
    #: In the address of their page.
    token: Mapped[str]
    #: None: not yet.
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    heard: Mapped[str | None]
    actor: Mapped[str | None]


class PurposeGift(Base):
    """A gift of which something was left when its giver was asked."""

    __tablename__ = "purpose_gift"
    __table_args__ = (
        UniqueConstraint("change_id", "donation_id"),
        ForeignKeyConstraint(["giver_id", "change_id"], ["purpose_giver.id", "purpose_giver.change_id"]),
        ForeignKeyConstraint(["donation_id", "community_id"], ["donation.id", "donation.community_id"]),
        Index("purpose_gift_by_giver", "giver_id"),
        Index("purpose_gift_by_donation", "donation_id"),
        CheckConstraint("settled_minor >= 0", name="purpose_gift_is_settled_for_something"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    change_id: Mapped[int]
    giver_id: Mapped[int]
    donation_id: Mapped[int]
    #: What was left of it on the day on which it was done as was answered; None until then.
    settled_minor: Mapped[int | None]
