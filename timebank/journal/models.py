"""The tables of the journal: what treasurers wrote into the books themselves, and accounts of their own."""

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

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

#: More than any group of this kind ever moves at once.
MOST_MINOR = 10_000_000_000
LONGEST_WORDS = 200
LONGEST_REASON = 500
LONGEST_NAME = 60
LONGEST_SLUG = 30
#: What sort of account somebody opens: what is spent, comes in, is owned, or is owed.
COSTS, INCOME, ASSETS, DEBTS = "costs", "income", "assets", "debts"
SORTS: Final = (COSTS, INCOME, ASSETS, DEBTS)


class JournalAccount(Base):
    """An account that a treasurer has opened, beside those that the program has."""

    __tablename__ = "journal_account"
    __table_args__ = (
        UniqueConstraint("community_id", "slug"),
        ForeignKeyConstraint(["community_id"], ["community.id"]),
        CheckConstraint(f"length(slug) BETWEEN 2 AND {LONGEST_SLUG}", name="journal_account_slug_is_short"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="journal_account_name_is_short"),
        CheckConstraint(one_of("sort", SORTS), name="journal_account_sort_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="journal_account_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: For the books; it is never changed.
    slug: Mapped[str]
    name: Mapped[str]
    sort: Mapped[str]
    opened_at: Mapped[datetime]
    actor: Mapped[str]


class JournalEntry(Base):
    """An entry that a treasurer wrote, with its words; it stands in the books at once, and stays."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("reversal_id"),
        ForeignKeyConstraint(["community_id"], ["community.id"]),
        Index("journal_entry_by_day", "community_id", "posted_on", "id"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {LONGEST_WORDS}", name="journal_entry_words_are_short"),
        CheckConstraint("length(key) BETWEEN 1 AND 300", name="journal_entry_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="journal_entry_has_an_actor"),
        CheckConstraint("length(currency) = 3", name="journal_entry_currency_has_three_letters"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="journal_entry_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    posted_on: Mapped[date]
    currency: Mapped[str]
    words: Mapped[str]
    #: Of the form, and of the entry: a form saved twice is booked once.
    key: Mapped[str]
    done_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


class JournalLine(Base):
    """A line of an entry as it was written: one account, on one of its two sides."""

    __tablename__ = "journal_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["journal_id", "community_id"], ["journal_entry.id", "journal_entry.community_id"]
        ),
        CheckConstraint("line >= 1", name="journal_line_is_counted"),
        CheckConstraint(
            f"(debit_minor = 0) <> (credit_minor = 0) AND debit_minor BETWEEN 0 AND {MOST_MINOR} "
            f"AND credit_minor BETWEEN 0 AND {MOST_MINOR}",
            name="journal_line_stands_on_one_side",
        ),
        STRICT,
    )

    journal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: As the chart of accounts spells it.
    code: Mapped[str]
    debit_minor: Mapped[int]
    credit_minor: Mapped[int]


#: Nobody edits what stands in the books: it is taken back, and written anew.
_FACTS: Final = ("community_id", "posted_on", "currency", "words", "key", "entry_id")
guarded(
    JournalEntry,
    {
        "sqlite": [
            f"""CREATE TRIGGER journal_entry_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON journal_entry
           BEGIN SELECT RAISE(ABORT, 'journal_entry_stays'); END""",
            """CREATE TRIGGER journal_entry_remains BEFORE DELETE ON journal_entry
           BEGIN SELECT RAISE(ABORT, 'journal_entry_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER journal_entry_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON journal_entry
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER journal_entry_remains BEFORE DELETE ON journal_entry
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
guarded(
    JournalLine,
    {
        "sqlite": [
            f"""CREATE TRIGGER journal_line_{how} BEFORE {what} ON journal_line
           BEGIN SELECT RAISE(ABORT, 'journal_line_stays'); END"""
            for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            """CREATE TRIGGER journal_line_stays BEFORE UPDATE OR DELETE ON journal_line
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
