"""The tables of members' accounts at banks, of the one that pays, and of the files that were made for it."""

from datetime import date
from datetime import datetime
from typing import Any
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

#: What an account is; the figure is what stands for it in the file.
ORDINARY: Final = "ordinary"
CHECKING: Final = "checking"
SAVINGS: Final = "savings"
FIGURES: Final = {ORDINARY: "1", CHECKING: "2", SAVINGS: "4"}

#: A file that was made and is not known to be paid; that the bank has paid; that was never handed in.
MADE: Final = "made"
PAID: Final = "paid"
DROPPED: Final = "dropped"

LONGEST_HOLDER: Final = 30
LONGEST_CONSIGNOR: Final = 40
LONGEST_KEY: Final = 300
LONGEST_REASON: Final = 500
#: More than any group pays in a month.
MOST_LINES: Final = 1000


def _is_account(table: str) -> tuple[CheckConstraint, ...]:
    """Spell what an account at a bank of Japan is: figures, as many as there have to be."""
    return (
        CheckConstraint("length(bank_code) = 4", name=f"{table}_bank_has_four_figures"),
        CheckConstraint("length(branch_code) = 3", name=f"{table}_branch_has_three_figures"),
        CheckConstraint(one_of("kind", tuple(FIGURES)), name=f"{table}_kind_is_known"),
        CheckConstraint("length(number) = 7", name=f"{table}_number_has_seven_figures"),
    )


class BankAccount(Base):
    """Where a member has thanks sent."""

    __tablename__ = "bank_account"
    __table_args__: tuple[Any, ...] = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        *_is_account("bank_account"),
        CheckConstraint(f"length(holder) BETWEEN 1 AND {LONGEST_HOLDER}", name="bank_account_has_a_holder"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="bank_account_has_an_actor"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    bank_code: Mapped[str]
    branch_code: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    #: As banks write it.
    holder: Mapped[str]
    said_at: Mapped[datetime]
    actor: Mapped[str]


class PayingAccount(Base):
    """The account from which a community pays, as its bank has agreed to take files for it."""

    __tablename__ = "paying_account"
    __table_args__: tuple[Any, ...] = (
        *_is_account("paying_account"),
        CheckConstraint("length(consignor_code) = 10", name="paying_account_consignor_has_ten_figures"),
        CheckConstraint(
            f"length(consignor) BETWEEN 1 AND {LONGEST_CONSIGNOR}", name="paying_account_has_a_consignor"
        ),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="paying_account_has_an_actor"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    consignor_code: Mapped[str]
    consignor: Mapped[str]
    bank_code: Mapped[str]
    branch_code: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    said_at: Mapped[datetime]
    actor: Mapped[str]


class TransferFile(Base):
    """A file for the bank: what stands in it is under way, and paid when the bank has paid it."""

    __tablename__ = "bank_file"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("entry_id"),
        CheckConstraint(one_of("state", (MADE, PAID, DROPPED)), name="bank_file_state_is_known"),
        CheckConstraint(
            f"(state = '{PAID}') = (paid_on IS NOT NULL) AND (state = '{PAID}') = (entry_id IS NOT NULL)",
            name="bank_file_is_paid_on_a_day",
        ),
        CheckConstraint(
            f"(state = '{DROPPED}') = (dropped_because IS NOT NULL) "
            f"AND length(dropped_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="bank_file_is_dropped_for_a_reason",
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="bank_file_key_is_short"),
        CheckConstraint("amount_minor > 0", name="bank_file_pays_something"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="bank_file_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: On which the bank shall pay.
    pays_on: Mapped[date]
    amount_minor: Mapped[int]
    #: The bytes as the bank gets them.
    content: Mapped[bytes] = mapped_column(deferred=True)
    state: Mapped[str]
    key: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    paid_on: Mapped[date | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    dropped_because: Mapped[str | None]


class TransferLine(Base):
    """What one member gets by a file, and the account as it was then."""

    __tablename__ = "bank_file_line"
    __table_args__: tuple[Any, ...] = (
        ForeignKeyConstraint(["file_id", "community_id"], ["bank_file.id", "bank_file.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        UniqueConstraint("paid_id"),
        UniqueConstraint("entry_id"),
        Index("bank_file_line_by_member", "member_id"),
        *_is_account("bank_file_line"),
        CheckConstraint(f"length(holder) BETWEEN 1 AND {LONGEST_HOLDER}", name="bank_file_line_has_a_holder"),
        CheckConstraint("line BETWEEN 1 AND 999999", name="bank_file_line_is_counted"),
        STRICT,
    )

    file_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    member_id: Mapped[int]
    bank_code: Mapped[str]
    branch_code: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    holder: Mapped[str]
    #: The first one to this account.
    first: Mapped[bool]
    paid_id: Mapped[int] = mapped_column(ForeignKey("support_paid.id"))
    #: The bank has given it back: by this entry it is in the account again.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))


#: What a file holds stays as it was handed in.
_FILE: Final = "pays_on, amount_minor, content, key"
_LINE: Final = "member_id, bank_code, branch_code, kind, number, holder, first, paid_id"
for _table, _facts in ((TransferFile, _FILE), (TransferLine, _LINE)):
    _name = _table.__tablename__
    guarded(
        _table,
        {
            "sqlite": [
                f"""CREATE TRIGGER {_name}_stays BEFORE UPDATE OF {_facts} ON {_name}
           BEGIN SELECT RAISE(ABORT, '{_name}_stays'); END""",
                f"""CREATE TRIGGER {_name}_remains BEFORE DELETE ON {_name}
           BEGIN SELECT RAISE(ABORT, '{_name}_stays'); END""",
            ],
            "postgresql": [
                f"""CREATE TRIGGER {_name}_stays BEFORE UPDATE OF {_facts} ON {_name}
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
                f"""CREATE TRIGGER {_name}_remains BEFORE DELETE ON {_name}
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            ],
        },
    )
