"""Books with members in them and as many transfers as are asked for."""

import random
import time
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from bench.room import say
from ledger import Account
from ledger import AccountType
from ledger import Entry
from ledger import NewAccount
from ledger import Transfer

ACTOR = "person:3/member:5/web"
FIRST_DAY = date(2019, 4, 1)
ENTRIES_AT_ONCE = 5_000
_COMMITTED_AT_ONCE = 100_000
_keys = count(1)


def open_members(engine: Engine, how_many: int) -> list[Account]:
    """Make the ledger's tables and a book with so many members, who may go below zero as far as they like."""
    ledger.create_all(engine)

    def work(session: Session) -> list[Account]:
        ledger.open_commodity(session, "MIN")
        book_id = ledger.open_book(session, "kadoma")
        new = [NewAccount(f"hours:member:{n}", "MIN", AccountType.LIABILITY) for n in range(how_many)]
        return ledger.open_accounts(session, book_id=book_id, new=new, actor=ACTOR)

    return ledger.transaction(engine, work)


def entries(accounts: Sequence[Account], how_many: int, dice: random.Random) -> Iterator[Entry]:
    """Make entries of one transfer each; the first member is in every tenth of them."""
    for n in range(how_many):
        receiver, giver = dice.sample(accounts, 2)
        if n % 10 == 0 and giver is not accounts[0]:
            receiver = accounts[0]
        day = FIRST_DAY + timedelta(days=n * 2_500 // how_many)
        transfer = Transfer(receiver, giver, dice.choice((30, 60, 90, 120)))
        yield Entry(giver.book_id, "import", day, f"import:{next(_keys):08}", ACTOR, (transfer,))


def grow(engine: Engine, accounts: Sequence[Account], how_many: int) -> float:
    """Post so many more entries with ``post_many``; tell how many a second it were, commits included."""
    asked = entries(accounts, how_many, random.Random(how_many))  # noqa: S311 (not a secret)
    started = time.perf_counter()
    done = 0
    while done < how_many:
        some = min(_COMMITTED_AT_ONCE, how_many - done)
        ledger.transaction(engine, lambda session, some=some: _post(session, asked, some))  # type: ignore[misc]
        done += some
        if how_many > _COMMITTED_AT_ONCE:
            say(f"{engine.dialect.name}: {done:,} of {how_many:,} transfers posted")
    return how_many / (time.perf_counter() - started)


def _post(session: Session, asked: Iterator[Entry], how_many: int) -> None:
    for start in range(0, how_many, ENTRIES_AT_ONCE):
        size = min(ENTRIES_AT_ONCE, how_many - start)
        ledger.post_many(session, [next(asked) for _ in range(size)])
