"""`timebank verify` proves the books, or names what is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import text

from tests.commands import answer
from tests.commands import timebank
from tests.timebank.exchanges.imports import HEADER


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> str:
    path = tmp_path / "hours.csv"
    path.write_text(f"{HEADER}\n2020-04-03,0001,0002,1,,B-1\n", encoding="utf-8")
    answer(database_url, "community", "create", "kadoma", "--name", "Kadoma")
    answer(database_url, "import", "hours", str(path), "--community", "kadoma", "--create-members")
    return database_url


def test_books_that_hold_are_counted(database: str) -> None:
    assert answer(database, "verify") == (
        "1 communities, 1 books, 3 accounts, 1 entries, 1 transfers, 1 exchanges, "
        "0 gifts and grants, 0 seals\nThe books hold.\n"
    )


def test_a_hash_that_was_published_is_looked_for(database: str) -> None:
    head = answer(database, "seal").partition("hash of seal 1: ")[2].strip()
    assert answer(database, "verify", "--head", head).endswith("The books hold.\n")
    result = timebank(database, "verify", "--head", head, "--head", "ab" * 32)
    assert result.exit_code == 1
    assert "the hash abababab… was published, and there is no such seal" in result.stderr
    assert "digits" in timebank(database, "verify", "--head", "yes").stderr


def test_the_first_wrong_thing_is_named(database: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE exchange SET minutes = 61"))
    result = timebank(database, "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("1 communities, ")
    assert "The books hold" not in result.stdout
    assert result.stderr.startswith(
        "Error: The books do not hold: exchange 1: entry 1, line 1, does not move"
    )
