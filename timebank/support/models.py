"""The tables of visits that are paid for, of their expenses, and of what members paid or were paid."""

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
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER

LONGEST_KEY = 300
LONGEST_REASON = 500
LONGEST_WHAT = 200
#: More letters about one month than anybody gets, whose visits came in late again and again.
MOST_LETTERS = 1000
MOST_MINOR = 10_000_000_000

#: By a bill at the end of the month; or with tickets, and what they leave by the bill.
BILL: Final = "bill"
TICKETS: Final = "tickets"
#: From what was paid ahead, and what that leaves by the bill.
PREPAID: Final = "prepaid"
PAYS: Final = (BILL, TICKETS, PREPAID)

#: What somebody owed for help, and what somebody was owed as thanks.
OWED, THANKS = "owed", "thanks"
#: Taken as hours, which are kept for later; or as nothing: what would be thanked with stays with the group,
#: and is no gift.
HOURS, NOTHING = "hours", "nothing"
TAKES: Final = (THANKS, HOURS, NOTHING)
#: Taken as whoever gives usually does.
USUAL: Final = "usual"
#: One by one, or many by a file for the bank.
CASH, TRANSFER, FILE = "cash", "transfer", "file"
#: Who pays an expense back, and what became of one that whoever gave has told of.
RECEIVER, BY_GROUP = "receiver", "group"
TOLD, BOOKED, DECLINED = "told", "booked", "declined"
#: What money was laid out for; of carrying a person only what it has really cost, which are the last four.
GOODS, FUEL, TOLL, PARKING, INSURANCE = "goods", "fuel", "toll", "parking", "insurance"
CARRYING: Final = (FUEL, TOLL, PARKING, INSURANCE)
KINDS: Final = (GOODS, *CARRYING)


class SupportVisit(Base):
    """What was agreed about money of an exchange, and what it came to; it is booked with it, and stays."""

    __tablename__ = "support_visit"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        Index("support_visit_by_community", "community_id", "exchange_id"),
        CheckConstraint(one_of("provider", (GROUP, MEMBER)), name="support_visit_provider_is_known"),
        CheckConstraint(one_of("pays_by", PAYS), name="support_visit_is_paid_by_something_known"),
        CheckConstraint(
            "paid_minutes >= 0 AND thanked_minutes >= 0 AND paid_minutes + thanked_minutes > 0",
            name="support_visit_has_money_in_it",
        ),
        CheckConstraint(
            "(pays_by IS NULL) = (paid_minutes = 0) AND (paid_minutes > 0) = (price_minor > 0)",
            name="support_visit_is_paid_by_something",
        ),
        CheckConstraint(
            "tickets_minor BETWEEN 0 AND price_minor "
            f"AND (tickets_minor > 0) = (coalesce(pays_by, '') = '{TICKETS}')",
            name="support_visit_tickets_are_of_the_price",
        ),
        CheckConstraint(
            "prepaid_minor BETWEEN 0 AND price_minor "
            f"AND (prepaid_minor > 0) = (coalesce(pays_by, '') = '{PREPAID}')",
            name="support_visit_prepaid_is_of_the_price",
        ),
        CheckConstraint("begins_minute BETWEEN 0 AND 1439", name="support_visit_begins_on_its_day"),
        CheckConstraint("km >= 0", name="support_visit_goes_somewhere"),
        CheckConstraint("length(currency) = 3", name="support_visit_currency_has_three_letters"),
        CheckConstraint(
            "thanks_minor >= 0 AND way_minor >= 0 AND direct_minor BETWEEN 0 AND price_minor "
            "AND direct_minor <= thanks_minor + way_minor AND (thanked_minutes > 0 OR thanks_minor = 0)",
            name="support_visit_thanks_come_from_somewhere",
        ),
        CheckConstraint(
            "to_fund_minor >= 0 AND from_fund_minor >= 0 AND (to_fund_minor = 0 OR from_fund_minor = 0) "
            "AND (to_fund_minor = 0 OR paid_minutes > thanked_minutes) "
            "AND (from_fund_minor = 0 OR paid_minutes < thanked_minutes)",
            name="support_visit_keeps_hours_one_way",
        ),
        STRICT,
    )

    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    rate_id: Mapped[int] = mapped_column(ForeignKey("support_rate.id"))
    provider: Mapped[str]
    #: None where nothing of it is paid with money.
    pays_by: Mapped[str | None]
    #: So much of it is paid, and so much thanked, with money; the rest is hours.
    paid_minutes: Mapped[int]
    thanked_minutes: Mapped[int]
    begins_minute: Mapped[int | None]
    km: Mapped[int]
    first: Mapped[bool]
    second: Mapped[bool]
    currency: Mapped[str]
    price_minor: Mapped[int]
    thanks_minor: Mapped[int]
    way_minor: Mapped[int]
    #: What of thanks and way whoever receives has paid; the rest is the group's to pay.
    direct_minor: Mapped[int]
    #: Laid apart for an hour that is kept, or taken from there for one that was.
    to_fund_minor: Mapped[int]
    from_fund_minor: Mapped[int]
    #: What of the price was paid with tickets; the rest is on the bill.
    tickets_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    #: What of it came from the prepaid balance.
    prepaid_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)

    @property
    def thanks_are_left(self) -> bool:
        """Whoever gave took nothing for it: what they would have been thanked with stays with the group."""
        return self.thanked_minutes > 0 and self.thanks_minor == 0


class SupportPaid(Base):
    """That a member paid what they owed for help, or was paid thanks, in cash or by transfer."""

    __tablename__ = "support_paid"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("support_paid_by_member", "member_id"),
        CheckConstraint(one_of("what", (OWED, THANKS)), name="support_paid_what_is_known"),
        CheckConstraint(one_of("way", (CASH, TRANSFER, FILE)), name="support_paid_way_is_known"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="support_paid_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="support_paid_currency_has_three_letters"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="support_paid_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_paid_has_an_actor"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL)",
            name="support_paid_is_taken_back_for_a_reason",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}", name="support_paid_reason_is_short"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    what: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    way: Mapped[str]
    paid_on: Mapped[date]
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


class SupportExpense(Base):
    """What whoever gave has laid out for an exchange: shopping, parking. It is paid back, and never hours."""

    __tablename__ = "support_expense"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        ForeignKeyConstraint(["voucher_id", "community_id"], ["voucher.id", "voucher.community_id"]),
        Index("support_expense_by_exchange", "exchange_id"),
        Index("support_expense_by_day", "community_id", "state", "spent_on"),
        CheckConstraint(
            one_of("borne_by", (RECEIVER, BY_GROUP)), name="support_expense_is_borne_by_somebody"
        ),
        CheckConstraint(one_of("state", (TOLD, BOOKED, DECLINED)), name="support_expense_state_is_known"),
        CheckConstraint(one_of("kind", KINDS), name="support_expense_kind_is_known"),
        # For carrying somebody nothing but the cost may be asked, and it has to be said how it comes about.
        CheckConstraint(
            f"NOT carrying OR (({one_of('kind', CARRYING)}) AND note <> '')",
            name="support_expense_of_carrying_is_cost",
        ),
        CheckConstraint(f"length(note) <= {LONGEST_REASON}", name="support_expense_note_is_short"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="support_expense_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="support_expense_currency_has_three_letters"),
        CheckConstraint(f"length(what) BETWEEN 1 AND {LONGEST_WHAT}", name="support_expense_says_what_for"),
        # Either there is a receipt, or it is said why there is none.
        CheckConstraint(
            "(voucher_id IS NULL) = (no_receipt_because <> '') "
            f"AND length(no_receipt_because) <= {LONGEST_REASON}",
            name="support_expense_has_a_receipt_or_a_reason",
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="support_expense_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_expense_has_an_actor"),
        CheckConstraint(
            f"(state = '{BOOKED}') = (entry_id IS NOT NULL) "
            f"AND (state = '{DECLINED}') = (declined_because IS NOT NULL) "
            f"AND (state = '{TOLD}') = (decided_at IS NULL)",
            name="support_expense_is_decided_once",
        ),
        CheckConstraint(
            f"length(declined_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="support_expense_is_declined_for_a_reason",
        ),
        CheckConstraint(
            f"(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="support_expense_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    exchange_id: Mapped[int]
    #: What was bought or paid, in a few words.
    what: Mapped[str]
    kind: Mapped[str]
    #: It is what it cost to carry a person.
    carrying: Mapped[bool]
    #: How the cost of carrying comes about; else empty, or a word more.
    note: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    spent_on: Mapped[date]
    #: Who pays it back; as long as it is only told of, who should as whoever gave has heard.
    borne_by: Mapped[str]
    voucher_id: Mapped[int | None]
    no_receipt_because: Mapped[str]
    state: Mapped[str]
    key: Mapped[str]
    told_at: Mapped[datetime]
    actor: Mapped[str]
    decided_at: Mapped[datetime | None]
    declined_because: Mapped[str | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


class SupportUsual(Base):
    """What a member usually takes for help that they give, until they say something else."""

    __tablename__ = "support_usual"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint(one_of("takes", TAKES), name="support_usual_takes_something_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_usual_has_an_actor"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    takes: Mapped[str]
    said_at: Mapped[datetime]
    actor: Mapped[str]


class HelpBill(Base):
    """That a member was sent the bill of a month by mail; by its link it is paid without signing in."""

    __tablename__ = "help_bill"
    __table_args__ = (
        UniqueConstraint("token"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("member_id", "month", "nth"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("help_bill_by_month", "community_id", "month"),
        CheckConstraint(f"nth BETWEEN 1 AND {MOST_LETTERS}", name="help_bill_letters_are_counted"),
        # Below nought where more of closed months was taken back in it than was added.
        CheckConstraint(
            f"bill_minor BETWEEN -{MOST_MINOR} AND {MOST_MINOR}", name="help_bill_sum_is_bounded"
        ),
        CheckConstraint(f"owes_minor BETWEEN 1 AND {MOST_MINOR}", name="help_bill_asks_for_something"),
        CheckConstraint("length(currency) = 3", name="help_bill_currency_has_three_letters"),
        CheckConstraint("length(token) BETWEEN 20 AND 64", name="help_bill_token_is_unguessable"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="help_bill_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    #: By its first day; and the how manieth letter about it this is.
    month: Mapped[date]
    nth: Mapped[int]
    #: What the month came to, less what tickets paid; and what was owed in all, of which no more is paid by
    #: the link.
    bill_minor: Mapped[int]
    owes_minor: Mapped[int]
    currency: Mapped[str]
    #: In the address of the page on which it is paid, until its last day.
    token: Mapped[str]
    ends_on: Mapped[date]
    sent_at: Mapped[datetime]
    actor: Mapped[str]


class HelpPayment(Base):
    """What of the help that they owe for a member is about to pay through Stripe, or has paid."""

    __tablename__ = "help_payment"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["bill_id", "community_id"], ["help_bill.id", "help_bill.community_id"]),
        Index("help_payment_by_member", "member_id"),
        Index("help_payment_by_bill", "bill_id"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="help_payment_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="help_payment_currency_has_three_letters"),
        CheckConstraint("language IN ('en', 'ja')", name="help_payment_language_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="help_payment_has_an_actor"),
        CheckConstraint(
            "over_minor BETWEEN 0 AND amount_minor AND over_back_minor BETWEEN 0 AND over_minor",
            name="help_payment_gives_back_what_is_over",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    #: The letter by whose link it was begun; None where somebody was signed in.
    bill_id: Mapped[int | None]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    language: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    paid_on: Mapped[date | None]
    #: What of it was owed no longer when it was booked, and what of that has gone back.
    over_minor: Mapped[int]
    over_back_minor: Mapped[int]


#: What was booked with an exchange is never written anew.
guarded(
    SupportVisit,
    {
        "sqlite": [
            """CREATE TRIGGER support_visit_stays BEFORE UPDATE ON support_visit
           BEGIN SELECT RAISE(ABORT, 'support_visit_stays'); END"""
        ],
        "postgresql": [
            """CREATE TRIGGER support_visit_stays BEFORE UPDATE ON support_visit
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
#: What an expense is about stays, once somebody has told of it; what became of it is written once.
_FACTS: Final = ("exchange_id", "kind", "carrying", "amount_minor", "currency", "spent_on", "voucher_id")
guarded(
    SupportExpense,
    {
        "sqlite": [
            f"""CREATE TRIGGER support_expense_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON support_expense
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END""",
            f"""CREATE TRIGGER support_expense_is_final
           BEFORE UPDATE OF borne_by, state, entry_id ON support_expense
           WHEN OLD.state <> '{TOLD}'
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END""",
            """CREATE TRIGGER support_expense_remains BEFORE DELETE ON support_expense
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER support_expense_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON support_expense
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            f"""CREATE TRIGGER support_expense_is_final
           BEFORE UPDATE OF borne_by, state, entry_id ON support_expense
           FOR EACH ROW WHEN (OLD.state <> '{TOLD}') EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER support_expense_remains BEFORE DELETE ON support_expense
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
