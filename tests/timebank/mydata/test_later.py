"""Words about people are forgotten after as long as a community has decided."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import at
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.communities.service import history as changes_of
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.service import decline_exchange
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.members.models import Member
from timebank.members.models import MemberEvent
from timebank.members.service import set_own_limit
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.later import FORGET_WORDS
from timebank.mydata.later import forget_words
from timebank.mydata.models import CORRECT
from timebank.mydata.models import SEE
from timebank.mydata.models import DataRequest
from timebank.queue import Task

SECRET = "wisteria"


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


def night(session: Session, community: Community) -> None:
    forget_words(session, Task(1, community.id, FORGET_WORDS, {}, 1))


def test_words_are_forgotten_after_as_long_as_the_community_has_decided(
    session: Session, community: Community, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, ken = of(hana), a_member(session, community)
    declined = a_proposal(session, community, ken, member, description="Declined words")
    decline_exchange(
        session, community=community, exchange=declined, reason="Why not", actor=as_member(member), by=member
    )
    booked = an_exchange(session, community, ken, member, description="Booked words")
    waits = a_proposal(
        session, community, ken, member, description="Waiting words", worked_on=A_DAY - timedelta(days=2)
    )
    set_own_limit(
        session, community=community, member=member, minutes=60, reason="Old reason", actor=SOMEBODY
    )
    request = ask(session, member)
    service.answer(session, request=request, granted=True, words="Here", actor=COORDINATOR)
    ask(session, member, CORRECT)
    days = service.SUGGESTED | {"unbooked_days": 30, "reasons_days": 60, "requests_days": 365}
    service.set_retention(session, community=community, days=days, actor=SOMEBODY)
    elsewhere = a_community(session)
    service.set_retention(session, community=elsewhere, days=days, actor=SOMEBODY)

    def words() -> tuple[str, str, str, set[str | None], set[str | None]]:
        session.expire_all()
        reasons = set(session.scalars(select(ExchangeEvent.reason))) - {None}
        why = set(session.scalars(select(MemberEvent.reason).where(MemberEvent.member_id == member.id)))
        return declined.description, booked.description, waits.description, reasons, why - {None}

    night(session, community)
    everything = ("Declined words", "Booked words", "Waiting words", {"Why not"}, {"Old reason"})
    assert words() == everything
    at(monkeypatch, 2027, 1, 1)
    night(session, elsewhere)
    assert words() == everything
    night(session, community)
    assert words() == ("", "Booked words", "Waiting words", set(), {"Old reason"})
    at(monkeypatch, 2027, 2, 1)
    night(session, community)
    assert words() == ("", "Booked words", "Waiting words", set(), set())
    assert len(queries.requests_of(session, member=member)) == 2
    at(monkeypatch, 2028, 2, 1)
    night(session, community)
    assert [one.kind for one in queries.requests_of(session, member=member)] == [CORRECT]


def test_days_are_bounded_and_each_change_is_told(session: Session, community: Community) -> None:
    suggested = service.retention_of(session, community_id=community.id)
    assert suggested.backups_days == service.SUGGESTED["backups_days"]
    for name, wrong in (
        ("unbooked_days", 29),
        ("requests_days", 10),
        ("backups_days", 0),
        ("reasons_days", 9999),
    ):
        with pytest.raises(service.DaysRefused) as refused:
            service.set_retention(
                session, community=community, days=service.SUGGESTED | {name: wrong}, actor=SOMEBODY
            )
        assert refused.value.field == name
    service.set_retention(
        session, community=community, days=service.SUGGESTED | {"backups_days": 14}, actor=SOMEBODY
    )
    assert service.retention_of(session, community_id=community.id).backups_days == 14
    change = changes_of(session, community=community)[0]
    assert (change.what, change.before, change.after) == ("backups_days", "30", "14")
