"""Many who post at once: everything that was acknowledged is there once, and nobody is told of a deadlock."""

import random
from collections import Counter
from threading import Thread
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import Entry
from ledger import FloorExceeded
from ledger import schema
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts

WORKERS = 4
SECONDS = 1.5


class Worker(Thread):
    """Posts until the time is over, and remembers what was acknowledged and what was not."""

    def __init__(self, engine: Engine, accounts: list[Account], number: int, until: float) -> None:
        super().__init__()
        self.engine, self.accounts, self.number, self.until = engine, accounts, number, until
        self.dice = random.Random(number)  # noqa: S311 (not a secret)
        self.acknowledged: dict[str, list[tuple[int, int, int]]] = {}
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            turn = 0
            while monotonic() < self.until:
                turn += 1
                self.act(
                    [self.entry(f"w{self.number}:{turn}:{part}") for part in range(self.dice.randint(1, 3))]
                )
        except BaseException as error:  # noqa: BLE001 (whatever reaches a caller is what this is about)
            self.trouble = error

    def entry(self, key: str) -> Entry:
        """Ask for one to three lines, every second one to or from the same hot account."""
        lines = []
        for _ in range(self.dice.randint(1, 3)):
            debit, credit = self.dice.sample(self.accounts, 2)
            if self.dice.random() < 0.5:
                debit, credit = self.dice.choice([(self.accounts[0], credit), (credit, self.accounts[0])])
            if debit is not credit:
                lines.append((debit, credit, self.dice.randint(1, 20)))
        return of_lines(*(lines or [(self.accounts[1], self.accounts[2], 1)]), key=key)

    def act(self, entries: list[Entry]) -> None:
        """Post several entries in one transaction, one by one or in one go."""

        def work(session: Session) -> Any:
            if len(entries) == 2:
                return ledger.post_many(session, entries)
            return [ledger.post(session, entry) for entry in entries]

        try:
            transaction(self.engine, work)
        except FloorExceeded:
            return
        for entry in entries:
            moved = [(line.debit.id, line.credit.id, line.amount) for line in entry.transfers]
            self.acknowledged[entry.key] = moved


def booked(engine: Engine, book_id: int) -> dict[str, list[tuple[int, int, int]]]:
    """Read what every key of a book moved."""
    entry, transfer = schema.entry.c, schema.transfer.c
    query = (
        select(entry.key, transfer.debit_account_id, transfer.credit_account_id, transfer.amount)
        .join_from(schema.entry, schema.transfer, transfer.entry_id == entry.id)
        .where(entry.book_id == book_id)
        .order_by(entry.id, transfer.line)
    )
    found: dict[str, list[tuple[int, int, int]]] = {}
    with engine.connect() as connection:
        for key, *moved in connection.execute(query):
            found.setdefault(key, []).append(tuple(moved))
    return found


def test_whatever_many_post_at_once_is_booked_once_and_exactly(own_engine: Engine) -> None:
    accounts = transaction(own_engine, lambda session: some_accounts(session, 6))
    ledger.transaction(
        own_engine,
        lambda session: ledger.set_limits(session, accounts[5], floor=-20, ceiling=None, actor=ACTOR),
    )
    until = monotonic() + SECONDS
    workers = [Worker(own_engine, accounts, number, until) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.trouble for worker in workers] == [None] * WORKERS
    acknowledged = {key: moved for worker in workers for key, moved in worker.acknowledged.items()}
    assert len(acknowledged) > 20
    assert booked(own_engine, accounts[0].book_id) == acknowledged

    held, versions = Counter[int](), Counter[int]()
    for moved in acknowledged.values():
        for debit, credit, amount in moved:
            held.update({debit: -amount, credit: amount})
            versions.update([debit, credit])
    with Session(own_engine) as session:
        assert balances(session, accounts) == [held[account.id] for account in accounts]
        for account in accounts:
            # Dense: as many as there were transfers, each one above the one before.
            lines = ledger.statement(session, account, limit=100_000).lines
            assert [line.version for line in reversed(lines)] == list(range(1, versions[account.id] + 1))
    assert_proved(own_engine)


def test_a_key_that_many_send_at_once_books_once(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    answers: list[Any] = []

    def send() -> None:
        for turn in range(5):
            entry = an_entry(a, b, 10, key=f"form:{turn}")
            answers.append((turn, transaction(engine, lambda session: ledger.post(session, entry))))  # noqa: B023

    threads = [Thread(target=send) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for turn in range(5):
        same = [posted for asked, posted in answers if asked == turn]
        assert sorted(posted.repeated for posted in same) == [False] + [True] * (WORKERS - 1)
        assert len({(posted.entry_id, posted.lines) for posted in same}) == 1
    assert transaction(engine, lambda session: balances(session, [a, b])) == [-50, 50]


@pytest.mark.parametrize("limit", [95])
def test_nobody_gets_past_a_limit_together(engine: Engine, limit: int) -> None:
    givers = transaction(engine, lambda session: some_accounts(session, WORKERS + 1, floor=-limit))
    receiver = givers.pop()
    refused: list[int] = []

    def take(giver: Account) -> None:
        for _ in range(10):
            try:
                transaction(engine, lambda session: ledger.post(session, an_entry(receiver, giver, 10)))
            except FloorExceeded as error:
                refused.append(error.would_be)

    threads = [Thread(target=take, args=(giver,)) for giver in givers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert transaction(engine, lambda session: balances(session, [receiver])) == [-90]
    assert refused == [-100] * (WORKERS * 10 - 9)
