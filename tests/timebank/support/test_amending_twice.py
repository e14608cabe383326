"""A form of amending that is sent twice is one amendment, at one moment, too; and what goes on with it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_household
from tests.builders import a_person
from tests.builders import written
from tests.timebank.support.desk import FORM
from tests.timebank.support.desk import TODAY as TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.support.test_keeping import at_most
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import TookPart
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.took_part import say_who
from timebank.members.models import Member
from timebank.support.amend_models import SupportAmended
from timebank.support.amending import Amended
from timebank.support.amending import GoneAlready
from timebank.support.amending import amend
from timebank.support.amending import wish_of
from timebank.support.queries import find_visit

#: Its forms are about today.
pytestmark = pytest.mark.usefixtures("the_same_day")
MANY = 5


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def amends(place: Place, exchange: Exchange, *, key: str, minutes: int = 120) -> Amended:
    told = find_visit(place.session, community=place.community, exchange_id=exchange.id)
    assert told
    wish = wish_of(place.session, community=place.community, told=told, key=key)
    done = amend(
        place.session,
        community=place.community,
        told=told,
        wish=replace(wish, minutes=minutes),
        reason="It was longer",
        actor=COORDINATOR,
    )
    assert isinstance(done, Amended)
    return done


@pytest.mark.parametrize("same", [True, False], ids=["the same form", "several forms"])
def test_at_one_moment_it_is_one_amendment(engine: Engine, same: bool) -> None:
    def made(session: Session) -> tuple[int, int, int, int]:
        place = a_place(session)
        return place.community.id, place.giver.id, place.receiver.id, place.visit(60).id

    community_id, giver_id, receiver_id, old_id = written(engine, made)

    def the_place(session: Session) -> Place:
        members = (session.get_one(Member, one) for one in (giver_id, receiver_id))
        return Place(session, session.get_one(Community, community_id), *members)

    ready = Barrier(MANY)

    def press(number: int) -> object:
        def work(session: Session) -> object:
            old = session.get_one(Exchange, old_id)
            return amends(the_place(session), old, key="form:same" if same else f"form:{number}").exchange.id

        ready.wait()
        try:
            return written(engine, work)
        except Refusal as refused:
            return type(refused)

    with ThreadPoolExecutor(MANY) as pool:
        became = list(pool.map(press, range(MANY)))
    if same:
        assert len(set(became)) == 1
    else:
        assert sum(one is GoneAlready for one in became) == MANY - 1

    def look(session: Session) -> None:
        assert len(session.scalars(select(SupportAmended)).all()) == 1
        assert the_place(session).money()["receivable:R"] == 1600
        assert the_place(session).faults() == []

    written(engine, look)


def test_the_same_form_with_other_content_is_refused(session: Session) -> None:
    place = a_place(session)
    old = place.visit(60)
    first = amends(place, old, key="form:a")
    assert amends(place, old, key="form:a").exchange == first.exchange
    with pytest.raises(FormSavedAlready):
        amends(place, old, key="form:a", minutes=30)


def test_whoever_gave_presses_twice_and_it_is_said_once(desk: Desk) -> None:
    form = f"{desk.writes()}/takes"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["Hana"].get(form).text)
    assert key
    typed = {"key": key[1], "takes": "hours"}
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', desk["Hana"].post(form, data=typed).text)
    assert seen
    first, again = (desk["Hana"].post(form, data=typed | {"seen": seen[1]}) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303), text_of(again.text)
    assert first.location == again.location


# --- what goes on with it, and what is told ----------------------------------------------------------------


def test_which_person_it_was_is_said_of_what_it_became(session: Session) -> None:
    made = a_place(session)
    person = a_person(session)
    household = a_household(session, made.community, person)
    place = Place(session, made.community, household, made.receiver)
    old = place.visit(60)
    say_who(session, exchange=old, member=household, person_id=person.id)
    new = amends(place, old, key="form:a").exchange
    found = session.get_one(TookPart, (new.id, household.id))
    assert found.person_id == person.id


def test_hours_that_come_back_are_not_counted_twice(desk: Desk) -> None:
    at_most(desk, 600, has=420)
    form = f"{desk.writes(takes='hours', hours='2')}/amend"
    hidden = dict(re.findall(r'name="(key)"[^>]*value="([^"]+)"', desk["coordinator"].get(form).text))
    typed = FORM | hidden | {"takes": "hours", "reason": "Longer", "hours": "2:30"}
    shown = text_of(desk["coordinator"].post(form, data=typed).text)
    assert "Hana then has +9 h 30 min; +10 h is the most that can be kept." in shown


def test_whoever_was_no_part_of_it_is_led_nowhere(desk: Desk) -> None:
    old = desk.writes()
    form = f"{old}/amend"
    page = desk["coordinator"].get(form).text
    typed = FORM | dict(re.findall(r'name="(key)"[^>]*value="([^"]+)"', page))
    typed |= {"giver": "Jiro", "reason": "It was Jiro"}
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', desk["coordinator"].post(form, data=typed).text)
    assert seen
    new = str(desk["coordinator"].post(form, data=typed | {"seen": seen[1]}).location)
    assert new in desk["Taro"].get(old).text
    assert old in desk["Taro"].get(new).text
    assert new not in desk["Hana"].get(old).text
    assert old not in desk["Jiro"].get(new).text
    assert desk["Hana"].get(new).status_code == desk["Jiro"].get(old).status_code == 404
