"""The tables of paid support: who provides it from which day on, and what an hour costs from which day on."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import false
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

LONGEST_REGISTRATION = 200
LONGEST_TAX_NUMBER = 40
LONGEST_WORDS = 500
#: More than an hour, or a way, costs anywhere; in the smallest unit.
MOST_MINOR: Final = 10_000_000
#: More than three days before a visit it cannot be cancelled late.
MOST_LATE_HOURS: Final = 72
#: More than half of a price is tax nowhere.
MOST_PERMILLE: Final = 500
#: More than this is counted for no visit that was shorter.
MOST_LEAST_MINUTES: Final = 8 * 60

#: The group contracts and the whole price is its income; the member does, and the group passes thank-you
#: money through; or nothing costs anything here.
GROUP, MEMBER, NOBODY = "group", "member", "nobody"
#: Visits are counted in whole units of so many minutes.
UNITS: Final = (15, 30, 60)
#: What the way of whoever gives is counted by; it may be counted by nothing.
NO_WAY, BY_KM, BY_TRIP = "none", "km", "trip"
#: Outside the tax, exempt from it, at the reduced and at the usual rate.
OUTSIDE, EXEMPT, REDUCED, STANDARD = "outside", "exempt", "reduced", "standard"
TAX_CLASSES: Final = (OUTSIDE, EXEMPT, REDUCED, STANDARD)

#: On top of an hour: in the evening or at night, and at the weekend. An hour of a second one who comes along.
EVENING, WEEKEND, SECOND = "evening", "weekend", "second"
#: Once: on top for the first visit; and instead of everything else where a visit was cancelled.
FIRST, LATE, DOOR = "first", "late", "door"
PER_HOUR: Final = (EVENING, WEEKEND, SECOND)
ONCE: Final = (FIRST, LATE, DOOR)
EXTRAS: Final = (*PER_HOUR, *ONCE)

_KIND = text("kind_id IS NOT NULL")
_NO_KIND = text("kind_id IS NULL")


class SupportTerms(Base):
    """Who provides the help from a day on, and what follows from it; the newest that has begun holds."""

    __tablename__ = "support_terms"
    __table_args__ = (
        UniqueConstraint("community_id", "starts_on"),
        CheckConstraint(one_of("provider", (GROUP, MEMBER, NOBODY)), name="support_terms_provider_is_known"),
        CheckConstraint(
            f"length(registration) <= {LONGEST_REGISTRATION}", name="support_terms_registration_is_short"
        ),
        CheckConstraint(
            f"length(tax_number) <= {LONGEST_TAX_NUMBER}", name="support_terms_tax_number_is_short"
        ),
        CheckConstraint(
            f"standard_permille BETWEEN 0 AND {MOST_PERMILLE} "
            f"AND reduced_permille BETWEEN 0 AND {MOST_PERMILLE}",
            name="support_terms_tax_is_bounded",
        ),
        CheckConstraint(f"late_hours BETWEEN 0 AND {MOST_LATE_HOURS}", name="support_terms_late_is_bounded"),
        CheckConstraint(f"wage_minor BETWEEN 1 AND {MOST_MINOR}", name="support_terms_wage_is_bounded"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_terms_have_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    starts_on: Mapped[date]
    provider: Mapped[str]
    #: By what a group may issue tickets for what its members provide; empty: by nothing.
    registration: Mapped[str]
    #: Under which the group issues bills that others may deduct tax by; empty: it has none.
    tax_number: Mapped[str]
    #: What of a hundred, in tenths, the tax is; prices hold it already.
    standard_permille: Mapped[int]
    reduced_permille: Mapped[int]
    #: A visit that is cancelled fewer hours before it begins is cancelled late.
    late_hours: Mapped[int]
    #: What an hour of work has to be paid with at least where this is; None where nobody has said it.
    wage_minor: Mapped[int | None]
    entered_at: Mapped[datetime]
    actor: Mapped[str]
    #: Thanks for what is paid with hours may come from the general account, where no kept hour stands for it.
    general_pays: Mapped[bool] = mapped_column(server_default=false(), default=False)


class SupportWords(Base):
    """What a community says of hours that are kept, in the steward's own words."""

    __tablename__ = "support_words"
    __table_args__ = (
        CheckConstraint(f"length(kept) <= {LONGEST_WORDS}", name="support_words_are_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_words_have_an_actor"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: Empty: a sentence that stands for all.
    kept: Mapped[str]
    said_at: Mapped[datetime]
    actor: Mapped[str]


class SupportRate(Base):
    """What an hour of a kind of help costs from a day on; the newest that has begun holds."""

    __tablename__ = "support_rate"
    __table_args__ = (
        # So that what comes on top carries the community, and the unit by which its price has to divide.
        UniqueConstraint("id", "community_id", "unit_minutes"),
        ForeignKeyConstraint(["kind_id", "community_id"], ["help_kind.id", "help_kind.community_id"]),
        Index(
            "uq_support_rate_kind_id_starts_on",
            "kind_id",
            "starts_on",
            unique=True,
            sqlite_where=_KIND,
            postgresql_where=_KIND,
        ),
        Index(
            "uq_support_rate_community_id_starts_on",
            "community_id",
            "starts_on",
            unique=True,
            sqlite_where=_NO_KIND,
            postgresql_where=_NO_KIND,
        ),
        Index("support_rate_by_community", "community_id", "kind_id", "starts_on"),
        CheckConstraint(f"price_minor BETWEEN 1 AND {MOST_MINOR}", name="support_rate_price_is_bounded"),
        # Whoever gives is thanked with no more than is paid, and where nothing is paid with nothing.
        CheckConstraint(
            "thanks_minor BETWEEN 0 AND coalesce(price_minor, 0)", name="support_rate_thanks_is_of_the_price"
        ),
        CheckConstraint("unit_minutes IN (15, 30, 60)", name="support_rate_unit_is_known"),
        CheckConstraint(
            f"least_minutes BETWEEN 0 AND {MOST_LEAST_MINUTES} AND least_minutes % unit_minutes = 0",
            name="support_rate_least_is_whole_units",
        ),
        # So that a visit never costs a part of a coin, and nobody rounds.
        CheckConstraint(
            "price_minor * unit_minutes % 60 = 0 AND thanks_minor * unit_minutes % 60 = 0",
            name="support_rate_unit_costs_whole_coins",
        ),
        CheckConstraint(one_of("way_by", (NO_WAY, BY_KM, BY_TRIP)), name="support_rate_way_is_known"),
        CheckConstraint(
            f"way_minor BETWEEN 0 AND {MOST_MINOR} AND (way_by = '{NO_WAY}') = (way_minor = 0)",
            name="support_rate_way_is_bounded",
        ),
        CheckConstraint(one_of("tax_class", TAX_CLASSES), name="support_rate_tax_class_is_known"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="support_rate_words_are_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_rate_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: None: for every kind that has no rate of its own, and for help without a kind.
    kind_id: Mapped[int | None]
    starts_on: Mapped[date]
    #: What whoever receives pays for an hour, with the tax; None: from this day it is for hours only.
    price_minor: Mapped[int | None]
    #: What of it whoever gives is thanked with; the rest stays with the group.
    thanks_minor: Mapped[int]
    unit_minutes: Mapped[int]
    #: So much is counted for a shorter visit, too.
    least_minutes: Mapped[int]
    #: The way of whoever gives, which whoever receives pays and whoever gives gets.
    way_by: Mapped[str]
    way_minor: Mapped[int]
    tax_class: Mapped[str]
    #: The group keeps it as a business of which it pays tax.
    is_business: Mapped[bool]
    #: What whoever asks for it should know.
    words: Mapped[str]
    entered_at: Mapped[datetime]
    actor: Mapped[str]


class SupportExtra(Base):
    """What comes on top of a rate, or instead of it where a visit was cancelled."""

    __tablename__ = "support_extra"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rate_id", "community_id", "unit_minutes"],
            ["support_rate.id", "support_rate.community_id", "support_rate.unit_minutes"],
        ),
        CheckConstraint(one_of("what", EXTRAS), name="support_extra_what_is_known"),
        CheckConstraint(f"price_minor BETWEEN 1 AND {MOST_MINOR}", name="support_extra_price_is_bounded"),
        CheckConstraint(
            "thanks_minor BETWEEN 0 AND price_minor", name="support_extra_thanks_is_of_the_price"
        ),
        CheckConstraint(
            f"({one_of('what', ONCE)}) "
            "OR price_minor * unit_minutes % 60 = 0 AND thanks_minor * unit_minutes % 60 = 0",
            name="support_extra_unit_costs_whole_coins",
        ),
        CheckConstraint(
            f"(what = '{EVENING}') = (from_minute IS NOT NULL) "
            "AND (from_minute IS NULL) = (until_minute IS NULL)",
            name="support_extra_has_its_hours",
        ),
        CheckConstraint(
            "from_minute BETWEEN 0 AND 1439 AND until_minute BETWEEN 0 AND 1439 "
            "AND from_minute <> until_minute",
            name="support_extra_hours_are_of_a_day",
        ),
        STRICT,
    )

    rate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    unit_minutes: Mapped[int]
    #: For an hour, or once.
    price_minor: Mapped[int]
    thanks_minor: Mapped[int]
    #: From which minute of the day to which, over midnight where it ends earlier than it begins.
    from_minute: Mapped[int | None]
    until_minute: Mapped[int | None]


#: What held on a day is never written anew: bills and thanks were reckoned by it.
for _table in (SupportTerms, SupportRate, SupportExtra):
    _name = _table.__tablename__
    guarded(
        _table,
        {
            "sqlite": [
                f"""CREATE TRIGGER {_name}_stays BEFORE UPDATE ON {_name}
           BEGIN SELECT RAISE(ABORT, '{_name}_stays'); END""",
            ],
            "postgresql": [
                f"""CREATE TRIGGER {_name}_stays BEFORE UPDATE ON {_name}
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            ],
        },
    )
