"""Seven and a half years of a community of 480 come in as they were saved."""

import csv
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import an_exchange
from tests.timebank.exchanges.csv_lines import SAMPLES
from tests.timebank.exchanges.imports import refused
from tests.timebank.exchanges.imports import take_in
from timebank.communities.models import Community
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import find_by_number

HISTORY = {"waive_limits": True}


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def found(session: Session, community: Community, number: str) -> Member:
    member = find_by_number(session, community=community, number=number)
    assert member is not None
    return member


@pytest.mark.parametrize("name", ["hours.csv", "hours-excel.csv"])
def test_all_hours_come_in_and_every_balance_is_what_the_script_says(session: Session, name: str) -> None:
    community = a_community(session)
    result = take_in(session, community, SAMPLES / name, **HISTORY)
    assert (result.booked, result.repeated, result.members_created) == (12_000, 0, 480)
    told = [(row.member, *map(str, row[2:5])) for row in balances(session, community)]
    assert told == [tuple(row) for row in rows(SAMPLES / "balances.csv")]
    assert ledger.prove(session).faults == ()
    assert check_exchanges(session) == []
    again = take_in(session, community, SAMPLES / "hours.csv", **HISTORY)
    assert (again.booked, again.repeated, again.members_created) == (0, 12_000, 0)

    below = [row.member for row in balances(session, community) if row.balance_minutes < -12 * 60]
    above = next(row.member for row in balances(session, community) if row.balance_minutes > 0)
    assert len(below) == 209
    giver, receiver = found(session, community, below[0]), found(session, community, above)
    an_exchange(session, community, giver, receiver, minutes=15)
    last = list(statement_rows(session, community, giver))[-1]
    assert (last.given_minutes, last.other_member) == (15, above)


def test_history_that_broke_the_limits_of_today_is_refused_line_by_line(session: Session) -> None:
    community = a_community(session)
    named = refused(session, community, SAMPLES / "hours.csv")
    assert len(named) == 1_000
    assert {field for _, field, _ in named} == {"hours"}


def test_exactly_the_broken_lines_are_named(session: Session) -> None:
    community = a_community(session)
    named = refused(session, community, SAMPLES / "broken.csv")
    wanted = rows(SAMPLES / "broken-lines.csv")
    assert [(str(line), field) for line, field, _ in named] == [(line, field) for line, field, _ in wanted]
