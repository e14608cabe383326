"""The book that is posted to, and what stands in it afterwards."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import Balance
from ledger import NewAccount
from ledger import StatementLine
from ledger import schema
from soak.journal import Lines

ACTOR = "soak"
_PAGE = 1_000
#: The first is the hot account. Tight limits, so that many postings are refused; amounts go up to LARGEST.
LARGEST = 40
_ACCOUNTS = (
    NewAccount("hot", "MIN", AccountType.LIABILITY),
    *[NewAccount(f"free:{n}", "MIN", AccountType.LIABILITY) for n in range(8)],
    *[NewAccount(f"member:{n}", "MIN", AccountType.LIABILITY, floor=-200) for n in range(6)],
    *[NewAccount(f"bounded:{n}", "MIN", AccountType.LIABILITY, floor=-100, ceiling=150) for n in range(5)],
    *[NewAccount(f"fund:{n}", "MIN", AccountType.EQUITY, floor=0, firm=True) for n in range(3)],
    *[NewAccount(f"box:{n}", "MIN", AccountType.ASSET, ceiling=80, firm=True) for n in range(2)],
)


def open_accounts(engine: Engine, slug: str = "soak") -> list[Account]:
    """Open a book with every sort of account in it."""

    def work(session: Session) -> list[Account]:
        ledger.open_commodity(session, "MIN")
        book_id = ledger.open_book(session, slug)
        return ledger.open_accounts(session, book_id=book_id, new=_ACCOUNTS, actor=ACTOR)

    return ledger.transaction(engine, work)


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry as it stands in the book."""

    id: int
    key: str
    #: Whether it may take accounts without firm limits outside them.
    waived: bool
    lines: Lines


@dataclass(frozen=True, slots=True)
class BookedAccount:
    """An account with its whole statement, the oldest line first."""

    id: int
    code: str
    firm: bool
    balance: Balance
    statement: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that stands in a book, at one moment."""

    entries: tuple[BookedEntry, ...]
    accounts: tuple[BookedAccount, ...]
    #: What the ledger's own proof found wrong.
    faults: tuple[str, ...]


def read_book(session: Session, accounts: Sequence[Account]) -> Book:
    """Read a book by its tables and by its statements; ask for a reading transaction, so that both agree."""
    book_id = accounts[0].book_id
    return Book(
        tuple(_entries(session, book_id)),
        tuple([_account(session, account) for account in accounts]),
        (*ledger.prove(session).faults, *ledger.unguarded(session)),
    )


def _entries(session: Session, book_id: int) -> Iterator[BookedEntry]:
    entry, transfer = schema.entry.c, schema.transfer.c
    query = (
        select(entry.id, entry.key, entry.limits)
        .add_columns(transfer.debit_account_id, transfer.credit_account_id, transfer.amount)
        .outerjoin_from(schema.entry, schema.transfer, transfer.entry_id == entry.id)
        .where(entry.book_id == book_id)
        .order_by(entry.id, transfer.line)
    )
    for (entry_id, key, limits), rows in groupby(session.execute(query), lambda row: tuple(row[:3])):
        lines = tuple([tuple(row[3:]) for row in rows])
        yield BookedEntry(entry_id, key, limits is not None, lines)


def _account(session: Session, account: Account) -> BookedAccount:
    lines: list[StatementLine] = []
    before: int | None = None
    while True:
        page = ledger.statement(session, account, before=before, limit=_PAGE)
        lines += page.lines
        before = page.older
        if before is None:
            break
    firm = session.scalar(select(schema.account.c.firm).where(schema.account.c.id == account.id))
    balance = ledger.balance(session, account)
    return BookedAccount(account.id, account.code, bool(firm), balance, tuple(reversed(lines)))
