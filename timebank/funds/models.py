"""The tables of funds, and of what was done about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import one_of

LONGEST_SLUG = 40
LONGEST_NAME = 60
LONGEST_PURPOSE = 500
LONGEST_REASON = 500

#: More than anybody spends at once; in the smallest unit, as of payments.
MOST_MINOR = 10_000_000_000
#: What sort of thing money was spent on.
NATURES = ("ingredients", "fuel", "rent", "postage", "thanks", "equipment", "insurance", "other")

OPENED, CHANGED, ENDED, TAKEN_UP = "opened", "changed", "ended", "taken-up"

LONGEST_DECISION = 1_000
LONGEST_DECIDERS = 100
#: Givers are asked whether what is left may be for something else; it is done as they answered; or nothing
#: comes of it.
ASKED, SETTLED, GIVEN_UP = "asked", "settled", "given-up"


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


class FundSpending(Base):
    """What was spent of a fund, in words that everybody can read; it stands in the books at once."""

    __tablename__ = "fund_spending"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("reversal_id"),
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        Index("fund_spending_by_fund", "fund_id", "spent_on"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="fund_spending_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="fund_spending_currency_has_three_letters"),
        CheckConstraint(one_of("nature", NATURES), name="fund_spending_nature_is_known"),
        CheckConstraint(
            f"length(words) BETWEEN 1 AND {LONGEST_REASON}", name="fund_spending_words_are_short"
        ),
        CheckConstraint("length(key) BETWEEN 1 AND 300", name="fund_spending_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="fund_spending_has_an_actor"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL)",
            name="fund_spending_is_taken_back_for_a_reason",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}", name="fund_spending_reason_is_short"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    fund_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    nature: Mapped[str]
    spent_on: Mapped[date]
    words: Mapped[str]
    #: Of the form, and of the entry: a form saved twice is booked once.
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


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


class PurposeChange(Base):
    """That what a fund holds is to be for something else: who decided it, and what came of asking givers."""

    __tablename__ = "purpose_change"
    __table_args__ = (
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        ForeignKeyConstraint(["to_fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        Index(
            "purpose_change_asked",
            "fund_id",
            unique=True,
            sqlite_where=text(f"state = '{ASKED}'"),
            postgresql_where=text(f"state = '{ASKED}'"),
        ),
        Index("purpose_change_by_fund", "fund_id"),
        Index("purpose_change_to_fund", "to_fund_id"),
        CheckConstraint("fund_id <> to_fund_id", name="purpose_change_is_a_change"),
        CheckConstraint(f"length(to_name) BETWEEN 1 AND {LONGEST_NAME}", name="purpose_change_name_is_short"),
        CheckConstraint(
            f"length(to_purpose) BETWEEN 1 AND {LONGEST_PURPOSE}", name="purpose_change_purpose_is_short"
        ),
        CheckConstraint(
            f"length(decision) BETWEEN 1 AND {LONGEST_DECISION}", name="purpose_change_decision_is_short"
        ),
        CheckConstraint(
            f"length(decided_by) BETWEEN 1 AND {LONGEST_DECIDERS}",
            name="purpose_change_is_decided_by_somebody",
        ),
        CheckConstraint("answer_by > decided_on", name="purpose_change_is_asked_after_it_is_decided"),
        CheckConstraint(one_of("state", (ASKED, SETTLED, GIVEN_UP)), name="purpose_change_state_is_known"),
        CheckConstraint("length(currency) = 3", name="purpose_change_currency_has_three_letters"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="purpose_change_has_an_actor"),
        CheckConstraint(
            f"(state = '{ASKED}') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name="purpose_change_ends_by_somebody",
        ),
        CheckConstraint("moved_minor >= 0 AND back_minor >= 0", name="purpose_change_moves_no_less"),
        CheckConstraint(
            "(entry_id IS NOT NULL) = (moved_minor + back_minor > 0) "
            f"AND (entry_id IS NULL OR state = '{SETTLED}')",
            name="purpose_change_is_booked",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    fund_id: Mapped[int]
    #: What it is to be for: a fund of its own, with its name and words as givers were told.
    to_fund_id: Mapped[int]
    to_name: Mapped[str]
    to_purpose: Mapped[str]
    #: In words, by whom and when.
    decision: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[date]
    #: The last day on which givers can answer.
    answer_by: Mapped[date]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    actor: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    #: Moves what belongs to those who agreed, and lays apart what goes back.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    currency: Mapped[str]
    moved_minor: Mapped[int]
    back_minor: Mapped[int]
