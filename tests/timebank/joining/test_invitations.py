"""Invitations: made with a code that is kept nowhere, used as often as they say, and ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import at
from tests.builders import written
from tests.timebank.joining.joiners import NOON
from tests.timebank.joining.joiners import STRANGER
from tests.timebank.joining.joiners import TODAY
from tests.timebank.joining.joiners import a_newcomer
from tests.timebank.joining.joiners import an_invitation
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.joining import invitations
from timebank.joining.invitations import claim
from timebank.joining.invitations import find_invitation
from timebank.joining.models import Invitation
from timebank.joining.service import InvitationGone
from timebank.joining.service import join_by_invitation
from timebank.members.models import Member
from timebank.people.service import EmailRefused
from timebank.people.service import hash_password
from timebank.queue.models import Job


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, *NOON)
    return a_community(session)


def test_a_code_is_found_however_it_is_typed_and_kept_nowhere(session: Session, community: Community) -> None:
    invitation, code = an_invitation(session, community)
    an_invitation(session, community)
    assert len(code) == 16
    assert code not in str(vars(invitation))
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (code, code.lower(), invitations.spelled(code), full_width, f" {code[:8]}－{code[8:]} "):
        assert find_invitation(session, community=community, code=typed) == invitation
    for typed in ("", "x", code[:-1], f"{code}2", "\x00" * 16, "ー" * 16):
        assert find_invitation(session, community=community, code=typed) is None


def test_an_invitation_is_good_for_so_many_and_until_a_day(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    several, code = an_invitation(session, community, uses=2)
    claimed = [claim(session, community=community, code=code) for _ in range(3)]
    assert claimed == [several.id, several.id, None]
    _last_day, code = an_invitation(session, community)
    # In Japan the day ends at three in the afternoon, UTC.
    at(monkeypatch, 2026, 11, 27, 14, 59)
    assert find_invitation(session, community=community, code=code)
    at(monkeypatch, 2026, 11, 27, 15)
    assert find_invitation(session, community=community, code=code) is None
    assert claim(session, community=community, code=code) is None


def test_an_invitation_that_is_ended_is_good_no_more(session: Session, community: Community) -> None:
    invitation, code = an_invitation(session, community, uses=9)
    invitations.end_invitation(session, invitation=invitation)
    ended = invitation.ended_at
    invitations.end_invitation(session, invitation=invitation)
    assert invitation.ended_at == ended
    assert claim(session, community=community, code=code) is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"note": " "}, invitations.NoteMissing),
        ({"uses": 0}, invitations.UsesRefused),
        ({"uses": 501}, invitations.UsesRefused),
        ({"good_until": date(2026, 11, 26)}, invitations.InvitationDayPassed),
        ({"good_until": TODAY + timedelta(days=367)}, invitations.InvitationTooLong),
        ({"email": "nobody"}, EmailRefused),
    ],
)
def test_invitations_that_make_no_sense_are_refused(
    session: Session, community: Community, facts: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        an_invitation(session, community, **facts)
    assert invitations.invitations_of(session, community=community) == []


def test_a_form_that_is_sent_twice_invites_once(session: Session, community: Community) -> None:
    an_invitation(session, community, key="form:paper")
    with pytest.raises(invitations.InvitedAlready):
        an_invitation(session, community, key="form:paper")
    mailed, _code = an_invitation(session, community, key="form:mail", email="new@example.org")
    assert an_invitation(session, community, key="form:mail", email="new@example.org") == (mailed, "")
    assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_code_is_made_anew_for_the_mail(session: Session, community: Community) -> None:
    mailed, code = an_invitation(session, community, email="new@example.org")
    fresh = invitations.fresh_code(session, mailed)
    assert find_invitation(session, community=community, code=code) is None
    assert find_invitation(session, community=community, code=fresh) == mailed


def test_of_those_who_use_the_last_place_at_once_one_has_it(engine: Engine) -> None:
    def prepare(session: Session) -> tuple[int, str]:
        community = a_community(session)
        return community.id, an_invitation(session, community)[1]

    community_id, code = written(engine, prepare)
    hashed = hash_password("a-password-of-mine")

    def join(number: int) -> bool:
        def work(session: Session) -> bool:
            newcomer = a_newcomer(name=f"Newcomer {number}")
            try:
                join_by_invitation(
                    session,
                    community=session.get_one(Community, community_id),
                    code=code,
                    newcomer=newcomer,
                    actor=STRANGER,
                    password_hash=hashed,
                )
            except InvitationGone:
                return False
            return True

        return written(engine, work)

    with ThreadPoolExecutor(4) as crowd:
        joined = list(crowd.map(join, range(4)))
    assert sorted(joined) == [False, False, False, True]
    assert written(engine, lambda session: session.scalar(select(func.count()).select_from(Member))) == 1
    assert written(engine, lambda session: session.scalars(select(Invitation.used)).all()) == [1]


def test_those_who_use_a_poster_at_once_have_numbers_of_their_own(engine: Engine) -> None:
    def prepare(session: Session) -> tuple[int, str]:
        community = a_community(session)
        return community.id, an_invitation(session, community, uses=4, good_until=TODAY + timedelta(days=99))[
            1
        ]

    community_id, code = written(engine, prepare)

    def join(number: int) -> None:
        def work(session: Session) -> None:
            join_by_invitation(
                session,
                community=session.get_one(Community, community_id),
                code=code,
                newcomer=a_newcomer(name=f"Newcomer {number}", email=f"new{number}@example.org"),
                actor=STRANGER,
            )

        written(engine, work)

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(join, range(4)))
    numbers = written(engine, lambda session: session.scalars(select(Member.number)).all())
    assert sorted(numbers) == ["1", "2", "3", "4"]
