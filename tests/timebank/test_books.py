"""The chart of accounts."""

from datetime import date
from typing import Any

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


def test_an_account_of_money_is_opened_when_it_is_first_needed_and_found_afterwards(session: Session) -> None:
    book_id = books.open_books(session, slug="kadoma", actor=SOMEBODY)
    other = books.open_books(session, slug="elsewhere", actor=SOMEBODY)
    wanted: dict[str, Any] = {"currency": "JPY", "code": books.STRIPE, "actor": SOMEBODY}
    first = books.money(session, book_id=book_id, **wanted)
    assert first.type is ledger.AccountType.ASSET
    assert books.money(session, book_id=book_id, **wanted) == first
    assert books.money(session, book_id=other, **wanted) != first
    assert books.money(session, book_id=book_id, **wanted | {"currency": "EUR"}) != first


def test_a_fund_cannot_be_overspent(session: Session) -> None:
    book_id = books.open_books(session, slug="kadoma", actor=SOMEBODY)
    code = books.fund_code("meal")
    fund, general = (
        books.money(session, book_id=book_id, currency="JPY", code=one, actor=SOMEBODY)
        for one in (code, books.GENERAL)
    )
    spent = ledger.Entry(
        book_id=book_id,
        kind="spending",
        posted_on=date(2026, 11, 1),
        key="test",
        actor="test",
        transfers=(ledger.Transfer(debit=fund, credit=general, amount=1),),
    )
    with pytest.raises(ledger.FloorExceeded):
        ledger.post(session, spent)


def test_no_more_cash_leaves_a_box_than_is_in_it(session: Session) -> None:
    book_id = books.open_books(session, slug="kadoma", actor=SOMEBODY)
    cash, fees = (
        books.money(session, book_id=book_id, currency="JPY", code=one, actor=SOMEBODY)
        for one in (books.CASH, books.fees_code("full"))
    )

    def entry(key: str, *, debit: ledger.Account, credit: ledger.Account, amount: int) -> ledger.Entry:
        line = ledger.Transfer(debit=debit, credit=credit, amount=amount)
        return ledger.Entry(
            book_id=book_id,
            kind="test",
            posted_on=date(2026, 11, 1),
            key=key,
            actor="test",
            transfers=(line,),
        )

    ledger.post(session, entry("in", debit=cash, credit=fees, amount=3000))
    with pytest.raises(ledger.CeilingExceeded), session.begin_nested():
        ledger.post(session, entry("too much", debit=fees, credit=cash, amount=3001))
    ledger.post(session, entry("all", debit=fees, credit=cash, amount=3000))
    assert ledger.balance(session, cash).balance == 0


def test_codes_of_fees(session: Session) -> None:
    book_id = books.open_books(session, slug="kadoma", actor=SOMEBODY)
    types = {
        code: books.money(session, book_id=book_id, currency="JPY", code=code, actor=SOMEBODY).type
        for code in (books.fees_code("full"), books.FEES_AHEAD)
    }
    assert types == {"fees:full": ledger.AccountType.INCOME, "fees-ahead": ledger.AccountType.LIABILITY}


def test_codes_of_gifts_and_funds() -> None:
    assert books.donations_code("meal") == "donations:meal"
    assert books.donations_code(None) == "donations:general"
    assert books.fund_code("meal") == "fund:meal"
