"""What is taken out says what the books say, under the names that people know."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.timebank.exchanges.imports import a_file
from tests.timebank.exchanges.imports import take_in
from timebank import books
from timebank.communities.models import Community
from timebank.exchanges import exports
from timebank.exchanges.exports import AccountNames
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.service import reverse_exchange
from timebank.members.models import Member


@pytest.fixture
def community(session: Session) -> Community:
    take_in(session, a_community(session), "2020-04-03,0001,0002,1,,B-1")
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    return a_member(session, community, number="0001", name="Hana")


@pytest.fixture
def ken(session: Session, community: Community) -> Member:
    return a_member(session, community, number="A:1", name="=Ken")


def test_balances_stand_by_number_and_add_up(
    session: Session, community: Community, ken: Member, hana: Member
) -> None:
    an_exchange(session, community, hana, ken, minutes=90)
    an_exchange(session, community, ken, hana, minutes=30)
    a_member(session, community, number="0002", name="Nobody yet")
    assert list(map(tuple, balances(session, community))) == [
        ("0001", "Hana", 90, 30, 60, 0, 0, 0, 0),
        ("0002", "Nobody yet", 0, 0, 0, 0, 0, 0, 0),
        ("A:1", "=Ken", 30, 90, -60, 0, 0, 0, 0),
    ]


def test_a_statement_runs_from_the_oldest_line_with_the_balance_after_each(
    session: Session, community: Community, ken: Member, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_LINES_AT_ONCE", 2)
    first = an_exchange(session, community, hana, ken, minutes=90, description="garden")
    an_exchange(session, community, ken, hana, minutes=30, description="shopping")
    take_in(session, community, a_file('2020-04-03,0001,A:1,1,"=SUM(A1), ""quoted""",K-1'))
    reverse_exchange(session, community=community, exchange=first, reason="other day", actor=COORDINATOR)
    rows = list(statement_rows(session, community, hana))
    assert [row[2:] for row in rows] == [
        ("", "A:1", "garden", 90, 0, 90, "", 0, 0, "", 0, 0),
        ("", "A:1", "shopping", 0, 30, 60, "", 0, 0, "", 0, 0),
        ("K-1", "A:1", '=SUM(A1), "quoted"', 60, 0, 120, "", 0, 0, "", 0, 0),
        ("", "A:1", "garden", 0, 90, 30, "", 0, 0, "", 0, 0),
    ]
    assert [row.posted_on for row in rows[:3]] == [A_DAY, A_DAY, date(2020, 4, 3)]
    assert rows[0].recorded_at <= rows[-1].recorded_at
    (given,) = (row for row in balances(session, community) if row.member == "0001")
    assert given[2:] == (
        sum(row.given_minutes for row in rows),
        sum(row.received_minutes for row in rows),
        30,
        0,
        0,
        0,
        0,
    )


def test_a_statement_between_days_keeps_the_balances_of_the_whole(
    session: Session, community: Community, ken: Member, hana: Member
) -> None:
    for day in (1, 2, 3):
        an_exchange(session, community, hana, ken, minutes=60, worked_on=date(2026, 4, day))
    rows = statement_rows(session, community, hana, posted_from=date(2026, 4, 2), posted_to=date(2026, 4, 2))
    assert [(row.posted_on.day, row.balance_minutes) for row in rows] == [(2, 120)]


def test_accounts_are_named_by_numbers_and_not_by_ids(
    session: Session, community: Community, ken: Member
) -> None:
    names = AccountNames(session, community)
    code = books.member_hours_code(ken.id)
    assert names.path(code) == "hours:member:A:1"
    assert list(names.parts(code)) == ["hours", "member", "A:1"]
    assert list(names.capitals(code)) == ["Hours", "Member", "A:1"]
    assert names.holder(code) == "=Ken"
    assert names.path(books.HOURS_OPENING) == "hours:opening"
    assert list(names.capitals(books.HOURS_OPENING)) == ["Hours", "Opening"]
    assert names.holder(books.HOURS_OPENING) is None
    assert names.path("hours:member:999999999") == "hours:member:999999999"
