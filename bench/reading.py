"""Many postings at once, and what reading costs as the books grow."""

import random
import time
from collections.abc import Callable
from datetime import UTC
from datetime import datetime
from statistics import median

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from bench.figures import Figure
from bench.figures import milliseconds
from bench.figures import per_second
from bench.history import grow
from bench.history import open_members
from bench.room import Room
from bench.room import say
from bench.room import vacuum
from ledger import Account

BULK = "Posting, many at once (ledger.post_many)"
READING = "Reading, median"
SIZES = (10_000, 1_000_000)
LARGEST = 10_000_000
_MEMBERS = 500
_TIMES = 300


def measure_growth(room: Room, *, largest: int) -> list[Figure]:
    """Fill a book on each engine step by step; at each step measure the bulk path, and reading."""
    sizes = [size for size in (*SIZES, LARGEST) if size <= largest]
    bulk: list[Figure] = []
    reading: list[Figure] = []
    for name, url in room.engines("growth").items():
        engine = ledger.connect(url)
        accounts = open_members(engine, _MEMBERS)
        stands, middle = 0, datetime.now(UTC)
        for size in sizes:
            rate = grow(engine, accounts, size - stands)
            bulk.append(per_second(BULK, f"{name}, {stands:,} to {size:,} transfers", rate))
            stands = size
            vacuum(url)
            say(f"reading on {name} at {size:,} transfers")
            reading += _read(engine, name, accounts, size, middle)
            middle = datetime.now(UTC)
        engine.dispose()
    return bulk + sorted(reading, key=lambda one: one.what)


def _read(engine: Engine, name: str, accounts: list[Account], size: int, moment: datetime) -> list[Figure]:
    """Time each question, of accounts at random and of the one with most lines."""
    dice = random.Random(size)  # noqa: S311 (not a secret)
    busiest = accounts[0]

    def measure(session: Session) -> list[Figure]:
        versions = ledger.balance(session, busiest).version
        questions: dict[str, Callable[[], object]] = {
            "balance": lambda: ledger.balance(session, dice.choice(accounts)),
            "statement, first page of 50": lambda: ledger.statement(session, busiest),
            "statement, a page in the middle": lambda: ledger.statement(
                session, busiest, before=versions // 2
            ),
            "as_of a moment before": lambda: ledger.as_of(session, dice.choice(accounts), moment),
        }
        return [
            milliseconds(READING, f"{what}: {name} at {size:>10,}", _median(once))
            for what, once in questions.items()
        ]

    return ledger.transaction(engine, measure, read_only=True)


def _median(once: Callable[[], object]) -> float:
    once()
    took = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        once()
        took.append(time.perf_counter() - started)
    return median(took)
