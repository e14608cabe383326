"""The rules on who may know how members are reached: written, agreed to, and asked again when they change."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from timebank.communities.models import Community
from timebank.contacts import sharing
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import AGREED
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import SharingRules
from timebank.contacts.queries import Reader
from timebank.contacts.queries import details_for
from timebank.contacts.service import NothingWritten
from timebank.contacts.service import set_detail
from timebank.contacts.service import write_for
from timebank.contacts.sharing import NOT_CONSENTED
from timebank.contacts.sharing import RULED
from timebank.contacts.sharing import Bounds
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.members.service import suspend_member


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    member = a_member(session, community)
    for kind, audience in ((TELEPHONE, MEMBERS), (ADDRESS, AGREED), (OTHER, NOBODY)):
        set_detail(
            session,
            community=community,
            member=member,
            kind=kind,
            value="06-0000-0001",
            audience=audience,
            actor=as_member(member),
        )
    return member


@pytest.fixture
def ken(session: Session, community: Community, hana: Member) -> Member:
    member = a_member(session, community, name="Ken")
    an_exchange(session, community, member, hana)
    return member


def rule(session: Session, community: Community, **facts: Any) -> SharingRules:
    known: dict[str, Any] = {"words": "For neighbours.", "widest": MEMBERS, "suggested": AGREED} | facts
    return sharing.write_rules(session, community=community, actor=SOMEBODY, **known)


def seen(session: Session, member: Member, reader: Reader) -> set[str]:
    return {detail.kind for detail in details_for(session, member=member, reader=reader)}


def test_without_rules_each_member_decides_alone(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    rule(session, a_community(session), widest=COORDINATORS, suggested=COORDINATORS)
    assert sharing.bounds_of(session, member=hana) == Bounds(MEMBERS, "")
    assert seen(session, hana, Reader(ken)) == {TELEPHONE, ADDRESS}
    assert not sharing.has_to_be_asked(session, member=hana)
    assert sharing.still_to_ask(session, community=community) == []
    assert sharing.suggested_for(None) == AGREED


def test_until_a_member_agrees_only_coordinators_see_and_never_what_is_kept_back(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    rules = rule(session, community)
    assert sharing.bounds_of(session, member=hana) == Bounds(COORDINATORS, NOT_CONSENTED)
    assert seen(session, hana, Reader(ken)) == set()
    assert seen(session, hana, Reader(coordinator=True)) == {TELEPHONE, ADDRESS}
    sharing.agree(session, member=ken, version=rules.version, actor=as_member(ken))
    assert seen(session, hana, Reader(ken)) == set()
    sharing.agree(session, member=hana, version=rules.version, actor=as_member(hana))
    assert seen(session, hana, Reader(ken)) == {TELEPHONE, ADDRESS}
    assert sharing.count_consents(session, rules=rules) == 2


def test_each_change_asks_again_and_the_same_once_more_does_not(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    first = rule(session, community)
    sharing.agree(session, member=hana, version=1, actor=as_member(hana))
    assert rule(session, community) is first
    assert seen(session, hana, Reader(ken)) == {TELEPHONE, ADDRESS}
    second = rule(session, community, words="For neighbours and their guests.")
    assert second.version == 2
    assert seen(session, hana, Reader(ken)) == set()
    assert [one.version for one in sharing.past_rules(session, community=community)] == [1]
    with pytest.raises(sharing.RulesChanged):
        sharing.agree(session, member=hana, version=1, actor=as_member(hana))
    sharing.agree(session, member=hana, version=2, actor=COORDINATOR)
    assert seen(session, hana, Reader(ken)) == {TELEPHONE, ADDRESS}


def test_rules_bound_what_members_chose(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    stranger = a_member(session, community, name="Mary")
    rule(session, community, widest=AGREED)
    sharing.agree(session, member=hana, version=1, actor=as_member(hana))
    assert sharing.bounds_of(session, member=hana) == Bounds(AGREED, RULED)
    assert seen(session, hana, Reader(ken)) == {TELEPHONE, ADDRESS}
    assert seen(session, hana, Reader(stranger)) == set()
    rule(session, community, widest=COORDINATORS, suggested=COORDINATORS)
    sharing.agree(session, member=hana, version=2, actor=as_member(hana))
    assert seen(session, hana, Reader(ken)) == set()
    assert seen(session, hana, Reader(coordinator=True)) == {TELEPHONE, ADDRESS}


def test_a_member_agrees_once_and_may_take_it_back(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    rules = rule(session, community)
    for _ in range(2):
        sharing.agree(session, member=hana, version=1, actor=COORDINATOR)
    consent = sharing.consent_of(session, member=hana, rules=rules)
    assert consent is not None
    assert consent.actor == "telephone"
    for _ in range(2):
        sharing.end_consent(session, member=hana, actor=as_member(hana))
    assert seen(session, hana, Reader(ken)) == set()
    events = [(one.what, one.value) for one in history(session, member=hana)]
    assert events[:2] == [("sharing-ended", "1"), ("sharing-agreed", "1")]
    assert events[2][0] == "contact"


def test_who_shares_something_and_has_not_agreed_is_still_to_be_asked(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    rule(session, community)
    paused = a_member(session, community, name="Mary")
    for member, audience in ((ken, COORDINATORS), (paused, MEMBERS)):
        set_detail(
            session,
            community=community,
            member=member,
            kind=TELEPHONE,
            value="06-0000-0002",
            audience=audience,
            actor=SOMEBODY,
        )
    suspend_member(session, member=paused, reason="a pause", actor=SOMEBODY)
    assert sharing.still_to_ask(session, community=community) == [hana]
    assert sharing.has_to_be_asked(session, member=ken)
    sharing.agree(session, member=hana, version=1, actor=as_member(hana))
    assert sharing.still_to_ask(session, community=community) == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"words": " \n"}, sharing.RulesEmpty),
        ({"widest": NOBODY}, sharing.WidestUnknown),
        ({"widest": AGREED, "suggested": MEMBERS}, sharing.SuggestedTooWide),
        ({"suggested": "the world"}, sharing.SuggestedTooWide),
    ],
)
def test_rules_that_make_no_sense_are_refused(
    session: Session, community: Community, facts: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rule(session, community, **facts)
    assert sharing.rules_of(session, community_id=community.id) is None


def test_two_stewards_at_once_do_not_overwrite_each_other(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(session, community)
    monkeypatch.setattr(sharing, "rules_of", lambda *_args, **_known: None)
    with pytest.raises(sharing.RulesChanged), session.begin_nested():
        rule(session, community, words="Others.")


def test_another_fault_of_the_database_is_no_refusal(session: Session, community: Community) -> None:
    wrong = SOMEBODY.__class__(person_id=None, member_id=None, how="x" * 201)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), session.begin_nested():
        sharing.write_rules(
            session, community=community, words="Words", widest=MEMBERS, suggested=AGREED, actor=wrong
        )


def test_the_tables_hold_what_the_service_promises(
    session: Session, community: Community, hana: Member
) -> None:
    rule(session, community)
    wrong: list[dict[str, Any]] = [
        {"version": 0},
        {"words": ""},
        {"widest": NOBODY},
        {"suggested": "x"},
        {"actor": ""},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(SharingRules).values(values))


def told(session: Session, community: Community, member: Member, kind: str, value: str, **facts: Any) -> None:
    known: dict[str, Any] = {"audience": AGREED, "gone": False} | facts
    write_for(
        session,
        community=community,
        member=member,
        kind=kind,
        value=value,
        actor=COORDINATOR,
        **known,
    )


def test_a_coordinator_writes_down_changes_and_takes_away_what_they_are_told(
    session: Session, community: Community, hana: Member
) -> None:
    told(session, community, hana, TELEPHONE, "06-0000-0009")
    told(session, community, hana, TELEPHONE, "", audience=COORDINATORS)
    (one,) = [
        detail
        for detail in details_for(session, member=hana, reader=Reader(coordinator=True))
        if detail.kind == TELEPHONE
    ]
    assert (one.value, one.audience) == ("06-0000-0009", COORDINATORS)
    told(session, community, hana, TELEPHONE, "06-0000-0009", gone=True)
    assert seen(session, hana, Reader(hana)) == {ADDRESS, OTHER}


def test_a_coordinator_cannot_open_what_a_member_keeps_back(
    session: Session, community: Community, hana: Member
) -> None:
    for kind in (OTHER, "email"):
        with pytest.raises(NothingWritten):
            told(session, community, hana, kind, " ", audience=COORDINATORS)
    assert seen(session, hana, Reader(coordinator=True)) == {TELEPHONE, ADDRESS}
