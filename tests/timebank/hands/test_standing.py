"""As whom somebody is in a community."""

from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_office
from timebank.hands.service import end_hand
from timebank.hands.standing import stand
from timebank.members.models import LEFT
from timebank.members.queries import communities_of
from timebank.members.queries import people_by_number
from timebank.rights import HAND
from timebank.rights import MEMBER
from timebank.rights import NEED_SECOND_FACTOR
from timebank.web import Standing


def test_a_member_is_here_for_themselves_until_they_choose(session: Session) -> None:
    here = a_community(session)
    hana = a_neighbour(session, here, "steward")
    household = a_household(session, here, hana.person)
    a_household(session, here, a_person(session))
    usual = stand(session, person=hana.person, community=here, chosen=None)
    assert (usual.member, usual.roles, usual.for_other) == (
        hana.member,
        frozenset({MEMBER, "steward"}),
        False,
    )
    assert usual.has_choice
    chosen = stand(session, person=hana.person, community=here, chosen=household.id)
    # The office rests.
    assert (chosen.member, chosen.roles, chosen.for_other) == (household, frozenset({MEMBER}), True)
    assert chosen.own is hana.member
    assert chosen.reach == usual.reach
    assert len(usual.reach) == 2


def test_who_is_only_a_hand_acts_for_the_one_member_at_once_and_of_two_chooses(session: Session) -> None:
    here, person = a_community(session), a_person(session)
    first = a_household(session, here, person)
    assert stand(session, person=person, community=here, chosen=None).member is first
    second = a_household(session, here, person)
    open_ = stand(session, person=person, community=here, chosen=None)
    assert (open_.member, open_.roles, open_.has_choice) == (None, frozenset({HAND}), True)
    assert stand(session, person=person, community=here, chosen=second.id).member is second


def test_an_officer_who_is_no_member_keeps_the_office_until_they_choose(session: Session) -> None:
    here, person = a_community(session), a_person(session)
    an_office(session, person, here, "coordinator")
    household = a_household(session, here, person)
    usual = stand(session, person=person, community=here, chosen=None)
    assert (usual.member, usual.roles) == (None, frozenset({"coordinator"}))
    assert stand(session, person=person, community=here, chosen=household.id).roles == {MEMBER}


def test_a_trusted_person_has_the_ticks_and_nothing_else(session: Session) -> None:
    here, person = a_community(session), a_person(session)
    mother = a_member(session, here)
    a_hand(session, mother, person, called="Keiko", may="log a-tick-of-long-ago")
    standing = stand(session, person=person, community=here, chosen=None)
    assert (standing.member, standing.roles, standing.ticks) == (
        mother,
        frozenset({HAND}),
        frozenset({"log"}),
    )


def test_what_ended_left_or_is_elsewhere_is_nothing(session: Session) -> None:
    here, there, person = a_community(session), a_community(session), a_person(session)
    household = a_household(session, here, person)
    nothing = Standing()
    assert stand(session, person=person, community=there, chosen=household.id) == nothing
    assert communities_of(session, person=person) == [here]
    household.state = LEFT
    assert stand(session, person=person, community=here, chosen=household.id) == nothing
    household.state = "active"
    assert end_hand(session, member=household, person=person, actor=SOMEBODY)
    assert stand(session, person=person, community=here, chosen=household.id) == nothing
    assert communities_of(session, person=person) == []


def test_whoever_acts_for_a_household_signs_in_by_its_number_and_the_trusted_do_not(session: Session) -> None:
    here, one, other = a_community(session), a_person(session), a_person(session)
    household = a_household(session, here, one, other, number="77")
    a_hand(session, household, a_person(session), called="Keiko", may="log")
    assert people_by_number(session, community=here, number="77") == [one, other]


def test_an_office_that_sleeps_does_not_count_and_is_still_a_part_here(session: Session) -> None:
    here, person = a_community(session), a_person(session)
    for role in ("coordinator", "steward"):
        an_office(session, person, here, role)
    only_steward = a_person(session)
    an_office(session, only_steward, here, "steward")
    household = a_household(session, here, only_steward)
    asleep = frozenset({"steward"})
    both = stand(session, person=person, community=here, chosen=None, sleeping=NEED_SECOND_FACTOR)
    assert (both.roles, both.asleep) == (frozenset({"coordinator"}), asleep)
    # Whoever has nothing but the office is led to where it wakes, and not taken for somebody else's hand.
    usual = stand(session, person=only_steward, community=here, chosen=None, sleeping=NEED_SECOND_FACTOR)
    assert (usual.member, usual.roles, usual.asleep, usual.has_own_part) == (None, frozenset(), asleep, True)
    chosen = stand(
        session, person=only_steward, community=here, chosen=household.id, sleeping=NEED_SECOND_FACTOR
    )
    assert (chosen.member, chosen.roles, chosen.asleep) == (household, frozenset({MEMBER}), frozenset())
    assert stand(session, person=only_steward, community=here, chosen=None).roles == asleep
