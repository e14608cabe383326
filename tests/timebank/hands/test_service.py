"""Letting somebody act for a household or an organisation, and ending it."""

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import written
from tests.timebank.exchanges.test_letters import work_off
from timebank.errors import Refusal
from timebank.hands import service
from timebank.hands.queries import acting_for
from timebank.hands.service import Named
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import Hand
from timebank.members.queries import names_of
from timebank.members.service import give_hand
from timebank.members.sign_in_codes import give_code


def test_somebody_is_added_by_an_address_that_is_known_or_new(session: Session) -> None:
    here = a_community(session)
    school = a_member(session, here, name="Primary school", kind=AN_ORGANISATION)
    known = a_person(session, email="hana@example.org")
    for who, name in (("Hana@example.org", "Hana"), ("mie＠example.org", "Mie")):
        service.add_hand(session, community=here, member=school, named=Named(who, name), actor=COORDINATOR)
    acting = acting_for(session, member=school)
    assert [(one.name, one.hand.acts_as) for one in acting] == [
        ("Hana", "organisation"),
        ("Mie", "organisation"),
    ]
    assert acting[0].person is known
    # Nobody has chosen a password for her: she has a link sent.
    assert (acting[1].person.email, acting[1].person.password_hash) == ("mie@example.org", None)


def test_somebody_is_added_by_the_number_and_goes_by_that_members_name(session: Session) -> None:
    here = a_community(session)
    ken = a_neighbour(session, here, name="Ken", number="0042")
    household = a_household(session, here)
    hand = service.add_hand(
        session, community=here, member=household, named=Named("42", "Somebody else"), actor=COORDINATOR
    )
    assert hand.person_id == ken.person.id
    assert [one.name for one in acting_for(session, member=household)] == ["Ken"]


@pytest.mark.parametrize(
    ("who", "name", "refusal"),
    [
        ("", "Mie", service.NobodyNamed),
        ("mie@example.org", "", service.NameMissing),
        ("mie@example.org", "\u3164", service.NameMissing),
        ("@", "Mie", Refusal),
        ("999", "", Refusal),
        ("0007", "", service.NobodySignsIn),
        ("0008", "", service.ActsAlready),
    ],
)
def test_who_cannot_act_is_refused_in_words(
    session: Session, who: str, name: str, refusal: type[Refusal]
) -> None:
    here = a_community(session)
    a_member(session, here, number="0007")
    inside = a_neighbour(session, here, number="0008")
    household = a_household(session, here, inside.person)
    before = session.scalar(select(func.count()).select_from(Hand))
    with pytest.raises(refusal):
        service.add_hand(session, community=here, member=household, named=Named(who, name), actor=COORDINATOR)
    assert session.scalar(select(func.count()).select_from(Hand)) == before


def test_one_person_is_no_household_and_a_household_no_person(session: Session) -> None:
    here = a_community(session)
    hana, household, person = a_member(session, here), a_household(session, here), a_person(session)
    with pytest.raises(service.IsOnePerson):
        service.add_hand(
            session, community=here, member=hana, named=Named("mie@example.org", "Mie"), actor=COORDINATOR
        )
    for refused in (
        lambda: give_hand(session, person=person, member=household, actor=COORDINATOR),
        lambda: give_code(session, community=here, member=household, actor=COORDINATOR),
    ):
        with pytest.raises(Refusal, match="not one person"):
            refused()


def test_it_ends_once_and_the_name_stays(session: Session) -> None:
    here, mie, other = a_community(session), a_person(session), a_person(session)
    household = a_household(session, here, mie, other)
    assert service.end_hand(session, member=household, person=mie, actor=COORDINATOR)
    assert not service.end_hand(session, member=household, person=mie, actor=COORDINATOR)
    assert [one.person for one in acting_for(session, member=household)] == [other]
    assert names_of(session, community_id=here.id, person_ids=[mie.id]) == {mie.id: "Person 1"}
    elsewhere = a_community(session)
    assert names_of(session, community_id=elsewhere.id, person_ids=[mie.id, None]) == {}


def test_a_member_does_not_end_being_themselves_by_it(session: Session) -> None:
    hana = a_neighbour(session, a_community(session))
    assert hana.member
    assert not service.end_hand(session, member=hana.member, person=hana.person, actor=COORDINATOR)


def test_whoever_has_an_address_is_told_in_their_language_that_it_began_and_ended(app: Flask) -> None:
    def work(session: Session) -> None:
        here = a_community(session)
        mie, silent = a_person(session, email="mie@example.org"), a_person(session)
        mie.language, silent.email = "ja", None
        household = a_household(session, here, mie, silent, name="Yamada")
        service.end_hand(session, member=household, person=mie, actor=COORDINATOR)

    written(app, work)
    letters = work_off(app)
    assert [one.to_address for one in letters] == ["mie@example.org"] * 2
    assert "できるようになりました" in letters[0].subject
    assert "終わりました" in letters[1].subject
    assert "Person 1" in letters[0].text
