"""Several send one form at one moment: a visit was cancelled once, and is taken back once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.timebank.support.calling_off import a_place_of
from tests.timebank.support.calling_off import calls_off
from tests.timebank.support.calling_off import lets_off
from tests.timebank.support.paying import Place
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.support.cancelled_models import SupportCancelled

MANY = 5


def test_one_form_is_one_and_it_is_taken_back_once(engine: Engine) -> None:
    def made(session: Session) -> tuple[int, int, int]:
        place = a_place_of(session)
        return place.community.id, place.giver.id, place.receiver.id

    community_id, giver_id, receiver_id = written(engine, made)

    def here(session: Session) -> Place:
        giver, receiver = (session.get_one(Member, one) for one in (giver_id, receiver_id))
        return Place(session, session.get_one(Community, community_id), giver, receiver)

    def entries(session: Session) -> tuple[int | None, int | None]:
        rows = session.scalar(select(func.count(SupportCancelled.id)))
        assert here(session).faults() == []
        return rows, session.scalar(select(func.count()).select_from(ledger.metadata.tables["entry"]))

    ready = Barrier(MANY)

    def press(_number: int) -> int:
        ready.wait()
        return written(engine, lambda session: calls_off(here(session)).id)

    def back(number: int) -> str | None:
        ready.wait()

        def work(session: Session) -> str | None:
            row = session.scalars(select(SupportCancelled)).one()
            lets_off(here(session), row, f"reason {number}")
            return row.taken_back_because

        return written(engine, work)

    with ThreadPoolExecutor(MANY) as pool:
        assert len(set(pool.map(press, range(MANY)))) == 1
        assert written(engine, entries) == (1, 1)
        assert len(set(pool.map(back, range(MANY)))) == 1
    assert written(engine, entries) == (1, 2)
