"""A wrong entry is taken back by its mirror image, once."""

from datetime import date
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import AccountClosed
from ledger import ActorRefused
from ledger import AlreadyReversed
from ledger import CeilingExceeded
from ledger import DayRefused
from ledger import EntryUnknown
from ledger import FloorExceeded
from ledger import KeyRefused
from ledger import KeyReused
from ledger import MemoRefused
from ledger import NotReversible
from ledger import Posted
from ledger import PostedLine
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import an_entry
from tests.ledger.builders import balances
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts


def reverse(session: Session, book_id: int, posted: Posted, key: str = "reverse:1", **values: Any) -> Posted:
    asked = {"posted_on": DAY, "actor": ACTOR, **values}
    return ledger.reverse(session, book_id=book_id, entry_id=posted.entry_id, key=key, **asked)


def test_a_reversal_moves_everything_back_line_by_line(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    posted = ledger.post(session, of_lines((a, b, 30), (a, c, 20)))
    ledger.post(session, an_entry(c, b, 5))  # noise
    back = reverse(session, a.book_id, posted, posted_on=date(2026, 5, 1), memo="entry:1")
    assert back.lines == (PostedLine(1, 3, 3, 5, -20), PostedLine(2, 3, 4, -5, 0))
    assert balances(session, [a, b, c]) == [0, 5, -5]
    newest = ledger.statement(session, a).lines[0]
    assert (newest.kind, newest.reverses_id, newest.memo) == ("reversal", posted.entry_id, "entry:1")
    assert newest.posted_on == date(2026, 5, 1)
    session.commit()


def test_an_entry_is_reversed_once(session: Session) -> None:
    a, b = some_accounts(session, 2)
    posted = ledger.post(session, an_entry(a, b))
    first = reverse(session, a.book_id, posted)
    with pytest.raises(AlreadyReversed, match=f"entry {posted.entry_id} was reversed already") as caught:
        reverse(session, a.book_id, posted, "reverse:2")
    assert caught.value.entry_id == posted.entry_id
    again = reverse(session, a.book_id, posted, actor="somebody else")
    assert (again.entry_id, again.lines, again.repeated) == (first.entry_id, first.lines, True)
    assert balances(session, [a, b]) == [0, 0]


def test_a_reversal_is_not_reversed_but_posted_anew(session: Session) -> None:
    a, b = some_accounts(session, 2)
    back = reverse(session, a.book_id, ledger.post(session, an_entry(a, b)))
    with pytest.raises(NotReversible, match=f"entry {back.entry_id} is a reversal"):
        reverse(session, a.book_id, back, "reverse:2")
    ledger.post(session, an_entry(a, b))
    assert balances(session, [a, b]) == [-90, 90]


def test_an_entry_of_another_book_or_of_none_cannot_be_reversed(session: Session) -> None:
    a, b = some_accounts(session, 2)
    c, _ = some_accounts(session, 2)
    posted = ledger.post(session, an_entry(a, b))
    with pytest.raises(EntryUnknown, match=f"no entry {posted.entry_id} in this book"):
        reverse(session, c.book_id, posted)
    with pytest.raises(EntryUnknown):
        reverse(session, a.book_id, Posted(10**9, ()))


def test_a_key_that_was_used_for_something_else_reverses_nothing(session: Session) -> None:
    a, b = some_accounts(session, 2)
    one = ledger.post(session, an_entry(a, b, key="form:1"))
    two = ledger.post(session, an_entry(a, b, key="form:2"))
    reverse(session, a.book_id, one)
    for key, other in (("form:2", {}), ("reverse:1", {}), ("reverse:1", {"posted_on": date(2026, 5, 1)})):
        with pytest.raises(KeyReused, match=key):
            reverse(session, a.book_id, two, key, **other)
    assert balances(session, [a, b]) == [-90, 90]
    back = ledger.keys_used(session, a.book_id, ["reverse:1"])["reverse:1"][0]
    with pytest.raises(KeyReused, match="form:2"):
        reverse(session, a.book_id, Posted(back, ()), "form:2")


def test_a_reversal_keeps_to_limits_unless_they_are_waived(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-100, ceiling=100)
    wrong = ledger.post(session, an_entry(a, b, 90))
    ledger.post(session, an_entry(b, a, 90))
    ledger.post(session, an_entry(b, a, 50))
    with pytest.raises(FloorExceeded, match="b would be -140"), session.begin_nested():
        reverse(session, a.book_id, wrong)
    ledger.set_limits(session, b, floor=None, ceiling=None, actor=ACTOR)
    with pytest.raises(CeilingExceeded, match="a would be 140"), session.begin_nested():
        reverse(session, a.book_id, wrong)
    reverse(session, a.book_id, wrong, waive_limits=True)
    assert balances(session, [a, b]) == [140, -140]
    session.commit()


def test_nothing_is_moved_back_out_of_a_closed_account(session: Session) -> None:
    a, b = some_accounts(session, 2)
    posted = ledger.post(session, an_entry(a, b))
    ledger.post(session, an_entry(b, a))
    ledger.close_account(session, b, closed_on=DAY, actor=ACTOR)
    with pytest.raises(AccountClosed, match="b is closed"):
        reverse(session, a.book_id, posted, waive_limits=True)


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"key": ""}, KeyRefused),
        ({"actor": ""}, ActorRefused),
        ({"memo": "a\nb"}, MemoRefused),
        ({"posted_on": "2026-04-03"}, DayRefused),
    ],
)
def test_a_reversal_is_checked_as_an_entry_is(
    session: Session, values: dict[str, Any], refused: type[Exception]
) -> None:
    with pytest.raises(refused) as caught:
        reverse(session, 1, Posted(1, ()), **values)
    assert [value for value in values.values() if repr(value) not in str(caught.value)] == []


def test_of_many_who_reverse_an_entry_at_once_one_does(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    posted = transaction(engine, lambda session: ledger.post(session, an_entry(a, b)))
    results: list[Any] = []

    def run(key: str) -> None:
        try:
            results.append(
                transaction(engine, lambda session: reverse(session, a.book_id, posted, key)).repeated
            )
        except AlreadyReversed as refused:
            results.append(refused.entry_id)

    threads = [Thread(target=run, args=(f"reverse:{n // 2}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One key did it, and came twice; the two others came too late.
    assert sorted(results) == [False, True] + [posted.entry_id] * 4
    assert transaction(engine, lambda session: balances(session, [a, b])) == [0, 0]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("key", ["reverse:1", "reverse:2"])
def test_on_postgresql_a_reversal_that_another_overtakes_is_told_so(engine: Engine, key: str) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    posted = transaction(engine, lambda session: ledger.post(session, an_entry(a, b)))
    results: list[Any] = []

    def late() -> None:
        try:
            results.append(
                transaction(engine, lambda session: reverse(session, a.book_id, posted, key)).repeated
            )
        except AlreadyReversed as refused:
            results.append(refused.entry_id)

    with Session(engine) as first:
        ledger.begin(first)
        reverse(first, a.book_id, posted, "reverse:1")
        thread = Thread(target=late)
        thread.start()
        with engine.connect() as watcher:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not watcher.scalar(waits):
                watcher.rollback()
        first.commit()
        thread.join()
    assert results == ([True] if key == "reverse:1" else [posted.entry_id])
