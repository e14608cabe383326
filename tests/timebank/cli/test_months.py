"""`timebank month` closes months, opens them again, and keeps their totals."""

from tests.commands import answer
from tests.commands import timebank

HERE = ("--community", "kadoma")


def test_months_are_closed_kept_and_reopened(database_url: str) -> None:
    answer(database_url, "community", "create", "kadoma", "--name", "Kadoma")
    assert answer(database_url, "month", "keep", *HERE) == (
        "0 totals of accounts and months are newly kept. No month is closed.\n"
    )
    closed = "The books are closed through 2026-03-31.\n"
    assert answer(database_url, "month", "close", "2026-03", *HERE) == closed
    assert answer(database_url, "month", "keep", *HERE).endswith(f"newly kept. {closed}")
    refused = timebank(database_url, "month", "close", "2026-05", *HERE)
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: Months close in order. The books are closed through 2026-03-31.\n",
    )
    reopened = answer(database_url, "month", "reopen", "2026-03", *HERE, "--reason", "a slip was found")
    assert reopened == "2026-03 is open again.\n"
    assert answer(database_url, "verify").endswith("The books hold.\n")


def test_what_is_no_month_is_not_understood(database_url: str) -> None:
    assert timebank(database_url, "month", "close", "2026-13", *HERE).exit_code == 2
    assert timebank(database_url, "month", "close", "2026-03", "--community", "nowhere").exit_code == 1
