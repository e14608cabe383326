"""What does not agree between what crossed and the books of the two is found and named."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import text

import ledger
from tests.builders import A_DAY
from tests.builders import written
from tests.databases import as_owner
from tests.timebank.between.pair import Pair
from timebank.between.proof import check_between
from timebank.between.sides import hours_with
from timebank.members.queries import hours_of


def unguard(owner: Engine) -> None:
    """Let somebody who owns the tables do what the program cannot."""
    with owner.begin() as connection:
        for name in ("stays", "remains", "back_once"):
            on: Any = " ON hours_across" if owner.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER hours_across_{name}{on}"))


def faults(database_url: str, change: str) -> list[str]:
    """Have an act kept by the program, change it behind its back, and see what is found."""
    owner = ledger.connect(as_owner(database_url))
    across_id = written(owner, lambda session: kept(Pair(session)))
    unguard(owner)
    with owner.begin() as connection:
        connection.execute(text(change), {"id": across_id})
    found = written(owner, check_between)
    owner.dispose()
    return found


def kept(pair: Pair) -> int:
    """Give across, and back, and take one back; tell which act stands."""
    pair.takes_back(pair.out(30))
    pair.back(20)
    return pair.out(90).id


@pytest.fixture
def act(pair: Pair) -> int:
    """What crossed, among other acts that stand and that were taken back."""
    return kept(pair)


def test_what_the_program_wrote_agrees(pair: Pair, act: int) -> None:
    assert pair.faults() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("given_minutes = 91, received_minutes = 91", "is not the line of the 91 minutes"),
        ("given_on = '2019-05-01'", "is not the line"),
        ("key = 'form:other'", "is not the line"),
        ("given_minutes = 180, rate_given = 120", "is not between these two communities at this rate"),
    ],
)
def test_an_act_that_differs_from_the_books_is_named(database_url: str, change: str, found: str) -> None:
    named = faults(database_url, f"UPDATE hours_across SET {change} WHERE id = :id")
    assert any(found in one for one in named), named


def test_an_act_that_is_gone_leaves_its_entries_alone_and_both_books_owing(database_url: str) -> None:
    named = faults(database_url, "DELETE FROM hours_across WHERE id = :id")
    assert len(named) == 2
    assert "says that it owes" in named[0]
    assert "but nothing that crossed tells of it" in named[1]


@pytest.mark.parametrize("side", ["kadoma", "enshu"])
def test_one_entry_that_was_reversed_alone_is_named(pair: Pair, act: int, side: str) -> None:
    row = pair.out(10)
    entry_id = row.given_entry_id if side == "kadoma" else row.received_entry_id
    ledger.reverse(
        pair.session,
        book_id=getattr(pair, side).book_id,
        entry_id=entry_id,
        posted_on=A_DAY,
        key="test:1",
        actor="somebody",
    )
    named = check_between(pair.session)
    assert [f"hours across {row.id}: of its entries" in one for one in named].count(True) == 1
    assert any("was reversed by entry" in one for one in named)
    assert any("says that it owes" in one for one in named)


def test_an_entry_of_the_kind_without_an_act_is_named(pair: Pair, act: int) -> None:
    ours = hours_with(pair.session, community=pair.kadoma, other=pair.enshu)
    entry = ledger.Entry(
        book_id=pair.kadoma.book_id,
        kind="across",
        posted_on=A_DAY,
        key="test:1",
        actor="somebody",
        transfers=(ledger.Transfer(debit=hours_of(pair.hana, pair.kadoma), credit=ours, amount=5),),
    )
    ledger.post(pair.session, entry)
    named = check_between(pair.session)
    assert [one.split(" ", 2)[2] for one in named if one.startswith("entry")] == [
        "moves hours to or from another community, but nothing that crossed tells of it"
    ]
    assert any(one.startswith(f"the book of {pair.kadoma.slug}") for one in named)


def test_a_limit_that_only_one_book_keeps_is_named(pair: Pair, act: int) -> None:
    theirs = hours_with(pair.session, community=pair.enshu, other=pair.kadoma)
    ledger.set_limits(pair.session, theirs, floor=-900, ceiling=900, actor="somebody")
    (named,) = check_between(pair.session)
    assert named == (
        f"agreement {pair.agreement.id} lets {pair.enshu.slug} owe, and be owed, 600 minutes, "
        "and the book keeps -900 to 900"
    )


def test_an_account_that_no_other_answers_is_named(pair: Pair, act: int) -> None:
    ledger.open_account(
        pair.session,
        book_id=pair.kadoma.book_id,
        new=ledger.NewAccount("hours:community:nowhere", "MIN", ledger.AccountType.LIABILITY),
        actor="somebody",
    )
    (named,) = check_between(pair.session)
    assert named.endswith(
        "has an account hours:community:nowhere, and the other community has none that answers it"
    )
