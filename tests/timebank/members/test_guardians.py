"""Guardians: a consent with its day and words, another one in its place, and its end with coming of age."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import at
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.members import guardians
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import guardian_of
from timebank.members.models import Guardian
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.people.service import EmailRefused
from timebank.people.service import LanguageUnknown
from timebank.text import ControlCharacter

TODAY = date(2026, 11, 27)
YES = GuardianConsent(
    name="Mother of Sora",
    reached_by="06-0000-0000, evenings",
    wording="I agree that Sora becomes a member.",
    consented_on=TODAY,
    email="Mother@Example.org",
    language="ja",
)


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, 2026, 11, 27, 3)
    return a_community(session)


@pytest.fixture
def sora(session: Session, community: Community) -> Member:
    return a_member(session, community, name="Sora")


def consent(session: Session, community: Community, member: Member, **facts: Any) -> Guardian:
    said = replace(YES, **facts)
    return guardians.record_guardian(
        session, community=community, member=member, consent=said, actor=SOMEBODY
    )


def of_age(session: Session, community: Community, member: Member) -> None:
    guardians.end_guardianship(session, community=community, member=member, actor=SOMEBODY)


def test_a_consent_is_kept_with_its_day_and_its_words(
    session: Session, community: Community, sora: Member
) -> None:
    other = a_member(session, community)
    consent(session, community, a_member(session, community), name="Somebody else's")
    assert guardian_of(session, member=sora) is None
    consent(session, community, sora)
    found = guardian_of(session, member=sora)
    assert found is not None
    assert (found.name, found.reached_by, found.email) == (YES.name, YES.reached_by, "mother@example.org")
    assert (found.wording, found.consented_on, found.language) == (YES.wording, TODAY, "ja")
    assert guardian_of(session, member=other) is None
    assert guardians.minors_among(session, members=[sora, other]) == {sora.id}
    event = history(session, member=sora)[0]
    assert (event.what, event.value, event.reason) == ("guardian", "2026-11-27", YES.name)


def test_another_guardian_takes_the_place_and_nothing_is_written_over(
    session: Session, community: Community, sora: Member
) -> None:
    consent(session, community, sora)
    consent(session, community, sora, name="Grandfather", email=None, wording="I agree, too.")
    now = guardian_of(session, member=sora)
    assert now is not None
    assert now.name == "Grandfather"
    rows = session.scalars(select(Guardian).where(Guardian.member_id == sora.id).order_by(Guardian.id))
    assert [(one.name, one.wording, one.ended_on) for one in rows] == [
        (YES.name, YES.wording, TODAY),
        ("Grandfather", "I agree, too.", None),
    ]


def test_who_is_of_age_has_no_guardian_whose_number_is_kept(
    session: Session, community: Community, sora: Member
) -> None:
    given = consent(session, community, sora)
    of_age(session, community, sora)
    assert guardian_of(session, member=sora) is None
    assert guardians.minors_among(session, members=[sora]) == frozenset()
    assert (given.ended_on, given.email, given.reached_by) == (TODAY, None, "")
    assert (given.name, given.wording) == (YES.name, YES.wording)
    assert history(session, member=sora)[0].what == "of-age"
    with pytest.raises(guardians.NoGuardian):
        of_age(session, community, sora)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": " "}, guardians.GuardianUnnamed),
        ({"reached_by": "\u200b"}, guardians.GuardianUnreachable),
        ({"wording": ""}, guardians.WordingMissing),
        ({"consented_on": date(2026, 11, 28)}, guardians.ConsentToCome),
        ({"email": "nobody"}, EmailRefused),
        ({"language": "xx"}, LanguageUnknown),
        ({"name": "a\x00b"}, ControlCharacter),
    ],
)
def test_a_consent_that_says_too_little_is_refused(
    session: Session, community: Community, sora: Member, facts: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        consent(session, community, sora, **facts)
    assert guardian_of(session, member=sora) is None


def test_the_database_knows_one_guardian_at_a_time(
    session: Session, community: Community, sora: Member
) -> None:
    consent(session, community, sora)
    session.add(
        Guardian(
            member_id=sora.id,
            community_id=community.id,
            name="Somebody",
            reached_by="here",
            wording="Yes",
            consented_on=TODAY,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
