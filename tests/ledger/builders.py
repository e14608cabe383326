"""Books, accounts and entries as tests need them, with everything that a test does not care about."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import Entry
from ledger import NewAccount
from ledger import Transfer

DAY = date(2026, 4, 3)
ACTOR = "person:1/member:1/web"
_numbers = count(1)


def a_book(session: Session, *commodities: str) -> int:
    """Open a book, with a commodity to count in."""
    for code in commodities or ("MIN",):
        ledger.open_commodity(session, code)
    return ledger.open_book(session, f"book-{uuid4().hex}")


def an_account(
    session: Session, book_id: int, code: str = "", commodity: str = "MIN", **limits: Any
) -> Account:
    """Open an account; limits are floor, ceiling and firm."""
    new = NewAccount(code or f"m:{next(_numbers)}", commodity, AccountType.LIABILITY, **limits)
    return ledger.open_account(session, book_id=book_id, new=new, actor=ACTOR)


def some_accounts(session: Session, how_many: int, **limits: Any) -> list[Account]:
    """Open a book and accounts in it, named a, b, c …"""
    book_id = a_book(session)
    new = [NewAccount(chr(97 + n), "MIN", AccountType.LIABILITY, **limits) for n in range(how_many)]
    return ledger.open_accounts(session, book_id=book_id, new=new, actor=ACTOR)


def stranger(account: Account) -> Account:
    """Give an account that is in no book, as if it were in this one."""
    return Account(10**9 + account.id, account.book_id, "nobody", account.commodity, account.type)


def an_entry(debit: Account, credit: Account, amount: int = 90, **values: Any) -> Entry:
    """Ask for one transfer."""
    return of_lines((debit, credit, amount), **values)


def of_lines(*lines: tuple[Account, Account, int], **values: Any) -> Entry:
    """Ask for several transfers in one entry."""
    filled = {
        "kind": "import" if values.get("waive_limits") else "exchange",
        "posted_on": DAY,
        "key": f"test:{next(_numbers)}",
        "actor": ACTOR,
        **values,
    }
    return Entry(lines[0][0].book_id, transfers=tuple([Transfer(*line) for line in lines]), **filled)


def balances(session: Session | Connection, accounts: Sequence[Account]) -> list[int]:
    """Read what several accounts hold."""
    return [ledger.balance(session, account).balance for account in accounts]


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table of the ledger."""
    with engine.connect() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in ledger.metadata.tables
        }


def assert_proved(engine: Engine) -> None:
    """Fail where the books do not follow from their transfers."""
    assert ledger.transaction(engine, ledger.prove, read_only=True).faults == ()
