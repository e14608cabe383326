"""What accounts held at the end of each month stands in the exports, and other programs count it again."""

import re
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import ledger
from ledger import AccountType
from ledger import NewAccount
from tests.hledger import hledger
from tests.ledger.builders import ACTOR
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines

#: Commands that check a file and say on standard error what is wrong with it.
Check = Callable[[Path], "subprocess.CompletedProcess[str]"]


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "bean-check"
    command = [str(program), "--no-cache", str(path)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def hledger_check(path: Path) -> subprocess.CompletedProcess[str]:
    return hledger(path, "check", "--strict")


FORMS = [(ledger.export_beancount, bean_check), (ledger.export_hledger, hledger_check)]


@pytest.fixture
def book(session: Session) -> int:
    """Three months, of which the first was posted last, in two commodities, with a part of an account."""
    noise = a_book(session)
    ledger.post(session, an_entry(an_account(session, noise, "a"), an_account(session, noise, "b")))
    ledger.open_commodity(session, "USD", scale=2)
    book = a_book(session)
    a, part, b = (an_account(session, book, code) for code in ("a", "a:part", "b"))
    an_account(session, book, "still")
    cash, gifts = (
        ledger.open_account(session, book_id=book, new=NewAccount(code, "USD", kind), actor=ACTOR)
        for code, kind in (("a", AccountType.LIABILITY), ("cash", AccountType.ASSET))
    )
    ledger.post(session, an_entry(a, b, 90, posted_on=date(2026, 4, 30)))
    ledger.post(session, of_lines((part, b, 7), (cash, gifts, 1_205), posted_on=date(2026, 2, 1)))
    ledger.post(session, an_entry(b, part, 1, posted_on=date(2026, 4, 1)))
    ledger.post(session, an_entry(a, part, 2, posted_on=date(2025, 12, 31)))
    return book


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book"


def test_beancount_asserts_the_day_after_a_month_what_stands_in_an_account_and_its_parts(
    session: Session, book: int
) -> None:
    lines = "".join(ledger.export_beancount(session, book)).splitlines()
    assert [line for line in lines if " balance " in line] == [
        "2026-01-01 balance Liabilities:A  0 ~ 0 MIN",
        "2026-01-01 balance Liabilities:A:Part  -2 ~ 0 MIN",
        "2026-03-01 balance Assets:Cash  -12.05 ~ 0 USD",
        "2026-03-01 balance Liabilities:A  12.05 ~ 0 USD",
        "2026-03-01 balance Liabilities:A:Part  5 ~ 0 MIN",
        "2026-03-01 balance Liabilities:B  -7 ~ 0 MIN",
        "2026-05-01 balance Liabilities:A  96 ~ 0 MIN",
        "2026-05-01 balance Liabilities:A:Part  4 ~ 0 MIN",
        "2026-05-01 balance Liabilities:B  -96 ~ 0 MIN",
    ]


def test_hledger_asserts_on_a_months_last_day_what_stands_in_an_account_alone(
    session: Session, book: int
) -> None:
    text = "".join(ledger.export_hledger(session, book))
    assert text[text.index("\n2025-12-31 * balances of 2025-12") :] == (
        "\n2025-12-31 * balances of 2025-12\n"
        "    Liabilities:A  0 MIN = 2 MIN\n"
        "    Liabilities:A:Part  0 MIN = -2 MIN\n"
        "\n2026-02-28 * balances of 2026-02\n"
        "    Assets:Cash  0.00 USD = -12.05 USD\n"
        "    Liabilities:A  0.00 USD = 12.05 USD\n"
        "    Liabilities:A:Part  0 MIN = 5 MIN\n"
        "    Liabilities:B  0 MIN = -7 MIN\n"
        "\n2026-04-30 * balances of 2026-04\n"
        "    Liabilities:A  0 MIN = 92 MIN\n"
        "    Liabilities:A:Part  0 MIN = 4 MIN\n"
        "    Liabilities:B  0 MIN = -96 MIN\n"
    )


@pytest.mark.parametrize(("export", "check"), FORMS)
def test_the_programs_accept_every_balance(
    session: Session, book: int, path: Path, export: Callable[..., Iterator[str]], check: Check
) -> None:
    path.write_text("".join(export(session, book)), encoding="utf-8")
    done = check(path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(("export", "check"), FORMS)
@pytest.mark.parametrize("amount", ["12.05", "-12.05", "-96", "92|96"])
def test_a_balance_that_is_off_by_the_last_digit_is_refused_by_them(
    session: Session, book: int, path: Path, amount: str, export: Callable[..., Iterator[str]], check: Check
) -> None:
    def off(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2][:-1]}{(int(found[2][-1]) + 1) % 10}"

    text = "".join(export(session, book))
    wrong, changes = re.subn(rf"( balance \S+  | = )({amount})(?= )", off, text)
    assert changes == 1
    path.write_text(wrong, encoding="utf-8")
    done = check(path)
    assert done.returncode == 1
    assert "alance" in done.stderr


@pytest.mark.parametrize(("export", "check"), FORMS)
def test_a_month_that_no_day_follows_is_no_reason_to_fail(
    session: Session, path: Path, export: Callable[..., Iterator[str]], check: Check
) -> None:
    book = a_book(session)
    a, b = (an_account(session, book, code) for code in "ab")
    ledger.post(session, an_entry(a, b, posted_on=date(9999, 12, 31)))
    path.write_text("".join(export(session, book)), encoding="utf-8")
    assert (check(path).returncode, "balance" in path.read_text()) == (0, export is ledger.export_hledger)
