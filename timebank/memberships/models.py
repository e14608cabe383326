"""The tables of plans, of fees, and of the terms that fees cover."""

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

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import guarded
from timebank.db import one_of
from timebank.members.models import KINDS

LONGEST_SLUG = 40
LONGEST_NAME = 60
LONGEST_WORDS = 500
LONGEST_REASON = 500
LONGEST_KEY = 300
#: More than a year of membership costs anywhere; in the smallest unit.
MOST_FEE_MINOR = 100_000_000
MOST_YEARS = 10
MOST_DAYS = 366

#: What payments of fees are called in their rows.
FEE: Final = "fee"

#: From one first month to the next, the same for everybody; or a year from the day of paying.
FISCAL, ROLLING = "fiscal", "rolling"
#: Who is on the plan has a vote at the meeting, or supports the community without one.
VOTE, SUPPORTER = "vote", "supporter"
#: How a fee came in: by card or at a konbini, in cash, by transfer; or nothing was asked.
STRIPE, CASH, TRANSFER, FREE = "stripe", "cash", "transfer", "free"
BY_HAND = (CASH, TRANSFER)

OPENED, CHANGED, CLOSED, REOPENED = "opened", "changed", "closed", "reopened"


class MembershipRule(Base):
    """How long a fee lasts here, who is reminded when, and where a fee can be sent."""

    __tablename__ = "membership_rule"
    __table_args__ = (
        CheckConstraint(one_of("years", (FISCAL, ROLLING)), name="membership_rule_years_are_known"),
        CheckConstraint("early_days BETWEEN 0 AND 183", name="membership_rule_early_is_bounded"),
        CheckConstraint(f"grace_days BETWEEN 0 AND {MOST_DAYS}", name="membership_rule_grace_is_bounded"),
        CheckConstraint("days_before BETWEEN 0 AND 183", name="membership_rule_before_is_bounded"),
        CheckConstraint("days_after BETWEEN 0 AND 183", name="membership_rule_after_is_bounded"),
        CheckConstraint(f"length(bank) <= {LONGEST_WORDS}", name="membership_rule_bank_is_short"),
        CheckConstraint(f"length(post_office) <= {LONGEST_WORDS}", name="membership_rule_post_is_short"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    years: Mapped[str]
    #: Whoever pays for the first time in so many last days of a fiscal year pays for the next one, too.
    early_days: Mapped[int]
    #: So many days after its end a membership still counts, and goes on from there when it is paid.
    grace_days: Mapped[int]
    #: So many days before the end, and after it, members are reminded; 0: they are not.
    days_before: Mapped[int]
    days_after: Mapped[int]
    #: Where a fee can be sent, in the words of the bank and of the post office; empty: nowhere.
    bank: Mapped[str]
    post_office: Mapped[str]
    #: Konbini is offered, which Stripe has to have allowed first.
    konbini: Mapped[bool]


class Plan(Base):
    """What a membership costs for a year, for whom it is, and what it carries."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("community_id", "slug"),
        UniqueConstraint("community_id", "name"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(slug) BETWEEN 2 AND {LONGEST_SLUG}", name="plan_slug_is_short"),
        CheckConstraint("slug = lower(slug)", name="plan_slug_is_lower_case"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="plan_name_is_short"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="plan_words_are_short"),
        CheckConstraint(f"length(refund) <= {LONGEST_WORDS}", name="plan_refund_is_short"),
        CheckConstraint(f"fee_minor BETWEEN 0 AND {MOST_FEE_MINOR}", name="plan_fee_is_bounded"),
        CheckConstraint(one_of("for_kind", KINDS), name="plan_is_for_a_kind_of_member"),
        CheckConstraint(one_of("carries", (VOTE, SUPPORTER)), name="plan_carries_something"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: In the code of its account; it never changes.
    slug: Mapped[str]
    name: Mapped[str] = mapped_column(Sorted)
    #: What whoever chooses it reads.
    words: Mapped[str]
    #: For a year, in the currency's smallest unit; 0: for those who cannot pay, as a coordinator decides.
    fee_minor: Mapped[int]
    #: Which kind of member it is for.
    for_kind: Mapped[str]
    carries: Mapped[str]
    #: What of it can be had back, and when; empty: nothing is said.
    refund: Mapped[str]
    #: It can be chosen; terms that run go on all the same.
    open: Mapped[bool]


class PlanEvent(Base):
    """What was done about a plan, by whom and when; rows are only ever added."""

    __tablename__ = "plan_event"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "community_id"], ["plan.id", "plan.community_id"]),
        Index("plan_event_by_plan", "plan_id", "id"),
        CheckConstraint(one_of("what", (OPENED, CHANGED, CLOSED, REOPENED)), name="plan_event_what_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="plan_event_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int]
    community_id: Mapped[int]
    happened_at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    #: The fee before and after a change of it.
    before_minor: Mapped[int | None]
    after_minor: Mapped[int | None]


class Fee(Base):
    """What somebody wants to pay for a membership, and has paid once ``paid_on`` says so."""

    __tablename__ = "fee"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("reversal_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["payer_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["plan_id", "community_id"], ["plan.id", "plan.community_id"]),
        Index("fee_by_member", "member_id"),
        Index("fee_by_payer", "payer_id"),
        CheckConstraint(one_of("way", (STRIPE, CASH, TRANSFER, FREE)), name="fee_way_is_known"),
        CheckConstraint(f"years BETWEEN 1 AND {MOST_YEARS}", name="fee_years_are_bounded"),
        CheckConstraint(
            f"amount_minor BETWEEN 0 AND {MOST_YEARS * MOST_FEE_MINOR}", name="fee_amount_is_bounded"
        ),
        CheckConstraint("(amount_minor = 0) = (way = 'free')", name="fee_is_free_or_is_paid"),
        CheckConstraint("back_minor BETWEEN 0 AND amount_minor", name="fee_gives_back_what_was_paid"),
        CheckConstraint(
            f"({one_of('way', BY_HAND)}) = (entry_id IS NOT NULL)", name="fee_by_hand_is_booked_at_once"
        ),
        CheckConstraint("way = 'stripe' OR paid_on IS NOT NULL", name="fee_by_hand_is_paid"),
        CheckConstraint(
            "(taken_back_because IS NOT NULL) = (taken_back_on IS NOT NULL)",
            name="fee_is_taken_back_for_a_reason",
        ),
        CheckConstraint(
            "reversal_id IS NULL OR (entry_id IS NOT NULL AND taken_back_on IS NOT NULL)",
            name="fee_is_reversed_where_it_was_booked",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}", name="fee_reason_is_short"
        ),
        CheckConstraint("length(currency) = 3", name="fee_currency_has_three_letters"),
        CheckConstraint("language IN ('en', 'ja')", name="fee_language_is_known"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="fee_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="fee_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: Whose membership it is for.
    member_id: Mapped[int]
    #: Another member who pays it as a gift; None: they themselves, or nobody says who.
    payer_id: Mapped[int | None]
    plan_id: Mapped[int]
    years: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    way: Mapped[str]
    language: Mapped[str]
    #: Of the form: what is sent twice is one fee.
    key: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    #: The day of the payment where the community is; None as long as it is not paid.
    paid_on: Mapped[date | None]
    #: How much of it went back by way of Stripe.
    back_minor: Mapped[int] = mapped_column(default=0)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_on: Mapped[date | None]
    taken_back_because: Mapped[str | None]
    #: Stripe takes it again every year, each time as a fee of its own.
    repeats: Mapped[bool] = mapped_column(server_default=false(), default=False)


class Term(Base):
    """The time that a year of a fee covers."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("fee_id", "number"),
        UniqueConstraint("begun_entry_id"),
        ForeignKeyConstraint(["fee_id", "community_id"], ["fee.id", "fee.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("term_by_member", "member_id", "ends_on"),
        Index("term_by_end", "community_id", "ends_on"),
        # Two who pay for the same member at one moment: one waits for the other, and then begins after it.
        Index(
            "uq_term_member_id_begins_on",
            "member_id",
            "begins_on",
            unique=True,
            sqlite_where=text("given_back_on IS NULL"),
            postgresql_where=text("given_back_on IS NULL"),
        ),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_YEARS}", name="term_number_is_bounded"),
        CheckConstraint("ends_on >= begins_on", name="term_ends_after_it_begins"),
        CheckConstraint(f"amount_minor BETWEEN 0 AND {MOST_FEE_MINOR}", name="term_amount_is_bounded"),
        CheckConstraint("ahead_minor BETWEEN 0 AND amount_minor", name="term_ahead_is_what_was_paid"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    member_id: Mapped[int]
    fee_id: Mapped[int]
    #: The first year of a fee is 1.
    number: Mapped[int]
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    amount_minor: Mapped[int]
    #: What of it lies in the books among fees for a time to come.
    ahead_minor: Mapped[int] = mapped_column(default=0)
    #: The entry that made it a fee of its own year.
    begun_entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    #: It was given back, and does not count any more.
    given_back_on: Mapped[date | None]
    reminded_before_at: Mapped[datetime | None]
    reminded_after_at: Mapped[datetime | None]


#: Two who pay for the same member at one moment hold the member first; this holds even who forgets to.
_OVERLAP = """NEW.given_back_on IS NULL AND EXISTS (SELECT 1 FROM term t
             WHERE t.member_id = NEW.member_id AND t.id <> NEW.id AND t.given_back_on IS NULL
               AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on)"""
#: What was paid for stays as it was. Whose it is may change: where somebody was entered twice.
_FACTS = ("community_id", "fee_id", "number", "begins_on", "ends_on", "amount_minor")


def _changed(differs: str) -> str:
    return " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in _FACTS)


guarded(
    Term,
    {
        "sqlite": [
            *(
                f"""CREATE TRIGGER term_{when} BEFORE {what} ON term
           WHEN {_OVERLAP}
           BEGIN SELECT RAISE(ABORT, 'term_has_its_own_days'); END"""
                for when, what in (("begins", "INSERT"), ("moves", "UPDATE OF member_id, given_back_on"))
            ),
            f"""CREATE TRIGGER term_stays BEFORE UPDATE ON term
           WHEN {_changed("IS NOT")}
           BEGIN SELECT RAISE(ABORT, 'term_stays_as_it_was'); END""",
            """CREATE TRIGGER term_remains BEFORE DELETE ON term
           BEGIN SELECT RAISE(ABORT, 'term_stays_as_it_was'); END""",
        ],
        "postgresql": [
            f"""CREATE FUNCTION term_has_its_own_days() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF TG_OP = 'UPDATE' AND ({_changed("IS DISTINCT FROM")}) THEN
               RAISE EXCEPTION 'term_stays_as_it_was'
                 USING ERRCODE = '23514', CONSTRAINT = 'term_stays_as_it_was';
             END IF;
             IF {_OVERLAP} THEN
               RAISE EXCEPTION 'term_has_its_own_days'
                 USING ERRCODE = '23514', CONSTRAINT = 'term_has_its_own_days';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER term_has_its_own_days BEFORE INSERT OR UPDATE ON term
           FOR EACH ROW EXECUTE FUNCTION term_has_its_own_days()""",
            """CREATE TRIGGER term_remains BEFORE DELETE ON term
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
