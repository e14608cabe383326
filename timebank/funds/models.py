"""The tables of funds, and of what was done about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import one_of

LONGEST_SLUG = 40
LONGEST_NAME = 60
LONGEST_PURPOSE = 500
LONGEST_REASON = 500

OPENED, CHANGED, ENDED, TAKEN_UP = "opened", "changed", "ended", "taken-up"


class Fund(Base):
    """A purpose that money is given for, and kept for."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("community_id", "slug"),
        UniqueConstraint("community_id", "name"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(slug) BETWEEN 2 AND {LONGEST_SLUG}", name="fund_slug_is_short"),
        CheckConstraint("slug = lower(slug)", name="fund_slug_is_lower_case"),
        # Gifts for no purpose are booked under that name.
        CheckConstraint("slug <> 'general'", name="fund_is_for_a_purpose"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="fund_name_is_short"),
        CheckConstraint(f"length(purpose) BETWEEN 1 AND {LONGEST_PURPOSE}", name="fund_purpose_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: In its address and in the codes of its accounts; it never changes.
    slug: Mapped[str]
    name: Mapped[str] = mapped_column(Sorted)
    #: What whoever gives is told that the money is for.
    purpose: Mapped[str]
    #: What it is for has stopped; None while it goes on. The money stays in the fund.
    ended_on: Mapped[date | None]


class FundEvent(Base):
    """What was done about a fund, by whom and when; rows are only ever added."""

    __tablename__ = "fund_event"
    __table_args__ = (
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        Index("fund_event_by_fund", "fund_id", "id"),
        CheckConstraint(one_of("what", (OPENED, CHANGED, ENDED, TAKEN_UP)), name="fund_event_what_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="fund_event_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int]
    community_id: Mapped[int]
    happened_at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    #: The name and the purpose that stood there before a change, or a reason.
    words: Mapped[str | None]
