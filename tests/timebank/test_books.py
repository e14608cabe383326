"""The chart of accounts."""

import pytest
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from timebank import books


def test_a_members_code_says_nothing_of_the_person() -> None:
    assert books.member_hours_code(17) == "hours:member:17"
    assert books.pool_hours_code(3) == "hours:pool:3"


@pytest.mark.parametrize(
    ("code", "member_id"),
    [
        ("hours:member:17", 17),
        ("hours:opening", None),
        ("hours:member:", None),
        ("hours:member:x", None),
        ("17", None),
    ],
)
def test_a_code_tells_whose_hours_it_counts(code: str, member_id: int | None) -> None:
    assert books.member_of_code(code) == member_id
    assert books.pool_of_code(code.replace("member", "pool")) == member_id
    assert books.pool_of_code(code) is None


def test_a_new_book_has_the_account_that_imports_begin_from(session: Session) -> None:
    book_id = books.open_books(session, slug="kadoma", actor=SOMEBODY)
    opening = ledger.find_account(session, book_id=book_id, code=books.HOURS_OPENING, commodity=books.MINUTES)
    assert opening.type is ledger.AccountType.EQUITY
    assert ledger.balance(session, opening).floor is None


def test_members_hours_are_opened_with_their_limits_and_can_be_named_without_asking(session: Session) -> None:
    community = a_community(session)
    (opened,) = books.open_member_hours(
        session,
        book_id=community.book_id,
        member_ids=[41],
        credit_limit_minutes=90,
        ceiling_minutes=600,
        actor=SOMEBODY,
    )
    assert books.member_hours(account_id=opened.id, book_id=community.book_id, member_id=41) == opened
    standing = ledger.balance(session, opened)
    assert (standing.floor, standing.ceiling) == (-90, 600)
