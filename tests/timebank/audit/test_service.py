"""The audit trail: added to, read with a filter, and never changed."""

from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import at
from tests.builders import written
from timebank import audit
from timebank.actor import Actor
from timebank.audit import Sought

NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)


def note(session: Session, who: Neighbour, act: str = "exchanges.log", **about: int) -> None:
    assert who.member
    audit.record(
        session,
        community_id=who.community.id,
        actor=Actor(who.person.id, who.member.id, "web"),
        act=act,
        about=about,
        request="0" * 16,
        address="192.0.2.7",
    )


def read(session: Session, who: Neighbour, **sought: object) -> list[tuple[str, str, str | None]]:
    found = audit.read_trail(
        session,
        community_id=who.community.id,
        sought=Sought(**sought),  # type: ignore[arg-type]
    )
    return [(event.act, event.about, address) for event, address in found.events]


@pytest.fixture
def hana(session: Session) -> Neighbour:
    """A member, and what somebody did in another community as noise."""
    note(session, a_neighbour(session, a_community(session)), "noise")
    return a_neighbour(session, a_community(session))


def test_what_was_done_is_read_the_newest_first(session: Session, hana: Neighbour) -> None:
    note(session, hana, exchange_id=7)
    note(session, hana, "exchanges.confirm", exchange_id=8)
    assert read(session, hana) == [
        ("exchanges.confirm", '{"exchange_id": 8}', "192.0.2.7"),
        ("exchanges.log", '{"exchange_id": 7}', "192.0.2.7"),
    ]


def test_it_is_looked_for_by_who_what_and_when(
    session: Session, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ken = a_neighbour(session, hana.community)
    assert hana.member
    for hour, who, act in ((10, hana, "a"), (11, ken, "a"), (12, hana, "b")):
        at(monkeypatch, 2026, 4, 3, hour)
        note(session, who, act)

    def acts(**sought: object) -> list[str]:
        return [act for act, _, _ in read(session, hana, **sought)]

    assert acts(member_id=hana.member.id) == ["b", "a"]
    assert acts(act="a") == ["a", "a"]
    assert acts(act="a", member_id=hana.member.id) == ["a"]
    assert acts(since=NOON - timedelta(hours=1)) == ["b", "a"]
    assert acts(until=NOON) == ["a", "a"]
    assert acts(since=NOON, until=NOON) == []


def test_it_is_read_a_page_at_a_time(session: Session, hana: Neighbour) -> None:
    for number in range(5):
        note(session, hana, str(number))
    pages, before = [], None
    for _ in range(3):
        found = audit.read_trail(
            session, community_id=hana.community.id, sought=Sought(), before=before, limit=2
        )
        pages.append([event.act for event, _ in found.events])
        before = found.older
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    assert before is None


def test_what_was_done_about_one_thing_is_read_whoever_did_it(session: Session, hana: Neighbour) -> None:
    ken = a_neighbour(session, hana.community)
    for who, act, about in ((hana, "a", 7), (ken, "b", 7), (hana, "c", 7), (hana, "a", 77)):
        note(session, who, act, member_id=about)
    note(session, a_neighbour(session, a_community(session)), "a", member_id=7)
    found = audit.read_about(session, community_id=hana.community.id, acts=["a", "b"], about={"member_id": 7})
    assert [(event.act, event.person_id) for event in found] == [("b", ken.person.id), ("a", hana.person.id)]


def test_from_where_is_forgotten_and_what_was_done_is_not(
    session: Session, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2):
        at(monkeypatch, 2026, 4, day)
        note(session, hana, str(day))
    audit.forget_addresses(session, community_id=hana.community.id, before=datetime(2026, 4, 2, tzinfo=UTC))
    assert [(act, address) for act, _, address in read(session, hana)] == [("2", "192.0.2.7"), ("1", None)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET act = 'else'",
        "UPDATE audit_event SET member_id = NULL",
        "DELETE FROM audit_event",
    ],
)
def test_nobody_changes_what_was_done(engine: Engine, statement: str) -> None:
    hana = written(engine, lambda session: a_neighbour(session, a_community(session)))
    written(engine, lambda session: note(session, hana))
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"audit_event"):
        connection.execute(text(statement))
    with Session(engine) as session:
        assert read(session, hana) == [("exchanges.log", "{}", "192.0.2.7")]
