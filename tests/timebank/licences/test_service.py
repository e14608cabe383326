"""What may be done about insurances and licences, and what is found of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import at
from tests.builders import written
from tests.timebank.licences.insured import a_kind
from tests.timebank.licences.insured import a_licence
from tests.timebank.licences.insured import in_days
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.licences.kinds import LicenceKindThere
from timebank.licences.kinds import LicenceKindUnnamed
from timebank.licences.kinds import add_kind
from timebank.licences.kinds import find_kind
from timebank.licences.kinds import list_kinds
from timebank.licences.kinds import retire_kind
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.licences.queries import count_running_out
from timebank.licences.queries import find_licence
from timebank.licences.queries import history_of
from timebank.licences.queries import licences_of
from timebank.licences.queries import list_licences
from timebank.licences.queries import usual_end
from timebank.licences.service import EndPassed
from timebank.licences.service import EndTooFar
from timebank.licences.service import KindRetired
from timebank.licences.service import LicenceOver
from timebank.licences.service import Seen
from timebank.licences.service import take_off
from timebank.licences.service import write_down
from timebank.licences.service import write_down_for_many
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.service import ReasonMissing
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyHaveLeft


@pytest.fixture
def community(session: Session) -> Community:
    made = a_community(session)
    # Somebody else's, so that a missing filter fails.
    other = a_community(session)
    a_licence(session, other, a_member(session, other), a_kind(session, other), 3)
    return made


def test_what_is_seen_is_written_down_with_who_saw_it(session: Session, community: Community) -> None:
    hana, kind = a_member(session, community), a_kind(session, community)
    ken = a_neighbour(session, community, name="Ken")
    actor = Actor(person_id=ken.person.id, member_id=ken.member.id if ken.member else None, how="web")
    licence = a_licence(session, community, hana, kind, 40, note=" by post ", actor=actor)
    assert (licence.note, licence.ends_on) == ("by post", in_days(community, 40))
    (past,) = history_of(session, community=community, member=hana)
    assert past.seen_by is ken.member
    assert past.licence.seen_how == "web"
    (listed,) = licences_of(session, community=community, member=hana)
    assert (listed.kind, listed.member, listed.days_left) == (kind, hana, 40)


def test_renewing_keeps_what_was_there_before(session: Session, community: Community) -> None:
    hana, kind = a_member(session, community), a_kind(session, community)
    other = a_licence(session, community, hana, a_kind(session, community, "Driving"), 500)
    before = a_licence(session, community, hana, kind, 10)
    before.warned_at = clock.now()
    now = a_licence(session, community, hana, kind, 375)
    assert {one.licence for one in licences_of(session, community=community, member=hana)} == {other, now}
    assert [one.licence for one in history_of(session, community=community, member=hana)] == [
        now,
        before,
        other,
    ]
    assert (before.over_at is not None, before.over_reason, now.warned_at) == (True, None, None)


def test_the_same_written_down_twice_stands_there_once(session: Session, community: Community) -> None:
    hana, kind = a_member(session, community), a_kind(session, community)
    a_licence(session, community, hana, kind, 10)
    again = Seen(kind=kind, ends_on=in_days(community, 10))
    assert write_down(session, community=community, member=hana, seen=again, actor=COORDINATOR) is None
    assert len(history_of(session, community=community, member=hana)) == 1


@pytest.mark.parametrize(
    ("ends_on", "refusal", "words"),
    [
        (date(2026, 4, 2), EndPassed, "2026-04-02 is over already"),
        (date(1990, 4, 3), EndPassed, "is over already"),
        (date(2077, 1, 1), EndTooFar, "more than 50 years away. Please check the year"),
        (date.max, EndTooFar, "Please check the year"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    ends_on: date,
    refusal: type[Refusal],
    words: str,
) -> None:
    at(monkeypatch, 2026, 4, 2, 16)  # the 3rd in Tokyo
    community = a_community(session)
    hana, kind = a_member(session, community), a_kind(session, community)
    seen = Seen(kind=kind, ends_on=ends_on)
    with pytest.raises(refusal, match=words):
        write_down(session, community=community, member=hana, seen=seen, actor=COORDINATOR)
    a_licence(session, community, hana, kind, 0)
    assert licences_of(session, community=community, member=hana)[0].days_left == 0


def test_nothing_is_written_down_of_who_has_left_nor_of_a_retired_kind(
    session: Session, community: Community
) -> None:
    hana, gone = a_member(session, community), a_member(session, community, name="Gone")
    kind, old = a_kind(session, community), a_kind(session, community, "Old")
    a_licence(session, community, hana, old, 5)
    gone.state = LEFT
    retire_kind(session, community=community, kind=old, actor=COORDINATOR)
    for member, which, refusal in ((gone, kind, TheyHaveLeft), (hana, old, KindRetired)):
        with pytest.raises(refusal):
            a_licence(session, community, member, which, 10)
    with pytest.raises(TheyHaveLeft):
        write_down_for_many(
            session,
            community=community,
            members=[hana, gone],
            seen=Seen(kind=kind, ends_on=None),
            actor=COORDINATOR,
        )
    # What was seen of it before is still hers.
    assert [one.kind for one in licences_of(session, community=community, member=hana)][-1] is old
    assert count_running_out(session, community=community) == 0


def test_in_spring_everybody_is_renewed_in_one_go(session: Session, community: Community) -> None:
    kind = a_kind(session, community)
    members = [a_member(session, community, name=f"Hana {number}") for number in range(3)]
    a_licence(session, community, members[0], kind, 20)
    a_licence(session, community, members[1], kind, 385)
    seen = Seen(kind=kind, ends_on=in_days(community, 385))
    new = write_down_for_many(
        session, community=community, members=[*members[::-1], members[0]], seen=seen, actor=COORDINATOR
    )
    assert new == 2
    listed = list_licences(session, community=community, kind=kind)
    assert {one.licence.ends_on for one in listed} == {seen.ends_on}
    assert len(listed) == 3


def test_what_is_taken_off_stays_to_be_read_with_the_reason(session: Session, community: Community) -> None:
    hana, kind = a_member(session, community), a_kind(session, community)
    licence = a_licence(session, community, hana, kind, 5)
    with pytest.raises(ReasonMissing):
        take_off(session, licence=licence, reason=" ", actor=COORDINATOR)
    take_off(session, licence=licence, reason="It was Mary's", actor=COORDINATOR)
    assert licences_of(session, community=community, member=hana) == []
    (past,) = history_of(session, community=community, member=hana)
    assert past.licence.over_reason == "It was Mary's"
    with pytest.raises(LicenceOver, match="no longer on the list"):
        take_off(session, licence=licence, reason="again", actor=COORDINATOR)
    a_licence(session, community, hana, kind, 5)


def test_the_list_is_sorted_by_its_ends_and_filtered(session: Session, community: Community) -> None:
    insurance, driving = a_kind(session, community), a_kind(session, community, "Driving")
    hana, ken = a_member(session, community, name="Hana"), a_member(session, community, name="Ken")
    paused = a_member(session, community, name="Paused")
    left = a_member(session, community, name="Left")
    endless = a_licence(session, community, hana, driving, None)
    late = a_licence(session, community, ken, insurance, 31)
    soon = a_licence(session, community, hana, insurance, 30)
    today = a_licence(session, community, ken, driving, 0)
    of_paused = a_licence(session, community, paused, insurance, 12)
    a_licence(session, community, left, insurance, 1)
    suspend_member(session, member=paused, reason="a pause", actor=COORDINATOR)
    left.state = LEFT
    session.flush()

    def found(**asked: object) -> list[Licence]:
        listed = list_licences(session, community=community, **asked)  # type: ignore[arg-type]
        return [one.licence for one in listed]

    assert found() == [today, of_paused, soon, late, endless]
    assert found(within_days=30) == [today, of_paused, soon]
    assert found(kind=driving) == [today, endless]
    assert found(kind=insurance, within_days=30) == [of_paused, soon]
    assert found(over=True) == []
    # Who is suspended does nothing for others, so nobody need ask them now.
    assert count_running_out(session, community=community) == 2
    today.ends_on = in_days(community, -1)
    session.flush()
    assert found(over=True) == [today]
    assert found(within_days=30)[0] is today
    retire_kind(session, community=community, kind=driving, actor=COORDINATOR)
    assert found() == [of_paused, soon, late]
    assert found(kind=driving) == [today, endless]


def test_the_usual_last_day_is_suggested_a_year_later_when_it_is_near(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 11, 27, 3)
    community = a_community(session)
    kind, members = a_kind(session, community), [a_member(session, community) for _ in range(4)]
    assert usual_end(session, community=community, kind=kind) is None
    a_licence(session, community, members[3], kind, None)
    assert usual_end(session, community=community, kind=kind) is None
    for member in members[:2]:
        seen = Seen(kind=kind, ends_on=date(2028, 2, 29))
        write_down(session, community=community, member=member, seen=seen, actor=COORDINATOR)
    a_licence(session, community, members[2], kind, 3)
    a_licence(session, community, members[2], a_kind(session, community, "Driving"), 3)
    assert usual_end(session, community=community, kind=kind) == date(2028, 2, 29)
    at(monkeypatch, 2028, 2, 10, 3)
    assert usual_end(session, community=community, kind=kind) == date(2029, 2, 28)
    at(monkeypatch, 2031, 2, 10, 3)
    assert usual_end(session, community=community, kind=kind) == date(2032, 2, 28)


def test_the_kinds_are_the_communitys_own(session: Session, community: Community) -> None:
    insurance = a_kind(session, community)
    with pytest.raises(LicenceKindThere, match="on the list already"):
        a_kind(session, community)
    with pytest.raises(LicenceKindUnnamed):
        a_kind(session, community, " \u200b")
    driving = a_kind(session, community, "Driving")
    retire_kind(session, community=community, kind=insurance, actor=COORDINATOR)
    retire_kind(session, community=community, kind=insurance, actor=COORDINATOR)
    assert list_kinds(session, community=community) == [driving]
    assert list_kinds(session, community=community, retired=True) == [insurance, driving]
    assert a_kind(session, community) is insurance
    assert list_kinds(session, community=community) == [insurance, driving]
    other = a_community(session)
    assert find_kind(session, community=other, kind_id=driving.id) is None
    licence = a_licence(session, community, a_member(session, community), driving, 3)
    assert find_licence(session, community=other, licence_id=licence.id) is None


def test_two_who_add_the_same_kind_at_once_learn_of_it(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_kind(session, community)
    seen_before = session.scalar
    answers = iter([None, 0])
    monkeypatch.setattr(session, "scalar", lambda *_: next(answers))
    with pytest.raises(LicenceKindThere):
        add_kind(session, community=community, name="Insurance", actor=COORDINATOR)
    monkeypatch.setattr(session, "scalar", seen_before)


def test_the_database_keeps_one_of_each_kind(session: Session, community: Community) -> None:
    hana, kind = a_member(session, community), a_kind(session, community)
    first = a_licence(session, community, hana, kind, 5)
    second = Licence(
        **{
            column.key: getattr(first, column.key)
            for column in Licence.__table__.columns
            if column.key != "id"
        }
    )
    session.add(second)
    with pytest.raises(IntegrityError):
        session.flush()


def test_two_coordinators_who_renew_at_once_leave_one(engine: Engine) -> None:
    def found(session: Session) -> tuple[Community, Member, LicenceKind]:
        community = a_community(session)
        member, kind = a_member(session, community), a_kind(session, community)
        a_licence(session, community, member, kind, 5)
        return community, member, kind

    community, member, kind = written(engine, found)
    ready = Barrier(2)

    def renew(days: int) -> None:
        ready.wait(30)
        written(
            engine,
            lambda session: a_licence(
                session,
                session.get_one(Community, community.id),
                session.get_one(Member, member.id),
                session.get_one(LicenceKind, kind.id),
                days,
            ),
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(renew, (100, 200)))
    current = select(func.count(Licence.id)).where(Licence.over_at.is_(None))
    assert written(engine, lambda session: session.scalar(current)) == 1
    assert written(engine, lambda session: session.scalar(select(func.count(Licence.id)))) == 3
