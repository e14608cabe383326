"""What crossed is taken back in both books or in neither, also when the agreement has ended."""

from datetime import date

import pytest
from sqlalchemy import text

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import at
from tests.timebank.between.pair import Pair
from timebank.between import agreements
from timebank.between import queries
from timebank.between.giving import BooksClosed
from timebank.between.taking_back import SomebodyHasLeft
from timebank.between.taking_back import take_back
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.members.service import ReasonMissing


@pytest.mark.parametrize("by", ["kadoma", "enshu"])
def test_either_community_takes_both_entries_back(pair: Pair, by: str) -> None:
    row = pair.out(90)
    pair.takes_back(row, getattr(pair, by))
    assert (pair.balance(pair.hana), pair.balance(pair.ume), pair.owed) == (0, 0, (0, 0))
    assert (row.taken_back_because, row.taken_back_by_id) == ("not meant", getattr(pair, by).id)
    assert row.given_reversal_id != row.received_reversal_id
    assert pair.faults() == []


def test_taking_back_twice_takes_back_once(pair: Pair) -> None:
    row = pair.out()
    pair.takes_back(row)
    before = row.given_reversal_id
    pair.takes_back(row, pair.enshu)
    assert (row.given_reversal_id, row.taken_back_by_id, pair.owed) == (before, pair.kadoma.id, (0, 0))


def test_a_reason_is_needed(pair: Pair) -> None:
    row = pair.out()
    with pytest.raises(ReasonMissing):
        take_back(pair.session, community=pair.kadoma, across=row, reason=" ", actor=SOMEBODY)
    assert pair.owed == (60, -60)


def test_a_mistake_is_put_right_past_every_limit_and_after_the_end(pair: Pair) -> None:
    row = pair.out(600)
    pair.back(600)
    pair.gives(pair.seen(pair.enshu), pair.ume, pair.ken, 600)
    agreements.end(pair.session, community=pair.enshu, agreement=pair.agreement, actor=SOMEBODY)
    pair.takes_back(row)
    assert pair.owed == (-1200, 1200)
    assert pair.balance(pair.ume) == -600
    assert pair.faults() == []


@pytest.mark.parametrize("closed", ["kadoma", "enshu"])
def test_where_one_book_is_closed_neither_is_reversed(
    pair: Pair, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 20, 3)
    row = pair.out()
    community = getattr(pair, closed)
    ledger.close_month(pair.session, book_id=community.book_id, month=date(2026, 4, 1), actor="somebody")
    with pytest.raises(BooksClosed, match=community.name):
        pair.takes_back(row)
    assert (row.given_reversal_id, pair.owed) == (None, (60, -60))
    assert pair.faults() == []


def test_where_an_account_is_closed_neither_is_reversed(pair: Pair) -> None:
    row = pair.out(60)
    pair.gives(pair.seen(pair.enshu), pair.ume, pair.ken, 60)
    leave(
        pair.session,
        community=pair.enshu,
        member=pair.ume,
        parting=Parting(key="form:farewell", reason="moved away", withdrawn_because="moved away"),
        actor=SOMEBODY,
    )
    with pytest.raises(SomebodyHasLeft, match="Nothing was changed in either"):
        pair.takes_back(row)
    assert (row.given_reversal_id, pair.balance(pair.hana)) == (None, -60)
    assert pair.faults() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE hours_across SET given_minutes = 1, received_minutes = 1 WHERE id = :id",
        "UPDATE hours_across SET receiver_id = giver_id WHERE id = :id",
        "UPDATE hours_across SET given_reversal_id = given_entry_id WHERE id = :id",
        "DELETE FROM hours_across WHERE id = :id",
    ],
)
def test_the_database_changes_nothing_that_crossed_and_takes_no_half_back(pair: Pair, change: str) -> None:
    row = pair.out()
    with pytest.raises(Exception, match=r"hours_across|final"), pair.session.begin_nested():
        pair.session.execute(text(change), {"id": row.id})


def test_another_communitys_act_is_not_found(pair: Pair) -> None:
    row = pair.out()
    stranger = a_community(pair.session)
    assert queries.find_across(pair.session, community=stranger, across_id=row.id) is None
    for community, ours in ((pair.kadoma, pair.hana), (pair.enshu, pair.ume)):
        found = queries.find_across(pair.session, community=community, across_id=row.id)
        assert found
        assert found.ours == ours
