"""The tables of payments, and of what Stripe has told about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of

#: Of Stripe's ids; its own word on them is at most 255.
LONGEST_ID = 255
LONGEST_URL = 2_000
LONGEST_EMAIL = 254
#: What people give and pay here, a hundred thousand times over; in the smallest unit.
MOST_MINOR = 10_000_000_000

#: Written down, and nothing asked of Stripe that we know of.
DRAFT = "draft"
#: A page at Stripe waits for it.
OPEN = "open"
#: The page ran out before anybody paid on it.
EXPIRED = "expired"
#: The page is filled in, and the money is still to come: somebody walks to a konbini.
PROCESSING = "processing"
FAILED = "failed"
PAID = "paid"
PARTLY_REFUNDED = "partly-refunded"
REFUNDED = "refunded"
DISPUTED = "disputed"
CHARGED_BACK = "charged-back"
#: The payer's bank took it back.
REVERSED = "reversed"

#: Nothing was paid, so far or for good.
UNPAID_STATES = (DRAFT, OPEN, EXPIRED, PROCESSING, FAILED)
PAID_STATES = (PAID, PARTLY_REFUNDED, REFUNDED, DISPUTED, CHARGED_BACK, REVERSED)
#: Somebody may still pay on its page, or has, and we have not heard.
WAITING_STATES = (DRAFT, OPEN, PROCESSING)

#: Stripe's words: a dispute of which nothing is to be done any more, and a refund that is not there yet.
DECIDED = ("won", "lost", "warning_closed", "prevented")
ON_ITS_WAY = ("pending", "requires_action")

#: How often something repeats, in Stripe's words; what is paid once has none.
ONCE, MONTH, YEAR = "", "month", "year"
#: Nothing is taken any more of what repeated.
ENDED = ("canceled", "incomplete_expired")

#: Why paid money lies among what is not identified: Stripe took something else than we asked for, or
#: another attempt for the same thing was paid, too.
DIFFERS, DOUBLE = "differs", "double"


class Payment(Base):
    """One attempt to pay something; what it is for, the feature says whose ``purpose`` it names."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("community_id", "purpose", "subject_id", "attempt"),
        UniqueConstraint("community_id", "checkout_id"),
        UniqueConstraint("community_id", "intent_id"),
        Index("payment_by_charge", "community_id", "charge_id"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        Index("payment_by_state", "community_id", "state"),
        CheckConstraint("length(token) BETWEEN 20 AND 64", name="payment_token_is_unguessable"),
        CheckConstraint("length(purpose) BETWEEN 1 AND 40", name="payment_purpose_is_short"),
        CheckConstraint("attempt BETWEEN 1 AND 1000", name="payment_attempt_is_bounded"),
        CheckConstraint("length(currency) = 3", name="payment_currency_has_three_letters"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="payment_amount_is_bounded"),
        CheckConstraint(one_of("state", (*PAID_STATES, *UNPAID_STATES)), name="payment_state_is_known"),
        CheckConstraint(
            f"({one_of('state', PAID_STATES)}) = (paid_at IS NOT NULL)", name="payment_is_paid_at_some_time"
        ),
        CheckConstraint(
            "(paid_at IS NULL) = (paid_on IS NULL) AND (paid_at IS NULL) = (taken_minor IS NULL) "
            "AND (taken_minor IS NULL) = (taken_currency IS NULL)",
            name="payment_says_what_was_taken",
        ),
        CheckConstraint(
            "oddity IS NOT NULL OR taken_minor IS NULL "
            "OR (taken_minor = amount_minor AND taken_currency = currency)",
            name="payment_takes_what_was_asked",
        ),
        CheckConstraint(one_of("oddity", (DIFFERS, DOUBLE)), name="payment_oddity_is_known"),
        CheckConstraint("language IN ('en', 'ja')", name="payment_language_is_known"),
        CheckConstraint(f"length(email) <= {LONGEST_EMAIL}", name="payment_email_is_short"),
        CheckConstraint(f"length(url) <= {LONGEST_URL}", name="payment_url_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: Stands for it at Stripe, and in the addresses of whoever pays.
    token: Mapped[str]
    purpose: Mapped[str]
    #: Of what is paid for, in the feature of that purpose.
    subject_id: Mapped[int]
    attempt: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    #: Of whoever pays.
    language: Mapped[str]
    email: Mapped[str]
    state: Mapped[str]
    made_at: Mapped[datetime]
    #: The page at Stripe, and until when somebody can pay on it.
    checkout_id: Mapped[str | None]
    url: Mapped[str | None]
    ends_at: Mapped[datetime | None]
    intent_id: Mapped[str | None]
    charge_id: Mapped[str | None]
    #: What was taken: other than asked for only where ``oddity`` says so.
    taken_minor: Mapped[int | None]
    taken_currency: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    #: The day in the community's own time zone, which a receipt says.
    paid_on: Mapped[date | None]
    oddity: Mapped[str | None]


class StripeSubscription(Base):
    """That a payment repeats: Stripe takes it again by itself, until somebody stops it."""

    __tablename__ = "stripe_subscription"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("community_id", "subscription_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        Index("stripe_subscription_by_payment", "payment_id"),
        CheckConstraint("length(token) BETWEEN 20 AND 64", name="stripe_subscription_token_is_unguessable"),
        CheckConstraint(
            f"length(subscription_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_subscription_id_is_short"
        ),
        CheckConstraint("length(status) BETWEEN 1 AND 40", name="stripe_subscription_status_is_short"),
        CheckConstraint("length(every) BETWEEN 1 AND 20", name="stripe_subscription_every_is_short"),
        CheckConstraint(
            f"amount_minor BETWEEN 0 AND {MOST_MINOR}", name="stripe_subscription_amount_is_bounded"
        ),
        CheckConstraint("length(currency) = 3", name="stripe_subscription_currency_has_three_letters"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: The payment with which it began.
    payment_id: Mapped[int]
    #: In the address of the page where whoever pays changes or stops it: that needs no password.
    token: Mapped[str]
    subscription_id: Mapped[str]
    #: In Stripe's words.
    status: Mapped[str]
    #: ``month`` or ``year``; in Stripe's own pages somebody may make something else of it.
    every: Mapped[str]
    #: What is taken next, and when.
    amount_minor: Mapped[int]
    currency: Mapped[str]
    next_at: Mapped[datetime]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: It repeats what another repeats already, or what does not fit: it is stopped, and counts for nothing.
    surplus: Mapped[bool]


class StripeInvoice(Base):
    """That a payment is one of those that repeat, the first or a later one: which invoice it has paid."""

    __tablename__ = "stripe_invoice"
    __table_args__ = (
        UniqueConstraint("community_id", "invoice_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        Index("stripe_invoice_by_regular", "regular_id"),
        CheckConstraint(f"length(invoice_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_invoice_id_is_short"),
        STRICT,
    )

    payment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: Of what repeats.
    regular_id: Mapped[int] = mapped_column(ForeignKey("stripe_subscription.id"))
    invoice_id: Mapped[str]


class StripeIdentified(Base):
    """That somebody has said what money was paid that nobody had known what for."""

    __tablename__ = "stripe_identified"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        CheckConstraint(one_of("oddity", (DIFFERS, DOUBLE)), name="stripe_identified_oddity_is_known"),
        CheckConstraint(
            "(oddity IS NULL) = (asked_minor IS NULL) AND (oddity IS NULL) = (asked_currency IS NULL)",
            name="stripe_identified_says_what_was_asked",
        ),
        CheckConstraint("length(asked_currency) = 3", name="stripe_identified_currency_has_three_letters"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="stripe_identified_has_an_actor"),
        STRICT,
    )

    payment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: By which it left what is not identified.
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    #: Why it did not fit, and what had been asked for; None where it was never asked for here.
    oddity: Mapped[str | None]
    asked_minor: Mapped[int | None]
    asked_currency: Mapped[str | None]
    actor: Mapped[str]
    made_at: Mapped[datetime]


class StripeAccount(Base):
    """Which account at Stripe is a community's: no two have one, for nobody could tell their money apart.

    An account has one id for what is tried with a test key and for real money, which never meet.
    """

    __tablename__ = "stripe_account"
    __table_args__ = (
        UniqueConstraint("account_id", "live"),
        CheckConstraint(f"length(account_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_account_id_is_short"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[str]
    live: Mapped[bool]
    met_at: Mapped[datetime]
    #: Everything that Stripe has booked up to here is in the books.
    swept_to: Mapped[datetime | None]


class StripeEvent(Base):
    """That Stripe has told us something; the same is told again, and counts once."""

    __tablename__ = "stripe_event"
    __table_args__ = (
        UniqueConstraint("community_id", "event_id"),
        CheckConstraint(f"length(event_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_event_id_is_short"),
        CheckConstraint(f"length(kind) BETWEEN 1 AND {LONGEST_ID}", name="stripe_event_kind_is_short"),
        CheckConstraint(f"length(object_id) <= {LONGEST_ID}", name="stripe_event_object_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    event_id: Mapped[str]
    kind: Mapped[str]
    object_id: Mapped[str]
    heard_at: Mapped[datetime]


class StripeMovement(Base):
    """A line of the balance at Stripe: exactly one entry in the books, which moves ``stripe`` by its net."""

    __tablename__ = "stripe_movement"
    __table_args__ = (
        UniqueConstraint("community_id", "movement_id"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        Index("stripe_movement_by_payment", "payment_id"),
        Index("stripe_movement_by_charge", "community_id", "charge_id"),
        CheckConstraint(
            f"length(movement_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_movement_id_is_short"
        ),
        CheckConstraint(f"length(kind) BETWEEN 1 AND {LONGEST_ID}", name="stripe_movement_kind_is_short"),
        CheckConstraint("net = amount - fee", name="stripe_movement_adds_up"),
        CheckConstraint("length(currency) = 3", name="stripe_movement_currency_has_three_letters"),
        # What the program does not know, and what moves nothing at all.
        CheckConstraint(
            "(entry_id IS NULL) = (unknown OR (amount = 0 AND fee = 0))", name="stripe_movement_is_booked"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    movement_id: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    amount: Mapped[int]
    fee: Mapped[int]
    net: Mapped[int]
    currency: Mapped[str]
    made_at: Mapped[datetime]
    source_id: Mapped[str]
    charge_id: Mapped[str]
    dispute_id: Mapped[str]
    #: None where it is about no payment of ours.
    payment_id: Mapped[int | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    #: How much of it a fund holds, or holds no longer; with sign.
    earmarked: Mapped[int]
    #: How much of a refund had been given back before, and had not arrived.
    from_owed: Mapped[int]
    #: Of a kind that the program has never met: not booked, and shown to the treasurer.
    unknown: Mapped[bool]
    #: Of what it is about, as far as Stripe says.
    intent_id: Mapped[str] = mapped_column(server_default="", default="")


class StripeRefund(Base):
    """Money that went back to whoever paid, or was to."""

    __tablename__ = "stripe_refund"
    __table_args__ = (
        UniqueConstraint("community_id", "refund_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        Index("stripe_refund_by_payment", "payment_id"),
        CheckConstraint(f"length(refund_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_refund_id_is_short"),
        CheckConstraint("amount > 0", name="stripe_refund_gives_something_back"),
        CheckConstraint("length(currency) = 3", name="stripe_refund_currency_has_three_letters"),
        CheckConstraint("length(status) BETWEEN 1 AND 40", name="stripe_refund_status_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    refund_id: Mapped[str]
    payment_id: Mapped[int | None]
    charge_id: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    #: In Stripe's words.
    status: Mapped[str]
    made_at: Mapped[datetime]


class StripeDispute(Base):
    """That a card's owner says a payment was not theirs to pay."""

    __tablename__ = "stripe_dispute"
    __table_args__ = (
        UniqueConstraint("community_id", "dispute_id"),
        UniqueConstraint("lost_entry_id"),
        ForeignKeyConstraint(["payment_id", "community_id"], ["payment.id", "payment.community_id"]),
        Index("stripe_dispute_by_payment", "payment_id"),
        CheckConstraint(f"length(dispute_id) BETWEEN 1 AND {LONGEST_ID}", name="stripe_dispute_id_is_short"),
        CheckConstraint("length(currency) = 3", name="stripe_dispute_currency_has_three_letters"),
        CheckConstraint("length(status) BETWEEN 1 AND 40", name="stripe_dispute_status_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    dispute_id: Mapped[str]
    payment_id: Mapped[int | None]
    charge_id: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    #: In Stripe's words.
    status: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    #: What was lost for good stands in the books by this entry; Stripe has no line for it.
    lost_entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
