"""Writing down how members are reached, and which readers see what of it."""

from typing import Any

import pytest
from sqlalchemy import CheckConstraint
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import at
from timebank.communities.models import Community
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import AGREED
from timebank.contacts.models import AUDIENCES
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import EMAIL
from timebank.contacts.models import KINDS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import ContactDetail
from timebank.contacts.queries import Reader
from timebank.contacts.queries import bounds_for
from timebank.contacts.queries import details_for
from timebank.contacts.queries import details_of
from timebank.contacts.queries import members_with
from timebank.contacts.service import AudienceUnknown
from timebank.contacts.service import KindUnknown
from timebank.contacts.service import TelephoneRefused
from timebank.contacts.service import set_detail
from timebank.contacts.sharing import UNDER_18
from timebank.contacts.sharing import Bounds
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.hands.service import end_hand
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import end_guardianship
from timebank.members.guardians import record_guardian
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.members.service import suspend_member
from timebank.people.service import EmailRefused
from timebank.text import TextTooLong

NUMBER = "06-0000-0001"


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    return a_member(session, community)


@pytest.fixture
def ken(session: Session, community: Community) -> Member:
    return a_member(session, community, name="Ken")


def told(session: Session, community: Community, member: Member, **facts: Any) -> ContactDetail | None:
    known: dict[str, Any] = {
        "kind": TELEPHONE,
        "value": NUMBER,
        "audience": MEMBERS,
        "actor": as_member(member),
    } | facts
    return set_detail(session, community=community, member=member, **known)


def each_audience(session: Session, community: Community, member: Member) -> None:
    """Write down a detail for each audience, its value the audience's name."""
    for kind, audience in ((TELEPHONE, MEMBERS), (ADDRESS, AGREED), (OTHER, COORDINATORS), (EMAIL, NOBODY)):
        value = {TELEPHONE: NUMBER, EMAIL: "hana@example.org"}.get(kind, audience)
        told(session, community, member, kind=kind, value=value, audience=audience)


def seen(session: Session, member: Member, reader: Reader) -> set[str]:
    return {detail.audience for detail in details_for(session, member=member, reader=reader)}


def test_each_detail_is_kept_with_its_readers(session: Session, community: Community, hana: Member) -> None:
    each_audience(session, community, hana)
    told(session, community, a_member(session, community))
    found = [(one.kind, one.value, one.audience) for one in details_of(session, member=hana)]
    assert found == [
        (TELEPHONE, NUMBER, MEMBERS),
        (EMAIL, "hana@example.org", NOBODY),
        (ADDRESS, AGREED, AGREED),
        (OTHER, COORDINATORS, COORDINATORS),
    ]


def test_a_detail_is_changed_and_taken_away(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(session, community, hana)
    at(monkeypatch, 2026, 11, 27)
    told(session, community, hana, value="０６ー００００ー０００２", audience=AGREED, actor=COORDINATOR)
    (detail,) = details_of(session, member=hana)
    assert (detail.value, detail.search_key, detail.audience) == ("06-0000-0002", "0600000002", AGREED)
    assert detail.changed_at.year == 2026
    for nothing in ("", " \u3000\n", "\u200b"):
        assert told(session, community, hana, value=nothing) is None
    assert details_of(session, member=hana) == []


def test_history_tells_the_kind_and_never_what_was_written(
    session: Session, community: Community, hana: Member
) -> None:
    for value in (NUMBER, NUMBER, "", ""):
        told(session, community, hana, value=value, actor=COORDINATOR)
    events = [(one.what, one.value, one.reason, one.actor) for one in history(session, member=hana)]
    assert events[:2] == [
        ("contact-gone", TELEPHONE, None, "telephone"),
        ("contact", TELEPHONE, None, "telephone"),
    ]
    assert len(events) == 3


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"kind": "fax"}, KindUnknown),
        ({"audience": "the world"}, AudienceUnknown),
        ({"value": "after six"}, TelephoneRefused),
        ({"value": "110"}, TelephoneRefused),
        ({"value": "06-0000-0001 after six"}, TelephoneRefused),
        ({"value": "1" * 41}, TextTooLong),
        ({"kind": EMAIL, "value": "hana at home"}, EmailRefused),
        ({"kind": ADDRESS, "value": "a" * 301}, TextTooLong),
    ],
)
def test_what_nobody_can_use_is_refused(
    session: Session, community: Community, hana: Member, facts: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        told(session, community, hana, **facts)
    assert details_of(session, member=hana) == []


def test_the_tables_hold_what_the_service_promises(
    session: Session, community: Community, hana: Member
) -> None:
    told(session, community, hana)
    checks = [one for one in ContactDetail.__table__.constraints if isinstance(one, CheckConstraint)]  # type: ignore[attr-defined]
    wrong: dict[str, dict[str, Any]] = {
        "contact_detail_kind_is_known": {"kind": "fax"},
        "contact_detail_audience_is_known": {"audience": "everybody"},
        "contact_detail_is_short": {"value": ""},
        "contact_detail_key_is_short": {"search_key": "1" * 401},
        "contact_detail_telephone_has_digits": {"search_key": "1234"},
    }
    assert {str(one.name) for one in checks} == set(wrong)
    elsewhere = {"community_id": a_community(session).id}
    for values in (*wrong.values(), elsewhere):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(ContactDetail).values(values))


def test_who_sees_what(session: Session, community: Community, hana: Member, ken: Member) -> None:
    each_audience(session, community, hana)
    stranger = a_member(session, community, name="Mary")
    an_exchange(session, community, ken, hana)
    assert seen(session, hana, Reader(hana)) == set(AUDIENCES)
    assert seen(session, hana, Reader(ken)) == {MEMBERS, AGREED}
    assert seen(session, hana, Reader(stranger)) == {MEMBERS}
    assert seen(session, hana, Reader(coordinator=True)) == {MEMBERS, AGREED, COORDINATORS}
    assert seen(session, hana, Reader(stranger, coordinator=True)) == {MEMBERS, AGREED, COORDINATORS}
    assert seen(session, hana, Reader()) == set()
    assert seen(session, hana, Reader(a_member(session, a_community(session)))) == set()


def test_a_proposal_is_the_word_of_one_alone(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    told(session, community, hana, audience=AGREED)
    proposal = a_proposal(session, community, ken, hana)
    assert seen(session, hana, Reader(ken)) == set()
    decline_exchange(
        session, community=community, exchange=proposal, reason="no", by=hana, actor=as_member(hana)
    )
    assert seen(session, hana, Reader(ken)) == set()


@pytest.mark.parametrize("gave", ["hana", "ken"])
def test_an_exchange_opens_until_it_is_reversed(
    session: Session, community: Community, hana: Member, ken: Member, gave: str
) -> None:
    told(session, community, hana, audience=AGREED)
    giver, receiver = (hana, ken) if gave == "hana" else (ken, hana)
    booked = an_exchange(session, community, giver, receiver)
    an_exchange(session, community, ken, a_member(session, community))
    assert seen(session, hana, Reader(ken)) == {AGREED}
    reverse_exchange(session, community=community, exchange=booked, reason="a mistake", actor=COORDINATOR)
    assert seen(session, hana, Reader(ken)) == set()


@pytest.mark.parametrize("pause", ["hana", "ken"])
def test_who_is_suspended_is_not_reached_by_members_and_reaches_none(
    session: Session, community: Community, hana: Member, ken: Member, pause: str
) -> None:
    each_audience(session, community, hana)
    an_exchange(session, community, ken, hana)
    suspend_member(session, member=hana if pause == "hana" else ken, reason="a pause", actor=SOMEBODY)
    assert seen(session, hana, Reader(ken)) == set()
    assert seen(session, hana, Reader(coordinator=True)) == {MEMBERS, AGREED, COORDINATORS}
    assert seen(session, hana, Reader(hana)) == set(AUDIENCES)


def test_who_has_left_is_reached_by_coordinators_alone(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    each_audience(session, community, hana)
    an_exchange(session, community, ken, hana)
    parting = Parting(reason="moved", withdrawn_because="has left", key="form:leave")
    leave(session, community=community, member=hana, parting=parting, actor=COORDINATOR)
    assert seen(session, hana, Reader(ken)) == set()
    assert seen(session, hana, Reader(coordinator=True)) == {MEMBERS, AGREED, COORDINATORS}


def test_who_is_under_18_is_reached_by_coordinators_alone(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    each_audience(session, community, hana)
    told(session, community, ken, audience=MEMBERS)
    an_exchange(session, community, ken, hana)
    consent = GuardianConsent(
        name="Mari", reached_by="at home", wording="May take part.", consented_on=community.started_on
    )
    record_guardian(session, community=community, member=hana, consent=consent, actor=COORDINATOR)
    assert bounds_for(session, member=hana) == Bounds(COORDINATORS, UNDER_18)
    assert seen(session, hana, Reader(ken)) == set()
    assert seen(session, hana, Reader(coordinator=True)) == {MEMBERS, AGREED, COORDINATORS}
    assert seen(session, ken, Reader(hana)) == {MEMBERS}
    end_guardianship(session, community=community, member=hana, actor=COORDINATOR)
    assert seen(session, hana, Reader(ken)) == {MEMBERS, AGREED}


def test_a_household_that_somebody_left_does_not_see_them(session: Session, community: Community) -> None:
    hana, ken, mary = (a_neighbour(session, community, name=name) for name in ("Hana", "Ken", "Mary"))
    people = [hana.person, ken.person]
    household = a_household(session, community, *people)
    a_household(session, community, hana.person, mary.person)
    assert hana.member
    assert ken.member
    assert mary.member
    told(session, community, hana.member, audience=MEMBERS)
    readers = [Reader(household), Reader(ken.member), Reader(mary.member)]
    assert [seen(session, hana.member, reader) for reader in readers] == [{MEMBERS}] * 3
    end_hand(session, member=household, person=hana.person, actor=COORDINATOR)
    assert [seen(session, hana.member, reader) for reader in readers] == [set(), set(), {MEMBERS}]
    assert seen(session, hana.member, Reader(coordinator=True)) == {MEMBERS}
    told(session, community, ken.member, audience=MEMBERS)
    assert seen(session, ken.member, Reader(hana.member)) == {MEMBERS}
    a_hand(session, household, hana.person, called="Hana")
    assert [seen(session, hana.member, reader) for reader in readers] == [{MEMBERS}] * 3


def test_the_same_detail_is_found_again_in_this_community(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    for member in (hana, ken):
        told(session, community, member)
    elsewhere = a_community(session)
    told(session, elsewhere, a_member(session, elsewhere))
    told(session, community, a_member(session, community), value="06-0000-0009")
    find: dict[str, Any] = {"session": session, "community": community}
    assert members_with(**find, kind=TELEPHONE, value="+81 6 0000 0001") == [hana, ken]
    assert members_with(**find, kind=ADDRESS, value=NUMBER) == []
    assert members_with(**find, kind=TELEPHONE, value="-") == []


def test_every_kind_can_be_written_down(session: Session, community: Community, hana: Member) -> None:
    for kind in KINDS:
        told(session, community, hana, kind=kind, value={EMAIL: "Hana@Example.org"}.get(kind, NUMBER))
    assert [one.kind for one in details_of(session, member=hana)] == list(KINDS)
