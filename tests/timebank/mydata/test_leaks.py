"""A leak: until when it has to be reported, and who is told of it."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import as_member
from tests.builders import at
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.members.models import Member
from timebank.mydata import leaks
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.models import SEE
from timebank.mydata.models import DataRequest
from timebank.mydata.models import Leak
from timebank.queue.models import Job

SECRET = "wisteria"
FACTS: dict[str, Any] = {
    "noticed_on": date(2026, 11, 20),
    "happened": "A list was left on the train",
    "what": "names",
    "people": 12,
    "cause": "",
    "harm": "",
    "measures": "",
    "on_purpose": False,
    "reported_on": None,
    "completed_on": None,
    "closed_on": None,
}


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 11, 27, 3)


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Neighbour:
    return a_neighbour(
        session,
        community,
        name=f"Hana {SECRET}",
        reading=f"はな {SECRET}",
        district=SECRET,
        email=f"{SECRET}@example.org",
    )


def of(who: Neighbour) -> Member:
    assert who.member is not None
    return who.member


def ask(session: Session, who: Member, kind: str = SEE, words: str = "") -> DataRequest:
    community = session.get_one(Community, who.community_id)
    return service.ask(session, community=community, member=who, kind=kind, words=words, actor=as_member(who))


def let_leave(session: Session, community: Community, member: Member) -> None:
    parting = Parting(reason="moved away", withdrawn_because="has left", key=f"form:leave{member.id}")
    leave(session, community=community, member=member, parting=parting, actor=COORDINATOR)


def erase(session: Session, community: Community, member: Member) -> int:
    return service.erase(
        session, community=community, member=member, known=HOOKS.known, actor=COORDINATOR
    ).pseudonym


def a_leak(session: Session, community: Community, **facts: Any) -> Leak:
    return leaks.write_leak(session, community=community, facts=FACTS | facts, actor=SOMEBODY)


def test_a_leak_tells_until_when_it_has_to_be_reported(session: Session, community: Community) -> None:
    leak = a_leak(session, community)
    a_leak(session, a_community(session))
    assert [(one.until, one.is_done) for one in leaks.deadlines(leak)] == [
        (date(2026, 11, 25), False),
        (date(2026, 12, 20), False),
        (date(2026, 11, 23), False),
    ]
    changed = FACTS | {"on_purpose": True, "reported_on": date(2026, 11, 22), "cause": "theft"}
    leaks.change_leak(session, community=community, leak=leak, facts=changed)
    assert [(one.until, one.is_done) for one in leaks.deadlines(leak)] == [
        (date(2026, 11, 25), True),
        (date(2027, 1, 19), False),
        (date(2026, 11, 23), True),
    ]
    assert queries.leaks_of(session, community=community) == [leak]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"happened": " "}, leaks.LeakEmpty),
        ({"noticed_on": date(2026, 11, 28)}, leaks.NoticedInFuture),
    ],
)
def test_a_leak_that_makes_no_sense_is_refused(
    session: Session, community: Community, facts: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        a_leak(session, community, **facts)


def test_those_concerned_are_told_once_by_mail_or_by_a_call(
    session: Session, community: Community, hana: Neighbour
) -> None:
    leak, old = a_leak(session, community), a_member(session, community, name="Ken")
    tell = {"session": session, "community": community, "leak": leak}
    with pytest.raises(leaks.NothingToTell):
        leaks.tell(**tell, members=[of(hana)], words=" ")  # type: ignore[arg-type]
    assert leaks.tell(**tell, members=[of(hana), old, old], words="A list was lost") == (1, 1)  # type: ignore[arg-type]
    assert leaks.tell(**tell, members=[of(hana), old], words="Once more") == (0, 0)  # type: ignore[arg-type]
    told = {member.id: (one.how, one.words) for one, member in queries.told_of(session, leak=leak)}
    assert told == {of(hana).id: ("mail", "A list was lost"), old.id: ("to-call", "A list was lost")}
    (job,) = session.scalars(select(Job).where(Job.kind == leaks.TELL_OF_LEAK)).all()
    assert json.loads(job.payload) == {"leak": leak.id, "member": of(hana).id}
