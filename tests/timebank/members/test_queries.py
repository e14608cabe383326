"""Finding members."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from timebank.communities.models import Community
from timebank.members import queries
from timebank.members.queries import find_without_zeros


def names(session: Session, community: Community, text: str = "") -> list[str]:
    return [member.name for member in queries.search_members(session, community=community, text=text).members]


def test_members_are_listed_by_their_readings(session: Session) -> None:
    community = a_community(session)
    for name, reading in (("渡辺", "わたなべ"), ("阿部", "あべ"), ("加藤", "カトウ"), ("Baker", None)):
        a_member(session, community, name=name, reading=reading)
    a_member(session, name="Noise")
    assert names(session, community) == ["Baker", "阿部", "加藤", "渡辺"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("山田", ["山田 花子"]),
        ("花子", ["山田 花子"]),
        ("山田花子", ["山田 花子"]),
        ("花子　山田", ["山田 花子"]),
        ("ヤマダ", ["山田 花子"]),
        ("ﾔﾏﾀﾞ", ["山田 花子"]),
        ("はなこ", ["山田 花子"]),
        ("BAKER", ["Baker"]),
        ("A-7", ["Baker"]),
        ("Ａ－７", ["Baker"]),
        ("nobody", []),
        ("%", []),
        ("_", ["Baker", "山田 花子"]),
        ("山\0田", ["Baker", "山田 花子"]),
        ("", ["Baker", "山田 花子"]),
    ],
    ids=ascii,
)
def test_members_are_found_as_people_type_them(session: Session, typed: str, found: list[str]) -> None:
    community = a_community(session)
    a_member(session, community, number="12", name="山田 花子", reading="やまだ はなこ")
    a_member(session, community, number="A-7", name="Baker")
    assert names(session, community, typed) == found


def test_a_long_list_comes_in_pages(session: Session) -> None:
    community = a_community(session)
    for number in range(5):
        a_member(session, community, number=f"N{number}", name="Twin")
    first = queries.search_members(session, community=community, limit=3)
    assert [member.number for member in first.members] == ["N0", "N1", "N2"]
    assert first.more
    second = queries.search_members(session, community=community, limit=3, after=first.members[-1])
    assert [member.number for member in second.members] == ["N3", "N4"]
    assert not second.more


def test_a_member_of_another_community_is_not_found(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    member = a_member(session, here, number="7")
    assert queries.find_member(session, community=here, member_id=member.id) is member
    assert queries.find_member(session, community=there, member_id=member.id) is None
    assert queries.find_by_number(session, community=here, number=" ７ ") is member
    assert queries.find_by_number(session, community=there, number="7") is None
    assert queries.find_by_number(session, community=here, number="7\0") is None


def test_a_person_is_found_behind_a_member_and_a_member_behind_a_person(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    hana = a_neighbour(session, here, number="7")
    a_neighbour(session, here)
    assert hana.member
    assert queries.member_of(session, person=hana.person, community=here) is hana.member
    assert queries.member_of(session, person=hana.person, community=there) is None
    assert queries.member_of(session, person=a_person(session), community=here) is None
    assert queries.people_of(session, member=hana.member) == [hana.person]
    assert queries.people_by_number(session, community=here, number="7") == [hana.person]
    assert queries.people_by_number(session, community=here, number="8") == []


@pytest.mark.parametrize(
    ("numbers", "following"),
    [([], "1"), (["7"], "8"), (["007", "A99"], "008"), (["9", "10"], "11"), (["99"], "100"), (["B1"], "1")],
    ids=str,
)
def test_the_next_number_follows_the_highest(session: Session, numbers: list[str], following: str) -> None:
    community = a_community(session)
    a_member(session, number="5000")
    for number in numbers:
        a_member(session, community, number=number)
    assert queries.next_number(session, community=community) == following


def test_history_is_told_from_the_newest(session: Session) -> None:
    member = a_member(session, suspended=True)
    assert [event.what for event in queries.history(session, member=member)] == ["suspended", "entered"]
    assert [event.what for event in queries.history(session, member=member, limit=1)] == ["suspended"]
    assert queries.history(session, member=member)[0].actor == str(SOMEBODY)


def test_on_paper_a_number_has_no_zeros_before_it(session: Session) -> None:
    community = a_community(session)
    member = a_member(session, community, number="0042")
    a_member(session, a_community(session), number="042")
    assert find_without_zeros(session, community=community, number=" ４２ ") == member
    for typed in ("", "000", "42a", "4"):
        assert find_without_zeros(session, community=community, number=typed) is None
    a_member(session, community, number="042")
    assert find_without_zeros(session, community=community, number="42") is None
