"""Links that sign somebody in once."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import a_person
from tests.builders import at
from timebank.communities.models import Community
from timebank.people import links
from timebank.people.models import Person
from timebank.people.models import SignInLink
from timebank.people.service import create_person
from timebank.queue import Job

EMAIL = "hana@example.org"


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def hana(session: Session) -> Person:
    return a_person(session, email=EMAIL)


def asked(session: Session, community: Community, email: str = EMAIL, next_path: str = "") -> SignInLink:
    links.ask_for_link(session, community=community, email=email, next_path=next_path)
    return session.scalars(select(SignInLink).order_by(SignInLink.id.desc())).first() or SignInLink()


def sent(session: Session, community: Community, next_path: str = "") -> str:
    return links.fresh_token(session, asked(session, community, next_path=next_path))


def test_a_link_signs_in_whoever_holds_it_once(session: Session, community: Community, hana: Person) -> None:
    a_person(session)
    token = sent(session, community, "/kadoma/statement?page=2")
    assert links.is_good(session, community=community, token=token)
    assert links.use_link(session, community=community, token=token) == (hana, "/kadoma/statement?page=2")
    assert not links.is_good(session, community=community, token=token)
    assert links.use_link(session, community=community, token=token) is None


@pytest.mark.parametrize("where", [" Hana@Example.ORG", "hana＠example.org"], ids=ascii)
def test_an_address_is_known_however_it_is_written(
    session: Session, community: Community, hana: Person, where: str
) -> None:
    assert asked(session, community, where).person_id == hana.id


def test_a_link_is_good_for_half_an_hour(
    session: Session, community: Community, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    token = sent(session, community)
    for minute, good in ((29, True), (30, False)):
        at(monkeypatch, 2026, 4, 3, 12, minute)
        assert links.is_good(session, community=community, token=token) is good
    assert links.use_link(session, community=community, token=token) is None


def test_what_is_not_the_whole_link_opens_nothing(
    session: Session, community: Community, hana: Person
) -> None:
    token, noise = sent(session, community), sent(session, community)
    asked(session, community)
    for other in ("", token[:-1], token.swapcase(), "half\ud800", "None"):
        assert links.use_link(session, community=community, token=other) is None
    assert links.use_link(session, community=a_community(session), token=token) is None
    assert links.is_good(session, community=community, token=token)
    assert links.is_good(session, community=community, token=noise)


def test_a_mail_that_is_tried_again_has_another_link(
    session: Session, community: Community, hana: Person
) -> None:
    link = asked(session, community)
    first, second = links.fresh_token(session, link), links.fresh_token(session, link)
    assert links.use_link(session, community=community, token=first) is None
    assert links.use_link(session, community=community, token=second)


def test_the_same_is_written_whether_or_not_somebody_has_the_address(
    session: Session, community: Community, hana: Person
) -> None:
    known, unknown = asked(session, community), asked(session, community, "taro@example.org")
    assert (known.person_id, unknown.person_id) == (hana.id, None)
    jobs = session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.payload for job in jobs] == [f'{{"link": {link.id}}}' for link in (known, unknown)]
    where = {"community_id": community.id}
    assert links.to_be_sent(session, link_id=known.id, **where) == (known, hana)
    assert links.to_be_sent(session, link_id=unknown.id, **where) is None


def test_nothing_is_sent_that_would_open_nothing(
    session: Session, community: Community, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    link = asked(session, community)
    elsewhere = a_community(session).id
    assert links.to_be_sent(session, community_id=elsewhere, link_id=link.id) is None
    hana.email = None
    session.flush()
    assert links.to_be_sent(session, community_id=community.id, link_id=link.id) is None
    hana.email = EMAIL
    session.flush()
    at(monkeypatch, 2026, 4, 3, 13)
    assert links.to_be_sent(session, community_id=community.id, link_id=link.id) is None


def test_the_table_does_not_hold_what_opens(session: Session, community: Community, hana: Person) -> None:
    token = sent(session, community)
    assert token not in str(session.execute(select(*SignInLink.__table__.columns)).all())


def test_a_link_of_nobody_cannot_be_used(session: Session, community: Community) -> None:
    token = links.fresh_token(session, asked(session, community, "nobody@example.org"))
    with pytest.raises(IntegrityError, match="sign_in_link_is_used_by_somebody"), session.begin_nested():
        links.use_link(session, community=community, token=token)


def test_a_page_that_is_too_long_to_keep_is_not_kept(session: Session, community: Community) -> None:
    create_person(session, password=None)
    assert asked(session, community, next_path="/" + "x" * 2000).next_path is None
    assert asked(session, community, next_path="").next_path is None


def test_old_links_are_forgotten(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    asked(session, community)
    at(monkeypatch, 2026, 4, 4, 12)
    left = asked(session, community)
    links.forget_links(session, before=left.asked_at)
    assert session.scalars(select(SignInLink)).all() == [left]
