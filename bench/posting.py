"""One posting at a time, each in a transaction of its own that reaches the disk."""

import multiprocessing
import random
import time
from collections.abc import Callable
from collections.abc import Sequence
from datetime import date
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from statistics import median

import ledger
from bench.figures import Figure
from bench.figures import per_second
from bench.history import ACTOR
from bench.history import grow
from bench.history import open_members
from bench.room import Room
from bench.room import as_program
from bench.room import say
from bench.room import vacuum
from ledger import Account
from ledger import Entry
from ledger import Transfer

PART = "Posting, one at a time"
CLIENTS = (1, 8)
MEMBERS, _BEFORE = 1_000, 20_000
_WARM_UP = 30
_POST, _IN_SESSION = "ledger.post_alone", "ledger.post in ledger.transaction"
DAY = date(2026, 4, 3)
_BARE = {
    "SQLite": "CREATE TABLE bare (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)",
    "PostgreSQL": "CREATE TABLE bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount BIGINT)",
}

#: Opens a connection and gives what does one thing on it.
Client = Callable[[str, Sequence[Account]], Callable[[], object]]


def measure_posting(room: Room, *, seconds: int, rounds: int) -> list[Figure]:
    """Measure ``ledger.post_alone`` beside a bare INSERT and beside pgbench's TPC-B, in turns."""
    made = {name: prepared(name, url) for name, url in room.engines("posting").items()}
    room.prepare_tpcb()
    url, accounts = made["SQLite"]
    bare, posted, session = [], [], []
    for turn in range(rounds):
        say(f"posting on SQLite, round {turn + 1} of {rounds}")
        bare.append(rate(_bare_sqlite, url, accounts, 1, seconds))
        posted.append(rate(post_alone, url, accounts, 1, seconds))
        session.append(rate(post_in_session, url, accounts, 1, seconds))
    beside = f"{ratio(posted, bare)} × a bare INSERT (reach 0.5)"
    figures = [
        per_second(PART, "SQLite, bare INSERT of one row", median(bare)),
        per_second(PART, f"SQLite, {_POST}", median(posted), beside),
        per_second(
            PART, f"SQLite, {_IN_SESSION}", median(session), f"{ratio(session, bare)} × a bare INSERT"
        ),
    ]
    url, accounts = made["PostgreSQL"]
    for clients in CLIENTS:
        figures += _on_postgresql(room, url, accounts, clients, seconds, rounds)
    return figures


def _on_postgresql(
    room: Room, url: str, accounts: Sequence[Account], clients: int, seconds: int, rounds: int
) -> list[Figure]:
    tpcb, bare, posted, session = [], [], [], []
    for turn in range(rounds):
        say(f"posting on PostgreSQL, {clients} clients, round {turn + 1} of {rounds}")
        tpcb.append(room.tpcb(clients, seconds))
        posted.append(rate(post_alone, url, accounts, clients, seconds))
        bare.append(rate(_bare_postgresql, url, accounts, clients, seconds))
        session.append(rate(post_in_session, url, accounts, clients, seconds))
    who = f"PostgreSQL, {clients} client{'s' if clients > 1 else ''}"
    beside = f"{ratio(posted, tpcb)} × TPC-B (reach 1.0), {ratio(posted, bare)} × a bare INSERT"
    return [
        per_second(PART, f"{who}, pgbench's TPC-B", median(tpcb)),
        per_second(PART, f"{who}, bare INSERT of one row", median(bare)),
        per_second(PART, f"{who}, {_POST}", median(posted), beside),
        per_second(PART, f"{who}, {_IN_SESSION}", median(session), f"{ratio(session, tpcb)} × TPC-B"),
    ]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Tell the median of the rounds' ratios: what disturbs one round disturbs both of its sides."""
    return f"{median(one / other for one, other in zip(ours, theirs, strict=True)):.2f}"


def prepared(name: str, url: str) -> tuple[str, list[Account]]:
    """Make a book that has been in use for a while, and a table for bare rows.

    Gives the address for the program's own role, where there are roles.
    """
    engine = ledger.connect(url)
    accounts = open_members(engine, MEMBERS)
    grow(engine, accounts, _BEFORE)
    with engine.begin() as connection:
        connection.exec_driver_sql(_BARE[name])
    engine.dispose()
    vacuum(url)
    return as_program(url), accounts


def rate(client: Client, url: str, accounts: Sequence[Account], clients: int, seconds: int) -> float:
    """Let so many processes do it at the same time, and tell how often a second they did it in all."""
    # Forked, because starting eight interpreters would take longer than the turn.
    context = multiprocessing.get_context("fork")
    barrier, told = context.Barrier(clients), context.Queue()
    arguments = (client, url, accounts, seconds, barrier, told)
    processes = [context.Process(target=_repeat, args=arguments) for _ in range(clients)]
    for process in processes:
        process.start()
    rates: list[float] = [told.get() for _ in processes]
    for process in processes:
        process.join()
    return sum(rates)


def _repeat(
    client: Client,
    url: str,
    accounts: Sequence[Account],
    seconds: int,
    barrier: Barrier,
    told: "Queue[float]",
) -> None:
    once = client(url, accounts)
    for _ in range(_WARM_UP):
        once()
    barrier.wait()
    started = time.perf_counter()
    done = 0
    while time.perf_counter() < started + seconds:
        once()
        done += 1
    told.put(done / (time.perf_counter() - started))


def an_exchange(accounts: Sequence[Account], dice: random.Random) -> Entry:
    """Make an entry of one line between two members, with a key of its own."""
    first = int(dice.random() * len(accounts))
    receiver, giver = accounts[first], accounts[first - 1 - int(dice.random() * (len(accounts) - 1))]
    key = f"form:{dice.getrandbits(128):032x}"
    return Entry(giver.book_id, "exchange", DAY, key, ACTOR, (Transfer(receiver, giver, 90),))


def post_alone(url: str, accounts: Sequence[Account]) -> Callable[[], object]:
    """Give what posts one entry with nothing around it."""
    engine, dice = ledger.connect(url), random.Random()  # noqa: S311 (not a secret)

    def once() -> object:
        return ledger.post_alone(engine, an_exchange(accounts, dice))

    return once


def post_in_session(url: str, accounts: Sequence[Account]) -> Callable[[], object]:
    """Give what posts one entry in a session's transaction."""
    engine, dice = ledger.connect(url), random.Random()  # noqa: S311 (not a secret)

    def once() -> object:
        entry = an_exchange(accounts, dice)
        return ledger.transaction(engine, lambda session: ledger.post(session, entry))

    return once


def _bare_sqlite(url: str, _accounts: Sequence[Account]) -> Callable[[], object]:
    # Nothing but the driver, on a connection that is set up as the ledger's are.
    engine = ledger.connect(url)
    driver = engine.raw_connection().driver_connection
    assert driver is not None

    def once() -> object:
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("INSERT INTO bare (amount) VALUES (?)", (90,))
        return driver.execute("COMMIT")

    return once


def _bare_postgresql(url: str, _accounts: Sequence[Account]) -> Callable[[], object]:
    driver = ledger.connect(url).raw_connection().driver_connection
    assert driver is not None

    def once() -> object:
        driver.execute("INSERT INTO bare (amount) VALUES (%s)", (90,))
        return driver.commit()

    return once
