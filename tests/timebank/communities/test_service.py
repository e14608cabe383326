"""Founding a community, changing its facts, keeping its list of kinds of help."""

from dataclasses import replace
from datetime import UTC
from datetime import date
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from timebank import clock
from timebank.communities import service
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import Refusal


def found(session: Session, **facts: object) -> Community:
    known = {"slug": "kadoma", "name": "Kadoma", "actor": SOMEBODY} | facts
    return service.create_community(session, **known)  # type: ignore[arg-type]


def test_a_new_community_has_a_book_and_the_usual_rules(session: Session) -> None:
    community = found(session, language="ja")
    assert (community.slug, community.name, community.language) == ("kadoma", "Kadoma", "ja")
    assert community.credit_limit_minutes == 12 * 60
    assert community.ceiling_minutes is None
    assert community.rounding_minutes == 15
    assert community.started_on == clock.today("Asia/Tokyo")
    opening = ledger.find_account(session, book_id=community.book_id, code="hours:opening", commodity="MIN")
    assert ledger.balance(session, opening).balance == 0
    (event,) = service.history(session, community=community)
    assert (event.what, event.after, event.actor) == ("created", "kadoma", "cli")


@pytest.mark.parametrize(
    "slug", ["a", "Kadoma", "ka doma", "-kadoma", "kadoma-", "門真", "1st", "a" * 41, ""]
)
def test_a_slug_that_cannot_stand_in_an_address_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(service.SlugRefused, match="lower-case"):
        found(session, slug=slug)


@pytest.mark.parametrize("slug", ["static", "api", "healthz", "sign-in", "language"])
def test_a_slug_that_the_program_needs_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(service.SlugReserved, match=slug):
        found(session, slug=slug)


def test_two_communities_cannot_have_one_slug(session: Session) -> None:
    found(session)
    with pytest.raises(service.SlugTaken, match="kadoma"):
        found(session)


def test_of_two_founders_at_once_the_second_finds_the_book_taken(session: Session) -> None:
    ledger.open_book(session, "kadoma")
    with pytest.raises(service.SlugTaken, match="kadoma"), session.begin_nested():
        found(session)


def test_a_community_is_found_by_its_slug_only(session: Session) -> None:
    community = found(session)
    a_community(session)
    assert service.find_community(session, "kadoma") is community
    assert service.find_community(session, "moriguchi") is None
    assert service.find_community(session, "kado\0ma") is None


def test_communities_are_listed_by_name(session: Session) -> None:
    for name in ("Moriguchi", "Kadoma"):
        a_community(session, name=name)
    assert [community.name for community in service.list_communities(session)] == ["Kadoma", "Moriguchi"]


def test_changed_facts_are_written_down_with_what_was_before(session: Session) -> None:
    community = found(session)
    facts = replace(service.facts_of(community), telephone=" 06-1234-5678 ", year_begins_month=1)
    changed = service.change_settings(session, community=community, facts=facts, actor=SOMEBODY)
    assert sorted(changed) == ["telephone", "year_begins_month"]
    assert (community.telephone, community.year_begins_month) == ("06-1234-5678", 1)
    last = service.history(session, community=community)[0]
    assert (last.what, last.before, last.after) in {
        ("telephone", "", "06-1234-5678"),
        ("year_begins_month", "4", "1"),
    }


def test_facts_that_are_as_they_were_write_nothing_down(session: Session) -> None:
    community = found(session)
    facts = service.facts_of(community)
    assert service.change_settings(session, community=community, facts=facts, actor=SOMEBODY) == []
    assert len(service.history(session, community=community)) == 1


@pytest.mark.parametrize(
    ("fact", "field"),
    [
        ({"name": "  "}, "name"),
        ({"language": "xx"}, "language"),
        ({"time_zone": "Asia/Nowhere"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": "Asia"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "Asia/\0"}, "time_zone"),
        ({"currency": "yen"}, "currency"),
        ({"year_begins_month": 13}, "year_begins_month"),
        ({"started_on": date(2999, 1, 1)}, "started_on"),
        ({"rounding_minutes": 0}, "rounding_minutes"),
        ({"answer_days": 366}, "answer_days"),
    ],
    ids=str,
)
def test_a_fact_that_cannot_be_is_refused_in_its_field(
    session: Session, fact: dict[str, object], field: str
) -> None:
    community = found(session)
    facts = replace(service.facts_of(community), **fact)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        service.change_settings(session, community=community, facts=facts, actor=SOMEBODY)
    assert refused.value.field == field
    assert str(refused.value)


def test_an_import_moves_the_first_day_back_and_never_forward(session: Session) -> None:
    community = a_community(session, started_on=date(2020, 4, 1))
    service.move_start_back(session, community=community, day=date(2021, 1, 1), actor=SOMEBODY)
    assert community.started_on == date(2020, 4, 1)
    service.move_start_back(session, community=community, day=date(2017, 4, 1), actor=SOMEBODY)
    assert community.started_on == date(2017, 4, 1)
    assert service.history(session, community=community)[0].before == "2020-04-01"


def test_the_first_day_may_be_today_where_the_community_is(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 12, 31, 15, 30, tzinfo=UTC))
    assert found(session, started_on=date(2026, 1, 1)).started_on == date(2026, 1, 1)


def test_kinds_of_help_are_listed_in_the_order_they_were_added(session: Session) -> None:
    community, other = a_community(session), a_community(session)
    service.add_kind(session, community=other, name="Noise", actor=SOMEBODY)
    for name in (" Driving ", "Cooking"):
        service.add_kind(session, community=community, name=name, actor=SOMEBODY)
    assert [kind.name for kind in service.list_kinds(session, community=community)] == ["Driving", "Cooking"]


def test_a_retired_kind_is_offered_no_longer_and_comes_back_by_its_name(session: Session) -> None:
    community = a_community(session)
    kind = service.add_kind(session, community=community, name="Driving", actor=SOMEBODY)
    for _twice in range(2):
        service.retire_kind(session, community=community, kind=kind, actor=SOMEBODY)
    assert service.list_kinds(session, community=community) == []
    assert service.list_kinds(session, community=community, retired=True) == [kind]
    assert service.add_kind(session, community=community, name="Driving", actor=SOMEBODY) is kind
    assert service.list_kinds(session, community=community) == [kind]
    whats = [event.what for event in service.history(session, community=community)]
    assert whats == ["kind-added", "kind-retired", "kind-added", "created"]


def test_a_kind_needs_a_name_that_is_not_there_yet(session: Session) -> None:
    community = a_community(session)
    service.add_kind(session, community=community, name="Driving", actor=SOMEBODY)
    with pytest.raises(service.KindThere, match="Driving"):
        service.add_kind(session, community=community, name="Driving", actor=SOMEBODY)
    with pytest.raises(service.KindUnnamed):
        service.add_kind(session, community=community, name=" ", actor=SOMEBODY)


def test_a_kind_is_found_in_its_own_community_only(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    kind = service.add_kind(session, community=here, name="Driving", actor=SOMEBODY)
    assert service.find_kind(session, community=here, kind_id=kind.id) is kind
    assert service.find_kind(session, community=there, kind_id=kind.id) is None


def test_of_two_stewards_who_add_a_kind_at_once_one_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = a_community(session)
    rival = HelpKind(community_id=community.id, name="Driving", position=1)

    def scalar(statement: object) -> object:
        # The other steward's kind lands between the look and the insert.
        found = Session.scalar(session, statement)  # type: ignore[call-overload]
        if found is None and "max" not in str(statement):
            session.add(rival)
            session.flush()
        return found

    monkeypatch.setattr(session, "scalar", scalar)
    with pytest.raises(service.KindThere), session.begin_nested():
        service.add_kind(session, community=community, name="Driving", actor=SOMEBODY)


def test_another_clash_is_not_mistaken_for_a_kind_that_is_there(session: Session, engine: Engine) -> None:
    community = a_community(session)
    session.expunge(community)
    community.id = 999
    with pytest.raises(Exception, match=r"(?i)foreign key"), session.begin_nested():
        service.add_kind(session, community=community, name="Driving", actor=SOMEBODY)
    assert session.scalars(select(HelpKind)).all() == []
