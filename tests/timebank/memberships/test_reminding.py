"""Letters about fees: once before the end and once after it, and never to whoever has paid or left."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import at
from tests.builders import written
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import counts
from tests.timebank.memberships.things import hand_over
from timebank import queue
from timebank.cli.working import TIMETABLE
from timebank.communities.models import Community
from timebank.mail.models import Mail
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.memberships.later import BEGIN_YEARS
from timebank.memberships.later import REMIND_OF_FEES
from timebank.memberships.models import ROLLING
from timebank.memberships.models import Plan
from timebank.memberships.service import list_plans


@pytest.fixture
def hana(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    """A member who paid until 2 April 2027; beside her one without an address, and another community."""
    at(monkeypatch, 2026, 4, 20, 3)

    def work(session: Session) -> Neighbour:
        community = a_community(session, slug="kadoma", name="Kadoma", currency="JPY", time_zone="Asia/Tokyo")
        other = a_community(session, currency="JPY")
        for place in (community, other):
            counts(session, place, years=ROLLING, days_before=30, days_after=20, grace_days=40, bank="No. 7")
            a_plan(session, place)
        hana = a_neighbour(session, community, name="Hana", email="hana@example.org")
        silent = a_member(session, community, name="Mio")
        elsewhere = a_neighbour(session, other, name="Ren", email="ren@example.org")
        for member in (hana.member, silent, elsewhere.member):
            assert member is not None
            place = session.get_one(Community, member.community_id)
            hand_over(session, place, member, list_plans(session, community=place)[0])
        return hana

    return written(app, work)


def tonight(app: Flask, hana: Neighbour, *moment: int, monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """Let a night's work be done, and give what was written in it."""
    at(monkeypatch, *moment)
    before = len(work_off(app))
    key = "-".join(map(str, moment))
    written(
        app,
        lambda session: queue.enqueue(
            session, community_id=hana.community.id, kind=REMIND_OF_FEES, key=f"test:{key}"
        ),
    )
    return work_off(app)[before:]


def change(app: Flask, hana: Neighbour, work: Any) -> None:
    def inside(session: Session) -> None:
        member = session.get_one(Member, hana.member.id if hana.member else 0)
        work(session, session.get_one(Community, hana.community.id), member)

    written(app, inside)


def test_years_begin_and_members_are_reminded_every_day() -> None:
    assert {one.kind for one in TIMETABLE} >= {BEGIN_YEARS, REMIND_OF_FEES}


def test_a_member_is_told_until_when_it_is_paid(app: Flask, hana: Neighbour) -> None:
    mails = work_off(app)
    assert {one.to_address for one in mails} == {"hana@example.org", "ren@example.org"}
    told = next(one for one in mails if one.to_address == "hana@example.org")
    assert told.subject == "The membership fee is paid"
    assert "¥3,000" in told.text
    assert "Fri 2 April 2027" in told.text
    assert "Fri 2 April 2027" in (told.html or "")


def test_a_member_is_reminded_once_before_the_end_and_once_after_it(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tonight(app, hana, 2027, 3, 2, monkeypatch=monkeypatch) == []
    (before,) = tonight(app, hana, 2027, 3, 3, monkeypatch=monkeypatch)
    assert before.to_address == "hana@example.org"
    assert before.subject == "Your membership is paid until Fri 2 April 2027"
    for said in ("¥3,000 a year", "/kadoma/membership/fee", "No. 7", "need not say why"):
        assert said in before.text
        assert said in (before.html or "")
    assert tonight(app, hana, 2027, 3, 20, monkeypatch=monkeypatch) == []
    assert tonight(app, hana, 2027, 4, 21, monkeypatch=monkeypatch) == []
    (after,) = tonight(app, hana, 2027, 4, 22, monkeypatch=monkeypatch)
    assert after.subject == "Your membership was paid until Fri 2 April 2027"
    assert "It counts until Wed 12 May 2027" in after.text
    assert tonight(app, hana, 2027, 4, 30, monkeypatch=monkeypatch) == []


def test_whoever_has_not_paid_for_long_is_left_alone(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tonight(app, hana, 2027, 6, 2, monkeypatch=monkeypatch) == []
    assert tonight(app, hana, 2030, 6, 2, monkeypatch=monkeypatch) == []


def test_who_has_paid_the_next_year_is_not_reminded(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2027, 3, 1)

    def work(session: Session, community: Community, member: Member) -> None:
        plan: Plan = list_plans(session, community=community)[0]
        hand_over(session, community, member, plan, key="form:next", paid_on=date(2027, 3, 1))

    change(app, hana, work)
    assert tonight(app, hana, 2027, 3, 20, monkeypatch=monkeypatch) == []


def test_who_has_left_is_not_written_to(app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(_session: Session, _community: Community, member: Member) -> None:
        member.state = LEFT

    change(app, hana, leaves)
    assert tonight(app, hana, 2027, 3, 20, monkeypatch=monkeypatch) == []


def test_where_nobody_is_to_be_reminded_nobody_is(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(session: Session, community: Community, _member: Member) -> None:
        counts(session, community, years=ROLLING, days_before=0, days_after=0)

    change(app, hana, never)
    for moment in ((2027, 3, 20), (2027, 4, 2), (2027, 4, 3), (2027, 4, 22)):
        assert tonight(app, hana, *moment, monkeypatch=monkeypatch) == []


def test_the_guardian_of_somebody_under_18_reads_it_too(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(session: Session, community: Community, member: Member) -> None:
        consent = GuardianConsent(
            name="Her aunt",
            reached_by="06",
            wording="Yes",
            consented_on=date(2026, 4, 3),
            email="aunt@example.org",
            language="ja",
        )
        record_guardian(session, community=community, member=member, consent=consent, actor=SOMEBODY)

    change(app, hana, work)
    mails = tonight(app, hana, 2027, 3, 20, monkeypatch=monkeypatch)
    assert {one.to_address for one in mails} == {"hana@example.org", "aunt@example.org"}
    assert len({one.subject for one in mails}) == 2
