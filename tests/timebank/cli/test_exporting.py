"""The commands that take the books out: exact, in columns that stay."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from beancount import loader

import ledger
from tests.commands import answer
from tests.commands import timebank
from tests.databases import SECRET_KEY
from tests.hledger import hledger
from tests.timebank.exchanges.imports import HEADER

LINES = (
    '2020-04-03,0001,A_1,1.5,"=SUM(A1:A9), ""quoted""",K\u30001',
    "2020-04-02,A_1,0001,0:30,,B-2",
    "2020-04-04,門真-3,0001,1,,B-3",
)
COMMUNITY = ("--community", "kadoma")


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> str:
    """A database with a community whose members have hard numbers, and another one as noise."""
    path = tmp_path / "hours.csv"
    path.write_text("\n".join([HEADER, *LINES]), encoding="utf-8")
    for slug in ("osaka", "kadoma"):
        answer(database_url, "community", "create", slug, "--name", slug)
        answer(database_url, "import", "hours", str(path), "--community", slug, "--create-members")
    return database_url


def columns(text: str, *left_out: str) -> Iterator[str]:
    """Give lines of CSV without the columns whose values are never the same."""
    header = text.splitlines()[0].split(",")
    keep = [n for n, name in enumerate(header) if name not in left_out]
    for line in text.splitlines():
        cells = line.split(",")
        yield ",".join(cells[n] for n in keep)


def test_export_csv_names_members_by_their_numbers(database: str) -> None:
    text = answer(database, "export", "csv", *COMMUNITY)
    assert list(columns(text, "entry", "recorded_at")) == [
        "line,kind,posted_on,debit_account,credit_account,commodity,amount,reference,reverses,actor",
        "1,import,2020-04-03,hours:member:A_1,hours:member:0001,MIN,90,K　1,,cli",
        "1,import,2020-04-02,hours:member:0001,hours:member:A_1,MIN,30,B-2,,cli",
        "1,import,2020-04-04,hours:member:0001,hours:member:門真-3,MIN,60,B-3,,cli",
    ]


def test_export_beancount_is_read_by_beancount(database: str) -> None:
    text = answer(database, "export", "beancount", *COMMUNITY)
    assert loader.load_string(text)[1] == []
    assert "Liabilities:Hours:Member:A-u5F-1  90 MIN" in text
    assert "  Liabilities:Hours:Member:X-門真-3  -60 MIN" in text
    assert '* "import K　1"' in text
    assert '  title: "門真-3"' in text


def test_export_hledger_uses_the_same_names(database: str) -> None:
    text = answer(database, "export", "hledger", *COMMUNITY)
    assert "commodity 1000. MIN\n" in text
    assert "    Liabilities:Hours:Member:A-u5F-1  90 MIN\n" in text
    assert " import K　1\n" in text


def test_export_hledger_is_read_by_hledger(database: str, tmp_path: Path) -> None:
    journal = tmp_path / "kadoma.journal"
    journal.write_text(answer(database, "export", "hledger", *COMMUNITY), encoding="utf-8")
    done = hledger(journal, "check", "--strict")
    assert (done.returncode, done.stderr) == (0, "")


def test_export_beancount_is_read_back_into_an_empty_book(database: str) -> None:
    text = answer(database, "export", "beancount", *COMMUNITY)
    engine = ledger.connect(database)
    book = ledger.transaction(
        engine, lambda session: ledger.read_beancount(session, text, slug="again", actor="test")
    )
    told = ledger.transaction(engine, lambda session: ledger.trial_balance(session, book), read_only=True)
    engine.dispose()
    balances = sorted((line.debits, line.credits) for line in told)
    assert balances == [(0, 0), (0, 60), (90, 30), (90, 90)]
    assert {line.code.rpartition(":")[0] for line in told} == {"hours", "hours:member"}


def test_a_statement_is_exact_and_begins_with_the_oldest_line(database: str) -> None:
    text = answer(database, "statement", "0001", *COMMUNITY, "--format", "csv")
    header, *lines = text.splitlines()
    assert header == (
        "recorded_at,posted_on,reference,other_member,description,"
        "given_minutes,received_minutes,balance_minutes,pool,pool_minutes,carried_minutes,"
        "community,across_minutes,presented_minutes"
    )
    assert [line.partition(",")[2] for line in lines] == [
        '2020-04-03,K　1,A_1,"=SUM(A1:A9), ""quoted""",90,0,90,,0,0,,0,0',
        "2020-04-02,B-2,A_1,,0,30,60,,0,0,,0,0",
        "2020-04-04,B-3,門真-3,,0,60,0,,0,0,,0,0",
    ]
    assert all(line.partition(",")[0].endswith("Z") for line in lines)


def test_the_trial_balance_is_debits_less_credits_and_adds_up_to_nothing(database: str) -> None:
    assert answer(database, "trial-balance", *COMMUNITY, "--format", "csv").splitlines() == [
        "account,commodity,debits,credits,balance",
        "hours:member:0001,MIN,90,90,0",
        "hours:member:A_1,MIN,90,30,60",
        "hours:member:門真-3,MIN,0,60,-60",
        "hours:opening,MIN,0,0,0",
    ]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "command",
    ["balances", "trial-balance", "statement 0001", "export csv", "export beancount", "export hledger"],
)
def test_a_community_that_is_not_there_is_a_sentence(database_url: str, command: str) -> None:
    result = timebank(database_url, *command.split(), "--community", "nowhere")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: There is no community “nowhere”.\n"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_member_who_is_not_there_is_a_sentence(database: str) -> None:
    result = timebank(database, "statement", "9999", *COMMUNITY)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: kadoma has no member “9999”.\n"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", ["balances", "export csv"])
def test_a_reader_who_goes_away_is_no_error(database: str, words: str) -> None:
    code = "from timebank.cli import main; main()"
    environ = {**os.environ, "DATABASE_URL": database, "SECRET_KEY": SECRET_KEY}
    command = [sys.executable, "-c", code, *words.split(), *COMMUNITY]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, env=environ, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
