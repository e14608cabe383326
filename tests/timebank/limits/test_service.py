"""Tries are counted, refused when they are too many, taken back when they succeed, and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from datetime import datetime
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import written
from timebank.limits import Limit
from timebank.limits import Tries
from timebank.limits import count
from timebank.limits import forget_tries
from timebank.limits import give_back

NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
THREE = Limit("a name", 3, QUARTER)


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_try_too_many_is_told_when_there_may_be_another(session: Session) -> None:
    count(session, [Limit("another name", 3, QUARTER)], now=NOON)
    assert [count(session, [THREE], now=after(minute)) for minute in range(3)] == [None] * 3
    assert count(session, [THREE], now=after(3)) == after(15)


def test_whoever_goes_on_trying_does_not_make_it_longer(session: Session) -> None:
    for minute in range(15):
        count(session, [THREE], now=after(minute))
    assert count(session, [THREE], now=after(15)) is None


def test_of_several_limits_the_longest_wait_counts(session: Session) -> None:
    limits = [Limit("short", 1, timedelta(minutes=1)), Limit("long", 1, QUARTER), Limit("roomy", 9, QUARTER)]
    assert count(session, limits, now=NOON) is None
    assert count(session, limits, now=NOON) == after(15)
    assert count(session, limits, now=after(2)) == after(15)
    assert count(session, [], now=NOON) is None


def test_a_success_takes_its_try_back_or_wipes_the_slate(session: Session) -> None:
    wiped = Limit("wiped", 3, QUARTER, ends_with_success=True)
    for _ in range(3):
        count(session, [THREE, wiped], now=NOON)
    give_back(session, [THREE, wiped])
    numbers = {one.key: one.number for one in session.scalars(select(Tries))}
    assert numbers == {"a name": 2, "wiped": 0}
    for _ in range(5):
        give_back(session, [THREE])
    assert session.scalar(select(func.min(Tries.number))) == 0


def test_what_no_longer_counts_is_forgotten(session: Session) -> None:
    count(session, [THREE, Limit("longer", 3, timedelta(days=1))], now=NOON)
    forget_tries(session, before=after(15))
    assert session.scalar(select(func.count(Tries.key))) == 2
    forget_tries(session, before=after(16))
    assert session.scalars(select(Tries.key)).all() == ["longer"]


def test_those_who_try_at_once_are_all_counted(engine: Engine) -> None:
    limits = [THREE, Limit("b name", 20, QUARTER)]

    def try_it(turn: int) -> bool:
        wanted = limits if turn % 2 else limits[::-1]
        return written(engine, lambda session: count(session, wanted, now=NOON)) is None

    with ThreadPoolExecutor(4) as pool:
        let_in = sum(pool.map(try_it, range(12)))
    assert let_in == 3
    assert written(engine, lambda session: set(session.scalars(select(Tries.number)))) == {12}
