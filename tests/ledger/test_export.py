"""What is written for other programs is read by them, and they count what we count."""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Commodity
from beancount.core.data import Custom
from beancount.core.data import Open
from beancount.core.data import Transaction
from beancount.ops import validation
from sqlalchemy import event
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import BookUnknown
from ledger import NewAccount
from ledger.names import account_part
from tests.hledger import hledger
from tests.ledger.builders import ACTOR
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines

#: Member numbers that would become one name, or none, where they are carelessly rewritten.
HARD = (
    "A-1",
    "A_1",
    "A.1",
    "a1",
    "A1",
    "X-a1",
    "-u5F-",
    "A-u5F-1",
    "門真",
    "Ａ",
    "0001",
    "1",
    "x" * 40,
    ":",
    "é",
    "'",
)

#: What beancount's five roots are here.
TYPES = {
    "Assets": "asset",
    "Liabilities": "liability",
    "Equity": "equity",
    "Income": "income",
    "Expenses": "expense",
}

#: What each account holds of each commodity, without those that hold nothing.
Balances = dict[tuple[str, str], Decimal]


@pytest.fixture
def book(session: Session) -> int:
    """A book with money of two decimals beside minutes, and another book as noise."""
    noise = a_book(session)
    ledger.post(session, an_entry(an_account(session, noise), an_account(session, noise)))
    ledger.open_commodity(session, "USD", scale=2)
    return a_book(session)


@pytest.fixture
def accounts(session: Session, book: int) -> list[Account]:
    """An account for each hard number, all of them moved, one entry of two lines, one reversed."""
    found = [an_account(session, book, f"m:{n}") for n in range(len(HARD))]
    for n, one in enumerate(found[1:], 1):
        ledger.post(session, an_entry(found[0], one, n, posted_on=date(2026, 4, n)))
    ledger.post(session, of_lines((found[1], found[2], 7), (found[3], found[2], 8), memo='say "so"; \\ yes'))
    wrong = ledger.post(session, an_entry(found[4], found[5], 1_000_000, key="test:wrong"))
    ledger.reverse(
        session, book_id=book, entry_id=wrong.entry_id, posted_on=date(2026, 5, 1), key="test:r", actor=ACTOR
    )
    cash, income = (
        ledger.open_account(session, book_id=book, new=NewAccount(code, "USD", kind), actor=ACTOR)
        for code, kind in (("cash", AccountType.ASSET), ("gifts", AccountType.INCOME))
    )
    ledger.post(session, an_entry(cash, income, 1_205, kind="gift"))
    return [*found, cash, income]


def names(code: str) -> tuple[str, ...]:
    return ("Hours", HARD[int(code[2:])]) if code.startswith("m:") else (code.capitalize(),)


def expected(session: Session, accounts: list[Account]) -> Balances:
    """Our balances under the names of the others: what we owe stands below zero there."""
    roots = {"asset": "Assets", "liability": "Liabilities", "income": "Income"}
    smallest = {"MIN": 1, "USD": 100}
    return without_zeros(
        {
            (":".join([roots[one.type], *map(account_part, names(one.code))]), one.commodity): Decimal(
                -ledger.balance(session, one).balance
            )
            / smallest[one.commodity]
            for one in accounts
        }
    )


def twice(key: str, _memo: str | None) -> str:
    return key * 2


def without_zeros(balances: Balances) -> Balances:
    return {key: held for key, held in balances.items() if held}


# --- CSV ----------------------------------------------------------------------------------------------------


def test_csv_has_a_line_for_each_transfer(session: Session, book: int) -> None:
    one, other = an_account(session, book, "m:1"), an_account(session, book, "m:2")
    booked = ledger.post(
        session, of_lines((one, other, 90), (other, one, 5), key="form:a", posted_on=date(2026, 4, 3))
    )
    reversal = ledger.reverse(
        session,
        book_id=book,
        entry_id=booked.entry_id,
        posted_on=date(2026, 5, 1),
        key="form:b",
        actor=ACTOR,
        memo='a, "b"',
    )
    written = "".join(ledger.export_csv(session, book))
    assert "\r" not in written
    rows = list(csv.DictReader(io.StringIO(written)))
    assert ",".join(rows[0]) == (
        "entry,line,kind,posted_on,recorded_at,debit_account,credit_account,commodity,amount,reference,reverses,actor"
    )
    moments = [row.pop("recorded_at") for row in rows]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", moment) for moment in moments)
    first, last = str(booked.entry_id), str(reversal.entry_id)
    assert [tuple(row.values()) for row in rows] == [
        (first, "1", "exchange", "2026-04-03", "m:1", "m:2", "MIN", "90", "a", "", ACTOR),
        (first, "2", "exchange", "2026-04-03", "m:2", "m:1", "MIN", "5", "a", "", ACTOR),
        (last, "1", "reversal", "2026-05-01", "m:2", "m:1", "MIN", "90", 'a, "b"', first, ACTOR),
        (last, "2", "reversal", "2026-05-01", "m:1", "m:2", "MIN", "5", 'a, "b"', first, ACTOR),
    ]


def test_csv_names_accounts_as_it_is_told(session: Session, book: int) -> None:
    one, other = an_account(session, book, "m:1"), an_account(session, book, "m:2")
    ledger.post(session, an_entry(one, other, key="bare"))
    lines = list(
        ledger.export_csv(
            session, book, name=lambda code: ("member", code[2:]), reference=lambda key, _: key * 2
        )
    )
    assert "member:1,member:2,MIN,90,barebare,," in lines[1]


def test_an_empty_book_has_columns_only(session: Session, book: int) -> None:
    assert len(list(ledger.export_csv(session, book))) == 1
    assert loader.load_string("".join(ledger.export_beancount(session, book)))[1] == []


def test_two_codes_never_come_out_under_one_name(session: Session, book: int) -> None:
    for code in ("a:B", "a:b"):
        an_account(session, book, code)
    with pytest.raises(ValueError, match="would name both a:B and a:b"):
        list(ledger.export_beancount(session, book))
    assert list(ledger.export_csv(session, book))


# --- beancount ----------------------------------------------------------------------------------------------


def test_beancount_accepts_the_book_and_counts_the_same(
    session: Session, book: int, accounts: list[Account]
) -> None:
    written = "".join(ledger.export_beancount(session, book, name=names, title=lambda code: f'"{code}" \\'))
    directives, errors, _ = loader.load_string(written, extra_validations=validation.HARDCORE_VALIDATIONS)
    assert errors == []
    found: Balances = defaultdict(Decimal)
    for one in directives:
        if isinstance(one, Transaction):
            for posting in one.postings:
                assert posting.units is not None
                assert posting.units.number is not None
                found[posting.account, posting.units.currency] += posting.units.number
    assert without_zeros(found) == expected(session, accounts)
    assert len([one for one in directives if isinstance(one, Open)]) == len(accounts)
    (told,) = [one for one in directives if isinstance(one, Transaction) and len(one.postings) == 4]
    assert told.narration == 'exchange say "so"; \\ yes'
    assert told.meta["key"].startswith("test:")
    assert next(one.meta["title"] for one in directives if isinstance(one, Open)) == '"m:0" \\'


def test_whoever_has_the_file_hashes_every_entry_as_its_seal_does(
    session: Session, book: int, accounts: list[Account]
) -> None:
    ledger.seal(session, book_id=book)
    written = "".join(ledger.export_beancount(session, book))
    directives, errors, _ = loader.load_string(written)
    assert errors == []
    slug = next(one.values[0].value for one in directives if isinstance(one, Custom))
    opened = {one.account: one.meta["code"] for one in directives if isinstance(one, Open)}
    scales = {one.currency: int(one.meta["scale"]) for one in directives if isinstance(one, Commodity)}
    found = [one for one in directives if isinstance(one, Transaction)]
    for one in found:
        lines: list[str | int] = []
        for number, (debit, credit) in enumerate(zip(one.postings[::2], one.postings[1::2], strict=True), 1):
            assert debit.units is not None
            assert debit.units.number is not None
            amount = int(debit.units.number.scaleb(scales[debit.units.currency]))
            lines += [number, debit.units.currency, amount]
            for side in (debit, credit):
                lines += [opened[side.account], TYPES[side.account.partition(":")[0]]]
        told = one.meta.get
        facts = [slug, told("entry"), (one.narration or "").split(" ")[0], one.date.isoformat()]
        facts += [told(key) for key in ("recorded", "key", "actor", "memo", "reverses", "limits")]
        again = ledger.sha256(ledger.spelt(["entry", *facts, len(one.postings) // 2, *lines]))
        assert again.hex() == told("hash")
        proof = ledger.inclusion_proof(session, book_id=book, entry_id=int(one.meta["entry"]))
        assert again == proof.entry.hash()
    assert len(found) == len(HARD) + 3
    tags = re.findall("; hash: (.*)", "".join(ledger.export_hledger(session, book)))
    assert sorted(tags) == sorted(one.meta["hash"] for one in found)


def test_the_last_line_is_the_hash_of_all_above(session: Session, book: int, accounts: list[Account]) -> None:
    written = "".join(ledger.export_beancount(session, book, title=lambda _: "門真"))
    above, _, last = written.rpartition("\n; SHA-256 of all lines above: ")
    assert last == hashlib.sha256(f"{above}\n".encode()).hexdigest() + "\n"


def test_what_is_said_of_an_account_names_its_commodities(session: Session, book: int) -> None:
    an_account(session, book, "box", floor=-720)
    an_account(session, book, "box", "USD", floor=-5, ceiling=100_000, firm=True)
    text = "".join(ledger.export_beancount(session, book, title=lambda code: "two\nlines"))
    assert text.split(" open ")[1].partition(";")[0] == (
        'Liabilities:Box MIN,USD\n  code: "box"\n  title: "two\\nlines"\n'
        '  firm: "USD"\n  floor: "-0.05 USD -720 MIN"\n  ceiling: "1000.00 USD"\n'
    )
    tags = "".join(ledger.export_hledger(session, book, title=lambda code: "two\nlines")).partition(
        "account "
    )[2]
    assert "    ; title: two lines\n    ; firm: USD\n    ; floor: -0.05 USD -720 MIN\n" in tags


def test_only_the_commodities_of_the_book_are_in_it(session: Session, book: int) -> None:
    an_account(session, book)
    for export in (ledger.export_beancount, ledger.export_hledger):
        assert re.findall("^(?:1970-01-01 )?commodity .*", "".join(export(session, book)), re.MULTILINE) in (
            ["1970-01-01 commodity MIN"],
            ["commodity 1000. MIN"],
        )


def test_a_book_begins_on_the_day_of_its_own_first_entry(session: Session, book: int) -> None:
    early = a_book(session)
    days = {early: date(2025, 1, 31), book: date(2026, 4, 3)}
    for which, day in days.items():
        one, other = an_account(session, which), an_account(session, which)
        for later in (7, 0):
            ledger.post(session, an_entry(one, other, posted_on=day + timedelta(days=later)))
        opened = re.findall(
            r"^(\S+) (?:custom|commodity|open) ",
            "".join(ledger.export_beancount(session, which)),
            re.MULTILINE,
        )
        assert set(opened) == {day.isoformat()}


def test_a_line_says_what_kind_it_is_and_what_people_call_it(session: Session, book: int) -> None:
    one, other = an_account(session, book), an_account(session, book)
    for number, memo in enumerate(("for soup; and bread", None)):
        named: dict[str, Any] = {"key": f"form:a:{number}", "memo": memo, "posted_on": date(2026, 4, 3)}
        ledger.post(session, an_entry(one, other, **named))
    told = "".join(ledger.export_hledger(session, book))
    lines = re.findall(r"^2026-04-03 \* \(\d+\) (.*)$", told, re.MULTILINE)
    assert lines == ["exchange for soup, and bread", "exchange a:1"]
    exports = (ledger.export_hledger, ledger.export_beancount)
    silent = [export(session, book, reference=lambda *_: "") for export in exports]
    hledgers, beancounts = ("".join(lines) for lines in silent)
    assert len(re.findall(r"^2026-04-03 \* \(\d+\) exchange$", hledgers, re.MULTILINE)) == 2
    assert len(re.findall(r'^2026-04-03 \* "exchange"$', beancounts, re.MULTILINE)) == 2


def test_what_is_told_of_an_account_stays_on_one_line(session: Session, book: int) -> None:
    an_account(session, book, "m:1")
    told = "".join(ledger.export_hledger(session, book, title=lambda _: "田中\r\n恵"))
    assert "    ; title: 田中  恵\n" in told


@pytest.mark.parametrize("export", [ledger.export_beancount, ledger.export_hledger])
def test_a_book_that_is_not_there_is_a_refusal(
    session: Session, book: int, export: Callable[[Session, int], Iterator[str]]
) -> None:
    with pytest.raises(BookUnknown) as caught:
        list(export(session, book + 10**6))
    assert caught.value.book_id == book + 10**6


def test_beancount_reads_a_commodity_of_any_name(session: Session, book: int) -> None:
    ledger.open_commodity(session, "時間")
    one, other = (an_account(session, book, code, "時間") for code in ("m:1", "m:2"))
    ledger.close_account(session, an_account(session, book, "m:3"), closed_on=date(2026, 4, 3), actor=ACTOR)
    ledger.post(session, an_entry(one, other, 5))
    written = "".join(ledger.export_beancount(session, book))
    assert loader.load_string(written)[1] == []
    assert 'closed: "2026-04-03 MIN"' in written


# --- hledger ------------------------------------------------------------------------------------------------


def test_hledger_accepts_the_book_and_counts_the_same(
    session: Session, book: int, accounts: list[Account], tmp_path: Path
) -> None:
    journal = tmp_path / "book.journal"
    lines = ledger.export_hledger(session, book, name=names, title=lambda code: f"{code}, 田中\n恵")
    journal.write_text("".join(lines), encoding="utf-8")
    assert hledger(journal, "check", "--strict").stderr == ""
    told = hledger(journal, "balance", "--flat", "--output-format", "csv", "--layout", "bare").stdout
    rows = [row for row in csv.DictReader(io.StringIO(told)) if row["account"] != "total"]
    found = {(row["account"], row["commodity"]): Decimal(row["balance"]) for row in rows}
    assert without_zeros(found) == expected(session, accounts)


def test_an_account_that_is_not_declared_would_be_noticed(
    session: Session, book: int, accounts: list[Account], tmp_path: Path
) -> None:
    journal = tmp_path / "book.journal"
    text = "".join(ledger.export_hledger(session, book)).replace("account Assets:Cash\n", "")
    journal.write_text(text, encoding="utf-8")
    assert "Assets:Cash" in hledger(journal, "check", "--strict").stderr


# --- streaming ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_book_is_read_in_the_order_of_its_transfers_without_sorting_it(session: Session, book: int) -> None:
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    list(ledger.export_csv(session, book))
    (query,) = [one for one in asked if "FROM transfer t" in one]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (book,))
    assert not [row for row in plan if "TEMP B-TREE" in row[-1]]
