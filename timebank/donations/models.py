"""The tables of donations, and of how a community asks for them."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.payments.models import LONGEST_EMAIL
from timebank.payments.models import MOST_MINOR

#: What payments of gifts are called in their rows.
DONATION: Final = "donation"
LONGEST_NAME = 100
LONGEST_ADDRESS = 300
LONGEST_MESSAGE = 500
LONGEST_WORDS = 1_000
LONGEST_KEY = 300
MOST_SUGGESTED = 6


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
