"""Entries to seal, and seals over them, as tests need them."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import Seal
from ledger import transaction
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines


def post(engine: Engine, accounts: list[Account], many: int = 1) -> list[int]:
    """Post entries between accounts, the last of them in two lines, and give their ids."""

    def work(session: Session) -> list[int]:
        a, b, c = accounts
        entries = [an_entry(a, b, 10 + n, memo="exchange 日本 7") for n in range(many - 1)]
        entries.append(of_lines((a, b, 1), (b, c, 2)))
        return [ledger.post(session, entry).entry_id for entry in entries]

    return transaction(engine, work)


def seal(engine: Engine, accounts: list[Account], most: int = 20_000) -> Seal | None:
    book = accounts[0].book_id
    return transaction(engine, lambda session: ledger.seal(session, book_id=book, most=most))
