"""What the soak's check says of journals and a book that do not agree: each thing that is wrong is named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest

from ledger import Balance
from ledger import StatementLine
from soak.book import Book
from soak.book import BookedAccount
from soak.book import BookedEntry
from soak.checking import check
from soak.journal import ON_PURPOSE
from soak.journal import Journal
from soak.journal import Journals
from soak.journal import Lines
from soak.journal import read_journals

# --- journals -----------------------------------------------------------------------------------------------


def test_a_torn_last_line_counts_as_not_written(tmp_path: Path) -> None:
    path, whole = tmp_path / "torn", tmp_path / "whole"
    journal = Journal(path)
    journal.will_post([("soak:1", ((1, 2, 3),)), ("soak:2", ((2, 1, 4),))])
    journal.acknowledged([("soak:1", 11)])
    journal.acknowledged([("soak:2", 12)])
    journal.close()
    path.write_bytes(path.read_bytes()[:-5])
    other = Journal(whole)
    other.will_post([("soak:3", ((1, 2, 3),))])
    other.close()
    journals = read_journals([path, whole])
    assert journals.torn == 1
    assert journals.acknowledged == {"soak:1": 11}
    assert journals.in_doubt == {"soak:2", "soak:3"}


@pytest.mark.parametrize("line", ['{"will_po\n', '{"something": "else"}\n'])
def test_a_line_in_the_middle_that_says_nothing_is_not_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(line + '{"lost_connection": true}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"record|delimiter|string"):
        read_journals([path])


# --- the check ----------------------------------------------------------------------------------------------

A, B = 1, 2
FIRST, SECOND, THIRD = ((A, B, 10),), ((B, A, 4), (B, A, 3)), ((A, B, 1),)


def told(entries: Sequence[BookedEntry]) -> Journals:
    """Give journals in which every entry was intended and acknowledged."""
    return Journals(
        intended={entry.key: entry.lines for entry in entries},
        acknowledged={entry.key: entry.id for entry in entries},
    )


def booked(*moved: Lines, waived: bool = False) -> list[BookedEntry]:
    return [BookedEntry(10 + n, f"soak:{n}", waived, lines) for n, lines in enumerate(moved, 1)]


def a_statement(account_id: int, entries: Sequence[BookedEntry]) -> tuple[StatementLine, ...]:
    lines: list[StatementLine] = []
    after = 0
    for entry in entries:
        for number, (debit, credit, amount) in enumerate(entry.lines, 1):
            if account_id in {debit, credit}:
                change = amount if credit == account_id else -amount
                after += change
                lines.append(
                    StatementLine(
                        version=len(lines) + 1,
                        entry_id=entry.id,
                        line=number,
                        kind="exchange",
                        memo=None,
                        key=entry.key,
                        posted_on=date(2026, 4, 3),
                        recorded_at=datetime(2026, 4, 3, tzinfo=UTC),
                        other_account_id=debit + credit - account_id,
                        change=change,
                        balance_after=after,
                        reverses_id=None,
                        reversed_by_id=None,
                    )
                )
    return tuple(lines)


def an_account(
    account_id: int,
    entries: Sequence[BookedEntry],
    *,
    floor: int | None = None,
    ceiling: int | None = None,
    firm: bool = False,
) -> BookedAccount:
    lines = a_statement(account_id, entries)
    debits = sum(-line.change for line in lines if line.change < 0)
    credits = sum(line.change for line in lines if line.change > 0)
    balance = Balance(debits, credits, len(lines), floor, ceiling, None)
    return BookedAccount(account_id, f"account {account_id}", firm, balance, lines)


def a_book(entries: Sequence[BookedEntry]) -> Book:
    return Book(tuple(entries), (an_account(A, entries), an_account(B, entries)), ())


def test_a_book_that_holds_what_was_acknowledged_is_right() -> None:
    entries = booked(FIRST, SECOND, THIRD)
    journals = told(entries)
    # One was killed before it could write down the answer, another before its posting was booked.
    del journals.acknowledged["soak:2"]
    journals.intended["soak:9"] = THIRD
    journals.refused.add("soak:8")
    journals.intended["soak:8"] = THIRD
    findings = check(journals, a_book(entries))
    assert findings.all == []
    assert journals.in_doubt == {"soak:2", "soak:9"}
    assert findings.in_doubt_found == 1


def test_a_lost_posting_is_named() -> None:
    entries = booked(FIRST, SECOND, THIRD)
    findings = check(told(entries), a_book(entries[:2]))
    assert findings.lost == ["soak:3 was acknowledged as entry 13 and is not in the book"]
    assert findings.all == findings.lost


def test_a_posting_that_moves_something_else_is_lost() -> None:
    entries = booked(FIRST, SECOND)
    journals = told(entries)
    journals.intended["soak:1"] = THIRD
    (lost,) = check(journals, a_book(entries)).lost
    assert lost == "soak:1 was acknowledged and moves ((1, 2, 10),) instead of ((1, 2, 1),)"


def test_a_doubled_posting_is_named() -> None:
    entries = booked(FIRST, SECOND)
    journals = told(entries)
    journals.acknowledged["soak:1"] = 77
    assert check(journals, a_book(entries)).doubled == [
        "soak:1 was acknowledged as entry 77 and is in the book as entry 11"
    ]
    twice = [*entries, replace(entries[0], id=13)]
    assert check(told(entries), a_book(twice)).doubled == [
        "soak:1 is in the book as entry 11 and as entry 13"
    ]


def test_two_answers_to_one_key_are_named() -> None:
    entries = booked(FIRST)
    journals = told(entries)
    journals.add({"acknowledged": "soak:1", "entry_id": 78, "repeated": ON_PURPOSE})
    assert check(journals, a_book(entries)).doubled == ["soak:1 was acknowledged as entry 11 and as entry 78"]


def test_an_entry_that_nobody_intended_is_named() -> None:
    entries = booked(FIRST, SECOND, THIRD)
    journals = told(entries[:2])
    journals.intended["soak:1"] = FIRST
    del journals.acknowledged["soak:1"]
    journals.refused.add("soak:1")
    journals.intended["soak:2"] = THIRD
    del journals.acknowledged["soak:2"]
    assert check(journals, a_book(entries)).unintended == [
        "entry 11 is in the book, and soak:1 was refused",
        "entry 12 moves ((2, 1, 4), (2, 1, 3)), and soak:2 was going to move ((1, 2, 1),)",
        "entry 13 is in the book, and nobody was going to post soak:3",
    ]


@pytest.mark.parametrize(
    ("waived", "firm", "said"),
    [
        (False, False, "version 1 took account 1 to -10, below its floor of -9"),
        (True, True, "version 1 took account 1 to -10, below its floor of -9"),
        (True, False, None),
    ],
)
def test_a_floor_that_did_not_hold_is_named(waived: bool, firm: bool, said: str | None) -> None:
    entries = booked(FIRST, waived=waived)
    book = replace(
        a_book(entries), accounts=(an_account(A, entries, floor=-9, firm=firm), an_account(B, entries))
    )
    assert check(told(entries), book).broken == ([said] if said else [])


def test_a_ceiling_that_did_not_hold_is_named() -> None:
    entries = booked(FIRST)
    book = replace(a_book(entries), accounts=(an_account(A, entries), an_account(B, entries, ceiling=9)))
    assert check(told(entries), book).broken == ["version 1 took account 2 to 10, above its ceiling of 9"]


def test_who_is_outside_may_come_back() -> None:
    entries = [*booked(FIRST, waived=True), BookedEntry(12, "soak:2", waived=False, lines=((B, A, 4),))]
    accounts = (an_account(A, entries, floor=0), an_account(B, entries, ceiling=0))
    assert check(told(entries), replace(a_book(entries), accounts=accounts)).broken == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 3}, "version 2 of account 1 is missing: 3 comes next"),
        ({"balance_after": 5}, "account 1 stands at -6 after version 2, which says 5"),
        ({"line": 2}, "the statement of account 1 does not tell what the entries move"),
    ],
)
def test_a_statement_that_is_wrong_is_named(change: dict[str, int], said: str) -> None:
    entries = booked(FIRST, ((B, A, 4),))
    account = an_account(A, entries)
    lines = (account.statement[0], replace(account.statement[1], **change))  # type: ignore[arg-type]
    book = replace(a_book(entries), accounts=(replace(account, statement=lines), an_account(B, entries)))
    assert check(told(entries), book).broken == [said]


def test_totals_that_are_not_the_sums_are_named() -> None:
    entries = booked(FIRST)
    account = an_account(A, entries)
    wrong = replace(account, balance=replace(account.balance, debits=11, version=2))
    book = replace(a_book(entries), accounts=(wrong, an_account(B, entries)))
    assert check(told(entries), book).broken == [
        "the totals of account 1 are 11 and 0, its statement says 10 and 0",
        "account 1 is at version 2, its statement has 1 lines",
        "all accounts were debited 11 and credited 10",
    ]


def test_what_the_proof_and_the_workers_say_is_told() -> None:
    entries = booked(FIRST)
    journals = told(entries)
    journals.add({"trouble": "soak:1: DeadlockDetected", "transient": True})
    findings = check(journals, replace(a_book(entries), faults=("the trigger x is missing",)))
    assert findings.all == ["the trigger x is missing", "soak:1: DeadlockDetected"]
    assert journals.transient == 1
