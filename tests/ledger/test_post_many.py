"""Posting many entries in one go is posting them one by one, only faster and all or nothing."""

import random
from collections.abc import Callable
from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountClosed
from ledger import AccountUnknown
from ledger import CeilingExceeded
from ledger import Entry
from ledger import FloorExceeded
from ledger import KeyReused
from ledger import LedgerError
from ledger import WrongBook
from ledger import schema
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import balances
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.builders import stranger


def rows(session: Session, accounts: Sequence[Account]) -> list[tuple[Any, ...]]:
    """Tell a book's transfers with codes in the place of ids, and without moments."""
    entry, transfer = schema.entry.c, schema.transfer.c
    named = {account.id: account.code for account in accounts}
    asked = (
        select(
            entry.key, entry.kind, entry.posted_on, entry.memo, entry.limits, entry.actor, entry.fingerprint
        )
        .add_columns(entry.last_line, transfer.line, transfer.debit_account_id, transfer.credit_account_id)
        .add_columns(transfer.amount, transfer.debit_version, transfer.credit_version)
        .add_columns(transfer.debit_balance_after, transfer.credit_balance_after)
        .join_from(schema.entry, schema.transfer, transfer.entry_id == entry.id)
        .where(entry.book_id == accounts[0].book_id)
        .order_by(entry.id, transfer.line)
    )
    told = [tuple(named.get(value, value) if 8 < n < 11 else value for n, value in enumerate(row))
            for row in session.execute(asked)]  # fmt: skip
    # A fingerprint goes by ids, which differ from book to book.
    return [row[:6] + row[7:] for row in told]


def one_by_one(session: Session, entries: Sequence[Entry]) -> list[bool] | LedgerError:
    try:
        with session.begin_nested():
            return [ledger.post(session, entry).repeated for entry in entries]
    except LedgerError as refused:
        return refused


def in_one_go(session: Session, entries: Sequence[Entry]) -> list[bool] | LedgerError:
    try:
        return [posted.repeated for posted in ledger.post_many(session, entries)]
    except LedgerError as refused:
        return refused


def assert_same(
    session: Session,
    ask: Callable[[Sequence[Account]], list[Entry]],
    prepare: Callable[[Session, Sequence[Account]], Any] = lambda _session, _accounts: None,
) -> Any:
    """Ask for the same in two books, one by one and in one go, and compare answers, facts and rows."""
    answers, told = [], []
    for way in (one_by_one, in_one_go):
        accounts = some_accounts(session, 4, floor=-100, ceiling=100)
        prepare(session, accounts)
        answers.append(way(session, ask(accounts)))
        told.append(rows(session, accounts))
    singly, at_once = answers
    assert facts(at_once) == facts(singly)
    assert told[1] == told[0]
    return at_once


def facts(answer: list[bool] | LedgerError) -> Any:
    """Tell an answer without ids, which differ from book to book."""
    if isinstance(answer, KeyReused):
        return KeyReused, answer.key
    return (type(answer), str(answer)) if isinstance(answer, LedgerError) else answer


def test_nothing_asked_for_is_nothing_written(session: Session) -> None:
    assert ledger.post_many(session, []) == []


def test_many_entries_are_written_as_if_posted_one_by_one(session: Session) -> None:
    def ask(of: Sequence[Account]) -> list[Entry]:
        a, b, c, d = of
        return [
            an_entry(a, b, 10, key="1"),
            of_lines((b, c, 5), (c, d, 4), (a, d, 1), key="2", memo="import:7", actor="job:1"),
            an_entry(d, a, 5, key="3", waive_limits=True),
            of_lines((a, b, 1), (b, a, 1), key="4", kind="gift"),
        ]

    assert assert_same(session, ask) == [False] * 4
    session.commit()


#: Each means something to somebody on the way to the database.
HARD_TO_SPELL = [
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{a,b}",
    ",",
    "a'b",
    " a ",
    "\\x41",
    "%s",
    "%(key)s",
    ":key",
    "$1",
    "时間",
    "🙂",
]


def test_words_that_are_hard_to_spell_arrive_as_they_were_written(session: Session) -> None:
    def ask(of: Sequence[Account]) -> list[Entry]:
        a, b, *_ = of
        return [an_entry(a, b, 1, key=word, memo=word, actor=word) for word in HARD_TO_SPELL]

    assert assert_same(session, ask) == [False] * len(HARD_TO_SPELL)
    a, b = some_accounts(session, 2)
    ledger.post_many(session, [an_entry(a, b, key=word, memo=word) for word in HARD_TO_SPELL])
    lines = reversed(ledger.statement(session, a).lines)
    assert [(line.key, line.memo) for line in lines] == [(word, word) for word in HARD_TO_SPELL]
    assert set(ledger.keys_used(session, a.book_id, HARD_TO_SPELL)) == set(HARD_TO_SPELL)


def test_the_answers_are_in_the_order_of_the_questions(session: Session) -> None:
    a, b = some_accounts(session, 2)
    entries = [an_entry(a, b, 1 + n % 7, key=f"k{n * 7919 % 503}") for n in range(503)]
    answers = ledger.post_many(session, iter(entries))
    used = ledger.keys_used(session, a.book_id, [entry.key for entry in entries])
    assert [answer.entry_id for answer in answers] == [used[entry.key][0] for entry in entries]
    assert {answer.lines for answer in answers} == {()}
    again = ledger.post_many(session, entries)
    assert [answer.entry_id for answer in again] == [answer.entry_id for answer in answers]
    assert all(answer.repeated for answer in again)
    # A half that is new, in between.
    mixed = [entry for old in entries for entry in (old, an_entry(a, b))]
    assert [answer.repeated for answer in ledger.post_many(session, mixed)] == [True, False] * 503


def test_keys_are_looked_up_however_many_there_are(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post_many(session, [an_entry(a, b, key="k0"), an_entry(a, b, key="k12344")])
    assert set(ledger.keys_used(session, a.book_id, [f"k{n}" for n in range(12_345)])) == {"k0", "k12344"}


def test_a_key_that_comes_twice_in_a_batch_books_once(session: Session) -> None:
    def ask(of: Sequence[Account]) -> list[Entry]:
        return [an_entry(of[0], of[1], 40, key=key) for key in ("1", "2", "1")]

    assert assert_same(session, ask) == [False, False, True]


def test_a_key_that_comes_again_with_other_content_refuses_the_batch(session: Session) -> None:
    def ask(of: Sequence[Account]) -> list[Entry]:
        return [an_entry(of[0], of[1], 10, key="1"), an_entry(of[0], of[1], 11, key="1")]

    def before(of: Sequence[Account]) -> list[Entry]:
        return [an_entry(of[2], of[1], 10, key="2"), an_entry(of[0], of[1], 11, key="old")]

    for question in (ask, before):
        answers = []
        for way in (one_by_one, in_one_go):
            accounts = some_accounts(session, 3)
            old = ledger.post(session, an_entry(accounts[0], accounts[1], 10, key="old"))
            refused = way(session, question(accounts))
            assert isinstance(refused, KeyReused)
            assert question is ask or refused.entry_id == old.entry_id
            answers.append((refused.key, balances(session, accounts)))
        assert answers[0] == answers[1]
        assert answers[0][1] == [-10, 10, 0]


def refused_batches() -> dict[str, tuple[type[LedgerError], Callable[[Sequence[Account]], list[Entry]]]]:
    """Batches whose third entry is refused, and what would refuse a later one too."""
    return {
        "floor": (FloorExceeded, lambda of: [an_entry(of[0], of[1], 60, key="x")]),
        "ceiling": (CeilingExceeded, lambda of: [an_entry(of[2], of[1], 60, key="x")]),
        "second line": (FloorExceeded, lambda of: [of_lines((of[2], of[3], 1), (of[0], of[3], 60), key="x")]),
        "closed": (AccountClosed, lambda of: [an_entry(of[3], of[2], 1, key="x")]),
        "closed and too low": (AccountClosed, lambda of: [an_entry(of[3], of[2], 500, key="x")]),
        "closed and too high": (AccountClosed, lambda of: [an_entry(of[2], of[3], 500, key="x")]),
        "too low and too high": (FloorExceeded, lambda of: [an_entry(of[0], of[1], 500, key="x")]),
    }


@pytest.mark.parametrize("why", refused_batches())
@pytest.mark.parametrize("after", ["", "floor", "key"])
def test_the_first_refusal_of_a_batch_is_the_one_that_is_told(session: Session, why: str, after: str) -> None:
    refused, asks = refused_batches()[why]

    def prepare(session: Session, accounts: Sequence[Account]) -> None:
        if "closed" in why:
            ledger.close_account(session, accounts[3], closed_on=DAY, actor=ACTOR)

    def ask(of: Sequence[Account]) -> list[Entry]:
        first = [an_entry(of[0], of[1], 30, key="1"), an_entry(of[0], of[1], 30, key="2")]
        later = {
            "": [],
            "floor": [an_entry(of[2], of[0], 1000, key="y")],
            "key": [an_entry(of[2], of[0], 1, key="1")],
        }
        return [*first, *asks(of), *later[after]]

    assert isinstance(assert_same(session, ask, prepare), refused)


def test_an_unknown_account_refuses_the_batch(session: Session) -> None:
    a, b = some_accounts(session, 2)
    yen = an_account(session, a_book(session, "JPY"), "yen", "JPY")
    pretender = Account(yen.id, a.book_id, "yen", "MIN", yen.type)
    for wrong in (
        an_entry(a, stranger(b)),
        an_entry(stranger(b), a),
        an_entry(a, pretender),
        an_entry(pretender, a),
    ):
        with pytest.raises(AccountUnknown, match="a or b or another"):
            ledger.post_many(session, [an_entry(a, b), wrong])
    assert balances(session, [a, b]) == [0, 0]


def test_a_batch_stays_in_one_book(session: Session) -> None:
    a, b = some_accounts(session, 2)
    c, d = some_accounts(session, 2)
    with pytest.raises(WrongBook, match=f"c?a belongs to book {c.book_id}, not to book {a.book_id}"):
        ledger.post_many(session, [an_entry(a, b), an_entry(c, d)])


def test_a_refused_batch_leaves_the_transaction_as_it_was(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-100)
    ledger.post_many(session, [an_entry(a, b, 60)])
    with pytest.raises(FloorExceeded):
        ledger.post_many(session, [an_entry(a, b, 20), an_entry(a, b, 40)])
    ledger.post_many(session, [an_entry(a, b, 40)])
    session.commit()
    assert balances(session, [a, b]) == [-100, 100]


def test_a_batch_that_only_an_import_may_post_outside_the_limits(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-100, ceiling=100)
    ledger.post_many(session, [an_entry(a, b, 90, waive_limits=True) for _ in range(5)])
    assert balances(session, [a, b]) == [-450, 450]
    ledger.post_many(session, [an_entry(b, a, 100)])
    with pytest.raises(FloorExceeded, match="-440"):
        ledger.post_many(session, [an_entry(b, a, 10), an_entry(a, b, 100)])


@pytest.mark.parametrize("overlap", ["same accounts", "other accounts"])
def test_the_same_file_sent_twice_at_once_books_once(engine: Engine, overlap: str) -> None:
    a, b, c, d = transaction(engine, lambda session: some_accounts(session, 4))
    orders = random.Random(7)  # noqa: S311 (not a secret)
    pairs = [(a, b), (a, b)] if overlap == "same accounts" else [(a, b), (c, d)]
    answers: list[Any] = []

    def send(debit: Account, credit: Account) -> None:
        entries = [an_entry(debit, credit, 1, key=f"import:{n}") for n in orders.sample(range(40), 40)]
        try:
            answers.append(transaction(engine, lambda session: ledger.post_many(session, entries)))
        except KeyReused as refused:
            answers.append(refused)

    threads = [Thread(target=send, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = transaction(engine, lambda session: balances(session, [a, b, c, d]), read_only=True)
    assert sorted(now) == [-40, 0, 0, 40]
    if overlap == "same accounts":
        assert (
            sorted(posted.repeated for answer in answers for posted in answer) == [False] * 40 + [True] * 40
        )
    else:
        assert [type(answer) for answer in answers].count(KeyReused) == 1


MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 60)), min_size=1, max_size=3)
STEPS = st.lists(st.tuples(st.sampled_from("abcdefgh"), MOVES, st.booleans()), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_batch_is_what_its_entries_are_one_by_one(
    session: Session, steps: list[tuple[str, list[tuple[int, int, int]], bool]]
) -> None:
    def ask(of: Sequence[Account]) -> list[Entry]:
        return [
            of_lines(
                *[(of[d], of[c if c != d else (d + 1) % 4], n) for d, c, n in lines],
                key=key,
                waive_limits=waived,
            )
            for key, lines, waived in steps
        ]

    assert_same(session, ask)
