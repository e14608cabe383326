"""A closed month stays closed, and what is kept of months is what happened in them."""

from datetime import date
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import BookUnknown
from ledger import DayRefused
from ledger import MonthOutOfTurn
from ledger import PeriodClosed
from ledger import PromiseBroken
from ledger import ReasonMissing
from ledger import schema
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import some_accounts
from tests.ledger.corruptions import corrupted

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def close(session: Session, account: Account, *months: date) -> None:
    for month in months:
        ledger.close_month(session, book_id=account.book_id, month=month, actor=ACTOR)


def reopen(session: Session, account: Account, month: date, reason: str = "a slip was found") -> None:
    ledger.reopen_month(session, book_id=account.book_id, month=month, actor=ACTOR, reason=reason)


def through(session: Session, account: Account) -> date | None:
    return ledger.closed_through(session, account.book_id)


def on(day: date, *sides: Account, amount: int = 10) -> ledger.Entry:
    return an_entry(sides[0], sides[1], amount, posted_on=day)


def test_nothing_is_posted_into_a_closed_month(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, on(date(2026, 3, 31), a, b))
    assert through(session, a) is None
    close(session, a, MARCH)
    assert through(session, a) == date(2026, 3, 31)
    for day in (date(2026, 3, 31), date(2026, 3, 1), date(2019, 7, 4)):
        sentence = f"closed through 2026-03-31: nothing can be posted on {day.isoformat()}"
        for call in (ledger.post, lambda given, entry: ledger.post_many(given, [entry])):
            with pytest.raises(PeriodClosed, match=sentence) as refused, session.begin_nested():
                call(session, on(day, a, b))
            assert (refused.value.day, refused.value.closed_through) == (day, date(2026, 3, 31))
    ledger.post(session, on(APRIL, a, b))
    assert balances(session, [a, b]) == [-20, 20]


def test_another_book_is_not_concerned(session: Session) -> None:
    a, _ = some_accounts(session, 2)
    c, d = some_accounts(session, 2)
    close(session, a, MARCH)
    ledger.post(session, on(MARCH, c, d))
    assert balances(session, [c, d]) == [-10, 10]


def test_of_many_entries_the_first_that_is_refused_is_named_whatever_for(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-100)
    close(session, a, MARCH)
    late, too_much = on(MARCH, a, b), on(APRIL, a, b, amount=101)
    for entries, kind in (
        ([on(APRIL, a, b), late, too_much], PeriodClosed),
        ([on(APRIL, a, b), too_much, late], ledger.FloorExceeded),
    ):
        with pytest.raises(kind):
            ledger.post_many(session, entries)
    assert balances(session, [a, b]) == [0, 0]


def test_of_many_entries_the_first_that_is_too_late_is_named(session: Session) -> None:
    a, b = some_accounts(session, 2)
    close(session, a, MARCH)
    entries = [on(day, a, b) for day in (APRIL, date(2026, 3, 15), date(2026, 3, 2))]
    with pytest.raises(PeriodClosed) as refused:
        ledger.post_many(session, entries)
    assert refused.value.day == date(2026, 3, 15)
    assert balances(session, [a, b]) == [0, 0]


def test_a_late_reversal_is_posted_in_the_open_month(session: Session) -> None:
    a, b = some_accounts(session, 2)
    posted = ledger.post(session, on(MARCH, a, b))
    close(session, a, MARCH)
    asked: dict[str, Any] = {"book_id": a.book_id, "entry_id": posted.entry_id, "key": "r", "actor": ACTOR}
    with pytest.raises(PeriodClosed), session.begin_nested():
        ledger.reverse(session, posted_on=MARCH, **asked)
    ledger.reverse(session, posted_on=APRIL, **asked)
    assert [ledger.balance_on(session, b, day) for day in (date(2026, 3, 31), APRIL)] == [10, 0]


def test_the_same_key_is_answered_though_its_month_is_closed_by_now(session: Session) -> None:
    a, b = some_accounts(session, 2)
    entry = on(MARCH, a, b)
    first = ledger.post(session, entry)
    close(session, a, MARCH)
    assert ledger.post(session, entry).entry_id == first.entry_id
    assert ledger.post_many(session, [entry])[0].repeated
    with pytest.raises(ledger.KeyReused), session.begin_nested():
        ledger.post(session, an_entry(b, a, 10, posted_on=MARCH, key=entry.key))


def test_months_close_in_order_and_reopen_in_reverse(session: Session) -> None:
    a, b = some_accounts(session, 2)
    close(session, a, MARCH, APRIL)
    for month in (MARCH, APRIL, JUNE):
        with pytest.raises(MonthOutOfTurn, match=f"not the turn of {month:%Y-%m}, .* through 2026-04-30"):
            close(session, a, month)
    for month in (MARCH, MAY):
        with pytest.raises(MonthOutOfTurn, match=f"not the turn of {month:%Y-%m}, .* through 2026-04-30"):
            reopen(session, a, month)
    reopen(session, a, APRIL)
    assert through(session, a) == date(2026, 3, 31)
    ledger.post(session, on(APRIL, a, b))
    reopen(session, a, date(2026, 3, 17))
    assert through(session, a) == date(2026, 2, 28)
    ledger.post(session, on(MARCH, a, b))
    close(session, a, MARCH, APRIL, date(2026, 5, 31))
    assert through(session, a) == date(2026, 5, 31)


def test_a_year_ends_with_december(session: Session) -> None:
    a, _ = some_accounts(session, 2)
    close(session, a, date(2024, 12, 5), date(2025, 1, 5), date(2025, 2, 5))
    assert through(session, a) == date(2025, 2, 28)
    for month in (2, 1):
        reopen(session, a, date(2025, month, 1))
    assert through(session, a) == date(2024, 12, 31)


def test_what_cannot_be_closed_is_refused(session: Session) -> None:
    a, _ = some_accounts(session, 2)
    by: dict[str, Any] = {"book_id": a.book_id, "actor": ACTOR}
    with pytest.raises(MonthOutOfTurn, match="none is closed"):
        reopen(session, a, MARCH)
    with pytest.raises(DayRefused, match="not '2026-03'"):
        ledger.close_month(session, month="2026-03", **by)  # type: ignore[arg-type]
    with pytest.raises(DayRefused, match="not '2026-03'"):
        ledger.take_snapshots(session, book_id=a.book_id, month="2026-03")  # type: ignore[arg-type]
    with pytest.raises(BookUnknown, match="no book 999999"):
        ledger.close_month(session, book_id=999999, month=MARCH, actor=ACTOR)
    with pytest.raises(ledger.ActorRefused):
        ledger.close_month(session, book_id=a.book_id, month=MARCH, actor="")
    with pytest.raises(ledger.MemoRefused):
        ledger.close_month(session, month=MARCH, reason="a\nb", **by)
    close(session, a, MARCH)
    with pytest.raises(ReasonMissing):
        reopen(session, a, MARCH, " ")
    with pytest.raises(ledger.MemoRefused):
        reopen(session, a, MARCH, "a\nb")
    assert through(session, a) == date(2026, 3, 31)


def test_every_closing_says_who_and_why(session: Session) -> None:
    a, _ = some_accounts(session, 2)
    close(session, a, MARCH)
    reopen(session, a, MARCH, "receipt 12 was found")
    ledger.close_month(session, book_id=a.book_id, month=MARCH, actor="auditor", reason="minutes 4")
    table = schema.period_event
    rows = session.execute(select(table).where(table.c.book_id == a.book_id).order_by(table.c.version)).all()
    assert [(row.version, row.kind, row.closed_through, row.actor, row.reason) for row in rows] == [
        (1, "close", date(2026, 3, 31), ACTOR, None),
        (2, "reopen", date(2026, 2, 28), ACTOR, "receipt 12 was found"),
        (3, "close", date(2026, 3, 31), "auditor", "minutes 4"),
    ]


def test_what_the_database_refuses_of_an_event_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, _ = some_accounts(session, 2)
    monkeypatch.setattr(ledger.periods, "last_day", lambda month: month)
    with pytest.raises(PromiseBroken) as refused, session.begin_nested():
        close(session, a, MARCH)
    assert refused.value.rule == "period_is_a_month"


DAYS = (
    date(2025, 12, 31),
    date(2026, 1, 15),
    date(2026, 2, 28),
    MARCH,
    date(2026, 3, 20),
    APRIL,
    date(2026, 4, 2),
)


@pytest.mark.parametrize("kept", [None, date(2025, 11, 1), date(2026, 1, 1), MARCH, MAY])
@pytest.mark.parametrize("bulk", [False, True], ids=["one by one", "in bulk"])
def test_what_stood_on_a_day_is_the_same_whatever_is_kept(
    session: Session, kept: date | None, bulk: bool
) -> None:
    a, b, c = some_accounts(session, 3)

    def post(*entries: ledger.Entry) -> None:
        if bulk:
            ledger.post_many(session, entries)
        else:
            for entry in entries:
                ledger.post(session, entry)

    post(*[on(day, a, b, amount=10**n) for n, day in enumerate(DAYS)])
    if kept:
        assert ledger.take_snapshots(session, book_id=a.book_id, month=kept) == 2 * len(
            {day.replace(day=1) for day in DAYS if day <= ledger.last_day(kept)}
        )
        assert ledger.take_snapshots(session, book_id=a.book_id, month=kept) == 0
    # Late entries, into months that are kept and months that are not; c was in none of them.
    post(*[on(day, b, c) for day in DAYS], on(date(2026, 1, 31), a, c, amount=5))
    for day in (*DAYS, date(2025, 12, 30), date(2026, 1, 31), date(2026, 3, 31), MAY):
        expected_a = -sum(10**n for n, one in enumerate(DAYS) if one <= day) - 5 * (day >= date(2026, 1, 31))
        expected_c = sum(10 for one in DAYS if one <= day) + 5 * (day >= date(2026, 1, 31))
        assert [ledger.balance_on(session, account, day) for account in (a, c)] == [expected_a, expected_c]
        lines = ledger.trial_balance(session, a.book_id, on=day)
        assert {line.code: -line.balance for line in lines} == {
            account.code: ledger.balance_on(session, account, day)
            for account, first in ((a, DAYS[0]), (b, DAYS[0]), (c, DAYS[0]))
            if day >= first
        }
        assert sum(line.balance for line in lines) == 0
    proof = ledger.prove(session)
    assert proof.faults == ()


def test_months_that_are_kept_are_not_read_line_by_line(administrator: Engine) -> None:
    a, b = transaction(administrator, lambda session: some_accounts(session, 2))
    c, d = transaction(administrator, lambda session: some_accounts(session, 2))
    for sides in ((a, b), (c, d)):
        entries = [on(day, *sides) for day in (date(2026, 1, 15), MARCH, APRIL)]
        transaction(administrator, lambda session, entries=entries: ledger.post_many(session, entries))  # type: ignore[misc]
    months = ((a, MARCH), (c, JUNE))
    for account, month in months:
        with administrator.begin() as connection:
            ledger.take_snapshots(connection, book_id=account.book_id, month=month)
    # Whoever reads what is kept reads this; prove would tell.
    more = "UPDATE snapshot SET credits = credits + {} WHERE account_id IN ({}, {}) AND month = '{}'"
    changes = [
        more.format(amount, b.id, d.id, month) for amount, month in ((500, date(2026, 1, 1)), (7000, MARCH))
    ]
    with corrupted(administrator, *changes) as connection:
        for day, holds in (
            (date(2026, 1, 15), 10),
            (date(2026, 1, 30), 10),
            (date(2026, 1, 31), 510),
            (date(2026, 3, 30), 520),
            (date(2026, 3, 31), 7520),
            (APRIL, 7530),
            (JUNE, 7530),
        ):
            assert ledger.balance_on(connection, b, day) == holds
            lines = ledger.trial_balance(connection, a.book_id, on=day)
            assert [(line.code, line.credits) for line in lines] == [("a", 0), ("b", holds)]


def test_closing_keeps_the_totals_and_reopening_corrects_them(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, on(MARCH, a, b))
    close(session, a, MARCH)
    reopen(session, a, MARCH)
    ledger.post(session, on(MARCH, a, b, amount=7))
    table = schema.snapshot
    rows = session.execute(select(table).where(table.c.account_id == a.id)).all()
    assert [tuple(row) for row in rows] == [(a.id, MARCH, 17, 0)]
    close(session, a, MARCH)
    assert ledger.balance_on(session, a, date(2026, 3, 31)) == -17


def test_postings_race_a_closing(own_engine: Engine) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    posted: list[int] = []
    refused: list[PeriodClosed] = []

    def post(number: int) -> None:
        # Each posts until it is refused: however fast it is, the closing comes in between.
        for turn in range(20_000):
            entry = an_entry(a, b, 1, posted_on=MARCH, key=f"w{number}:{turn}")
            try:
                posted.append(ledger.post_alone(own_engine, entry).entry_id)
            except PeriodClosed as error:
                refused.append(error)
                return

    def closes() -> None:
        transaction(own_engine, lambda session: close(session, a, MARCH))

    closing = Thread(target=closes)
    threads = [Thread(target=post, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while len(posted) < 20:
        threads[0].join(0.001)
    closing.start()
    for thread in [*threads, closing]:
        thread.join()
    assert [error.closed_through for error in refused] == [date(2026, 3, 31)] * 4

    def kept(session: Session) -> int:
        table = schema.snapshot
        return int(session.execute(select(table.c.debits).where(table.c.account_id == a.id)).scalar_one())

    # What was acknowledged is in the totals that the closing has kept, and nothing else is.
    assert transaction(own_engine, kept, read_only=True) == len(posted)
    assert_proved(own_engine)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_posting_that_began_before_a_closing_does_not_land_after_it(engine: Engine, isolation: str) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    strict = ledger.connect(engine.url, isolation_level=isolation)
    runs: list[int] = []

    def work(session: Session) -> None:
        runs.append(ledger.balance(session, a).version)
        if len(runs) == 1:
            transaction(engine, lambda other: close(other, a, MARCH))
        ledger.post(session, on(MARCH, a, b))

    with pytest.raises(PeriodClosed):
        transaction(strict, work)
    strict.dispose()
    assert len(runs) == (1 if isolation == "READ COMMITTED" else 2)
    assert transaction(engine, lambda session: balances(session, [a, b])) == [0, 0]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_closing_waits_for_who_is_posting(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    done: list[str] = []

    def closes() -> None:
        transaction(engine, lambda other: close(other, a, MARCH))
        done.append("closed")

    with Session(engine) as session:
        ledger.post(session, on(MARCH, a, b))
        closing = Thread(target=closes)
        closing.start()
        closing.join(0.3)
        assert done == []
        session.commit()
    closing.join(10)
    assert done == ["closed"]
    table = schema.snapshot
    with Session(engine) as session:
        assert session.scalar(select(table.c.credits).where(table.c.account_id == b.id)) == 10


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_two_who_close_the_same_month_close_it_once(engine: Engine) -> None:
    a, _ = transaction(engine, lambda session: some_accounts(session, 2))
    runs: list[int] = []

    def second(session: Session) -> None:
        runs.append(1)
        closed = ledger.closed_through(session, a.book_id)
        if len(runs) == 1:
            transaction(engine, lambda other: close(other, a, MARCH))
            # It has looked already, and believes that nothing is closed.
            session.execute(
                schema.period_event.insert(),
                {
                    "book_id": a.book_id,
                    "version": 1,
                    "kind": "close",
                    "closed_through": date(2026, 3, 31),
                    "actor": "x",
                },
            )
        assert closed == date(2026, 3, 31)

    transaction(engine, second)
    assert len(runs) == 2
