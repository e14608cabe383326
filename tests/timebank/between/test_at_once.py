"""Two communities give across at one moment, at their limit, both ways: nothing is lost or doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import written
from tests.timebank.between.pair import Pair
from timebank.between import agreements
from timebank.between.giving import BetweenFull
from timebank.between.giving import BetweenLimit
from timebank.between.giving import NotAgreed
from timebank.between.models import HoursAcross
from timebank.errors import Refusal

MANY = 6


def at_once(engine: Engine, ids: tuple[int, ...], work: Callable[[Pair, int], object]) -> list[object]:
    """Do it several times at one moment, each on a connection of its own; gives the kinds of refusals."""
    ready = Barrier(MANY)

    def one(number: int) -> object:
        ready.wait()
        try:
            written(engine, lambda session: work(Pair.again(session, ids), number) and None)
        except Refusal as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def _made(session: Session) -> tuple[int, ...]:
    pair = Pair(session, limit_minutes=120)
    session.flush()
    return pair.ids


def _look(engine: Engine, ids: tuple[int, ...]) -> tuple[int, list[str], int]:
    def work(session: Session) -> tuple[int, list[str], int]:
        pair = Pair.again(session, ids)
        kadoma, enshu = pair.owed
        assert kadoma == -enshu
        acts = select(func.count()).select_from(HoursAcross).where(HoursAcross.agreement_id == ids[6])
        return kadoma, pair.faults(), session.scalars(acts).one()

    return written(engine, work)


def test_all_give_one_way_at_their_limit_and_it_holds(engine: Engine) -> None:
    ids = written(engine, _made)
    refused = at_once(engine, ids, lambda pair, number: pair.out(50, key=f"form:one-way-{number:020}"))
    assert sorted(map(str, refused)) == sorted(map(str, [None] * 2 + [BetweenLimit] * (MANY - 2)))
    assert _look(engine, ids) == (100, [], 2)


def test_both_give_across_at_one_moment_at_their_limit_and_nobody_blocks_the_other(engine: Engine) -> None:
    ids = written(engine, _made)
    written(engine, lambda session: Pair.again(session, ids).out(120).id)

    def give(pair: Pair, number: int) -> object:
        key = f"form:both-ways-{number:020}"
        return pair.back(60, key=key) if number % 2 else pair.out(60, key=key)

    refused = at_once(engine, ids, give)
    # What comes back always may; what goes out may as far as that made room for it.
    assert [one for number, one in enumerate(refused) if number % 2] == [None] * (MANY // 2)
    out = [one for number, one in enumerate(refused) if not number % 2]
    assert set(out) <= {None, BetweenFull, BetweenLimit}
    owed, faults, acts = _look(engine, ids)
    assert faults == []
    assert (owed, acts) == (120 - 180 + 60 * out.count(None), 1 + MANY // 2 + out.count(None))
    assert -120 <= owed <= 120


def test_one_form_that_comes_several_times_at_one_moment_gives_once(engine: Engine) -> None:
    ids = written(engine, _made)
    key = f"form:{'the-same':020}".replace(" ", "-")
    assert at_once(engine, ids, lambda pair, _number: pair.out(30, key=key)) == [None] * MANY
    assert _look(engine, ids) == (30, [], 1)


def test_an_act_that_both_communities_take_back_at_one_moment_is_taken_back_once(engine: Engine) -> None:
    ids = written(engine, _made)
    across_id = written(engine, lambda session: Pair.again(session, ids).out(60).id)

    def back(pair: Pair, number: int) -> None:
        row = pair.session.get_one(HoursAcross, across_id)
        pair.takes_back(row, pair.enshu if number % 2 else pair.kadoma)

    assert at_once(engine, ids, back) == [None] * MANY
    assert _look(engine, ids) == (0, [], 1)


def test_nothing_crosses_after_an_end_that_comes_at_the_same_moment(engine: Engine) -> None:
    ids = written(engine, _made)

    def work(pair: Pair, number: int) -> object:
        if number == 0:
            agreements.end(pair.session, community=pair.enshu, agreement=pair.agreement, actor=SOMEBODY)
            return None
        return pair.out(10, key=f"form:at-the-end-{number:020}")

    refused = at_once(engine, ids, work)
    assert set(refused) <= {None, NotAgreed}
    owed, faults, acts = _look(engine, ids)
    assert faults == []
    assert (owed, acts) == (10 * (refused.count(None) - 1), refused.count(None) - 1)
