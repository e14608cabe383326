"""The tables of communities, their kinds of help, and what was changed about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import book
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted

LONGEST_SLUG = 40
LONGEST_NAME = 100
LONGEST_ADDRESS = 300
LONGEST_TELEPHONE = 40
LONGEST_KIND = 60


class Community(Base):
    """A group of neighbours who keep one set of books."""

    __tablename__ = "community"
    __table_args__ = (
        CheckConstraint(f"length(slug) BETWEEN 2 AND {LONGEST_SLUG}", name="community_slug_is_short"),
        CheckConstraint("slug = lower(slug)", name="community_slug_is_lower_case"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="community_name_is_short"),
        CheckConstraint(f"length(legal_form) <= {LONGEST_NAME}", name="community_legal_form_is_short"),
        CheckConstraint(f"length(address) <= {LONGEST_ADDRESS}", name="community_address_is_short"),
        CheckConstraint(f"length(telephone) <= {LONGEST_TELEPHONE}", name="community_telephone_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="community_language_is_known"),
        CheckConstraint("length(time_zone) BETWEEN 1 AND 60", name="community_time_zone_is_short"),
        CheckConstraint("year_begins_month BETWEEN 1 AND 12", name="community_year_begins_in_a_month"),
        CheckConstraint("length(currency) = 3", name="community_currency_has_three_letters"),
        CheckConstraint("rounding_minutes BETWEEN 1 AND 60", name="community_rounding_is_within_an_hour"),
        CheckConstraint(
            "credit_limit_minutes BETWEEN 0 AND 6000000", name="community_credit_limit_is_bounded"
        ),
        CheckConstraint("ceiling_minutes BETWEEN 0 AND 6000000", name="community_ceiling_is_bounded"),
        CheckConstraint("answer_days BETWEEN 1 AND 365", name="community_answer_days_are_bounded"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey(book.c.id), unique=True)
    #: The first part of every address of this community's pages.
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: In words, as it stands on paper: 任意団体, NPO法人.
    legal_form: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    #: Shown on every member's page: whom to call.
    telephone: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    time_zone: Mapped[str]
    year_begins_month: Mapped[int] = mapped_column(default=4)
    currency: Mapped[str]
    #: No exchange is older; an import of older exchanges moves it back.
    started_on: Mapped[date]
    rounding_minutes: Mapped[int] = mapped_column(default=15)
    #: How far below zero a member may go who has no limit of their own.
    credit_limit_minutes: Mapped[int] = mapped_column(default=720)
    ceiling_minutes: Mapped[int | None]
    #: A proposal that waits longer goes to the coordinators' list.
    answer_days: Mapped[int] = mapped_column(default=7)
    created_at: Mapped[datetime]


class HelpKind(Base):
    """A kind of help on the community's own short list, for reports."""

    __tablename__ = "help_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "name"),
        # So that an exchange's key can carry its community.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_KIND}", name="help_kind_name_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str] = mapped_column(Sorted)
    #: Where it stands on the list.
    position: Mapped[int]
    #: No longer offered; exchanges that name it keep it.
    retired: Mapped[bool] = mapped_column(default=False)


class CommunityEvent(Base):
    """What was changed about a community, by whom and when; rows are only ever added."""

    __tablename__ = "community_event"
    __table_args__ = (
        CheckConstraint("length(what) BETWEEN 1 AND 60", name="community_event_what_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="community_event_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    happened_at: Mapped[datetime]
    actor: Mapped[str]
    #: ``created``, the name of a setting, ``kind-added``, ``kind-retired``, ``kind-offered``,
    #: ``month-closed``, ``month-reopened`` (``after`` says why).
    what: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
