"""What does not agree between pools and books is found and named, and what people said is sealed."""

import pytest
from sqlalchemy import text

import ledger
from tests.builders import SOMEBODY
from tests.timebank.pools.sharing import Sharing
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.sealing import seal_entries
from timebank.pools.proof import check_pools
from timebank.pools.proof import count_transfers
from timebank.pools.service import pool_hours
from timebank.pools.service import take_back


def kept(here: Sharing) -> int:
    """Give, grant and take back, and tell which gift stands."""
    wrong = here.gives(here.ken, 10, "wrong").transfer
    take_back(
        here.session,
        community=here.community,
        pool=here.pool,
        transfer=wrong,
        member=here.ken,
        reason="not meant",
        actor=SOMEBODY,
    )
    gift = here.gives(here.hana, 60, "for somebody").transfer
    here.grants(here.ken, 20)
    return gift.id


def faults(here: Sharing, change: str, **values: int) -> list[str]:
    """Change something behind the program's back, and see what is found."""
    here.session.flush()
    here.session.execute(text(change), values)
    return check_pools(here.session)


def test_pools_that_were_kept_by_the_program_agree(here: Sharing) -> None:
    kept(here)
    assert check_pools(here.session) == []
    assert check_exchanges(here.session) == []
    assert count_transfers(here.session) >= 4


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("minutes = minutes + 1", "does not move its 61 minutes"),
        ("kind = 'grant'", "does not move its 60 minutes"),
        ("done_on = '2020-01-01'", "does not move its 60 minutes"),
        ("reversal_id = entry_id", "is taken back, but no entry reverses"),
    ],
)
def test_a_gift_that_differs_from_its_entry_is_named(here: Sharing, change: str, found: str) -> None:
    named = faults(here, f"UPDATE pool_transfer SET {change} WHERE id = :id", id=kept(here))
    assert len(named) == 1
    assert found in named[0]


def test_an_entry_that_no_row_tells_of_is_named_in_both_ways(here: Sharing) -> None:
    named = faults(here, "DELETE FROM pool_transfer WHERE id = :id", id=kept(here))
    assert [one.split(" ", 2)[2] for one in named] == [
        "moves hours to or from a pool, but no gift or grant tells of it",
        "is called a gift or a grant, but no row tells of it",
    ]


def test_a_reversal_behind_a_gifts_back_is_named(here: Sharing) -> None:
    gift = here.gives(here.hana, 60).transfer
    ledger.reverse(
        here.session,
        book_id=here.community.book_id,
        entry_id=gift.entry_id,
        posted_on=gift.done_on,
        key="test:1",
        actor="somebody",
    )
    (named,) = check_pools(here.session)
    assert named.startswith(f"gift {gift.id}: its entry {gift.entry_id} was reversed by entry")


def test_an_account_that_is_not_the_pools_own_or_not_firm_is_named(here: Sharing) -> None:
    loose = ledger.open_account(
        here.session,
        book_id=here.community.book_id,
        new=ledger.NewAccount("hours:pool:loose", "MIN", ledger.AccountType.LIABILITY),
        actor="somebody",
    )
    named = faults(
        here, "UPDATE pool SET account_id = :account WHERE id = :id", account=loose.id, id=here.pool.id
    )
    assert len(named) == 2
    assert "is not the account of this pool's hours" in named[0]
    assert "does not hold firm at zero" in named[1]


def test_a_pool_that_was_closed_in_the_books_alone_is_named(here: Sharing) -> None:
    account = pool_hours(here.pool, here.community)
    ledger.close_account(here.session, account, closed_on=here.community.started_on, actor="somebody")
    (named,) = check_pools(here.session)
    assert "do not agree on whether the pool is closed" in named


def test_words_about_gifts_are_sealed_and_a_change_is_found(here: Sharing) -> None:
    gift_id = kept(here)
    here.gives(here.hana, 5)
    assert seal_entries(here.session, community=here.community) is not None
    assert check_exchanges(here.session) == []
    here.session.execute(text("UPDATE pool_transfer SET words = 'other' WHERE id = :id"), {"id": gift_id})
    (named,) = check_exchanges(here.session)
    assert "what is said about it is not what was sealed" in named
