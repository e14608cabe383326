"""Who is told, by mail and on pages, that an insurance or a licence runs out."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_officer
from tests.builders import at
from tests.builders import written
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.licences.insured import a_kind
from tests.timebank.licences.insured import a_licence
from timebank import queue
from timebank.cli.working import TIMETABLE
from timebank.communities.models import Community
from timebank.licences.kinds import retire_kind
from timebank.licences.letters import WARN_OF_LICENCES
from timebank.licences.models import LicenceKind
from timebank.mail.models import Mail
from timebank.members.away import go_away
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.service import resume_member
from timebank.members.service import suspend_member
from timebank.people.models import Person


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 3, 1, 1)


@pytest.fixture
def ken(app: Flask) -> Neighbour:
    """Who coordinates Kadoma, where insurance is asked for; elsewhere something runs out, too."""

    def work(session: Session) -> Neighbour:
        community = a_community(session, slug="kadoma", name="Kadoma")
        other = a_community(session)
        a_licence(session, other, a_member(session, other), a_kind(session, other), 3)
        an_officer(session, community, "steward", "auditor")
        a_kind(session, community)
        return a_neighbour(session, community, "coordinator", name="Ken", email="ken@example.org")

    return written(app, work)


def tonight(app: Flask, community: Community, night: str) -> list[Mail]:
    """Let the night's work be done, and give what was written in it."""
    before = len(work_off(app))
    written(
        app,
        lambda session: queue.enqueue(session, community_id=community.id, kind=WARN_OF_LICENCES, key=night),
    )
    return work_off(app)[before:]


def insured(app: Flask, community: Community, name: str, days: int, *, email: bool = True) -> Member:
    """Enter somebody whose insurance runs out after so many days."""

    def work(session: Session) -> Member:
        kind = session.query(LicenceKind).filter_by(community_id=community.id).first()
        assert kind
        if email:
            who = a_neighbour(session, community, name=name, email=f"{name.lower()}@example.org").member
        else:
            who = a_member(session, community, name=name)
        assert who
        a_licence(session, community, who, kind, days)
        return who

    return written(app, work)


def test_it_is_looked_for_every_day() -> None:
    assert WARN_OF_LICENCES in {one.kind for one in TIMETABLE}


def test_coordinators_have_one_mail_and_each_member_their_own(app: Flask, ken: Neighbour) -> None:
    for name, days, email in (("Hana", 30, True), ("Mary", 2, False), ("Late", 31, True)):
        insured(app, ken.community, name, days, email=email)
    to_ken, to_hana = tonight(app, ken.community, "one")
    assert (to_ken.to_address, to_hana.to_address) == ("ken@example.org", "hana@example.org")
    assert to_ken.subject == "2 insurances and licences run out soon"
    assert to_ken.text.index("Tue 3 March 2026: Insurance of Mary") < to_ken.text.index("Insurance of Hana")
    assert "Late" not in to_ken.text
    assert "/kadoma/licences/?within=30" in to_ken.text
    assert to_hana.subject == "Insurance: runs out on Tue 31 March 2026"
    assert "/kadoma/membership/licences" in to_hana.html
    assert "Mary" not in to_hana.text + to_hana.html


def test_whoever_is_merely_trusted_is_told_nothing(app: Flask, ken: Neighbour) -> None:
    mother = insured(app, ken.community, "Mie", 20)

    def trust(session: Session) -> None:
        daughter = a_person(session, email="daughter@example.org")
        a_hand(session, mother, daughter, called="Daughter", may="read")

    written(app, trust)
    told = [mail.to_address for mail in tonight(app, ken.community, "one")]
    assert "mie@example.org" in told
    assert "daughter@example.org" not in told


def test_nobody_is_told_twice_of_one_and_again_of_the_next(
    app: Flask, ken: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana = insured(app, ken.community, "Hana", 30)
    assert len(tonight(app, ken.community, "one")) == 2
    at(monkeypatch, 2026, 3, 2, 1)
    assert tonight(app, ken.community, "two") == []

    def renew(session: Session) -> None:
        kind = session.query(LicenceKind).filter_by(community_id=ken.community.id).one()
        community = session.get_one(Community, ken.community.id)
        a_licence(session, community, session.get_one(Member, hana.id), kind, 390)

    written(app, renew)
    assert tonight(app, ken.community, "three") == []
    # A worker that stood still for months still tells, and once.
    at(monkeypatch, 2027, 6, 1, 1)
    assert [mail.to_address for mail in tonight(app, ken.community, "four")] == [
        "ken@example.org",
        "hana@example.org",
    ]


def test_nobody_writes_to_who_has_left_or_is_suspended_and_away_is_no_reason_to_be_silent(
    app: Flask, ken: Neighbour
) -> None:
    left, paused, away = (insured(app, ken.community, name, 5) for name in ("Left", "Paused", "Away"))

    def work(session: Session) -> None:
        community = session.get_one(Community, ken.community.id)
        session.get_one(Member, left.id).state = LEFT
        suspend_member(
            session, member=session.get_one(Member, paused.id), reason="a pause", actor=COORDINATOR
        )
        whose = session.get_one(Member, away.id)
        until = community.started_on.replace(year=2026, month=6)
        go_away(session, community=community, member=whose, until=until, actor=COORDINATOR)

    written(app, work)
    to_ken, to_away = tonight(app, ken.community, "one")
    assert to_away.to_address == "away@example.org"
    assert "Left" not in to_ken.text
    assert "Paused" not in to_ken.text
    written(
        app,
        lambda session: resume_member(
            session, member=session.get_one(Member, paused.id), reason="back", actor=COORDINATOR
        ),
    )
    assert [mail.to_address for mail in tonight(app, ken.community, "two")] == [
        "ken@example.org",
        "paused@example.org",
    ]


def test_a_kind_that_is_no_longer_asked_for_warns_nobody(app: Flask, ken: Neighbour) -> None:
    insured(app, ken.community, "Hana", 5)

    def retire(session: Session) -> None:
        kind = session.query(LicenceKind).filter_by(community_id=ken.community.id).one()
        community = session.get_one(Community, ken.community.id)
        retire_kind(session, community=community, kind=kind, actor=COORDINATOR)

    written(app, retire)
    assert tonight(app, ken.community, "one") == []


def test_each_reads_it_in_their_own_language(app: Flask, ken: Neighbour) -> None:
    insured(app, ken.community, "Hana", 5)

    def speak(session: Session) -> None:
        session.get_one(Person, ken.person.id).language = "ja"

    written(app, speak)
    to_ken, to_hana = tonight(app, ken.community, "one")
    assert (to_ken.language, to_hana.language) == ("ja", "en")
    assert "2026年3月6日(金)" in to_ken.text
