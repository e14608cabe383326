"""Two who type one sheet at the same moment: each day is booked once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.builders import at
from tests.builders import written
from tests.timebank.standing.arranged import APRIL
from tests.timebank.standing.arranged import all_faults
from tests.timebank.standing.arranged import arranged
from tests.timebank.standing.arranged import confirmed
from tests.timebank.standing.arranged import exchanges
from tests.timebank.standing.arranged import sheet
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.standing.confirming import ConfirmedAlready
from timebank.standing.confirming import LineRefused
from timebank.standing.models import Arrangement

MANY = 4


@pytest.mark.parametrize("same_form", [True, False], ids=["one form", "a form of each"])
def test_one_sheet_at_the_same_moment_is_booked_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, *, same_form: bool
) -> None:
    at(monkeypatch, 2026, 4, 30, 3)

    def made(session: Session) -> tuple[int, int, int, int]:
        place = a_place(session)
        what = arranged(place, pays="bill", takes="thanks")
        return place.community.id, place.giver.id, place.receiver.id, what.id

    ids = written(engine, made)
    ready = Barrier(MANY)

    def types(number: int) -> object:
        key = "form:one-sheet" if same_form else f"form:sheet-of-{number}"
        ready.wait()
        try:
            written(
                engine,
                lambda session: confirmed(
                    _place(session, ids), session.get_one(Arrangement, ids[3]), sheet(*APRIL, key=key)
                ),
            )
        except LineRefused as refused:
            return type(refused.why)
        except Refusal as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(MANY) as pool:
        refused = list(pool.map(types, range(MANY)))
    expected = [None] * MANY if same_form else [None, *[ConfirmedAlready] * (MANY - 1)]
    assert sorted(map(str, refused)) == sorted(map(str, expected))

    def look(session: Session) -> None:
        place = _place(session, ids)
        assert [one.worked_on for one in exchanges(place)] == APRIL
        assert all_faults(place) == []

    written(engine, look)


def _place(session: Session, ids: tuple[int, int, int, int]) -> Place:
    community, giver, receiver, _what = ids
    return Place(
        session,
        session.get_one(Community, community),
        session.get_one(Member, giver),
        session.get_one(Member, receiver),
    )
