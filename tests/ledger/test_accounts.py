"""Books and accounts are opened once, and only events change an account's limits or close it."""

from collections.abc import Callable
from datetime import UTC
from datetime import date
from datetime import datetime
from threading import Barrier
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountClosed
from ledger import AccountExists
from ledger import AccountNotEmpty
from ledger import AccountType
from ledger import AccountUnknown
from ledger import ActorRefused
from ledger import Balance
from ledger import BookExists
from ledger import CodeRefused
from ledger import CommodityClash
from ledger import DayRefused
from ledger import LedgerError
from ledger import LimitsRefused
from ledger import MemoRefused
from ledger import NewAccount
from ledger import PromiseBroken
from ledger import transaction
from ledger.schema import account_event
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import some_accounts
from tests.ledger.builders import stranger


def events(session: Session, account: Account) -> list[tuple[Any, ...]]:
    columns = account_event.c
    chosen = (
        columns.version,
        columns.kind,
        columns.floor,
        columns.ceiling,
        columns.closed_on,
        columns.reason,
    )
    return list(
        map(
            tuple,
            session.execute(
                select(*chosen).where(columns.account_id == account.id).order_by(columns.version)
            ),
        )
    )


def test_a_commodity_can_be_opened_again_but_not_with_another_scale(session: Session) -> None:
    code = f"C{a_book(session)}"
    ledger.open_commodity(session, code, scale=2)
    ledger.open_commodity(session, code, scale=2)
    with pytest.raises(CommodityClash, match="kept with 2 decimals, not 0") as caught:
        ledger.open_commodity(session, code)
    assert (caught.value.code, caught.value.scale, caught.value.there) == (code, 0, 2)
    ledger.open_commodity(session, f"D{code}")
    with pytest.raises(CommodityClash, match="kept with 0 decimals, not 2"):
        ledger.open_commodity(session, f"D{code}", scale=2)


@pytest.mark.parametrize(
    ("code", "scale", "rule"),
    [
        ("TOO-LONG-FOR-ONE", 0, "commodity_code_is_short"),
        ("X", 10, "commodity_scale_is_small"),
        ("X", -1, "commodity_scale_is_small"),
    ],
)
def test_a_commodity_has_a_short_code_and_few_decimals(
    session: Session, code: str, scale: int, rule: str
) -> None:
    with pytest.raises(PromiseBroken) as caught:
        ledger.open_commodity(session, code, scale=scale)
    assert caught.value.rule == rule


def test_a_book_is_opened_once(session: Session) -> None:
    slug = f"kadoma-{a_book(session)}"
    assert ledger.open_book(session, slug) > 0
    with pytest.raises(BookExists, match=slug) as caught:
        ledger.open_book(session, slug)
    assert caught.value.slug == slug


@pytest.mark.parametrize("opens", [ledger.open_book, ledger.open_commodity])
def test_a_book_and_a_commodity_need_a_name(session: Session, opens: Callable[[Session, str], Any]) -> None:
    with pytest.raises(CodeRefused):
        opens(session, "two words")


def test_an_account_opens_empty_with_its_limits_and_the_event_that_opened_it(session: Session) -> None:
    book_id = a_book(session)
    new = NewAccount("alice", "MIN", AccountType.LIABILITY, floor=-720, ceiling=6000)
    account = ledger.open_account(session, book_id=book_id, new=new, actor=ACTOR, reason="joined")
    an_account(session, book_id)  # noise
    assert ledger.balance(session, account) == Balance(0, 0, 0, -720, 6000, None)
    assert ledger.find_account(session, book_id=book_id, code="alice", commodity="MIN") == account
    assert events(session, account) == [(1, "open", -720, 6000, None, "joined")]
    session.commit()


def test_many_accounts_open_in_the_order_that_they_were_asked_for(session: Session) -> None:
    book_id = a_book(session, "MIN", "JPY")
    codes = [f"m:{n * 7919 % 2203}" for n in range(2203)]
    new = [NewAccount(code, "MIN", AccountType.LIABILITY, floor=-n) for n, code in enumerate(codes)]
    # The same code may stand for two accounts that count different things.
    new.append(NewAccount(codes[0], "JPY", AccountType.ASSET, ceiling=0, firm=True))
    opened = ledger.open_accounts(session, book_id=book_id, new=new, actor=ACTOR)
    assert [account.code for account in opened] == [*codes, codes[0]]
    assert [ledger.balance(session, opened[n]).floor for n in (0, 1, 999, 1000, 2202)] == [
        0,
        -1,
        -999,
        -1000,
        -2202,
    ]
    assert opened[-1].commodity == "JPY"
    assert opened[-1].type is AccountType.ASSET
    assert opened[-1].id != opened[0].id


def test_opening_no_account_opens_none(session: Session) -> None:
    assert ledger.open_accounts(session, book_id=a_book(session), new=[], actor=ACTOR) == []


def test_a_code_names_one_account_of_a_book(session: Session) -> None:
    book_id, other_book = a_book(session), a_book(session)
    an_account(session, book_id, "alice")
    an_account(session, other_book, "alice")
    with pytest.raises(AccountExists, match="there is an account alice in MIN already") as caught:
        an_account(session, book_id, "alice")
    assert (caught.value.code, caught.value.commodity) == ("alice", "MIN")


def test_one_code_that_is_taken_refuses_all_that_were_asked_for(session: Session) -> None:
    book_id = a_book(session)
    an_account(session, book_id, "carol")
    new = [NewAccount(code, "MIN", AccountType.LIABILITY) for code in ("alice", "bob", "carol")]
    with pytest.raises(AccountExists, match="alice or bob or another"), session.begin_nested():
        ledger.open_accounts(session, book_id=book_id, new=new, actor=ACTOR)
    with pytest.raises(AccountUnknown):
        ledger.find_account(session, book_id=book_id, code="alice", commodity="MIN")


def test_an_account_needs_a_book_a_commodity_and_a_type_that_are_there(session: Session) -> None:
    book_id = a_book(session)
    for values in ({"book_id": 10**9}, {"commodity": "NONE"}, {"type": "wish"}):
        new = NewAccount("x", values.get("commodity", "MIN"), values.get("type", AccountType.ASSET))  # type: ignore[arg-type]
        with pytest.raises(PromiseBroken), session.begin_nested():
            ledger.open_account(session, book_id=values.get("book_id", book_id), new=new, actor=ACTOR)  # type: ignore[arg-type]


def test_what_is_not_there_is_not_found(session: Session) -> None:
    a, _ = some_accounts(session, 2)
    for code, commodity, book_id in (
        ("b", "JPY", a.book_id),
        ("z", "MIN", a.book_id),
        ("a", "MIN", a.book_id + 1000),
    ):
        with pytest.raises(AccountUnknown, match=f"no account {code} in {commodity}"):
            ledger.find_account(session, book_id=book_id, code=code, commodity=commodity)
    elsewhere = Account(a.id, a.book_id + 1000, "a", "MIN", AccountType.LIABILITY)
    for unknown in (stranger(a), elsewhere):
        sentence = f"there is no account {unknown.code} in MIN"
        with pytest.raises(AccountUnknown, match=sentence):
            ledger.balance(session, unknown)
        with pytest.raises(AccountUnknown, match=sentence):
            ledger.set_limits(session, unknown, floor=None, ceiling=None, actor=ACTOR)


def test_an_accounts_life_is_told_by_its_events(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-720)
    ledger.set_limits(session, a, floor=-60, ceiling=None, actor=ACTOR, reason="decision 7")
    ledger.post(session, an_entry(a, b, 60))
    ledger.post(session, an_entry(b, a, 60))
    ledger.close_account(session, a, closed_on=DAY, actor=ACTOR, reason="moved away")
    assert ledger.balance(session, a) == Balance(60, 60, 2, -60, None, DAY)
    ledger.reopen_account(session, a, actor=ACTOR, reason="came back")
    assert ledger.balance(session, a) == Balance(60, 60, 2, -60, None, None)
    ledger.set_limits(session, a, floor=None, ceiling=0, actor=ACTOR)
    assert events(session, a) == [
        (1, "open", -720, None, None, None),
        (2, "limit", -60, None, None, "decision 7"),
        (3, "close", -60, None, DAY, "moved away"),
        (4, "reopen", -60, None, None, "came back"),
        (5, "limit", None, 0, None, None),
    ]
    assert events(session, b) == [(1, "open", -720, None, None, None)]
    session.commit()


def test_only_an_empty_account_can_be_closed(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, an_entry(a, b, 90))
    for account, holds in ((a, -90), (b, 90)):
        with pytest.raises(AccountNotEmpty, match=f"holds {holds}") as caught:
            ledger.close_account(session, account, closed_on=DAY, actor=ACTOR)
        assert (caught.value.code, caught.value.balance) == (account.code, holds)


def test_a_closed_account_changes_only_by_being_reopened(session: Session) -> None:
    (a,) = some_accounts(session, 1)
    ledger.close_account(session, a, closed_on=date(2026, 3, 31), actor=ACTOR)
    acts: list[Callable[[], None]] = [
        lambda: ledger.close_account(session, a, closed_on=DAY, actor=ACTOR),
        lambda: ledger.set_limits(session, a, floor=0, ceiling=None, actor=ACTOR),
    ]
    for act in acts:
        with pytest.raises(AccountClosed, match="a is closed since 2026-03-31") as caught:
            act()
        assert caught.value.closed_on == date(2026, 3, 31)


@pytest.mark.parametrize("day", ["2026-04-03", datetime(2026, 4, 3, tzinfo=UTC), None])
def test_an_account_is_closed_on_a_day(session: Session, day: Any) -> None:
    (a,) = some_accounts(session, 1)
    with pytest.raises(DayRefused) as refused:
        ledger.close_account(session, a, closed_on=day, actor=ACTOR)
    assert refused.value.day == day


def test_an_open_account_cannot_be_reopened(session: Session) -> None:
    (a,) = some_accounts(session, 1)
    with pytest.raises(PromiseBroken, match="account is open") as caught:
        ledger.reopen_account(session, a, actor=ACTOR)
    assert caught.value.rule == "account_is_open"


def test_limits_may_be_set_that_todays_balance_lies_outside_of(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, an_entry(a, b, 90))
    ledger.set_limits(session, a, floor=-10, ceiling=None, actor=ACTOR)
    ledger.set_limits(session, b, floor=None, ceiling=10, actor=ACTOR)
    assert ledger.balance(session, a).balance == -90
    session.commit()


def test_every_act_needs_an_actor_and_may_have_a_short_reason(session: Session) -> None:
    (a,) = some_accounts(session, 1)
    acts: list[Callable[..., Any]] = [
        lambda **by: ledger.set_limits(session, a, floor=None, ceiling=None, **by),
        lambda **by: ledger.close_account(session, a, closed_on=DAY, **by),
        lambda **by: ledger.reopen_account(session, a, **by),
        lambda **by: ledger.open_accounts(session, book_id=a.book_id, new=[], **by),
    ]
    for act in acts:
        with pytest.raises(ActorRefused):
            act(actor="")
        with pytest.raises(MemoRefused):
            act(actor=ACTOR, reason="x" * 201)
    with pytest.raises(LimitsRefused, match="not 1 and 0"):
        ledger.set_limits(session, a, floor=1, ceiling=0, actor=ACTOR)
    assert ledger.balance(session, a) == Balance(0, 0, 0, None, None, None)


def together(engine: Engine, works: list[Callable[[Session], Any]]) -> list[Any]:
    """Run each work in a transaction and a thread of its own, begun at once; refusals are results too."""
    ready, results = Barrier(len(works), timeout=10), [None] * len(works)

    def run(place: int) -> None:
        ready.wait()
        try:
            results[place] = transaction(engine, works[place])
        except LedgerError as refused:
            results[place] = refused  # type: ignore[call-overload]

    threads = [Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_limits_that_many_set_at_once_are_set_one_after_the_other(engine: Engine) -> None:
    (a,) = transaction(engine, lambda session: some_accounts(session, 1))

    def lowers(floor: int) -> Callable[[Session], None]:
        return lambda session: ledger.set_limits(session, a, floor=floor, ceiling=None, actor=ACTOR)

    assert together(engine, [lowers(-n) for n in range(1, 9)]) == [None] * 8
    with Session(engine) as session:
        written = events(session, a)
        assert [version for version, *_ in written] == list(range(1, 10))
        assert ledger.balance(session, a).floor == written[-1][2]


def test_of_many_who_close_an_account_at_once_one_does(engine: Engine) -> None:
    (a,) = transaction(engine, lambda session: some_accounts(session, 1))
    closes = [lambda session: ledger.close_account(session, a, closed_on=DAY, actor=ACTOR)] * 4
    results = together(engine, closes)
    assert sorted(type(result).__name__ for result in results) == ["AccountClosed"] * 3 + ["NoneType"]


@pytest.mark.parametrize("turn", range(5))
def test_an_account_that_is_closed_while_somebody_posts_to_it_ends_empty(engine: Engine, turn: int) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    closed, posted = together(
        engine,
        [
            lambda session: ledger.close_account(session, a, closed_on=DAY, actor=ACTOR),
            lambda session: ledger.post(session, an_entry(a, b, 90)),
        ],
    )
    now = transaction(engine, lambda session: ledger.balance(session, a), read_only=True)
    if closed is None:
        assert isinstance(posted, AccountClosed)
        assert (now.balance, now.closed_on) == (0, DAY)
    else:
        assert isinstance(closed, AccountNotEmpty)
        assert (now.balance, now.closed_on) == (-90, None)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_on_postgresql_an_event_waits_for_the_posting_that_came_first(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    with Session(engine) as first:
        ledger.begin(first)
        ledger.post(first, an_entry(a, b, 90))
        results: list[Any] = []
        close = [lambda session: ledger.close_account(session, a, closed_on=DAY, actor=ACTOR)]
        waiting = Thread(target=lambda: results.extend(together(engine, close)))
        waiting.start()
        with engine.connect() as watcher:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not watcher.scalar(waits):
                watcher.rollback()
        first.commit()
        waiting.join()
    assert [type(result) for result in results] == [AccountNotEmpty]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_on_postgresql_a_commodity_that_two_open_at_once_is_there_once(own_engine: Engine) -> None:
    assert together(own_engine, [lambda session: ledger.open_commodity(session, "MIN")] * 6) == [None] * 6
    assert_proved(own_engine)
