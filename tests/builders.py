"""Rows for tests, made by the services that make them for people: each with what it needs and no more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from datetime import date
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy import update
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import create_community
from timebank.db import db
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import Said
from timebank.exchanges.service import log_exchange
from timebank.hands.service import give
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import TRUSTED
from timebank.members.models import Member
from timebank.members.service import add_member
from timebank.members.service import give_hand
from timebank.members.service import suspend_member
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.people.service import create_person
from timebank.people.service import give_office
from timebank.people.service import hash_password

BEGAN = date(2019, 4, 1)
A_DAY = date(2026, 4, 3)
SOMEBODY = Actor(person_id=None, member_id=None, how="cli")
COORDINATOR = Actor(person_id=None, member_id=None, how="telephone")

#: What every person of the tests signs in with.
PASSWORD = "a-password-for-tests"
#: What is decided when a community is founded.
FOUNDING = ("slug", "name", "language", "time_zone", "currency", "credit_limit_minutes", "started_on")

Result = TypeVar("Result")

_counted = count(1)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A person, the member that they are (if they are one), and where."""

    community: Community
    person: Person
    member: Member | None

    @property
    def name(self) -> str:
        """What they sign in with."""
        return self.person.email or ""


def a_community(session: Session, **facts: Any) -> Community:
    """Found a community; each has another slug unless one is given."""
    number = next(_counted)
    settings: dict[str, Any] = {
        "slug": f"kadoma-{number}",
        "name": "Kadoma neighbours",
        "started_on": BEGAN,
    } | facts
    founding = {name: settings.pop(name) for name in FOUNDING if name in settings}
    community = create_community(session, actor=SOMEBODY, **founding)
    # What a steward decides later is simply so.
    for name, value in settings.items():
        setattr(community, name, value)
    session.flush()
    return community


def a_member(
    session: Session,
    community: Community | None = None,
    *,
    name: str = "Hana",
    suspended: bool = False,
    **facts: Any,
) -> Member:
    """Enter a member with the next number, in a community of their own where none is given."""
    known: dict[str, Any] = {"number": f"{next(_counted):04}", "actor": SOMEBODY} | facts
    member = add_member(session, community=community or a_community(session), name=name, **known)
    if suspended:
        suspend_member(session, member=member, reason="asked for a pause", actor=SOMEBODY)
    return member


def a_person(session: Session, *, email: str | None = None, password: str = PASSWORD) -> Person:
    """Make somebody who signs in with PASSWORD."""
    person = create_person(session, email=email or f"somebody{next(_counted)}@example.org", password=None)
    person.password_hash = _hashed(password)
    session.flush()
    return person


def an_office(session: Session, person: Person, community: Community, role: str) -> None:
    """Give somebody an office."""
    give_office(session, person=person, community=community, role=role, actor=SOMEBODY)


def a_neighbour(session: Session, community: Community, *roles: str, **facts: Any) -> Neighbour:
    """Enter a member who signs in themselves, with these offices."""
    person = a_person(session, email=facts.pop("email", None))
    member = a_member(session, community, **facts)
    give_hand(session, person=person, member=member, actor=SOMEBODY)
    for role in roles:
        an_office(session, person, community, role)
    return Neighbour(community, person, member)


def a_household(session: Session, community: Community, *people: Person, **facts: Any) -> Member:
    """Enter a household for which these people act, called by their numbers."""
    known = {"name": "Yamada household", "kind": A_HOUSEHOLD} | facts
    household = a_member(session, community, **known)
    for number, person in enumerate(people, 1):
        a_hand(session, household, person, called=f"Person {number}")
    return household


def a_hand(session: Session, member: Member, person: Person, *, called: str, may: str | None = None) -> None:
    """Let somebody act for a household, or, where it is said what they may, for whoever trusts them."""
    acts_as = member.kind if may is None else TRUSTED
    give(session, member=member, person=person, called=called, acts_as=acts_as, may=may, actor=SOMEBODY)


def an_officer(session: Session, community: Community, *roles: str) -> Neighbour:
    """Make somebody who holds offices without being a member."""
    person = a_person(session)
    for role in roles:
        an_office(session, person, community, role)
    return Neighbour(community, person, None)


def written(source: Engine | Flask, work: Callable[[Session], Result]) -> Result:
    """Do something in a transaction of its own; the rows it gives can still be read afterwards."""
    if isinstance(source, Flask):
        with source.app_context():
            return written(db.engine, work)
    with Session(source, expire_on_commit=False) as session:
        return ledger.transaction(lambda: session, work)


def signed_in(app: Flask, who: Neighbour, *, second_factor: bool = True) -> FlaskClient:
    """Open a browser in which somebody has signed in; the app's forms must need no CSRF token.

    With a second factor, as offices want it, though nobody has to set one up for that.
    """
    client = app.test_client()
    answer = client.post(f"/{who.community.slug}/sign-in", data={"name": who.name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    if second_factor:
        written(app, lambda session: as_with_second_factor(session, who.person.id))
    return client


def as_with_second_factor(session: Session, person_id: int) -> None:
    """Let somebody's sign-ins count as if a second factor had been given."""
    given = update(SignIn).where(SignIn.person_id == person_id, SignIn.second_factor_at.is_(None))
    session.execute(given.values(second_factor_at=clock.now()))


def as_member(member: Member) -> Actor:
    """Somebody at their own screen."""
    return Actor(person_id=None, member_id=member.id, how="web")


def said(giver: Member | list[Member], receiver: Member | list[Member], **facts: Any) -> Said:
    """What somebody says happened: an hour and a half, unless told otherwise."""
    givers = giver if isinstance(giver, list) else [giver]
    receivers = receiver if isinstance(receiver, list) else [receiver]
    known: dict[str, Any] = {"minutes": 90, "worked_on": A_DAY, "key": f"form:{next(_counted)}"} | facts
    return Said(givers=givers, receivers=receivers, **known)


def a_proposal(
    session: Session, community: Community, giver: Member, receiver: Member, **facts: Any
) -> Exchange:
    """Let the giver log an exchange that waits for the receiver."""
    logged = log_exchange(
        session, community=community, said=said(giver, receiver, **facts), by=giver, actor=as_member(giver)
    )
    return logged.exchanges[0]


def an_exchange(
    session: Session, community: Community, giver: Member, receiver: Member, **facts: Any
) -> Exchange:
    """Let the receiver log an exchange, which is booked at once."""
    logged = log_exchange(
        session,
        community=community,
        said=said(giver, receiver, **facts),
        by=receiver,
        actor=as_member(receiver),
    )
    return logged.exchanges[0]


def at(monkeypatch: Any, *moment: int) -> None:
    """Set the clock: year, month, day and so on, in UTC."""
    fixed = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]
    monkeypatch.setattr(clock, "now", lambda: fixed)


@cache
def _hashed(password: str) -> str:
    return hash_password(password)
