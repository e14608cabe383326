"""`timebank import hours`: what it says, and what it leaves behind."""

from pathlib import Path

import pytest

from tests.commands import answer
from tests.commands import timebank
from tests.timebank.exchanges.imports import HEADER

A_LINE = "2020-04-03,0001,0002,1.5,買い物,B-1"


@pytest.fixture
def database(database_url: str) -> str:
    """A database with a community."""
    answer(database_url, "community", "create", "kadoma", "--name", "Kadoma")
    return database_url


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    path = tmp_path / "hours.csv"
    path.write_text(f"{HEADER}\n{A_LINE}\n", encoding="utf-8")
    return path


def imported(database: str, path: Path, *options: str) -> str:
    return answer(database, "import", "hours", str(path), "--community", "kadoma", *options)


def balances(database: str) -> str:
    return answer(database, "balances", "--community", "kadoma")


def test_a_file_comes_in_once(database: str, a_file: Path) -> None:
    said = "1 exchanges booked, 0 were in the books already, 2 members created.\n"
    assert imported(database, a_file, "--create-members") == said
    assert balances(database) == (
        "member,name,given_minutes,received_minutes,balance_minutes,pool_minutes,carried_minutes,"
        "across_minutes,presented_minutes\n"
        "0001,0001,90,0,90,0,0,0,0\n0002,0002,0,90,-90,0,0,0,0\n"
    )
    said = "0 exchanges booked, 1 were in the books already, 0 members created.\n"
    assert imported(database, a_file) == said
    assert "1 exchanges booked" in imported(database, a_file, "--batch", "2020")


def test_a_dry_run_tries_everything_and_writes_nothing(database: str, a_file: Path) -> None:
    said = imported(database, a_file, "--create-members", "--dry-run")
    assert said.startswith("Nothing was written. Without --dry-run: 1 exchanges booked, ")
    assert balances(database).count("\n") == 1
    assert answer(database, "export", "csv", "--community", "kadoma").count("\n") == 1


def test_bad_lines_are_named_on_standard_error_and_nothing_is_written(database: str, a_file: Path) -> None:
    with a_file.open("a", encoding="utf-8") as file:
        file.write("2020-13-01,0001,0002,1,,B-2\n2020-04-03,0001,0003,25,,B-3\n")
    result = timebank(database, "import", "hours", str(a_file), "--community", "kadoma", "--create-members")
    assert (result.exit_code, result.stdout) == (1, "")
    named = result.stderr.splitlines()
    assert named[0].startswith('line 3, field date: "2020-13-01": “2020-13-01” ')
    assert named[1].startswith('line 4, field hours: "25": ')
    assert named[2] == "Error: 2 things in the file cannot be taken. Nothing was written."
    assert balances(database).count("\n") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_of_very_many_bad_lines_the_rest_is_counted(database: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(HEADER + "\n2020-13-01,0001,0002,1,,B" * 1_002, encoding="utf-8")
    result = timebank(database, "import", "hours", str(path), "--community", "kadoma")
    named = result.stderr.splitlines()
    assert len(named) == 1_002
    assert named[-2:] == [
        "… and 2 more",
        "Error: 1002 things in the file cannot be taken. Nothing was written.",
    ]


def test_limits_hold_unless_history_knew_none(database: str, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(f"{HEADER}\n2020-04-03,0001,0002,12.25,,B-1\n", encoding="utf-8")
    options = ("import", "hours", str(path), "--community", "kadoma", "--create-members")
    result = timebank(database, *options)
    assert result.exit_code == 1
    assert "would be 15 min past the limit of 12 h below zero" in result.stderr
    answer(database, *options, "--no-limits")
    assert "0002,0002,0,735,-735" in balances(database)
    assert answer(database, "verify").endswith("The books hold.\n")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_cannot_be_understood_is_said_in_a_sentence(database: str, a_file: Path, tmp_path: Path) -> None:
    def refused(*options: str) -> str:
        result = timebank(database, "import", "hours", *options)
        assert (result.exit_code, result.stdout) == (1, "")
        return result.stderr

    assert "There is no community “nowhere”" in refused(str(a_file), "--community", "nowhere")
    assert "name of a batch" in refused(str(a_file), "--community", "kadoma", "--batch", "a:b")
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert "The file is empty." in refused(str(empty), "--community", "kadoma")
