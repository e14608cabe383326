"""The tables of donations, and of how a community asks for them."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import false
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of
from timebank.payments.models import LONGEST_EMAIL
from timebank.payments.models import MONTH
from timebank.payments.models import MOST_MINOR
from timebank.payments.models import ONCE
from timebank.payments.models import YEAR

#: What payments of gifts are called in their rows.
DONATION: Final = "donation"
LONGEST_NAME = 100
LONGEST_ADDRESS = 300
LONGEST_MESSAGE = 500
LONGEST_WORDS = 1_000
LONGEST_REASON = 500
LONGEST_KEY = 300
MOST_SUGGESTED = 6

#: How a gift of money comes that nobody pays here: laid into the cash box, or sent to the bank.
CASH, TRANSFER = "cash", "transfer"
BY_HAND = (CASH, TRANSFER)
#: A gift of what a member was owed as thanks for help: no money moves.
THANKS: Final = "thanks"
#: What a gift is given in of somebody.
MEMORY, HONOUR = "memory", "honour"


class GivingRule(Base):
    """Whether and how a community asks for gifts, as its steward says."""

    __tablename__ = "giving_rule"
    __table_args__ = (
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="giving_rule_words_are_short"),
        CheckConstraint("length(suggested) BETWEEN 1 AND 100", name="giving_rule_suggested_is_short"),
        CheckConstraint(f"least_minor BETWEEN 1 AND {MOST_MINOR}", name="giving_rule_least_is_bounded"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: The public page asks for gifts.
    open: Mapped[bool]
    #: What stands above the form.
    words: Mapped[str]
    #: Amounts to choose from in the currency's smallest unit, with blanks between them.
    suggested: Mapped[str]
    #: Less is not taken by card: that is how stolen cards are tried.
    least_minor: Mapped[int]
    #: Stripe's fee is taken out of the fund that a gift is for; else the community bears it.
    fee_from_fund: Mapped[bool]
    #: Konbini is offered, which Stripe has to have allowed first.
    konbini: Mapped[bool]


class Donation(Base):
    """What somebody wants to give, and has given once ``given_on`` says so."""

    __tablename__ = "donation"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("donation_by_day", "community_id", "given_on"),
        Index("donation_by_member", "member_id"),
        CheckConstraint("length(currency) = 3", name="donation_currency_has_three_letters"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="donation_amount_is_bounded"),
        CheckConstraint(f"length(name) <= {LONGEST_NAME}", name="donation_name_is_short"),
        CheckConstraint(f"length(email) <= {LONGEST_EMAIL}", name="donation_email_is_short"),
        CheckConstraint(f"length(address) <= {LONGEST_ADDRESS}", name="donation_address_is_short"),
        CheckConstraint(f"length(message) <= {LONGEST_MESSAGE}", name="donation_message_is_short"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="donation_key_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="donation_language_is_known"),
        CheckConstraint("NOT wants_receipt OR length(name) > 0", name="donation_receipt_has_a_name"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: None: for whatever is needed most.
    fund_id: Mapped[int | None]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    #: Empty where nobody said it.
    name: Mapped[str]
    #: Where names of donors are shown, this one is not; the books know it all the same.
    name_hidden: Mapped[bool]
    email: Mapped[str]
    #: For the receipt.
    address: Mapped[str]
    message: Mapped[str]
    wants_receipt: Mapped[bool]
    #: Who gave, where it was a member who had signed in.
    member_id: Mapped[int | None]
    language: Mapped[str]
    made_at: Mapped[datetime]
    #: As the page said when it was given.
    fee_from_fund: Mapped[bool]
    #: Of the form: what is sent twice is one gift.
    key: Mapped[str]
    #: The day of the payment where the community is; None as long as it is not paid.
    given_on: Mapped[date | None]
    #: How the name is read; empty where nobody said it.
    reading: Mapped[str] = mapped_column(
        CheckConstraint(f"length(reading) <= {LONGEST_NAME}", name="donation_reading_is_short"),
        server_default="",
    )
    #: An organisation gave, and no person.
    organisation: Mapped[bool] = mapped_column(server_default=false())
    #: In memory or in honour of somebody, whom the next line names; empty where it is of nobody.
    dedication: Mapped[str] = mapped_column(
        CheckConstraint(one_of("dedication", ("", MEMORY, HONOUR)), name="donation_dedication_is_known"),
        server_default="",
    )
    dedicated_to: Mapped[str] = mapped_column(
        CheckConstraint(
            f"length(dedicated_to) <= {LONGEST_NAME} AND (dedication = '') = (dedicated_to = '')",
            name="donation_is_dedicated_to_somebody",
        ),
        server_default="",
    )
    #: It repeats every month or year, each time as a gift of its own; empty where it is given once.
    every: Mapped[str] = mapped_column(
        CheckConstraint(one_of("every", (ONCE, MONTH, YEAR)), name="donation_every_is_known"),
        server_default="",
    )
    #: One receipt is wished for everything that is given in a calendar year, instead of one for each gift.
    receipt_for_year: Mapped[bool] = mapped_column(
        CheckConstraint("NOT receipt_for_year OR wants_receipt", name="donation_for_year_wishes_receipt"),
        server_default=false(),
    )


class DonationByHand(Base):
    """That a gift came without Stripe: how, and by which entry it stands in the books, at once."""

    __tablename__ = "donation_by_hand"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        UniqueConstraint("reversal_id"),
        ForeignKeyConstraint(["donation_id", "community_id"], ["donation.id", "donation.community_id"]),
        CheckConstraint(one_of("way", (*BY_HAND, THANKS)), name="donation_by_hand_way_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="donation_by_hand_has_an_actor"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL)",
            name="donation_by_hand_is_taken_back_for_a_reason",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="donation_by_hand_reason_is_short",
        ),
        STRICT,
    )

    donation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    way: Mapped[str]
    #: Who wrote it down.
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    #: It was written down by mistake: this entry takes it out of the books again.
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


class GiftInKind(Base):
    """What somebody gave that is no money: kept in words, and in no books."""

    __tablename__ = "gift_in_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("gift_in_kind_by_day", "community_id", "given_on"),
        Index("gift_in_kind_by_member", "member_id"),
        CheckConstraint(f"length(what) BETWEEN 1 AND {LONGEST_MESSAGE}", name="gift_in_kind_what_is_short"),
        CheckConstraint(f"length(activity) <= {LONGEST_NAME}", name="gift_in_kind_activity_is_short"),
        CheckConstraint("fund_id IS NULL OR activity = ''", name="gift_in_kind_is_for_one_thing"),
        CheckConstraint(f"length(name) <= {LONGEST_NAME}", name="gift_in_kind_name_is_short"),
        CheckConstraint(f"length(reading) <= {LONGEST_NAME}", name="gift_in_kind_reading_is_short"),
        CheckConstraint(f"length(address) <= {LONGEST_ADDRESS}", name="gift_in_kind_address_is_short"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="gift_in_kind_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="gift_in_kind_has_an_actor"),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}", name="gift_in_kind_reason_is_short"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    what: Mapped[str]
    given_on: Mapped[date]
    #: For a fund, or for an activity that has none; for neither where it is for whatever needs it.
    fund_id: Mapped[int | None]
    activity: Mapped[str]
    name: Mapped[str]
    reading: Mapped[str]
    name_hidden: Mapped[bool]
    organisation: Mapped[bool]
    address: Mapped[str]
    member_id: Mapped[int | None]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    #: Of the form: what is sent twice is one gift.
    key: Mapped[str]
    #: It was written down by mistake; the line stays, and no longer counts.
    taken_back_because: Mapped[str | None]


class DonationKept(Base):
    """Where what is left of a gift is kept since its giver has answered: by another fund, or to go back."""

    __tablename__ = "donation_kept"
    __table_args__ = (
        ForeignKeyConstraint(["donation_id", "community_id"], ["donation.id", "donation.community_id"]),
        ForeignKeyConstraint(["fund_id", "community_id"], ["fund.id", "fund.community_id"]),
        Index("donation_kept_by_fund", "fund_id"),
        CheckConstraint("gone_minor >= 0", name="donation_kept_is_no_more_than_was_given"),
        STRICT,
    )

    donation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: The fund that keeps it; of what is to be given back the fund that it was kept for.
    fund_id: Mapped[int]
    #: It lies apart until whoever gave it has it back.
    to_give_back: Mapped[bool]
    #: How much of what the gift brought is not there any more: it was spent before, or is handed back.
    gone_minor: Mapped[int]
    since: Mapped[datetime]


class DonationHandedBack(Base):
    """That what was left of a gift was handed back to whoever gave it, and not by Stripe."""

    __tablename__ = "donation_handed_back"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["donation_id", "community_id"], ["donation.id", "donation.community_id"]),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="donation_handed_back_is_bounded"),
        CheckConstraint(one_of("way", BY_HAND), name="donation_handed_back_way_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="donation_handed_back_has_an_actor"),
        STRICT,
    )

    donation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    amount_minor: Mapped[int]
    way: Mapped[str]
    handed_on: Mapped[date]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
