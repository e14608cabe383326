"""What does not agree between exchanges and books is found and named."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_proposal
from tests.builders import an_exchange
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.proof import count_exchanges
from timebank.exchanges.service import reverse_exchange
from timebank.members.queries import hours_of


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def booked(session: Session, community: Community) -> Exchange:
    """An exchange in the books, among a proposal, a reversed one, and another community's."""
    hana, ken = (a_member(session, community) for _ in range(2))
    a_proposal(session, community, hana, ken)
    wrong = an_exchange(session, community, hana, ken)
    reverse_exchange(session, community=community, exchange=wrong, reason="never was", actor=COORDINATOR)
    other = a_community(session)
    an_exchange(session, other, a_member(session, other), a_member(session, other))
    return an_exchange(session, community, ken, hana)


def faults(session: Session, change: str, exchange: Exchange) -> list[str]:
    """Change something behind the program's back, and see what is found."""
    session.flush()
    session.execute(text(change), {"id": exchange.id})
    return check_exchanges(session)


def test_books_that_were_kept_by_the_program_agree(session: Session, booked: Exchange) -> None:
    assert check_exchanges(session) == []
    communities, exchanges = count_exchanges(session)
    assert communities >= 2
    assert exchanges >= 3


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("minutes = minutes + 1", "does not move its 91 minutes"),
        ("giver_id = receiver_id, receiver_id = giver_id", "does not move its 90 minutes"),
        ("worked_on = '2020-01-01'", "was on 2020-01-01, but entry"),
        ("state = 'reversed', reversal_id = entry_id", "is reversed, but no entry reverses"),
        ("state = 'withdrawn', entry_id = NULL, line = NULL", "but no exchange tells of it"),
    ],
)
def test_an_exchange_that_differs_from_its_entry_is_named(
    session: Session, booked: Exchange, change: str, found: str
) -> None:
    named = faults(session, f"UPDATE exchange SET {change} WHERE id = :id", booked)
    assert len(named) == 1
    assert found in named[0]


def test_an_entry_reversed_behind_its_exchanges_back_is_named(
    session: Session, community: Community, booked: Exchange
) -> None:
    assert booked.entry_id is not None
    ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=booked.entry_id,
        posted_on=booked.worked_on,
        key="test:1",
        actor=str(SOMEBODY),
    )
    (named,) = check_exchanges(session)
    assert named.startswith(
        f"exchange {booked.id} is confirmed, but its entry {booked.entry_id} was reversed"
    )


def test_an_account_that_is_not_the_members_own_is_named(
    session: Session, community: Community, booked: Exchange
) -> None:
    member = a_member(session, community)
    spare = ledger.open_account(
        session,
        book_id=community.book_id,
        new=ledger.NewAccount("hours:pool:spare", "MIN", ledger.AccountType.LIABILITY),
        actor=str(SOMEBODY),
    )
    assert hours_of(member, community).id != spare.id
    member.account_id = spare.id
    session.flush()
    (named,) = check_exchanges(session)
    assert named.startswith(f"member {member.id}: account {spare.id} is not the account")
