"""Entering members, giving them a sign-in, their limits and their state."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_person
from timebank.communities import service as communities
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.members import queries
from timebank.members import service
from timebank.members.models import Member


def floor_of(session: Session, member: Member, community: Community) -> int | None:
    return ledger.balance(session, queries.hours_of(member, community)).floor


def whats(session: Session, member: Member) -> list[str]:
    return [event.what for event in queries.history(session, member=member)]


def test_a_new_member_has_hours_with_the_communitys_limits(session: Session) -> None:
    community = a_community(session, credit_limit_minutes=600, ceiling_minutes=6000)
    member = service.add_member(
        session,
        community=community,
        number=" Ａ１２ ",
        name=" 山田　花子 ",
        reading="やまだ はなこ",
        district="北",
        joined_on=date(2021, 5, 1),
        actor=SOMEBODY,
    )
    assert (member.number, member.name, member.state) == ("A12", "山田　花子", "active")
    assert (member.reading, member.district, member.joined_on) == ("やまだ はなこ", "北", date(2021, 5, 1))
    account = queries.hours_of(member, community)
    assert account == ledger.find_account(
        session, book_id=community.book_id, code=f"hours:member:{member.id}", commodity="MIN"
    )
    standing = ledger.balance(session, account)
    assert (standing.balance, standing.floor, standing.ceiling) == (0, -600, 6000)
    assert whats(session, member) == ["entered"]


def test_what_is_not_known_of_a_member_is_left_out(session: Session) -> None:
    member = a_member(session, reading="  ", district="")
    assert (member.reading, member.district) == (None, None)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "1 2"}, "number"),
        ({"number": "1　2"}, "number"),
        ({"number": "1" * 41}, None),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, None),
        ({"name": "Ha\0na"}, None),
        ({"name": "Ha\u202ena"}, None),
        ({"name": "Ha\ud800na"}, None),
        ({"reading": "x" * 101}, None),
        ({"district": "x" * 61}, None),
    ],
    ids=ascii,
)
def test_what_a_member_cannot_be_called_is_refused(
    session: Session, facts: dict[str, str], field: str | None
) -> None:
    known = {"number": "1", "name": "Hanako"} | facts
    with pytest.raises(Refusal) as refused:
        service.add_member(session, community=a_community(session), actor=SOMEBODY, **known)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert session.scalars(select(Member)).all() == []


def test_two_members_of_a_community_cannot_have_one_number(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    a_member(session, here, number="7")
    a_member(session, there, number="7")
    with pytest.raises(service.NumberTaken, match="7"):
        a_member(session, here, number="７")


def test_of_two_who_take_a_number_at_once_one_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = a_community(session)
    a_member(session, community, number="7")
    monkeypatch.setattr(service, "find_by_number", lambda *_args, **_kwargs: None)
    with pytest.raises(service.NumberTaken), session.begin_nested():
        a_member(session, community, number="7")


def test_another_clash_is_not_mistaken_for_a_taken_number(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = a_community(session)
    monkeypatch.setattr(service, "sort_key", lambda _: None)
    with pytest.raises(Exception, match="sort_key"), session.begin_nested():
        a_member(session, community)


def test_many_members_are_entered_at_once_in_their_order(session: Session) -> None:
    community = a_community(session)
    a_member(session, community)
    new = [service.NewMember(number=f"N{n}", name=f"Name {n}", reading=f"よみ{n}") for n in range(50)]
    ids = service.add_members(session, community=community, new_members=new, actor=SOMEBODY)
    entered = [session.get_one(Member, member_id) for member_id in ids]
    assert [member.number for member in entered] == [one.number for one in new]
    assert len({member.account_id for member in entered}) == 50
    assert all(whats(session, member) == ["entered"] for member in entered)
    assert service.add_members(session, community=community, new_members=[], actor=SOMEBODY) == []


def test_members_entered_after_a_crowd_get_ids_of_their_own(session: Session) -> None:
    community = a_community(session)
    crowd = [service.NewMember(number=f"N{n}", name="Somebody") for n in range(3)]
    ids = service.add_members(session, community=community, new_members=crowd, actor=SOMEBODY)
    assert a_member(session, community).id == max(ids) + 1


def test_a_person_is_one_member_of_a_community_and_may_be_of_another(session: Session) -> None:
    here, there, person = a_community(session), a_community(session), a_person(session)
    member = a_member(session, here)
    service.give_hand(session, person=person, member=member, actor=SOMEBODY)
    service.give_hand(session, person=person, member=a_member(session, there), actor=SOMEBODY)
    with pytest.raises(service.MemberHereAlready), session.begin_nested():
        service.give_hand(session, person=person, member=a_member(session, here), actor=SOMEBODY)
    with pytest.raises(service.SignInThere), session.begin_nested():
        service.give_hand(session, person=a_person(session), member=member, actor=SOMEBODY)
    assert whats(session, member) == ["sign-in-given", "entered"]


def test_another_clash_is_not_mistaken_for_a_sign_in_that_is_there(session: Session) -> None:
    person, member = a_person(session), a_member(session)
    session.expunge(person)
    person.id = 999
    with pytest.raises(Exception, match=r"(?i)foreign key"), session.begin_nested():
        service.give_hand(session, person=person, member=member, actor=SOMEBODY)


def test_a_coordinator_sets_a_members_own_limit_for_a_reason(session: Session) -> None:
    community = a_community(session, credit_limit_minutes=600)
    member, other = a_member(session, community), a_member(session, community)
    service.set_own_limit(
        session, community=community, member=member, minutes=1200, reason="After an operation", actor=SOMEBODY
    )
    assert floor_of(session, member, community) == -1200
    assert floor_of(session, other, community) == -600
    event = queries.history(session, member=member)[0]
    assert (event.what, event.value, event.reason) == ("limit", "1200", "After an operation")
    service.set_own_limit(
        session, community=community, member=member, minutes=None, reason="Well again", actor=SOMEBODY
    )
    assert floor_of(session, member, community) == -600
    assert (member.own_limit_minutes, member.own_limit_reason) == (None, None)


@pytest.mark.parametrize("minutes", [-1, service.FURTHEST_LIMIT_MINUTES + 1])
def test_a_limit_beyond_all_sense_is_refused(session: Session, minutes: int) -> None:
    community = a_community(session)
    with pytest.raises(service.LimitRefused, match="limit"):
        service.set_own_limit(
            session,
            community=community,
            member=a_member(session, community),
            minutes=minutes,
            reason="x",
            actor=SOMEBODY,
        )
    with pytest.raises(service.LimitRefused):
        service.change_limits(
            session, community=community, credit_limit_minutes=minutes, ceiling_minutes=None, actor=SOMEBODY
        )
    with pytest.raises(service.CeilingRefused, match="highest"):
        service.change_limits(
            session, community=community, credit_limit_minutes=60, ceiling_minutes=minutes, actor=SOMEBODY
        )


def test_what_is_done_about_a_member_needs_a_reason(session: Session) -> None:
    community = a_community(session)
    member = a_member(session, community)
    with pytest.raises(service.ReasonMissing):
        service.set_own_limit(
            session, community=community, member=member, minutes=60, reason=" ", actor=SOMEBODY
        )
    for verb in (service.suspend_member, service.resume_member):
        with pytest.raises(service.ReasonMissing, match="why"):
            verb(session, member=member, reason="", actor=SOMEBODY)


def test_a_new_credit_limit_is_everybodys_who_has_none_of_their_own(session: Session) -> None:
    community, elsewhere = a_community(session), a_community(session)
    usual, own, stranger = (
        a_member(session, community),
        a_member(session, community),
        a_member(session, elsewhere),
    )
    service.set_own_limit(
        session, community=community, member=own, minutes=60, reason="Wished so", actor=SOMEBODY
    )
    changed = service.change_limits(
        session, community=community, credit_limit_minutes=300, ceiling_minutes=None, actor=SOMEBODY
    )
    assert changed == 1
    assert floor_of(session, usual, community) == -300
    assert floor_of(session, own, community) == -60
    assert floor_of(session, stranger, elsewhere) == -720
    assert communities.history(session, community=community)[0].what == "credit_limit_minutes"


def test_a_new_ceiling_is_everybodys(session: Session) -> None:
    community = a_community(session)
    usual, own = a_member(session, community), a_member(session, community)
    service.set_own_limit(
        session, community=community, member=own, minutes=60, reason="Wished so", actor=SOMEBODY
    )
    changed = service.change_limits(
        session, community=community, credit_limit_minutes=720, ceiling_minutes=6000, actor=SOMEBODY
    )
    assert changed == 2
    for member, floor in ((usual, -720), (own, -60)):
        standing = ledger.balance(session, queries.hours_of(member, community))
        assert (standing.floor, standing.ceiling) == (floor, 6000)


def test_limits_that_are_as_they_were_change_nothing(session: Session) -> None:
    community = a_community(session)
    a_member(session, community)
    same = {"credit_limit_minutes": 720, "ceiling_minutes": None}
    assert service.change_limits(session, community=community, actor=SOMEBODY, **same) == 0  # type: ignore[arg-type]
    assert len(communities.history(session, community=community)) == 1


def test_a_member_is_suspended_and_resumed_for_a_reason(session: Session) -> None:
    member = a_member(session)
    service.suspend_member(session, member=member, reason="Asked for a rest", actor=SOMEBODY)
    assert (member.state, member.state_reason) == ("suspended", "Asked for a rest")
    with pytest.raises(service.NotActive):
        service.suspend_member(session, member=member, reason="Again", actor=SOMEBODY)
    service.resume_member(session, member=member, reason="Rested", actor=SOMEBODY)
    assert (member.state, member.state_reason) == ("active", None)
    with pytest.raises(service.NotSuspended):
        service.resume_member(session, member=member, reason="Again", actor=SOMEBODY)
    assert whats(session, member) == ["resumed", "suspended", "entered"]
