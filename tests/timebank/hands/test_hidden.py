"""Whoever has left a household is not found by it, nor by those who act or acted for it."""

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_neighbour
from timebank.communities.models import Community
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import TELEPHONE
from timebank.contacts.queries import Reader
from timebank.contacts.queries import details_for
from timebank.contacts.service import set_detail
from timebank.hands.service import end_hand
from timebank.members.models import Member


def sees(session: Session, reader: Member | None, member: Member | None) -> bool:
    assert member
    return bool(details_for(session, member=member, reader=Reader(reader)))


def with_number(session: Session, here: Community) -> Neighbour:
    who = a_neighbour(session, here)
    assert who.member
    set_detail(
        session,
        community=here,
        member=who.member,
        kind=TELEPHONE,
        value="06-1234-5678",
        audience=MEMBERS,
        actor=SOMEBODY,
    )
    return who


def test_who_has_left_is_hidden_from_the_household_and_all_who_act_or_acted_for_it(session: Session) -> None:
    here = a_community(session)
    left, stays, was, later, other = (with_number(session, here) for _ in range(5))
    household = a_household(session, here, left.person, stays.person, was.person)
    a_household(session, here, left.person, other.person)
    assert sees(session, household, left.member)
    end_hand(session, member=household, person=was.person, actor=COORDINATOR)
    assert end_hand(session, member=household, person=left.person, actor=COORDINATOR)
    a_hand(session, household, later.person, called="Later")
    for reader in (household, stays.member, was.member, later.member):
        assert not sees(session, reader, left.member)
    # Others find them as before, with another household, too; coordinators do, and they themselves.
    assert sees(session, other.member, left.member)
    assert sees(session, left.member, left.member)
    assert left.member
    assert details_for(session, member=left.member, reader=Reader(stays.member, coordinator=True))
    assert sees(session, left.member, stays.member)
    a_hand(session, household, left.person, called="Back again")
    assert sees(session, stays.member, left.member)


def test_a_trusted_person_or_an_organisation_that_ended_hides_nobody(session: Session) -> None:
    here = a_community(session)
    left, stays = with_number(session, here), with_number(session, here)
    school = a_household(session, here, left.person, stays.person, kind="organisation")
    assert stays.member
    a_hand(session, stays.member, left.person, called="Trusted", may="log")
    for member in (school, stays.member):
        end_hand(session, member=member, person=left.person, actor=COORDINATOR)
    assert sees(session, school, left.member)
    assert sees(session, stays.member, left.member)
