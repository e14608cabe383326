"""What has an order is read in it, however the rows lie on the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import text

import ledger
from ledger import Account
from ledger import PostedLine
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.corruptions import corrupted
from tests.ledger.sealing import post
from tests.ledger.sealing import seal

# On PostgreSQL a row that is written anew lies behind all others.
pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
def engine(administrator: Engine) -> Engine:
    return administrator


@pytest.fixture
def accounts(engine: Engine) -> list[Account]:
    return transaction(engine, lambda session: some_accounts(session, 3))


@contextmanager
def written_anew(engine: Engine, table: str, column: str, rows: str) -> Iterator[Connection]:
    """Give a transaction in which some rows lie behind all others, and no index tells of another order."""
    with corrupted(engine, f"UPDATE {table} SET {column} = {column} WHERE {rows}") as connection:
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        yield connection


def test_the_lines_of_an_entry_are_answered_and_reversed_in_their_order(
    engine: Engine, accounts: list[Account]
) -> None:
    a, b, c = accounts
    entry = of_lines((a, b, 10), (b, c, 5), (c, a, 1))
    posted = transaction(engine, lambda session: ledger.post(session, entry))
    first = f"entry_id = {posted.entry_id} AND line = 1"
    with written_anew(engine, "transfer", "line", first) as connection:
        assert ledger.post(connection, entry).lines == posted.lines
        facts = {"book_id": a.book_id, "entry_id": posted.entry_id, "posted_on": DAY}
        back = ledger.reverse(connection, **facts, key="back", actor=ACTOR)  # type: ignore[arg-type]
    assert back.lines == (
        PostedLine(1, 3, 3, -5, 1),
        PostedLine(2, 3, 4, -1, 0),
        PostedLine(3, 4, 4, 0, 0),
    )


def test_the_leaves_of_a_seal_are_read_in_their_order(engine: Engine, accounts: list[Account]) -> None:
    entries = post(engine, accounts, 3)
    seal(engine, accounts)
    with written_anew(engine, "seal_leaf", "salt", f"entry_id = {entries[0]}") as connection:
        for entry_id in entries:
            ledger.inclusion_proof(connection, book_id=accounts[0].book_id, entry_id=entry_id).check()
