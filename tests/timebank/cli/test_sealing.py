"""`timebank seal` puts the books under seals, and `timebank verify-proof` needs none of them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from sqlalchemy import Engine
from sqlalchemy import text

import ledger
from tests.commands import answer
from tests.commands import timebank
from tests.timebank.exchanges.imports import HEADER
from timebank.cli import main

HERE = ("--community", "kadoma")


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> str:
    path = tmp_path / "hours.csv"
    lines = "2020-04-03,0001,0002,1,letters,B-1\n2020-04-04,0002,0001,2,,B-2\n"
    path.write_text(f"{HEADER}\n{lines}", encoding="utf-8")
    answer(database_url, "community", "create", "kadoma", "--name", "Kadoma")
    answer(database_url, "community", "create", "neyagawa", "--name", "Neyagawa")
    answer(database_url, "import", "hours", str(path), *HERE, "--create-members")
    return database_url


@pytest.fixture
def proof(database: str, engine: Engine) -> str:
    """The proof of the first entry, made once there was a second seal."""
    answer(database, "seal")
    with engine.connect() as connection:
        book = connection.scalar(text("SELECT book_id FROM community WHERE slug = 'kadoma'"))
        entry_id = connection.scalar(text("SELECT min(id) FROM entry WHERE book_id = :book"), {"book": book})
        return ledger.inclusion_proof(connection, book_id=book or 0, entry_id=entry_id or 0).text()


def without_database(*arguments: str) -> Result:
    """Run a command where no database can be reached."""
    return CliRunner(env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}).invoke(
        main, arguments, prog_name="timebank"
    )


def test_every_community_is_sealed_once(database: str) -> None:
    told = answer(database, "seal").splitlines()
    assert told[0].startswith("kadoma: 1 new seals over 2 entries; hash of seal 1: ")
    assert told[1:] == ["neyagawa: nothing new to seal"]
    head = told[0].partition("seal 1: ")[2]
    assert len(head.replace(" ", "")) == 64
    assert answer(database, "seal", *HERE) == f"kadoma: nothing new to seal; hash of seal 1: {head}\n"
    assert answer(database, "verify").endswith("2 exchanges, 0 gifts and grants, 1 seals\nThe books hold.\n")


def test_a_community_that_is_not_there_is_told(database: str) -> None:
    refused = timebank(database, "seal", "--community", "nowhere")
    assert (refused.exit_code, refused.stderr) == (1, "Error: There is no community “nowhere”.\n")


def test_words_that_were_changed_under_a_seal_are_found(database: str, engine: Engine) -> None:
    answer(database, "seal")
    with engine.begin() as connection:
        connection.execute(text("UPDATE exchange SET description = 'weeding' WHERE description = 'letters'"))
    refused = timebank(database, "verify")
    assert refused.exit_code == 1
    assert "what is said about it is not what was sealed" in refused.stderr


def test_words_that_were_erased_with_their_salt_leave_the_seal_as_it_is(
    database: str, engine: Engine
) -> None:
    answer(database, "seal")
    with engine.begin() as connection:
        connection.execute(text("UPDATE exchange SET description = ''"))
        connection.execute(text("DELETE FROM sealed_words"))
    assert answer(database, "verify").endswith("The books hold.\n")


def test_a_proof_is_checked_without_a_database(proof: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    path.write_text(proof, encoding="utf-8")
    told = without_database("verify-proof", str(path))
    assert told.exit_code == 0
    assert "of the book kadoma, import, posted on 2020-04-03" in told.stdout
    assert "60 MIN from hours:member:" in told.stdout
    assert "It is under seal 1 of " in told.stdout
    head = json.loads(proof)["head"]
    assert f"Newest hash: {head[:8]} {head[8:16]}" in told.stdout
    same = without_database("verify-proof", str(path), "--head", f"{head[:8].upper()} {head[8:]}")
    assert same.exit_code == 0
    assert same.stdout.endswith("The hash that was published is that of seal 1.\n")


@pytest.mark.parametrize(
    ("head", "said"),
    [("00" * 32, "is of none of the seals in the file"), ("xyz", "only digits and the letters a to f")],
)
def test_a_hash_that_was_not_published_is_told(proof: str, tmp_path: Path, head: str, said: str) -> None:
    path = tmp_path / "seal.json"
    path.write_text(proof, encoding="utf-8")
    refused = without_database("verify-proof", str(path), "--head", head)
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_a_file_that_proves_nothing_is_told(proof: str, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    for written, said in [
        (proof.replace('"amount": 60', '"amount": 600'), "the entry is not under the seal, or was changed"),
        ("", "the file is not what this program writes"),
    ]:
        path.write_text(written, encoding="utf-8")
        refused = without_database("verify-proof", str(path))
        assert (refused.exit_code, refused.stderr) == (1, f"Error: The file proves nothing: {said}.\n")
    with path.open("wb") as file:
        file.truncate(30_000_000)
    assert "too large to be a proof" in without_database("verify-proof", str(path)).stderr
