"""Visits that members tell of at the same moment: told once, booked once, and the books agree."""

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import written
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.support.telling import answers
from tests.timebank.support.telling import tells
from tests.timebank.tickets.test_at_once import at_once
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.service import withdraw_exchange
from timebank.members.models import Member
from timebank.support.models import SupportVisit
from timebank.support.proposal_models import SupportProposal

Ids = tuple[int, int, int]


@pytest.fixture
def ids(engine: Engine) -> Ids:
    def made(session: Session) -> Ids:
        place = a_place(session)
        return place.community.id, place.giver.id, place.receiver.id

    return written(engine, made)


def the_one(place: Place) -> Exchange:
    return place.session.scalars(select(Exchange)).one()


def told(place: Place, _number: int) -> None:
    tells(place, place.giver)


def looked_at(engine: Engine, ids: Ids) -> tuple[int, int, int]:
    """Count exchanges, proposals and visits that are booked, where the books agree."""

    def look(session: Session) -> tuple[int, int, int]:
        members = (session.get_one(Member, ids[1]), session.get_one(Member, ids[2]))
        place = Place(session, session.get_one(Community, ids[0]), *members)
        assert place.faults() == []
        counted = [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Exchange, SupportProposal, SupportVisit)
        ]
        return counted[0], counted[1], counted[2]

    return written(engine, look)


def test_the_same_form_at_one_moment_is_one_visit_that_waits(engine: Engine, ids: Ids) -> None:
    refused = at_once(engine, ids, told)
    assert set(refused) == {None}
    assert looked_at(engine, ids) == (1, 1, 0)


def test_the_answer_at_one_moment_is_booked_once(engine: Engine, ids: Ids) -> None:
    at_once(engine, ids, told)
    refused = at_once(engine, ids, lambda place, _number: answers(place, the_one(place), by=place.receiver))
    assert set(refused) == {None}
    assert looked_at(engine, ids) == (1, 1, 1)


def test_it_is_answered_or_withdrawn_and_never_both(engine: Engine, ids: Ids) -> None:
    at_once(engine, ids, told)

    def either(place: Place, number: int) -> None:
        exchange = the_one(place)
        if number % 2:
            withdraw_exchange(place.session, exchange=exchange, actor=SOMEBODY)
        else:
            answers(place, exchange, by=place.receiver)

    assert set(at_once(engine, ids, either)) <= {None, AnsweredAlready}
    exchanges, proposals, visits = looked_at(engine, ids)
    assert (exchanges, proposals) == (1, 1)
    assert visits in (0, 1)
