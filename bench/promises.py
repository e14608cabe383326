"""What the promises cost on PostgreSQL: posting beside a bare function that writes the same rows."""

import random
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psycopg

import ledger
from bench.figures import Figure
from bench.figures import per_second
from bench.history import ACTOR
from bench.posting import CLIENTS
from bench.posting import DAY
from bench.posting import MEMBERS
from bench.posting import an_exchange
from bench.posting import post_alone
from bench.posting import prepared
from bench.posting import rate
from bench.posting import ratio
from bench.room import Room
from bench.room import as_program
from bench.room import say
from ledger import Account
from ledger.writing_postgresql import ONE_LINE

PART = "Promises, beside a bare function that writes the same rows"
_BARE = Path(__file__).with_name("bare.sql")
_CALL = "SELECT bare_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
#: Two members and a key by chance, as pgbench throws its dice.
_CHANCE = rf"""
\set one random(0, {MEMBERS} - 1)
\set other (:one + random(1, {MEMBERS} - 1)) % {MEMBERS}
\set key random(1, 9000000000000000000)
\set debit :one + {{first}}
\set credit :other + {{first}}
"""
#: What both write of an entry; its fingerprint has the 32 bytes that they have with us.
_KEY, _PRINT = "'form:' || :key", r"'\x" + "ab" * 32 + "'"


def measure_promises(room: Room, *, seconds: int, rounds: int) -> list[Figure]:
    """Measure both by pgbench, which costs next to nothing itself, and by Python, as a program would."""
    owner = room.postgresql("promises")
    url, accounts = prepared("PostgreSQL", owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(_BARE.read_text(encoding="utf-8").replace(":members", str(MEMBERS)).encode())
    as_program(owner)
    bare, hardened = room.folder / "bare.pgbench", room.folder / "hardened.pgbench"
    bare.write_text(_bare_script(accounts), encoding="utf-8")
    hardened.write_text(_hardened_script(accounts), encoding="utf-8")
    figures = []
    for clients in CLIENTS:
        rates: list[tuple[float, ...]] = []
        for turn in range(rounds):
            say(f"promises, {clients} clients, round {turn + 1} of {rounds}")
            by_pgbench = [room.tps_of(script, "promises", clients, seconds) for script in (bare, hardened)]
            by_python = [rate(one, url, accounts, clients, seconds) for one in (_call, post_alone)]
            rates.append((*by_pgbench, *by_python))
        figures += _told(clients, *zip(*rates, strict=True))
    return figures


def _told(clients: int, *rates: Sequence[float]) -> list[Figure]:
    bare, hardened, called, posted = rates
    who = f"{clients} client{'s' if clients > 1 else ''}"
    aim = " (reach 0.7)" if clients > 1 else ""
    return [
        per_second(PART, f"{who}, pgbench, the bare function", median(bare)),
        per_second(
            PART,
            f"{who}, pgbench, the ledger's statement",
            median(hardened),
            f"{ratio(hardened, bare)} ×{aim}",
        ),
        per_second(PART, f"{who}, Python, the bare function", median(called)),
        per_second(
            PART, f"{who}, Python, ledger.post_alone", median(posted), f"{ratio(posted, called)} ×{aim}"
        ),
    ]


def _bare_script(accounts: Sequence[Account]) -> str:
    entry = f"{accounts[0].book_id}, 'exchange', '{DAY}', NULL, {_KEY}, {_PRINT}, '{ACTOR}'"
    return f"{_CHANCE.format(first=1)}SELECT bare_post({entry}, 'MIN', :debit, :credit, 90);\n"


def _hardened_script(accounts: Sequence[Account]) -> str:
    """Write the statement that ``ledger.post`` sends, with pgbench's chance in it."""
    entry = (str(accounts[0].book_id), "'exchange'", f"'{DAY}'", "NULL", _KEY, _PRINT, "NULL", f"'{ACTOR}'")
    statement = ONE_LINE % (*entry, "'MIN'", ":debit", ":credit", "90")
    return f"{_CHANCE.format(first=accounts[0].id)}{statement};\n"


def _call(url: str, accounts: Sequence[Account]) -> Callable[[], object]:
    """Call the bare function with what an entry has, straight on the driver."""
    driver, dice = ledger.connect(url).raw_connection().driver_connection, random.Random()  # noqa: S311 (not a secret)
    assert driver is not None
    driver.autocommit = True
    first = accounts[0].id

    def once() -> object:
        entry = an_exchange(accounts, dice)
        (line,) = entry.transfers
        told = (entry.book_id, entry.kind, entry.posted_on, entry.memo, entry.key, b"\xab" * 32, entry.actor)
        moved = ("MIN", line.debit.id - first + 1, line.credit.id - first + 1, line.amount)
        return driver.execute(_CALL, (*told, *moved)).fetchone()

    return once
