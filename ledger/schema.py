"""The ledger's tables, constraints and triggers, for SQLite and PostgreSQL.

What a table can promise stands here; what needs a trigger or a function stands in ``sql/``, one file
an engine, and is run right after the tables are made. Migrations carry the same as text.

PostgreSQL parses a table's CHECKs anew for every statement, whichever columns it touches: that was a
quarter of what a posting cost. A domain's rule is parsed once in a connection and judges its own column
only, so on the tables that every posting writes, what concerns one column is a domain's rule there.

It also matters there which index may be chosen for looking up a key's row. Where nothing is known of a
table yet (a fresh one; one whose import was rolled back) every index costs the same, and one that begins
with ``book_id`` walks the whole book for each row. So none does that a foreign key's look-up could take:
the unique keys name it second, and ``entry_by_day`` is partial (every condition on ``posted_on`` implies
that it is not null, so reports by day have it all the same).
"""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy import Column
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Identity
from sqlalchemy import Index
from sqlalchemy import LargeBinary
from sqlalchemy import MetaData
from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.types import TypeEngine
from sqlalchemy.types import UserDefinedType

from ledger.columns import Day
from ledger.columns import Flag
from ledger.columns import Instant
from ledger.columns import Whole
from ledger.model import LARGEST_AMOUNT
from ledger.model import LONGEST_ACTOR
from ledger.model import LONGEST_CODE
from ledger.model import LONGEST_KEY
from ledger.model import LONGEST_KIND
from ledger.model import LONGEST_MEMO

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "%(constraint_name)s",
    }
)

#: Totals stop here, long before 64 bits overflow.
LARGEST_TOTAL = 2**62


#: What makes PostgreSQL's domains, before the tables.
DOMAINS: list[str] = []


class _Domain(UserDefinedType[Any]):
    """A type of PostgreSQL's that is called by its name."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return self.name


def _ruled(base: TypeEngine[Any], domain: str, rule: str, sense: str) -> TypeEngine[Any]:
    """Give a column's type, which on PostgreSQL is a domain whose rule says ``sense`` of its VALUE."""
    kind = "TEXT" if isinstance(base, Text) else "BIGINT"
    DOMAINS.append(f"CREATE DOMAIN {domain} AS {kind} CONSTRAINT {rule} CHECK ({sense})")
    return base.with_variant(_Domain(domain), "postgresql")


def _sqlite_check(sense: str, rule: str) -> CheckConstraint:
    return CheckConstraint(sense, name=rule).ddl_if(dialect="sqlite")


def _sqlite_key(columns: list[str], of: list[str], **options: Any) -> ForeignKeyConstraint:
    """Give a key that on PostgreSQL those hold who write the row, with what they have in hand (ADR 25)."""
    return ForeignKeyConstraint(columns, of, **options).ddl_if(dialect="sqlite")


_TOTALS = "account_totals_are_bounded"
_TYPES = "('asset', 'liability', 'equity', 'income', 'expense')"
_account_code = _ruled(
    Text(), "account_code", "account_code_is_short", f"length(VALUE) BETWEEN 1 AND {LONGEST_CODE}"
)
_account_type = _ruled(Text(), "account_type", "account_type_is_known", f"VALUE IN {_TYPES}")
_account_total = _ruled(Whole, "account_total", _TOTALS, f"VALUE BETWEEN 0 AND {LARGEST_TOTAL}")
_account_version = _ruled(Whole, "account_version", _TOTALS, "VALUE >= 0")
_first_event = _ruled(Whole, "account_first_event", "account_first_event_is_one", "VALUE = 1")
_entry_kind = _ruled(
    Text(), "entry_kind", "entry_kind_is_short", f"length(VALUE) BETWEEN 1 AND {LONGEST_KIND}"
)
_entry_key = _ruled(Text(), "entry_key", "entry_key_is_short", f"length(VALUE) BETWEEN 1 AND {LONGEST_KEY}")
_entry_memo = _ruled(Text(), "entry_memo", "entry_memo_is_short", f"length(VALUE) <= {LONGEST_MEMO}")
_entry_actor = _ruled(
    Text(), "entry_actor", "entry_has_an_actor", f"length(VALUE) BETWEEN 1 AND {LONGEST_ACTOR}"
)
_last_line = _ruled(Whole, "entry_last_line", "entry_moves_something", "VALUE > 0")
_line = _ruled(Whole, "transfer_line", "transfer_line_counts", "VALUE > 0")
_amount = _ruled(
    Whole, "transfer_amount", "transfer_moves_something", f"VALUE > 0 AND VALUE <= {LARGEST_AMOUNT}"
)

commodity = Table(
    "commodity",
    metadata,
    Column("code", Text, primary_key=True),
    #: How many decimals the unit is shown with; amounts count the smallest.
    Column("scale", Whole, nullable=False),
    CheckConstraint("length(code) BETWEEN 1 AND 12", name="commodity_code_is_short"),
    CheckConstraint("scale BETWEEN 0 AND 9", name="commodity_scale_is_small"),
    sqlite_strict=True,
)

book = Table(
    "book",
    metadata,
    Column("id", Whole, Identity(always=True), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    #: The last day of the newest closed month; it changes only because an event was inserted.
    Column("closed_through", Day),
    #: The last day of the newest month whose totals are kept.
    Column("snapshot_through", Day),
    Column("events", Whole, nullable=False, server_default=text("0")),
    CheckConstraint(f"length(slug) BETWEEN 1 AND {LONGEST_CODE}", name="book_slug_is_short"),
    sqlite_strict=True,
)

period_event = Table(
    "period_event",
    metadata,
    Column("book_id", Whole, nullable=False),
    Column("version", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    #: What holds after the event.
    Column("closed_through", Day, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    PrimaryKeyConstraint("book_id", "version"),
    ForeignKeyConstraint(["book_id"], ["book.id"]),
    CheckConstraint("kind = 'close' OR kind = 'reopen'", name="period_event_kind_is_known"),
    CheckConstraint("version > 0", name="period_event_version_counts"),
    CheckConstraint(f"length(actor) BETWEEN 1 AND {LONGEST_ACTOR}", name="period_event_has_an_actor"),
    CheckConstraint(f"length(reason) <= {LONGEST_MEMO}", name="period_event_reason_is_short"),
    CheckConstraint("kind = 'close' OR reason IS NOT NULL", name="period_event_reopens_for_a_reason"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

account = Table(
    "account",
    metadata,
    Column("id", Whole, Identity(always=True), primary_key=True),
    Column("book_id", Whole, nullable=False),
    Column("code", _account_code, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("type", _account_type, nullable=False),
    #: Running totals: they change only because a transfer was inserted.
    Column("debits", _account_total, nullable=False, server_default=text("0")),
    Column("credits", _account_total, nullable=False, server_default=text("0")),
    Column("version", _account_version, nullable=False, server_default=text("0")),
    #: When the newest transfer touched the account; never earlier than the one before.
    Column("moved_at", Instant),
    #: Limits of credits − debits; they change only because an event was inserted.
    Column("floor", Whole),
    Column("ceiling", Whole),
    Column("closed_on", Day),
    Column("events", Whole, nullable=False, server_default=text("0")),
    #: No entry may waive the limits of a firm account (a fund, a box of cash).
    Column("firm", Flag, nullable=False),
    #: Always 1: with its deferred key no account can stand without the event that opened it.
    Column("first_event", _first_event, nullable=False, server_default=text("1")),
    UniqueConstraint("id", "book_id", "commodity"),
    UniqueConstraint("code", "book_id", "commodity", name="uq_account_book_id_code_commodity"),
    ForeignKeyConstraint(["book_id"], ["book.id"]),
    ForeignKeyConstraint(["commodity"], ["commodity.code"]),
    ForeignKeyConstraint(
        ["id", "first_event"],
        ["account_event.account_id", "account_event.version"],
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
        name="fk_account_opening",
    ),
    _sqlite_check(f"length(code) BETWEEN 1 AND {LONGEST_CODE}", "account_code_is_short"),
    _sqlite_check(f"type IN {_TYPES}", "account_type_is_known"),
    _sqlite_check(
        f"debits BETWEEN 0 AND {LARGEST_TOTAL} AND credits BETWEEN 0 AND {LARGEST_TOTAL} AND version >= 0",
        _TOTALS,
    ),
    # On PostgreSQL a trigger of the two columns says the same.
    _sqlite_check("floor IS NULL OR ceiling IS NULL OR floor <= ceiling", "account_floor_is_below_ceiling"),
    _sqlite_check("first_event = 1", "account_first_event_is_one"),
    sqlite_strict=True,
)

account_event = Table(
    "account_event",
    metadata,
    Column("account_id", Whole, nullable=False),
    Column("version", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    #: What holds after the event.
    Column("floor", Whole),
    Column("ceiling", Whole),
    Column("closed_on", Day),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    PrimaryKeyConstraint("account_id", "version"),
    ForeignKeyConstraint(["account_id"], ["account.id"]),
    CheckConstraint("kind IN ('open', 'limit', 'close', 'reopen')", name="account_event_kind_is_known"),
    CheckConstraint("version > 0", name="account_event_version_counts"),
    CheckConstraint(f"length(actor) BETWEEN 1 AND {LONGEST_ACTOR}", name="account_event_has_an_actor"),
    CheckConstraint(f"length(reason) <= {LONGEST_MEMO}", name="account_event_reason_is_short"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entry = Table(
    "entry",
    metadata,
    Column("id", Whole, Identity(always=True), primary_key=True),
    Column("book_id", Whole, nullable=False),
    Column("kind", _entry_kind, nullable=False),
    Column("posted_on", Day, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("memo", _entry_memo),
    Column("key", _entry_key, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("reverses_id", Whole),
    Column("limits", Text),
    Column("actor", _entry_actor, nullable=False),
    #: How many transfers there are; none can be added later.
    Column("last_line", _last_line, nullable=False),
    # No key to book: the transfers, their accounts and those accounts' book already tie it, and a
    # key here would make every posting of a book lock the same row.
    UniqueConstraint("key", "book_id", name="uq_entry_book_id_key"),
    UniqueConstraint("id", "book_id").ddl_if(dialect="sqlite"),
    _sqlite_key(["reverses_id", "book_id"], ["entry.id", "entry.book_id"]),
    _sqlite_key(
        ["id", "last_line"],
        ["transfer.entry_id", "transfer.line"],
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
        name="fk_entry_last_line",
    ),
    _sqlite_check(f"length(kind) BETWEEN 1 AND {LONGEST_KIND}", "entry_kind_is_short"),
    _sqlite_check(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", "entry_key_is_short"),
    _sqlite_check(f"length(memo) <= {LONGEST_MEMO}", "entry_memo_is_short"),
    _sqlite_check(f"length(actor) BETWEEN 1 AND {LONGEST_ACTOR}", "entry_has_an_actor"),
    _sqlite_check("last_line > 0", "entry_moves_something"),
    # What concerns several columns transfer_enters() judges on PostgreSQL.
    _sqlite_check("(kind = 'reversal') = (reverses_id IS NOT NULL)", "entry_reversal_names_its_original"),
    _sqlite_check(
        "limits IS NULL OR (limits = 'waived' AND (kind = 'import' OR kind = 'reversal'))",
        "entry_limits_are_waived_for_imports_and_reversals_only",
    ),
    sqlite_strict=True,
)
Index("entry_by_day", entry.c.book_id, entry.c.posted_on, postgresql_where=entry.c.posted_on.is_not(None))
Index(
    "uq_entry_reverses_id",
    entry.c.reverses_id,
    unique=True,
    sqlite_where=entry.c.reverses_id.is_not(None),
    postgresql_where=entry.c.reverses_id.is_not(None),
)

transfer = Table(
    "transfer",
    metadata,
    Column("entry_id", Whole, nullable=False),
    Column("line", _line, nullable=False),
    Column("book_id", Whole, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("debit_account_id", Whole, nullable=False),
    Column("credit_account_id", Whole, nullable=False),
    Column("amount", _amount, nullable=False),
    Column("moved_at", Instant, nullable=False),
    #: Number the transfers of each account densely, in the order they were recorded.
    Column("debit_version", Whole, nullable=False),
    Column("credit_version", Whole, nullable=False),
    Column("debit_balance_after", Whole, nullable=False),
    Column("credit_balance_after", Whole, nullable=False),
    PrimaryKeyConstraint("entry_id", "line"),
    UniqueConstraint("debit_account_id", "debit_version"),
    UniqueConstraint("credit_account_id", "credit_version"),
    _sqlite_key(
        ["debit_account_id", "book_id", "commodity"], ["account.id", "account.book_id", "account.commodity"]
    ),
    _sqlite_key(
        ["credit_account_id", "book_id", "commodity"], ["account.id", "account.book_id", "account.commodity"]
    ),
    _sqlite_key(["entry_id", "book_id"], ["entry.id", "entry.book_id"]),
    _sqlite_check(f"amount > 0 AND amount <= {LARGEST_AMOUNT}", "transfer_moves_something"),
    _sqlite_check("debit_account_id <> credit_account_id", "transfer_has_two_accounts"),
    _sqlite_check("line > 0", "transfer_line_counts"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


#: What an account was debited and credited with in a month, by the posting date; only months in which
#: something happened, up to the book's snapshot_through. A late entry corrects its month.
snapshot = Table(
    "snapshot",
    metadata,
    Column("account_id", Whole, nullable=False),
    #: The month's first day.
    Column("month", Day, nullable=False),
    Column("debits", Whole, nullable=False),
    Column("credits", Whole, nullable=False),
    PrimaryKeyConstraint("account_id", "month"),
    ForeignKeyConstraint(["account_id"], ["account.id"]),
    CheckConstraint("debits >= 0 AND credits >= 0", name="snapshot_counts"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


#: A seal over entries: the root of a tree of their hashes, chained to the seal before.
seal = Table(
    "seal",
    metadata,
    Column("book_id", Whole, nullable=False),
    Column("number", Whole, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    #: How many entries are under it; none can be added later.
    Column("leaves", Whole, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("book_id", "number"),
    # Two seals after the same one would be two histories.
    UniqueConstraint("previous", "book_id", name="uq_seal_book_id_previous"),
    ForeignKeyConstraint(["book_id"], ["book.id"]),
    ForeignKeyConstraint(
        ["book_id", "number", "leaves"],
        ["seal_leaf.book_id", "seal_leaf.number", "seal_leaf.position"],
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
        name="fk_seal_last_leaf",
    ),
    CheckConstraint("number > 0 AND leaves > 0", name="seal_counts"),
    CheckConstraint("length(previous) = 32 AND length(root) = 32 AND length(hash) = 32", name="seal_hashes"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

seal_leaf = Table(
    "seal_leaf",
    metadata,
    Column("book_id", Whole, nullable=False),
    Column("number", Whole, nullable=False),
    #: Counted from 1, in the order of the entries' ids.
    Column("position", Whole, nullable=False),
    Column("entry_id", Whole, nullable=False),
    #: Goes before the moments, versions and balances that are hashed: few could be guessed else.
    Column("salt", LargeBinary, nullable=False),
    #: The digest of what people said about the entry, made with a salt that is erased with their words.
    Column("words", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("book_id", "number", "position"),
    UniqueConstraint("entry_id"),
    ForeignKeyConstraint(["book_id", "number"], ["seal.book_id", "seal.number"]),
    _sqlite_key(["entry_id", "book_id"], ["entry.id", "entry.book_id"]),
    ForeignKeyConstraint(["entry_id"], ["entry.id"]).ddl_if(dialect="postgresql"),
    CheckConstraint("position > 0", name="seal_leaf_counts"),
    CheckConstraint(
        "length(salt) = 16 AND length(hash) = 32 AND (words IS NULL OR length(words) = 32)",
        name="seal_leaf_hashes",
    ),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
