"""The tables of receipts, of who issues them, and of how each reached whoever paid."""

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

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of
from timebank.payments.models import MOST_MINOR

LONGEST_NAME = 100
LONGEST_ADDRESS = 300
LONGEST_PURPOSE = 100
LONGEST_WORDS = 500
LONGEST_SOURCE = 60
#: The words of a whole year's sheet, with a line for each gift.
LONGEST_PAPER = 200_000

#: What somebody paid: each kind has words of its own, and only gifts may carry words for tax.
GIFT: Final = "gift"
FEE: Final = "fee"
SUPPORTER_FEE: Final = "supporter-fee"
TICKET: Final = "ticket"
MEAL: Final = "meal"
#: A note that what a receipt names was given back, whole or in part.
REFUND: Final = "refund"
KINDS: Final = (GIFT, FEE, SUPPORTER_FEE, TICKET, MEAL, REFUND)

#: How a receipt reached whoever paid; all but a copy are the original, of which there is one.
MAILED: Final = "mailed"
FETCHED: Final = "fetched"
PRINTED: Final = "printed"
COPIED: Final = "copied"
WAYS: Final = (MAILED, FETCHED, PRINTED, COPIED)


class ReceiptIssuer(Base):
    """Who issues a community's receipts, as its steward says; without this row none are issued."""

    __tablename__ = "receipt_issuer"
    __table_args__ = (
        ForeignKeyConstraint(["stamp_id", "community_id"], ["document.id", "document.community_id"]),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="receipt_issuer_name_is_short"),
        CheckConstraint(f"length(seat) BETWEEN 1 AND {LONGEST_ADDRESS}", name="receipt_issuer_seat_is_short"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: In law, as it stands on every receipt.
    name: Mapped[str]
    seat: Mapped[str]
    #: The picture of the stamp; None where receipts go without.
    stamp_id: Mapped[int | None]
    changed_at: Mapped[datetime]


class TaxWords(Base):
    """What receipts for gifts say for the tax office, for gifts that are paid from a day until a day."""

    __tablename__ = "tax_words"
    __table_args__ = (
        UniqueConstraint("community_id", "valid_from"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {LONGEST_WORDS}", name="tax_words_are_short"),
        CheckConstraint("valid_until >= valid_from", name="tax_words_end_after_they_begin"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    words: Mapped[str]
    valid_from: Mapped[date]
    #: The last day; None as long as no end is known.
    valid_until: Mapped[date | None]


class ReceiptCounter(Base):
    """The last number of a year; whoever issues a receipt holds it, so that there is no gap and no double."""

    __tablename__ = "receipt_counter"
    __table_args__ = (CheckConstraint("last_number >= 0", name="receipt_counter_counts"), STRICT)

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class Receipt(Base):
    """What was issued to whoever paid: everything that stands on it, as it was on the day of issue."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("community_id", "year", "number"),
        UniqueConstraint("community_id", "source"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["stamp_id", "community_id"], ["document.id", "document.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["about_id", "community_id"], ["receipt.id", "receipt.community_id"]),
        Index("receipt_by_member", "member_id"),
        Index("receipt_by_about", "about_id"),
        CheckConstraint("year BETWEEN 2000 AND 9999", name="receipt_year_is_bounded"),
        CheckConstraint("number >= 1", name="receipt_number_counts"),
        CheckConstraint(one_of("kind", KINDS), name="receipt_kind_is_known"),
        CheckConstraint(f"length(source) BETWEEN 3 AND {LONGEST_SOURCE}", name="receipt_source_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="receipt_language_is_known"),
        CheckConstraint(f"length(issuer) BETWEEN 1 AND {LONGEST_NAME}", name="receipt_issuer_is_short"),
        CheckConstraint(f"length(seat) BETWEEN 1 AND {LONGEST_ADDRESS}", name="receipt_seat_is_short"),
        CheckConstraint(f"length(payer) BETWEEN 1 AND {LONGEST_NAME}", name="receipt_payer_is_short"),
        CheckConstraint(f"length(address) <= {LONGEST_ADDRESS}", name="receipt_address_is_short"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MOST_MINOR}", name="receipt_amount_is_bounded"),
        CheckConstraint("length(currency) = 3", name="receipt_currency_has_three_letters"),
        CheckConstraint(f"length(purpose) <= {LONGEST_PURPOSE}", name="receipt_purpose_is_short"),
        CheckConstraint(f"length(tax_words) <= {LONGEST_WORDS}", name="receipt_tax_words_are_short"),
        CheckConstraint("tax_words = '' OR kind = 'gift'", name="receipt_tax_words_are_for_gifts"),
        CheckConstraint("(kind = 'refund') = (about_id IS NOT NULL)", name="receipt_refund_is_about_one"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="receipt_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: Of issue, where the community is; numbers begin anew with each.
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[str]
    #: What it is for, as ``payment:7`` or ``refund:3``: one receipt for each.
    source: Mapped[str]
    #: Of whoever paid.
    language: Mapped[str]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issuer: Mapped[str]
    seat: Mapped[str]
    stamp_id: Mapped[int | None]
    payer: Mapped[str]
    address: Mapped[str]
    #: Who paid, where it was a member who had signed in.
    member_id: Mapped[int | None]
    #: What was paid, before anybody's fee; of a note, what went back.
    amount_minor: Mapped[int]
    currency: Mapped[str]
    #: The name of the fund; empty where it was for no purpose.
    purpose: Mapped[str]
    #: The day of paying, or of giving back, where the community is.
    paid_on: Mapped[date]
    tax_words: Mapped[str]
    #: The receipt of which money went back.
    about_id: Mapped[int | None]
    actor: Mapped[str]
    #: The calendar year whose gifts it lists; None where it is for one thing that was paid.
    of_year: Mapped[int | None] = mapped_column(
        CheckConstraint(
            "of_year IS NULL OR (kind = 'gift' AND of_year BETWEEN 2000 AND 9999)",
            name="receipt_of_year_is_for_gifts",
        )
    )
    #: The number of its lines, all of which are written with it: it never grows.
    last_line: Mapped[int] = mapped_column(
        CheckConstraint(
            "last_line >= 1 AND (last_line = 1 OR of_year IS NOT NULL)", name="receipt_last_line_counts"
        ),
        server_default=text("1"),
    )

    @property
    def label(self) -> str:
        """The number as people say it: the year, and the number within it."""
        return f"{self.year}-{self.number:04}"


class ReceiptLine(Base):
    """What a receipt or a note is for: one line, or one for each gift of a year; nothing is on two."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        UniqueConstraint("community_id", "source"),
        ForeignKeyConstraint(["receipt_id", "community_id"], ["receipt.id", "receipt.community_id"]),
        Index("receipt_line_by_day", "community_id", "paid_on"),
        CheckConstraint("line >= 1", name="receipt_line_counts"),
        CheckConstraint(
            f"length(source) BETWEEN 3 AND {LONGEST_SOURCE}", name="receipt_line_source_is_short"
        ),
        CheckConstraint(
            f"amount_minor BETWEEN -{MOST_MINOR} AND {MOST_MINOR} AND amount_minor <> 0",
            name="receipt_line_amount_is_bounded",
        ),
        CheckConstraint(f"length(purpose) <= {LONGEST_PURPOSE}", name="receipt_line_purpose_is_short"),
        STRICT,
    )

    receipt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: As ``payment:7``, ``gift:3`` or ``refund:2``.
    source: Mapped[str]
    #: The day of paying, or of giving back, where the community is.
    paid_on: Mapped[date]
    #: Less than nothing where it went back before the sheet of a year was issued.
    amount_minor: Mapped[int]
    purpose: Mapped[str]


class ReceiptPaper(Base):
    """The sheet of a receipt as it was made, and the words on it, by which a copy is made later."""

    __tablename__ = "receipt_paper"
    __table_args__ = (
        UniqueConstraint("document_id"),
        ForeignKeyConstraint(["receipt_id", "community_id"], ["receipt.id", "receipt.community_id"]),
        ForeignKeyConstraint(["document_id", "community_id"], ["document.id", "document.community_id"]),
        CheckConstraint(f"length(words) BETWEEN 2 AND {LONGEST_PAPER}", name="receipt_paper_has_words"),
        STRICT,
    )

    receipt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    document_id: Mapped[int]
    #: JSON, as the sheet was given it.
    words: Mapped[str]
    made_at: Mapped[datetime]


class ReceiptPrinting(Base):
    """Receipts that were printed in one go: the same file comes again, should the paper be crumpled."""

    __tablename__ = "receipt_printing"
    __table_args__ = (
        UniqueConstraint("id", "community_id"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="receipt_printing_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    printed_at: Mapped[datetime]
    actor: Mapped[str]


class ReceiptHanding(Base):
    """That a receipt reached whoever paid, and how: one original, and any number of copies that say so."""

    __tablename__ = "receipt_handing"
    __table_args__ = (
        ForeignKeyConstraint(["receipt_id", "community_id"], ["receipt.id", "receipt.community_id"]),
        ForeignKeyConstraint(
            ["printing_id", "community_id"], ["receipt_printing.id", "receipt_printing.community_id"]
        ),
        Index("receipt_handing_by_receipt", "receipt_id"),
        Index("receipt_handing_by_printing", "printing_id"),
        Index(
            "receipt_handing_original",
            "receipt_id",
            unique=True,
            sqlite_where=text("how <> 'copied'"),
            postgresql_where=text("how <> 'copied'"),
        ),
        CheckConstraint(one_of("how", WAYS), name="receipt_handing_way_is_known"),
        CheckConstraint(
            "(printing_id IS NOT NULL) = (how = 'printed' OR how = 'copied')",
            name="receipt_handing_on_paper_is_printed",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    receipt_id: Mapped[int]
    how: Mapped[str]
    handed_at: Mapped[datetime]
    printing_id: Mapped[int | None]


def _final(table: str) -> dict[str, list[str]]:
    """Give the triggers of a table whose rows are only ever added."""
    return {
        "sqlite": [
            f"""CREATE TRIGGER {table}_{name} BEFORE {what} ON {table}
           BEGIN SELECT RAISE(ABORT, '{table}_is_final'); END"""
            for name, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            f"""CREATE TRIGGER {table}_stays BEFORE DELETE OR UPDATE ON {table}
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            f"""CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table}
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()""",
        ],
    }


for _table in (Receipt, ReceiptLine, ReceiptPaper, ReceiptPrinting, ReceiptHanding):
    guarded(_table, _final(_table.__tablename__))

#: The counter keeps numbers apart; this keeps them without a gap, whoever writes the row.
_NEXT = """NEW.number = 1 + coalesce((SELECT max(r.number) FROM receipt r
             WHERE r.community_id = NEW.community_id AND r.year = NEW.year), 0)"""
guarded(
    Receipt,
    {
        "sqlite": [
            f"""CREATE TRIGGER receipt_follows BEFORE INSERT ON receipt
           WHEN NOT ({_NEXT})
           BEGIN SELECT RAISE(ABORT, 'receipt_number_follows'); END"""
        ],
        "postgresql": [
            f"""CREATE FUNCTION receipt_number_follows() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT ({_NEXT}) THEN
               RAISE EXCEPTION 'receipt_number_follows'
                 USING ERRCODE = '23514', CONSTRAINT = 'receipt_number_follows';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER receipt_follows BEFORE INSERT ON receipt
           FOR EACH ROW EXECUTE FUNCTION receipt_number_follows()""",
        ],
    },
)

#: How many lines a receipt has stands on it from the beginning, so that none is ever added.
_FITS = "NEW.line <= (SELECT r.last_line FROM receipt r WHERE r.id = NEW.receipt_id)"
guarded(
    ReceiptLine,
    {
        "sqlite": [
            f"""CREATE TRIGGER receipt_line_fits BEFORE INSERT ON receipt_line
           WHEN NOT ({_FITS})
           BEGIN SELECT RAISE(ABORT, 'receipt_never_grows'); END"""
        ],
        "postgresql": [
            f"""CREATE FUNCTION receipt_never_grows() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT ({_FITS}) THEN
               RAISE EXCEPTION 'receipt_never_grows'
                 USING ERRCODE = '23514', CONSTRAINT = 'receipt_never_grows';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER receipt_line_fits BEFORE INSERT ON receipt_line
           FOR EACH ROW EXECUTE FUNCTION receipt_never_grows()""",
        ],
    },
)
