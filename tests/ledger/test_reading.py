"""Statements, balances of the past and trial balances say what a replay of the transfers says."""

import random
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import StatementLine
from ledger import TrialLine
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


def day(n: int) -> date:
    return DAY + timedelta(days=n)


def some_months(session: Session, how_many: int = 60) -> list[Account]:
    """Post entries between four accounts on days that are out of order, some of several lines."""
    accounts = some_accounts(session, 4)
    dice = random.Random(how_many)  # noqa: S311 (not a secret)
    for _ in range(how_many):
        debit, credit, other = dice.sample(accounts, 3)
        lines = [(debit, credit, dice.randint(1, 90)), (other, debit, dice.randint(1, 90))][
            : dice.randint(1, 2)
        ]
        ledger.post(session, of_lines(*lines, posted_on=day(dice.randint(0, 30))))
    return accounts


def moves(session: Session, account: Account) -> list[tuple[int, int, date, datetime]]:
    """Replay an account: version, change, posting date and moment of each of its transfers."""
    entry, transfer = schema.entry.c, schema.transfer.c
    rows = session.execute(
        select(schema.transfer, entry.posted_on)
        .join_from(schema.transfer, schema.entry, entry.id == transfer.entry_id)
        .where((transfer.debit_account_id == account.id) | (transfer.credit_account_id == account.id))
    )
    seen = [
        (row.debit_version, -row.amount, row.posted_on, row.moved_at)
        if row.debit_account_id == account.id
        else (row.credit_version, row.amount, row.posted_on, row.moved_at)
        for row in rows
    ]
    return sorted(seen)


def pages(session: Session, account: Account, limit: int, **dates: Any) -> list[StatementLine]:
    """Read a statement to its end, page by page."""
    lines: list[StatementLine] = []
    before: int | None = None
    while True:
        page = ledger.statement(session, account, before=before, limit=limit, **dates)
        assert len(page.lines) == limit or page.older is None
        lines += page.lines
        if page.older is None:
            return lines
        before = page.older


def test_a_statement_is_empty_before_anything_happened(session: Session) -> None:
    a, b = some_accounts(session, 2)
    x, y = some_accounts(session, 2)
    ledger.post(session, an_entry(x, y))  # noise
    for account in (a, b, stranger(a)):
        assert ledger.statement(session, account) == ledger.StatementPage((), None)
        assert ledger.statement(session, account, posted_from=DAY) == ledger.StatementPage((), None)


def test_a_statement_shows_the_newest_first_as_its_own_account_sees_them(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    first = ledger.post(session, an_entry(a, b, 90, key="form:1", memo="exchange:1", posted_on=day(3)))
    second = ledger.post(
        session, of_lines((c, a, 20), (b, a, 5), key="form:2", kind="gift", posted_on=day(1))
    )
    back = ledger.reverse(
        session, book_id=a.book_id, entry_id=first.entry_id, posted_on=day(4), key="r", actor=ACTOR
    )
    newest, *_, oldest = lines = ledger.statement(session, a).lines
    assert [(line.version, line.entry_id, line.line, line.change, line.balance_after) for line in lines] == [
        (4, back.entry_id, 1, 90, 25),
        (3, second.entry_id, 2, 5, -65),
        (2, second.entry_id, 1, 20, -70),
        (1, first.entry_id, 1, -90, -90),
    ]
    assert [line.other_account_id for line in lines] == [b.id, b.id, c.id, b.id]
    assert [line.posted_on for line in lines] == [day(4), day(1), day(1), day(3)]
    assert (oldest.kind, oldest.key, oldest.memo) == ("exchange", "form:1", "exchange:1")
    assert (oldest.reverses_id, oldest.reversed_by_id) == (None, back.entry_id)
    assert (newest.kind, newest.reverses_id, newest.reversed_by_id) == ("reversal", first.entry_id, None)
    assert (lines[1].reverses_id, lines[1].reversed_by_id) == (None, None)


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_the_pages_of_a_statement_are_the_statement(session: Session, limit: int) -> None:
    for account in some_months(session):
        lines = pages(session, account, limit)
        replayed = moves(session, account)
        assert [
            (line.version, line.change, line.posted_on, line.recorded_at) for line in reversed(lines)
        ] == replayed
        assert [line.balance_after for line in reversed(lines)] == list(
            accumulate(change for _, change, *_ in replayed)
        )


@pytest.mark.parametrize("limit", [1, 3, 1000])
@pytest.mark.parametrize(
    ("first", "last"),
    [(None, day(10)), (day(10), None), (day(5), day(20)), (day(7), day(7)), (day(20), day(5))],
)
def test_a_statement_can_be_read_between_two_days(
    session: Session, limit: int, first: date | None, last: date | None
) -> None:
    for account in some_months(session)[:2]:
        wanted = [v for v, _, on, _ in moves(session, account) if (first or on) <= on <= (last or on)]
        lines = pages(session, account, limit, posted_from=first, posted_to=last)
        assert [line.version for line in reversed(lines)] == wanted


@pytest.mark.parametrize("dates", [{}, {"posted_from": DAY}])
@pytest.mark.parametrize(
    ("before", "versions"), [(3, [2, 1]), (1, []), (0, []), (-(2**70), []), (2**70, [5, 4, 3])]
)
def test_a_page_may_begin_anywhere(
    session: Session, before: int, versions: list[int], dates: dict[str, date]
) -> None:
    a, b = some_accounts(session, 2)
    for _ in range(5):
        ledger.post(session, an_entry(a, b, 1))
    page = ledger.statement(session, a, before=before, limit=3, **dates)
    assert [line.version for line in page.lines] == versions
    assert page.older == (3 if before > 5 else None)


@pytest.mark.parametrize("dates", [{}, {"posted_from": DAY}])
def test_a_page_that_ends_with_the_first_line_is_the_last(session: Session, dates: dict[str, Any]) -> None:
    a, b = some_accounts(session, 2)
    ledger.post_many(session, [an_entry(a, b, 1) for _ in range(51)])
    pages = [ledger.statement(session, a, limit=limit, **dates) for limit in (51, 50)]
    assert [(len(page.lines), page.older) for page in pages] == [(51, None), (50, 2)]
    assert ledger.statement(session, a, **dates) == pages[1]
    assert ledger.statement(session, a, before=2, limit=1, **dates).older is None


def test_a_new_line_does_not_shift_the_pages_behind_it(session: Session) -> None:
    a, b = some_accounts(session, 2)
    for _ in range(5):
        ledger.post(session, an_entry(a, b, 1))
    first = ledger.statement(session, a, limit=2)
    ledger.post(session, an_entry(a, b, 1))
    second = ledger.statement(session, a, limit=2, before=first.older)
    assert [line.version for line in first.lines + second.lines] == [5, 4, 3, 2]


def test_how_an_account_stood_at_a_moment_is_what_a_replay_says(engine: Engine) -> None:
    accounts = transaction(engine, lambda session: some_months(session, 40))
    with Session(engine) as session:
        for account in accounts:
            replayed = moves(session, account)
            moments = {moment + timedelta(microseconds=n) for *_, moment in replayed for n in (-1, 0, 1)}
            for moment in moments:
                stood = sum(change for _, change, _, at in replayed if at <= moment)
                assert ledger.as_of(session, account, moment) == stood


def test_how_an_account_stood_goes_with_its_statement(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    for amount in (5, 10, 20):
        transaction(engine, lambda session, amount=amount: ledger.post(session, an_entry(a, b, amount)))  # type: ignore[misc]
    with Session(engine) as session:
        for line in ledger.statement(session, b).lines:
            assert ledger.as_of(session, b, line.recorded_at) == line.balance_after
            assert (
                ledger.as_of(session, b, line.recorded_at - timedelta(microseconds=1))
                == line.balance_after - line.change
            )


def test_before_everything_an_account_stood_at_zero_and_for_ever_after_as_it_does_now(
    session: Session,
) -> None:
    a, b = some_accounts(session, 2)
    ages = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
    assert [ledger.as_of(session, a, moment) for moment in ages] == [0, 0]
    ledger.post(session, an_entry(a, b))
    assert [ledger.as_of(session, a, moment) for moment in ages] == [0, -90]
    assert ledger.as_of(session, stranger(a), ages[1]) == 0
    with pytest.raises(StatementError, match="time zone"):
        ledger.as_of(session, a, datetime(2026, 4, 3))  # noqa: DTZ001 (that is the point)


def test_moments_never_run_backwards_along_an_account(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        """A clock that was set back."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2020, 1, 1, tzinfo=UTC)

    a, b, c = some_accounts(session, 3)
    ledger.post(session, an_entry(a, b))
    monkeypatch.setattr("ledger.writing_sqlite.datetime", Stopped)
    ledger.post(session, an_entry(b, c))
    ledger.post_many(session, [an_entry(c, a), an_entry(a, b)])
    for account in (a, b, c):
        moments = [moment for *_, moment in moves(session, account)]
        assert moments == sorted(moments)
        assert moments[0].year > 2020


def test_a_balance_on_a_day_goes_by_posting_dates_whenever_they_were_recorded(session: Session) -> None:
    accounts = some_months(session)
    for account in accounts:
        replayed = moves(session, account)
        for n in range(-1, 32):
            expected = sum(change for _, change, on, _ in replayed if on <= day(n))
            assert ledger.balance_on(session, account, day(n)) == expected
    assert [ledger.balance_on(session, account, date.max) for account in accounts] == balances(
        session, accounts
    )


def test_a_turnover_counts_what_stands_between_two_days(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    for n, entry in enumerate([(a, b, 1), (a, b, 2), (b, a, 4), (a, c, 8), (a, b, 16)]):
        ledger.post(session, an_entry(*entry, posted_on=day(n)))
    wrong = ledger.post(session, an_entry(a, b, 32, posted_on=day(2)))
    book, entry_id = a.book_id, wrong.entry_id
    ledger.reverse(session, book_id=book, entry_id=entry_id, posted_on=day(3), key="r", actor=ACTOR)
    ledger.post(session, an_entry(b, a, 1, posted_on=day(9)))
    turnovers = [(day(1), day(3)), (day(0), day(9)), (day(2), day(2)), (day(3), day(2))]
    asked = [ledger.turnover(session, a, posted_from=first, posted_to=last) for first, last in turnovers]
    assert asked == [(10, 4), (27, 5), (0, 4), (0, 0)]
    assert ledger.turnover(session, stranger(a), posted_from=day(0), posted_to=day(9)) == (0, 0)


def test_a_trial_balance_names_every_account_and_sums_to_zero(session: Session) -> None:
    book_id = a_book(session, "MIN", "JPY")
    b, a = (an_account(session, book_id, code) for code in ("b", "a"))
    yen, bank = (an_account(session, book_id, code, "JPY") for code in ("a", "bank"))
    ledger.post(session, of_lines((a, b, 90), (bank, yen, 500)))
    ledger.post(session, an_entry(b, a, 30, posted_on=day(9)))
    some_months(session)  # noise: another book
    kind = AccountType.LIABILITY
    assert ledger.trial_balance(session, book_id) == [
        TrialLine("a", "JPY", kind, 0, 500),
        TrialLine("a", "MIN", kind, 90, 30),
        TrialLine("b", "MIN", kind, 30, 90),
        TrialLine("bank", "JPY", kind, 500, 0),
    ]
    assert ledger.trial_balance(session, book_id, on=day(8)) == [
        TrialLine("a", "JPY", kind, 0, 500),
        TrialLine("a", "MIN", kind, 90, 0),
        TrialLine("b", "MIN", kind, 0, 90),
        TrialLine("bank", "JPY", kind, 500, 0),
    ]
    assert ledger.trial_balance(session, book_id, on=day(-1)) == []


@pytest.mark.parametrize("n", [0, 10, 30])
def test_a_trial_balance_of_a_day_is_every_balance_of_that_day(session: Session, n: int) -> None:
    accounts = some_months(session)
    lines = {
        line.code: -line.balance for line in ledger.trial_balance(session, accounts[0].book_id, on=day(n))
    }
    assert {a.code: ledger.balance_on(session, a, day(n)) for a in accounts if a.code in lines} == lines
    assert sum(lines.values()) == 0


def test_a_trial_balance_of_today_is_every_balance(session: Session) -> None:
    accounts: Sequence[Account] = some_months(session)
    untouched = an_account(session, accounts[0].book_id, "untouched")
    lines = {line.code: -line.balance for line in ledger.trial_balance(session, accounts[0].book_id)}
    assert lines == dict(zip("abcd", balances(session, accounts), strict=True)) | {untouched.code: 0}
