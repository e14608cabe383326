"""What could be wrong in the books, each with what the proof says of it."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import text

#: What is changed, with {a} {b} {c} for accounts, {x} for one of another book, {one} {three} {ten} {back}
#: for entries, and what must be said of it.
CORRUPTIONS: dict[str, tuple[str, str]] = {
    "a total that was raised": (
        "UPDATE account SET credits = credits + 5 WHERE id = {b}",
        "account b: its totals are 42 and 36 in 5 transfers, its transfers say 42 and 31 in 5",
    ),
    "both totals raised alike": (
        "UPDATE account SET credits = credits + 5, debits = debits + 5 WHERE id = {b}",
        "account b: its totals are",
    ),
    "a version that was raised": (
        "UPDATE account SET version = 99 WHERE id = {c}",
        "account c: its totals are .* in 99 transfers",
    ),
    "an amount that was changed": (
        "UPDATE transfer SET amount = 31 WHERE entry_id = {one}",
        "account a: its totals are",
    ),
    "a transfer that was taken out": (
        "DELETE FROM transfer WHERE entry_id = {ten}",
        "entry {ten} should have 1 lines and has 0",
    ),
    "a middle line that was taken out": (
        "DELETE FROM transfer WHERE entry_id = {three} AND line = 2",
        "entry {three} should have 3 lines and has 2, the last of them line 3",
    ),
    "a line that was renumbered": (
        "UPDATE transfer SET line = 7 WHERE entry_id = {three} AND line = 3",
        "entry {three} should have 3 lines and has 3, the last of them line 7",
    ),
    "an entry with lines before its first": (
        "UPDATE transfer SET line = 0 WHERE entry_id = {three} AND line = 2",
        "entry {three} should have 3 lines and has 3",
    ),
    "an entry that was taken out": (
        "DELETE FROM entry WHERE id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts",
    ),
    "a balance after that was changed": (
        "UPDATE transfer SET debit_balance_after = 7 WHERE entry_id = {one}",
        "entry {one}, line 1: version 1 of account {a} does not follow",
    ),
    "versions with a hole": (
        "UPDATE transfer SET credit_version = 9 WHERE entry_id = {ten}",
        "version .* of account {c} does not follow",
    ),
    "a moment before the one before": (
        "UPDATE transfer SET moved_at = '2001-01-01T00:00:00.000000Z' WHERE entry_id = {ten}",
        "entry {ten}, line 1: version .* does not follow",
    ),
    "a transfer of another book": (
        "UPDATE transfer SET book_id = book_id + 1000 WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "a transfer in another commodity": (
        "UPDATE transfer SET commodity = 'JPY' WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "an account of another book": (
        "UPDATE transfer SET credit_account_id = {x}, credit_version = 9 WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "an account that is not there": (
        "UPDATE transfer SET debit_account_id = 99999 WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "an amount of nothing": (
        "UPDATE transfer SET amount = 0 WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "a transfer from an account to itself": (
        "UPDATE transfer SET credit_account_id = debit_account_id, credit_version = 9 WHERE entry_id = {ten}",
        "entry {ten}, line 1: its book, commodity or accounts do not belong together",
    ),
    "a book that is not there": (
        "DELETE FROM book WHERE id = (SELECT book_id FROM account WHERE id = {a})",
        "entry {one}, line 1: its book, commodity or accounts do not belong together",
    ),
    "a reversal of another amount": (
        "UPDATE transfer SET amount = 29 WHERE entry_id = {back}",
        "entry {back} does not mirror entry {one}",
    ),
    "a reversal of something else": (
        "UPDATE entry SET reverses_id = {ten} WHERE id = {back}",
        "entry {back} does not mirror entry {ten}",
    ),
    "a reversal of nothing": (
        "UPDATE entry SET reverses_id = 99999 WHERE id = {back}",
        "entry {back} does not mirror entry 99999",
    ),
    "an account whose limits nobody set": (
        "UPDATE account SET floor = -5000 WHERE id = {a}",
        "account a: its limits or its closing are not what its last event says",
    ),
    "an account whose limit was taken away": (
        "UPDATE account SET floor = NULL WHERE id = {a}",
        "account a: its limits or its closing",
    ),
    "an account with a ceiling that nobody set": (
        "UPDATE account SET ceiling = 0 WHERE id = {a}",
        "account a: its limits or its closing",
    ),
    "an account that nobody closed": (
        "UPDATE account SET closed_on = '2026-04-03' WHERE id = {a}",
        "account a: its limits or its closing",
    ),
    "an event that was changed": (
        "UPDATE account_event SET floor = -1001 WHERE account_id = {a}",
        "account a: its limits or its closing",
    ),
    "an event that was taken out": (
        "DELETE FROM account_event WHERE account_id = {a}",
        "account a: its limits or its closing",
    ),
    "a month that nobody closed": (
        "UPDATE book SET closed_through = '2026-05-31' WHERE closed_through IS NULL",
        "what is closed is not what its last event says",
    ),
    "a month that nobody reopened": (
        "UPDATE book SET closed_through = '2026-03-31' WHERE id = {other}",
        "what is closed is not what its last event says",
    ),
    "a closing that was taken out": (
        "DELETE FROM period_event WHERE book_id = {other}",
        "what is closed is not what its last event says",
    ),
    "a month's total that was raised": (
        "UPDATE snapshot SET credits = credits + 1 WHERE account_id = {x}",
        "account {x}: the totals kept of the month of 2026-04-01 are not those",
    ),
    "a month's totals that were taken out": (
        "DELETE FROM snapshot WHERE account_id = {x}",
        "account {x}: the totals kept of the month of 2026-04-01 are not those",
    ),
    "a month's totals of nothing": (
        "INSERT INTO snapshot (account_id, month, debits, credits) VALUES ({a}, '2026-04-01', 5, 0)",
        "account {a}: the totals kept of the month of 2026-04-01 are not those",
    ),
}  # fmt: skip


@contextmanager
def corrupted(engine: Engine, *changes: str) -> Iterator[Connection]:
    """Give a transaction in which rows were changed with every guard taken away; it is rolled back."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _corrupt_sqlite(connection, changes)
        else:
            _corrupt_postgresql(connection, changes)
        yield connection
        connection.rollback()


def _corrupt_sqlite(connection: Connection, changes: Sequence[str]) -> None:
    driver: Any = connection.connection.driver_connection
    for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON", "legacy_alter_table = ON"):
        driver.execute(f"PRAGMA {pragma}")
    connection.begin()
    triggers = driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for statement in [
        *(f"DROP TRIGGER {name}" for name, _ in triggers),
        *changes,
        *(made for _, made in triggers),
    ]:
        driver.execute(statement)


def _corrupt_postgresql(connection: Connection, changes: Sequence[str]) -> None:
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    checks = """SELECT 'TABLE ' || conrelid::regclass, conname FROM pg_constraint
                WHERE contype = 'c' AND conrelid <> 0 UNION ALL
                SELECT 'DOMAIN ' || contypid::regtype, conname FROM pg_constraint
                WHERE contype = 'c' AND contypid <> 0 AND connamespace = 'public'::regnamespace"""
    for place, name in connection.execute(text(checks)).all():
        connection.execute(text(f"ALTER {place} DROP CONSTRAINT {name}"))
    for change in changes:
        connection.execute(text(change))
    connection.execute(text("SET LOCAL session_replication_role = origin"))
