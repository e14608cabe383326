"""The first sign-in of a new member: by the mail alone, once, and for whoever signs in elsewhere, too."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_person
from tests.builders import at
from tests.timebank.joining.joiners import NOON
from timebank import clock
from timebank.communities.models import Community
from timebank.joining.first_sign_ins import GOOD_FOR
from timebank.joining.first_sign_ins import ask_first_sign_in
from timebank.joining.first_sign_ins import find_first_sign_in
from timebank.joining.first_sign_ins import forget_first_sign_ins
from timebank.joining.first_sign_ins import fresh_token
from timebank.joining.first_sign_ins import to_be_sent
from timebank.joining.first_sign_ins import use_first_sign_in
from timebank.joining.models import FirstSignIn
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import person_of


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, *NOON)
    return a_community(session)


@pytest.fixture
def sora(session: Session, community: Community) -> Member:
    return a_member(session, community, name="Sora")


def token_of(session: Session, member: Member) -> str:
    ask_first_sign_in(session, member=member, email="sora@example.org", language="ja")
    found = to_be_sent(session, community_id=member.community_id, member_id=member.id)
    assert found is not None
    return fresh_token(session, found[0])


def test_whoever_reads_the_mail_signs_in_as_the_new_member_once(
    session: Session, community: Community, sora: Member
) -> None:
    token = token_of(session, sora)
    assert find_first_sign_in(session, community=community, token=token) == sora
    assert find_first_sign_in(session, community=a_community(session), token=token) is None
    used = use_first_sign_in(session, community=community, token=token)
    assert used is not None
    person, is_new = used
    assert (person.email, person.language, person.password_hash, is_new) == (
        "sora@example.org",
        "ja",
        None,
        True,
    )
    assert person_of(session, member=sora) == person
    assert use_first_sign_in(session, community=community, token=token) is None


def test_who_signs_in_elsewhere_is_the_same_person_here(
    session: Session, community: Community, sora: Member
) -> None:
    known = a_person(session, email="sora@example.org")
    assert use_first_sign_in(session, community=community, token=token_of(session, sora)) == (known, False)
    assert person_of(session, member=sora) == known


def test_a_link_that_is_old_or_of_somebody_who_left_is_not_good(
    session: Session, community: Community, sora: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(session, sora)
    sora.state = LEFT
    assert use_first_sign_in(session, community=community, token=token) is None
    assert to_be_sent(session, community_id=community.id, member_id=sora.id) is None
    sora.state = "active"
    later = clock.now() + GOOD_FOR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert use_first_sign_in(session, community=community, token=token) is None
    forget_first_sign_ins(session, community_id=community.id, before=later - timedelta(days=30))
    assert session.get(FirstSignIn, sora.id) is not None
    forget_first_sign_ins(session, community_id=community.id, before=later)
    assert session.get(FirstSignIn, sora.id) is None
