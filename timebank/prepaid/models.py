"""The tables of prepaid balances: what holds for them, what was topped up, went back, and was used."""

from datetime import date
from datetime import datetime
from typing import Final

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
from timebank.db import guarded
from timebank.db import one_of

LONGEST_KEY = 300
LONGEST_REASON = 500
#: More than anybody pays ahead at once; in the smallest unit.
MOST_MINOR = 100_000_000

STRIPE, CASH, TRANSFER = "stripe", "cash", "transfer"
BY_HAND: Final = (CASH, TRANSFER)
WAYS: Final = (STRIPE, *BY_HAND)


class PrepaidRule(Base):
    """Whether a community takes money ahead for help, and how much at once."""

    __tablename__ = "prepaid_rule"
    __table_args__ = (
        CheckConstraint(
            f"least_minor >= 1 AND least_minor <= most_minor AND most_minor <= {MOST_MINOR}",
            name="prepaid_rule_sums_are_bounded",
        ),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: A balance can be topped up. What is on one can be used, whatever this says.
    offered: Mapped[bool]
    #: The smallest and the largest sum of one top-up.
    least_minor: Mapped[int]
    most_minor: Mapped[int]
    #: What was not used may be given back.
    refunds: Mapped[bool]
    konbini: Mapped[bool]


class PrepaidTopup(Base):
    """A sum that somebody wants to pay ahead, or has paid."""

    __tablename__ = "prepaid_topup"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("prepaid_topup_by_member", "member_id"),
        CheckConstraint(one_of("way", WAYS), name="prepaid_topup_way_is_known"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="prepaid_topup_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="prepaid_topup_currency_has_three_letters"),
        CheckConstraint("language IN ('en', 'ja')", name="prepaid_topup_language_is_known"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="prepaid_topup_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="prepaid_topup_has_an_actor"),
        # What was paid by hand is booked at once; Stripe's lines are booked as they come.
        CheckConstraint(
            f"(entry_id IS NULL) = (way = '{STRIPE}') AND (way = '{STRIPE}' OR paid_on IS NOT NULL)",
            name="prepaid_topup_by_hand_is_booked",
        ),
        CheckConstraint(
            f"(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="prepaid_topup_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    way: Mapped[str]
    language: Mapped[str]
    key: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    paid_on: Mapped[date | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


class PrepaidBack(Base):
    """Money that went back: by hand for what was not used, or through Stripe or a dispute that was lost."""

    __tablename__ = "prepaid_back"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(
            ["topup_id", "community_id"], ["prepaid_topup.id", "prepaid_topup.community_id"]
        ),
        Index("prepaid_back_by_member", "member_id"),
        Index("prepaid_back_by_topup", "topup_id"),
        CheckConstraint(one_of("way", WAYS), name="prepaid_back_way_is_known"),
        # By Stripe it is of one top-up, and booked by Stripe's line; by hand it is of the balance.
        CheckConstraint(
            f"(way = '{STRIPE}') = (entry_id IS NULL) AND (way = '{STRIPE}') = (topup_id IS NOT NULL)",
            name="prepaid_back_by_hand_is_booked",
        ),
        CheckConstraint(
            f"amount_minor BETWEEN 1 AND {MOST_MINOR} AND billed_minor BETWEEN 0 AND amount_minor "
            f"AND (billed_minor = 0 OR way = '{STRIPE}')",
            name="prepaid_back_amount_is_bounded",
        ),
        CheckConstraint("length(currency) = 3", name="prepaid_back_currency_has_three_letters"),
        CheckConstraint(
            f"length(reason) <= {LONGEST_REASON} AND (way = '{STRIPE}') = (reason = '')",
            name="prepaid_back_has_a_short_reason",
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="prepaid_back_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="prepaid_back_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    #: The top-up whose money Stripe gave back.
    topup_id: Mapped[int | None]
    amount_minor: Mapped[int]
    #: What of it had been used, so that the member owes it; the rest came out of the balance.
    billed_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    currency: Mapped[str]
    way: Mapped[str]
    #: Empty where Stripe told of it.
    reason: Mapped[str]
    given_on: Mapped[date]
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))


class PrepaidUse(Base):
    """What of an exchange's price came from whose balance; it counts as long as that exchange does."""

    __tablename__ = "prepaid_use"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("prepaid_use_by_member", "member_id"),
        CheckConstraint("amount_minor > 0", name="prepaid_use_pays_something"),
        STRICT,
    )

    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The member, or a record that was joined into theirs.
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    amount_minor: Mapped[int]


#: What an exchange was paid with stays; and what went back, or was topped up, is never another sum.
guarded(
    PrepaidUse,
    {
        "sqlite": [
            f"""CREATE TRIGGER prepaid_use_{how} BEFORE {what} ON prepaid_use
           BEGIN SELECT RAISE(ABORT, 'prepaid_use_stays'); END"""
            for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            """CREATE TRIGGER prepaid_use_stays BEFORE UPDATE OR DELETE ON prepaid_use
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
