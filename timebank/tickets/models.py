"""The tables of tickets: which booklets there are, who bought one, each ticket, and on what it was used."""

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

LONGEST_NAME = 100
LONGEST_KEY = 300
LONGEST_REASON = 500
LONGEST_DAYS = 100
#: Of one booklet; and how long the tickets of one may be used at most.
MOST_TICKETS = 100
MOST_MONTHS = 120
#: More than a ticket is worth anywhere, and more than all tickets together come to; in the smallest unit.
MOST_FACE_MINOR = 1_000_000
MOST_LIMIT_MINOR = 1_000_000_000_000

STRIPE, CASH, TRANSFER = "stripe", "cash", "transfer"
BY_HAND: Final = (CASH, TRANSFER)
WAYS: Final = (STRIPE, *BY_HAND)

#: Why a ticket cannot be used any more that was never used: money went back for it, its last day is long
#: over, or the booklet was written down by mistake.
BACK, LAPSED, MISTAKE = "back", "lapsed", "mistake"


class TicketRule(Base):
    """What a community says about all of its tickets."""

    __tablename__ = "ticket_rule"
    __table_args__ = (
        CheckConstraint(f"limit_minor BETWEEN 1 AND {MOST_LIMIT_MINOR}", name="ticket_rule_limit_is_bounded"),
        CheckConstraint(
            f"length(report_days) BETWEEN 5 AND {LONGEST_DAYS}", name="ticket_rule_days_are_short"
        ),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: Money may go back for tickets that were not used.
    refunds: Mapped[bool]
    konbini: Mapped[bool]
    #: Above so much that is unused on one of these days, as ``03-31 09-30``, the law wants something.
    limit_minor: Mapped[int]
    report_days: Mapped[str]


class TicketOffer(Base):
    """A booklet that can be bought: how many tickets of which worth; it is closed, and never changed."""

    __tablename__ = "ticket_offer"
    __table_args__ = (
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        Index("ticket_offer_by_community", "community_id"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="ticket_offer_name_is_short"),
        CheckConstraint(f"tickets BETWEEN 1 AND {MOST_TICKETS}", name="ticket_offer_tickets_are_bounded"),
        CheckConstraint(f"face_minor BETWEEN 1 AND {MOST_FACE_MINOR}", name="ticket_offer_face_is_bounded"),
        CheckConstraint(f"valid_months BETWEEN 1 AND {MOST_MONTHS}", name="ticket_offer_months_are_bounded"),
        CheckConstraint("length(currency) = 3", name="ticket_offer_currency_has_three_letters"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="ticket_offer_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    tickets: Mapped[int]
    #: What one of them pays; a booklet costs as much as its tickets pay.
    face_minor: Mapped[int]
    currency: Mapped[str]
    #: How long they can be used from the day on which they are paid; None: they have no last day.
    valid_months: Mapped[int | None]
    #: They are printed, and whoever helps carries them in; else they stand on the account only.
    on_paper: Mapped[bool]
    is_open: Mapped[bool]
    made_at: Mapped[datetime]
    actor: Mapped[str]


class TicketSale(Base):
    """A booklet that somebody wants to buy, or has bought."""

    __tablename__ = "ticket_sale"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["offer_id", "community_id"], ["ticket_offer.id", "ticket_offer.community_id"]),
        Index("ticket_sale_by_member", "member_id"),
        CheckConstraint(one_of("way", WAYS), name="ticket_sale_way_is_known"),
        CheckConstraint("amount_minor > 0", name="ticket_sale_costs_something"),
        CheckConstraint("length(currency) = 3", name="ticket_sale_currency_has_three_letters"),
        CheckConstraint("language IN ('en', 'ja')", name="ticket_sale_language_is_known"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="ticket_sale_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="ticket_sale_has_an_actor"),
        # What was paid by hand is booked at once; Stripe's lines are booked as they come.
        CheckConstraint(
            f"(entry_id IS NULL) = (way = '{STRIPE}') AND (way = '{STRIPE}' OR paid_on IS NOT NULL)",
            name="ticket_sale_by_hand_is_booked",
        ),
        CheckConstraint("last_on IS NULL OR last_on >= paid_on", name="ticket_sale_lasts_some_time"),
        CheckConstraint(
            f"(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="ticket_sale_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: Who may use them.
    member_id: Mapped[int]
    offer_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    way: Mapped[str]
    language: Mapped[str]
    key: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    paid_on: Mapped[date | None]
    #: The last day of help that they can pay; None: there is none.
    last_on: Mapped[date | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]
    #: What of money that Stripe gave back the member owes again: for tickets that were used, and for what is
    #: no whole ticket.
    billed_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class TicketBack(Base):
    """Money that went back for tickets that were not used, in cash or by transfer."""

    __tablename__ = "ticket_back"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["sale_id", "community_id"], ["ticket_sale.id", "ticket_sale.community_id"]),
        Index("ticket_back_by_sale", "sale_id"),
        CheckConstraint(f"tickets BETWEEN 1 AND {MOST_TICKETS}", name="ticket_back_tickets_are_bounded"),
        CheckConstraint("amount_minor > 0", name="ticket_back_gives_something_back"),
        CheckConstraint(one_of("way", BY_HAND), name="ticket_back_way_is_known"),
        CheckConstraint(
            f"length(reason) BETWEEN 1 AND {LONGEST_REASON}", name="ticket_back_has_a_short_reason"
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="ticket_back_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="ticket_back_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    sale_id: Mapped[int]
    tickets: Mapped[int]
    amount_minor: Mapped[int]
    way: Mapped[str]
    reason: Mapped[str]
    given_on: Mapped[date]
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))


class Ticket(Base):
    """One ticket of a booklet that was paid; its number stands for it on paper and is never given twice."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["sale_id", "community_id"], ["ticket_sale.id", "ticket_sale.community_id"]),
        Index("ticket_by_sale", "sale_id"),
        CheckConstraint("number > 0", name="ticket_number_counts"),
        CheckConstraint(
            f"({one_of('gone', (BACK, LAPSED, MISTAKE))}) AND (gone IS NULL) = (gone_on IS NULL)",
            name="ticket_is_gone_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    sale_id: Mapped[int]
    number: Mapped[int]
    #: Why it cannot be used any more; None: it can, or was used.
    gone: Mapped[str | None]
    gone_on: Mapped[date | None]


class TicketUse(Base):
    """On which exchange a ticket was used; it counts as long as that exchange does."""

    __tablename__ = "ticket_use"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "community_id"], ["ticket.id", "ticket.community_id"]),
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        Index("ticket_use_by_exchange", "exchange_id"),
        STRICT,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]


class TicketPaid(Base):
    """That a member paid with tickets that came in what they owed for help; one row for each of a pile."""

    __tablename__ = "ticket_paid"
    __table_args__ = (
        UniqueConstraint("community_id", "key", "member_id"),
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("ticket_paid_by_member", "member_id"),
        CheckConstraint("amount_minor > 0", name="ticket_paid_pays_something"),
        CheckConstraint("length(currency) = 3", name="ticket_paid_currency_has_three_letters"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="ticket_paid_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="ticket_paid_has_an_actor"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL) "
            "AND (reversal_id IS NULL) = (taken_back_at IS NULL)",
            name="ticket_paid_is_taken_back_for_a_reason",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}", name="ticket_paid_reason_is_short"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: Who owed it; the tickets may stand on an older record of theirs.
    member_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    #: The day on which they were handed over.
    paid_on: Mapped[date]
    #: Of the form, by which several members may have paid.
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]
    taken_back_at: Mapped[datetime | None]


class TicketPaidUse(Base):
    """Which ticket was used for what a member owed; it counts as long as that is not taken back."""

    __tablename__ = "ticket_paid_use"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id", "community_id"], ["ticket.id", "ticket.community_id"]),
        ForeignKeyConstraint(["paid_id", "community_id"], ["ticket_paid.id", "ticket_paid.community_id"]),
        Index("ticket_paid_use_by_paid", "paid_id"),
        STRICT,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paid_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]


_USED = """EXISTS (
                 SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
                 WHERE u.ticket_id = NEW.ticket_id)
               OR EXISTS (
                 SELECT 1 FROM ticket_paid_use u JOIN ticket_paid p ON p.id = u.paid_id
                 WHERE u.ticket_id = NEW.ticket_id AND p.reversal_id IS NULL)
               OR EXISTS (SELECT 1 FROM ticket WHERE id = NEW.ticket_id AND gone IS NOT NULL)"""
#: What is never said of a ticket any more once it was: its number is on paper.
_FACTS = ("community_id", "sale_id", "number")
#: What was written down of a payment with tickets stays; it is taken back once, and nobody undoes that.
_PAID_FACTS = (
    *("community_id", "member_id", "amount_minor", "currency", "paid_on", "key", "done_at", "actor"),
    "entry_id",
)

#: The same ticket is never spent twice, whoever tries it at one moment; and nobody takes back that it was.
guarded(
    TicketUse,
    {
        "sqlite": [
            f"""CREATE TRIGGER ticket_is_used_once BEFORE INSERT ON ticket_use
           WHEN {_USED}
           BEGIN SELECT RAISE(ABORT, 'ticket_is_used_once'); END""",
            *(
                f"""CREATE TRIGGER ticket_use_{how} BEFORE {what} ON ticket_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END"""
                for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
            ),
        ],
        "postgresql": [
            # Held first: whoever else spends it waits here, and then sees what became of it.
            f"""CREATE FUNCTION ticket_is_used_once() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             PERFORM 1 FROM ticket WHERE id = NEW.ticket_id FOR UPDATE;
             IF {_USED} THEN
               RAISE EXCEPTION 'ticket_is_used_once'
                 USING ERRCODE = '23514', CONSTRAINT = 'ticket_is_used_once';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER ticket_is_used_once BEFORE INSERT ON ticket_use
           FOR EACH ROW EXECUTE FUNCTION ticket_is_used_once()""",
            """CREATE TRIGGER ticket_use_stays BEFORE UPDATE OR DELETE ON ticket_use
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
guarded(
    Ticket,
    {
        "sqlite": [
            f"""CREATE TRIGGER ticket_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON ticket
           BEGIN SELECT RAISE(ABORT, 'ticket_stays'); END""",
            """CREATE TRIGGER ticket_remains BEFORE DELETE ON ticket
           BEGIN SELECT RAISE(ABORT, 'ticket_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER ticket_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON ticket
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER ticket_remains BEFORE DELETE ON ticket
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
guarded(
    TicketPaidUse,
    {
        "sqlite": [
            f"""CREATE TRIGGER ticket_pays_once BEFORE INSERT ON ticket_paid_use
           WHEN {_USED}
           BEGIN SELECT RAISE(ABORT, 'ticket_is_used_once'); END""",
            *(
                f"""CREATE TRIGGER ticket_paid_use_{how} BEFORE {what} ON ticket_paid_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END"""
                for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
            ),
        ],
        "postgresql": [
            """CREATE TRIGGER ticket_pays_once BEFORE INSERT ON ticket_paid_use
           FOR EACH ROW EXECUTE FUNCTION ticket_is_used_once()""",
            """CREATE TRIGGER ticket_paid_use_stays BEFORE UPDATE OR DELETE ON ticket_paid_use
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
guarded(
    TicketPaid,
    {
        "sqlite": [
            f"""CREATE TRIGGER ticket_paid_stays BEFORE UPDATE OF {", ".join(_PAID_FACTS)} ON ticket_paid
           BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END""",
            """CREATE TRIGGER ticket_paid_ends_once BEFORE UPDATE ON ticket_paid
           WHEN OLD.reversal_id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END""",
            """CREATE TRIGGER ticket_paid_remains BEFORE DELETE ON ticket_paid
           BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER ticket_paid_stays BEFORE UPDATE OF {", ".join(_PAID_FACTS)} ON ticket_paid
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER ticket_paid_ends_once BEFORE UPDATE ON ticket_paid
           FOR EACH ROW WHEN (OLD.reversal_id IS NOT NULL) EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER ticket_paid_remains BEFORE DELETE ON ticket_paid
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
