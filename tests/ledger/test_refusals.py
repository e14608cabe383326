"""What a database says when it refuses becomes a sentence, with the facts."""

import pickle
import sqlite3
from collections.abc import Iterator
from datetime import date
from inspect import signature
from typing import Any

import pytest
from sqlalchemy import Engine

import ledger
from ledger import LedgerError
from ledger import errors
from ledger import transaction
from ledger.draft import draft
from ledger.refusals import named
from ledger.refusals import refusal
from ledger.refusals import rule_of
from tests.ledger.builders import an_entry
from tests.ledger.builders import some_accounts

#: One of each, with the sentence that it says.
EXAMPLES: list[tuple[type[LedgerError], tuple[Any, ...], str]] = [
    (
        errors.PeriodClosed,
        (date(2026, 3, 9), date(2026, 3, 31)),
        "the books are closed through 2026-03-31: nothing can be posted on 2026-03-09",
    ),
    (
        errors.MonthOutOfTurn,
        (date(2026, 5, 1), date(2026, 3, 31)),
        (
            "months close in order and reopen in reverse: it is not the turn of 2026-05, "
            "the books are closed through 2026-03-31"
        ),
    ),
    (
        errors.MonthOutOfTurn,
        (date(2026, 5, 1), None),
        "months close in order and reopen in reverse: it is not the turn of 2026-05, none is closed",
    ),
    (errors.BookUnknown, (7,), "there is no book 7"),
    (errors.ReasonMissing, (), "a month is reopened for a reason, in words"),
    (errors.AmountNotWhole, (1.5,), "an amount is a whole number, not float 1.5"),
    (errors.AmountNotPositive, (-3,), "an amount is above zero, not -3"),
    (errors.AmountTooLarge, (10, 9), "an amount is at most 9, not 10"),
    (errors.SameAccount, ("alice",), "a transfer has two accounts, not alice twice"),
    (errors.WrongBook, ("alice", 1, 2), "alice belongs to book 1, not to book 2"),
    (
        errors.WrongCommodity,
        ("alice", "MIN", "bob", "JPY"),
        "alice counts MIN and bob counts JPY: a transfer stays in one commodity",
    ),
    (errors.EntryWithoutTransfer, (), "an entry needs at least one transfer"),
    (
        errors.KindRefused,
        ("Two Words",),
        "a kind is a lower-case word of at most 40 letters and hyphens, not 'Two Words'",
    ),
    (errors.KeyRefused, ("a\nb", 300), r"a key is 1 to 300 printable characters, not 'a\nb'"),
    (errors.MemoRefused, ("a\0b", 200), r"a memo is at most 200 printable characters, not 'a\x00b'"),
    (errors.ActorRefused, ("",), "an actor is 1 to 200 printable characters, not ''"),
    (errors.DayRefused, ("tomorrow",), "a posting date is a day without a time, not 'tomorrow'"),
    (errors.KeyReused, ("form:1", 7), "the key 'form:1' was used for entry 7, whose content is another"),
    (errors.EntryUnknown, (7,), "there is no entry 7 in this book"),
    (errors.AlreadyReversed, (7,), "entry 7 was reversed already"),
    (errors.NotReversible, (7,), "entry 7 is a reversal; post anew instead of reversing it"),
    (errors.EntryNotSealed, (7,), "entry 7 is under no seal yet"),
    (errors.FileRefused, (7, "this is nothing"), "line 7: this is nothing"),
    (errors.ProofRefused, ("the path ends",), "this proves nothing: the path ends"),
    (errors.AccountUnknown, ("alice", None), "there is no account alice"),
    (errors.AccountUnknown, ("alice", "MIN"), "there is no account alice in MIN"),
    (errors.AccountExists, ("alice", "MIN"), "there is an account alice in MIN already"),
    (errors.AccountClosed, ("alice", None), "alice is closed"),
    (errors.AccountClosed, ("alice", date(2026, 4, 3)), "alice is closed since 2026-04-03"),
    (errors.AccountNotEmpty, ("alice", -3), "alice holds -3 and can be closed at 0 only"),
    (
        errors.CodeRefused,
        ("two words",),
        "a code is 1 to 120 printable characters without blanks, not 'two words'",
    ),
    (
        errors.LimitsRefused,
        (2, 1),
        "limits are whole numbers with the floor at or below the ceiling, not 2 and 1",
    ),
    (errors.FloorExceeded, ("alice", 1, -10, -12), "alice would be -12, below its floor of -10"),
    (errors.CeilingExceeded, ("bob", 2, 10, 12), "bob would be 12, above its ceiling of 10"),
    (errors.BookExists, ("kadoma",), "there is a book 'kadoma' already"),
    (errors.CommodityClash, ("JPY", 2, 0), "JPY is kept with 0 decimals, not 2"),
    (errors.TotalTooLarge, ("alice",), "the totals of alice would become too large to count"),
    (errors.PromiseBroken, ("entry_is_final",), "the books refuse this: entry is final"),
]


def concrete(kind: type[LedgerError]) -> Iterator[type[LedgerError]]:
    if not kind.__subclasses__():
        yield kind
    for child in kind.__subclasses__():
        yield from concrete(child)


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"), EXAMPLES, ids=[said.replace("\\", "") for *_, said in EXAMPLES]
)
def test_a_refusal_is_a_sentence_and_carries_its_facts(
    kind: type[LedgerError], facts: tuple[Any, ...], sentence: str
) -> None:
    error = kind(*facts)
    assert str(error) == sentence
    assert tuple(getattr(error, name) for name in signature(kind).parameters) == facts


def test_every_refusal_has_an_example_stands_in_the_tree_and_is_public() -> None:
    every = {kind.__name__ for kind in concrete(LedgerError)}
    assert {kind.__name__ for kind, *_ in EXAMPLES} == every
    tree = (errors.__doc__ or "").split()
    assert [name for name in every if name not in tree or name not in ledger.__all__] == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (errors.KindRefused, ()),
        (errors.KeyRefused, (300,)),
        (errors.MemoRefused, (200,)),
        (errors.ActorRefused, ()),
        (errors.CodeRefused, ()),
    ],
)
def test_long_words_of_somebody_else_are_cut(kind: type[LedgerError], more: tuple[int, ...]) -> None:
    assert str(kind("k" * 10_000, *more)).endswith(f"not '{'k' * 60}'")


@pytest.mark.parametrize(
    "error", [errors.FloorExceeded("alice", 1, -10, -12), errors.CeilingExceeded("bob", 2, 10, 12)]
)
def test_a_refusal_by_a_limit_can_travel_between_processes(error: errors.LimitExceeded) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


class Diagnosis:
    """What psycopg tells of an error."""

    def __init__(self, constraint_name: str | None = None, column_name: str | None = None) -> None:
        self.constraint_name, self.column_name = constraint_name, column_name
        self.message_detail = ""


class Postgres(Exception):
    """What psycopg raises."""

    def __init__(self, sqlstate: str | None, **diagnosis: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate, self.diag = sqlstate, Diagnosis(**diagnosis)


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (Postgres("23514", constraint_name="account_floor"), "account_floor"),
        (Postgres("23502", column_name="debit_version"), "debit_version_missing"),
        (Postgres("22003"), "account_totals_are_bounded"),
        (Postgres("42P01"), None),
        (Postgres(None), None),
        (Postgres("40001", constraint_name="account_floor"), None),
        (sqlite3.IntegrityError("account_floor"), "account_floor"),
        (sqlite3.IntegrityError("CHECK constraint failed: entry_key_is_short"), "entry_key_is_short"),
        (sqlite3.IntegrityError("UNIQUE constraint failed: entry.reverses_id"), "entry.reverses_id"),
        (sqlite3.IntegrityError("NOT NULL constraint failed: entry.kind"), "entry.kind"),
        (sqlite3.IntegrityError("FOREIGN KEY constraint failed"), "foreign_key"),
        (
            sqlite3.IntegrityError("cannot store REAL value in INTEGER column a.b"),
            "account_totals_are_bounded",
        ),
        (sqlite3.OperationalError("no such table: entry"), None),
        (ValueError("account_floor"), None),
    ],
)
def test_a_rule_is_known_by_its_name(error: BaseException, rule: str | None) -> None:
    assert rule_of(error) == rule


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("uq_entry_reverses_id", errors.AlreadyReversed),
        ("entry_reversed_already", errors.AlreadyReversed),
        ("entry.reverses_id", errors.AlreadyReversed),
        ("reversal_is_final", errors.NotReversible),
        ("entry_unknown", errors.EntryUnknown),
        ("reversal_mirrors", errors.PromiseBroken),
    ],
)
def test_a_reversal_that_the_database_refuses_is_told_as_one(
    engine: Engine, rule: str, expected: type[LedgerError]
) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    reversal = draft(an_entry(a, b))._replace(reverses_id=7)
    refused = refusal(sqlite3.IntegrityError(rule), None, [reversal], {a.id: "a", b.id: "b"})
    assert type(refused) is expected
    assert getattr(refused, "entry_id", 7) == 7


def test_an_entry_that_no_reversal_is_about_is_not_unknown(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    refused = refusal(sqlite3.IntegrityError("entry_unknown"), None, [draft(an_entry(a, b))], {})
    assert isinstance(refused, errors.PromiseBroken)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("rule", ["account_floor", "account_ceiling", "account_closed"])
def test_a_rule_that_no_line_breaks_is_our_own_mistake(engine: Engine, rule: str) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        with pytest.raises(AssertionError, match=f"{rule} was raised, and no line"):
            refusal(sqlite3.IntegrityError(rule), driver, [draft(an_entry(a, b))], {a.id: "a", b.id: "b"})


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("a", "a"),
        ("ab", "a or b"),
        ("aab", "a or b"),
        ("abc", "a or b or another"),
        ("abcd", "a or b or another"),
    ],
)
def test_of_several_accounts_the_first_are_named(codes: str, words: str) -> None:
    assert named(codes) == words
