"""`timebank demo`: a community to look at and try, made once."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import at
from tests.databases import SECRET_KEY
from timebank import clock
from timebank.banks.proof import check_banks
from timebank.cli import main
from timebank.cli.demo import MADE
from timebank.cli.demo import THERE
from timebank.cli.demo_community import make_demo
from timebank.cli.demo_data import NEIGHBOURS
from timebank.communities.models import Community
from timebank.communities.service import find_community
from timebank.exchanges import queries
from timebank.exchanges.models import BOOKED_STATES
from timebank.exchanges.models import STATES
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.models import Joint
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import people_by_number
from timebank.people import factors
from timebank.people import service as people
from timebank.people.models import Person
from timebank.pools.proof import check_pools
from timebank.support import expense_queries
from timebank.support import queries as queries_of_support
from timebank.support.models import SupportVisit
from timebank.support.month_models import SupportMonth
from timebank.support.proof import check_support
from timebank.tickets.proof import check_tickets

#: What the database has no part in is looked at on one engine.
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _locks(app: Flask) -> Iterator[None]:
    """The secrets of the demo's authenticators are locked with the application's key."""
    with app.app_context():
        yield


def member(session: Session, community: Community, number: str) -> Member:
    found = find_by_number(session, community=community, number=number)
    assert found is not None
    return found


def test_three_months_end_yesterday_and_the_books_hold(session: Session) -> None:
    community = make_demo(session)
    today = clock.today(community.time_zone)
    first, last, booked = session.execute(
        select(func.min(Exchange.worked_on), func.max(Exchange.worked_on), func.count()).where(
            Exchange.state.in_(BOOKED_STATES)
        )
    ).one()
    assert today - timedelta(days=92) <= first <= today - timedelta(days=88)
    assert today - timedelta(days=3) <= last < today
    assert 80 <= booked <= 130
    assert check_exchanges(session) == []
    assert check_pools(session) == []


@on_sqlite
def test_every_turn_of_an_exchange_can_be_seen(session: Session) -> None:
    make_demo(session)
    states = set(session.scalars(select(Exchange.state)))
    assert states == {*STATES} - {"agreed", "withdrawn"}
    whole_and_shared = set(session.scalars(select(Joint.shared)))
    assert whole_and_shared == {True, False}
    assert not session.scalars(select(ExchangeEvent).where(ExchangeEvent.happened_at > clock.now())).all()


@on_sqlite
def test_two_exchanges_wait_for_the_first_member_and_one_of_hers_for_another(session: Session) -> None:
    community = make_demo(session)
    hanako = member(session, community, "001")
    assert len(queries.asked_of(session, member=hanako)) == 2
    assert len(queries.waiting_on_others(session, member=hanako)) == 1
    # A dispute, and a proposal to somebody whom only a coordinator can ask.
    assert queries.count_for_coordinators(session, community=community) == 2


@on_sqlite
def test_there_is_one_of_each_role_and_one_who_does_not_sign_in(session: Session) -> None:
    community = make_demo(session)
    shown = people.shown_sign_ins(session, community=community)
    roles = [
        role
        for one in shown
        for role in people.roles_of(
            session, person=session.get_one(Person, one.person_id), community=community
        )
    ]
    assert sorted(roles) == ["auditor", "coordinator", "steward", "treasurer"]
    unable = [
        one.number
        for one in NEIGHBOURS
        if not people_by_number(session, community=community, number=one.number)
    ]
    assert unable == ["008"]
    # With the auditor, one of the household, and whoever is trusted, who are no members themselves.
    assert len({one.password for one in shown}) == len(shown) == len(NEIGHBOURS) - len(unable) + 3


@on_sqlite
def test_treasurer_and_steward_have_a_second_step_whose_code_can_be_shown(session: Session) -> None:
    community = make_demo(session)
    able = {
        one.sign_in_name: factors.code_to_show(session, person_id=one.person_id)
        for one in people.shown_sign_ins(session, community=community)
    }
    with_code = {name: shown for name, shown in able.items() if shown}
    assert set(with_code) == {"006", "007"}
    for code, seconds in with_code.values():
        assert len(code) == 6
        assert 0 < seconds <= 60


def test_help_is_paid_for_and_a_month_of_it_is_closed(session: Session) -> None:
    community = make_demo(session)
    assert [*check_support(session), *check_tickets(session), *check_banks(session)] == []
    months = session.scalars(select(SupportMonth)).all()
    assert [one.closed_at is not None for one in months] == [True]
    ways = session.execute(select(SupportVisit.pays_by, SupportVisit.tickets_minor > 0).distinct()).all()
    assert {tuple(one) for one in ways} == {("bill", False), ("tickets", True)}
    assert expense_queries.count_waiting(session, community) == 1
    hers = queries_of_support.owed_of(session, community=community, member=member(session, community, "010"))
    assert hers.owes_minor > 0


@on_sqlite
def test_two_neighbours_of_one_name_live_in_different_districts(session: Session) -> None:
    community = make_demo(session)
    one, other = (member(session, community, number) for number in ("003", "004"))
    assert one.name == other.name
    assert one.district != other.district


@on_sqlite
@pytest.mark.parametrize("day", [(2027, 1, 1), (2028, 3, 1), (2030, 5, 31, 15, 30)])
def test_the_demo_can_be_made_on_any_day(
    session: Session, monkeypatch: pytest.MonkeyPatch, day: tuple[int, ...]
) -> None:
    at(monkeypatch, *day)
    community = make_demo(session)
    latest = session.scalars(select(func.max(Exchange.worked_on))).one()
    assert latest == clock.today(community.time_zone) - timedelta(days=1)


def test_the_command_makes_it_once_and_tells_the_passwords_again(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY}.items():
        monkeypatch.setitem(os.environ, name, value)
    first, second = (CliRunner().invoke(main, ["demo"], catch_exceptions=False) for _ in range(2))
    assert first.exit_code == second.exit_code == 0
    assert first.output.splitlines()[0] == MADE
    assert second.output.splitlines()[0] == THERE
    assert first.output.splitlines()[1:] == second.output.splitlines()[1:]
    with Session(engine) as session:
        community = find_community(session, "kadoma")
        assert community is not None
        shown = people.shown_sign_ins(session, community=community)
        assert all(f"  {one.password}  " in first.output for one in shown)
        assert ledger.prove(session).faults == ()
