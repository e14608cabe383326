"""Whoever has no part anywhere any more is forgotten, and nobody else is."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_exchange
from tests.builders import an_officer
from tests.builders import as_member
from tests.builders import at
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.hands import trust
from timebank.hands.service import Named
from timebank.hands.service import end_hand
from timebank.households.service import leave
from timebank.members.models import Member
from timebank.mydata.later import FORGET_WORDS
from timebank.mydata.later import forget_words
from timebank.mydata.without_a_part import forget_people
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.queue import Task


@pytest.fixture(autouse=True)
def _a_spring_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 5, 1, 3)


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


def has_left(session: Session, community: Community, *others: Person) -> tuple[Person, Member]:
    """Let somebody act for a household, and end it."""
    person = a_person(session)
    household = a_household(session, community, person, *others)
    assert end_hand(session, member=household, person=person, actor=COORDINATOR)
    return person, household


def is_known(session: Session, person: Person) -> bool:
    session.expire_all()
    return person.email is not None or person.password_hash is not None


def test_who_acts_for_nobody_any_more_is_forgotten_after_a_while(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _household = has_left(session, community)
    sign_ins.begin(session, person=person, begun_by=PASSWORD, device=Device("Firefox", "Linux"))
    assert forget_people(session, before=clock.now()) == 0
    at(monkeypatch, 2026, 7, 25, 3)
    task = Task(id=1, community_id=community.id, kind=FORGET_WORDS, payload={}, attempts=1)
    forget_words(session, task)
    assert is_known(session, person)
    at(monkeypatch, 2026, 8, 1, 3)
    forget_words(session, task)
    assert not is_known(session, person)
    assert session.scalars(select(SignIn).where(SignIn.person_id == person.id)).all() == []
    # The address is free for somebody who comes with it later.
    assert forget_people(session, before=clock.now()) == 0


def test_whoever_has_a_part_or_waits_for_something_stays(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = a_neighbour(session, community)
    officer = an_officer(session, community, "auditor")
    hand = a_person(session)
    a_household(session, community, hand)
    again, household = has_left(session, community)
    a_hand(session, household, again, called="Back")
    asked, _ = has_left(session, community)
    assert member.member
    assert asked.email
    trust.ask(
        session,
        community=community,
        member=member.member,
        named=Named(asked.email, "Aunt"),
        ticks=["log"],
        actor=as_member(member.member),
    )
    waits, ken = a_person(session), a_member(session, community)
    home = a_household(session, community, waits)
    an_exchange(session, community, home, ken, minutes=60)
    herself = Actor(person_id=waits.id, member_id=home.id, how="web")
    leave(session, community=community, household=home, person=waits, minutes=60, actor=herself)
    at(monkeypatch, 2027, 5, 1, 3)
    lately, _ = has_left(session, community)
    still = (member.person, officer.person, hand, again, asked, waits, lately)
    forget_people(session, before=clock.now() - timedelta(days=90))
    assert [is_known(session, one) for one in still] == [True] * len(still)
