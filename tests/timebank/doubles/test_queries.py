"""Who looks as if entered twice, and why; what is hidden is not betrayed."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.doubles.keys import name_key
from timebank.doubles.queries import alike
from timebank.doubles.queries import reasons_for
from timebank.doubles.queries import said_apart
from timebank.doubles.service import OneRecordOnly
from timebank.doubles.service import say_not_the_same
from timebank.members.models import LEFT
from timebank.members.models import Farewell
from timebank.members.models import Member

Pairs = list[tuple[str, str, tuple[str, ...]]]


@pytest.fixture
def community(session: Session) -> Community:
    """Kadoma; in another community there are members of the same names."""
    other = a_community(session)
    for number in ("1", "2"):
        a_member(session, other, name="山本 和子", reading="やまもと かずこ", number=number)
    return a_community(session)


def found(session: Session, community: Community) -> Pairs:
    return [
        (pair.one.number, pair.other.number, pair.reasons) for pair in alike(session, community=community)
    ]


def reached(
    session: Session, community: Community, member: Member, kind: str, value: str, audience: str = MEMBERS
) -> None:
    set_detail(
        session,
        community=community,
        member=member,
        kind=kind,
        value=value,
        audience=audience,
        actor=COORDINATOR,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("やまもと　かずこ", "ヤマモト カズコ"),
        ("ﾔﾏﾓﾄ ｶｽﾞｺ", "やまもとかずこ"),
        ("しょうこ", "しようこ"),
        ("はっとり ゆうこ", "はつとりゆうこ"),
        ("かんだ", "がんた"),
        ("パーク", "ばく"),
        ("ＨＡＮＡ Yamada", "Hana　yamada"),
        ("José", "jose"),
    ],
)
def test_what_is_written_in_two_ways_is_the_same_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_another_name_is_another_name() -> None:
    assert name_key("やまだ") != name_key("やまた はな")
    assert name_key("佐藤") != name_key("佐籐")


def test_the_same_name_and_reading_are_found_however_they_are_written(
    session: Session, community: Community
) -> None:
    for number, name, reading in (
        ("1", "山本 和子", "やまもと かずこ"),
        ("2", "山本　和子", "ヤマモトカズコ"),
        ("3", "山本和子", None),
        ("4", "山本 和子", "やまもと わこ"),
        ("5", "山元 和子", "やまもと かずこ"),
        ("6", "田中 一", "たなか はじめ"),
    ):
        a_member(session, community, name=name, reading=reading, number=number)
    assert found(session, community) == [
        ("1", "2", ("name",)),
        ("1", "3", ("name",)),
        ("2", "3", ("name",)),
        ("3", "4", ("name",)),
        ("1", "5", ("reading",)),
        ("2", "5", ("reading",)),
    ]


def test_a_telephone_and_an_address_are_reasons_however_they_are_written(
    session: Session, community: Community
) -> None:
    hana = a_member(session, community, name="Hana", number="1")
    hannah = a_member(session, community, name="Hannah", number="2")
    ken = a_member(session, community, name="Ken", number="3")
    reached(session, community, hana, TELEPHONE, "090-1111-2222")
    reached(session, community, hannah, TELEPHONE, "０９０（１１１１）２２２２", COORDINATORS)
    reached(session, community, ken, TELEPHONE, "090-1111-3333")
    reached(session, community, hana, ADDRESS, "門真市本町1丁目2番3号")
    reached(session, community, hannah, ADDRESS, "門真市本町１－２－３")
    reached(session, community, ken, ADDRESS, "門真市本町1-2-3")
    assert found(session, community) == [
        ("1", "2", ("telephone", "address")),
        ("1", "3", ("address",)),
        ("2", "3", ("address",)),
    ]
    assert reasons_for(session, community=community, one=hannah, other=hana) == ("telephone", "address")
    assert reasons_for(session, community=community, one=ken, other=hana) == ("address",)


@pytest.mark.parametrize(("one", "other"), [(NOBODY, MEMBERS), (COORDINATORS, NOBODY), (NOBODY, NOBODY)])
def test_what_a_member_shows_to_nobody_is_not_betrayed_by_a_reason(
    session: Session, community: Community, one: str, other: str
) -> None:
    hana, hannah = a_member(session, community, name="Hana"), a_member(session, community, name="Hannah")
    for kind, value in ((TELEPHONE, "090-1111-2222"), (ADDRESS, "門真市本町1-2-3")):
        reached(session, community, hana, kind, value, one)
        reached(session, community, hannah, kind, value, other)
    assert found(session, community) == []
    assert reasons_for(session, community=community, one=hana, other=hannah) == ()


def test_the_telephone_of_a_hall_says_nothing_of_two(session: Session, community: Community) -> None:
    for number in range(7):
        member = a_member(session, community, name=f"Somebody {number}")
        reached(session, community, member, TELEPHONE, "06-6666-0000")
    assert found(session, community) == []


def test_who_has_died_is_left_alone_and_who_has_left_is_not(session: Session, community: Community) -> None:
    for number, died in (("1", False), ("2", True)):
        member = a_member(session, community, name="Hana", number=number)
        member.state = LEFT
        session.add(
            Farewell(
                member_id=member.id,
                community_id=community.id,
                left_on=member.joined_on,
                died=died,
                family_contact="",
            )
        )
    a_member(session, community, name="Hana", number="3")
    session.flush()
    assert found(session, community) == [("1", "3", ("name",))]


def test_who_is_said_to_be_two_is_not_asked_about_again(session: Session, community: Community) -> None:
    hana, namesake, third = (a_member(session, community, name="Hana", number=f"{n}") for n in (1, 2, 3))
    ken = a_neighbour(session, community, name="Ken")
    actor = Actor(person_id=ken.person.id, member_id=None, how="web")
    for one, other in ((namesake, hana), (hana, namesake)):
        say_not_the_same(session, community=community, one=one, other=other, actor=actor)
    assert found(session, community) == [("1", "3", ("name",)), ("2", "3", ("name",))]
    (apart,) = said_apart(session, community=community)
    assert (apart.one, apart.other, apart.by) == (hana, namesake, ken.member)
    assert said_apart(session, community=a_community(session)) == []
    with pytest.raises(OneRecordOnly):
        say_not_the_same(session, community=community, one=third, other=third, actor=actor)
