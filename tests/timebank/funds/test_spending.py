"""What is spent of a fund leaves it at once, and the books let nobody spend more than is in it."""

import re
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import text

import ledger
from tests.builders import SOMEBODY
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from timebank import clock
from timebank.communities.days import MonthIsClosed
from timebank.communities.models import Community
from timebank.days import DayInFuture
from timebank.db import db
from timebank.errors import Refusal
from timebank.funds import spending
from timebank.funds.models import Fund
from timebank.funds.models import FundSpending
from timebank.funds.proof import check_funds
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    """A community whose fund holds ¥3,000."""
    with a_till(database_url) as till:
        till.given(3000)
        till.tell_all()
        yield till


def faults(till: Till) -> list[str]:
    with till.app.app_context():
        return ledger.transaction(db.session, check_funds, read_only=True)


def take_back(till: Till, number: int, reason: str = "Typed twice") -> None:
    with till.app.app_context():

        def work(session: Any) -> None:
            spending.take_back(
                session,
                community=session.get_one(Community, till.community_id),
                spending=session.get_one(FundSpending, number),
                reason=reason,
                actor=SOMEBODY,
            )

        ledger.transaction(db.session, work)
        db.session.remove()


def test_it_leaves_the_fund_and_the_page_says_what_it_became(till: Till) -> None:
    till.spend(1200)
    till.spend(300, nature="fuel", words="Petrol")
    assert till.balances()["expenses:meal:ingredients"] == 1200
    assert till.balances()["bank:main"] == -1500
    assert till.balances()["fund:meal"] == -1500
    page = unescape(till.client().get(f"/{SLUG}/funds").text)
    amounts = re.findall(r"¥[\d,]+", page)
    assert amounts == ["¥1,500", "¥3,000", "¥1,500", "¥1,200", "¥300", "¥300", "¥1,200"]
    assert "Petrol" in page
    assert faults(till) == till.faults() == []


def test_the_same_form_twice_is_spent_once_and_another_one_under_its_key_is_refused(till: Till) -> None:
    assert till.spend(1000, key="form:one") == till.spend(1000, key="form:one")
    with pytest.raises(spending.SpentAlready):
        till.spend(999, key="form:one")
    assert till.balances()["fund:meal"] == -2000


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"amount_minor": 3001}, spending.FundHasLess),
        ({"amount_minor": 0}, NoMoneyAtAll),
        ({"amount_minor": 10**11}, MoneyTooMuch),
        ({"nature": "champagne"}, spending.NatureUnknown),
        ({"words": "\u3000"}, spending.WordsMissing),
        ({"spent_on": date(2100, 1, 1)}, DayInFuture),
    ],
)
def test_what_cannot_be_spent_is_refused(till: Till, facts: dict[str, Any], refused: type[Refusal]) -> None:
    before = till.balances()
    with pytest.raises(refused) as told:
        till.spend(100, **facts)
    assert told.value.english()
    assert till.balances() == before


def test_a_closed_month_takes_nothing(till: Till) -> None:
    last_month = clock.today("Asia/Tokyo").replace(day=1) - timedelta(days=1)
    with till.app.app_context():

        def close(session: Any) -> None:
            ledger.close_month(session, book_id=till.book_id, month=last_month, actor="test")

        ledger.transaction(db.session, close)
    with pytest.raises(MonthIsClosed):
        till.spend(100, spent_on=last_month)


def test_what_was_a_mistake_is_taken_back_once_and_the_fund_has_its_money_again(till: Till) -> None:
    number = till.spend(1200)
    with pytest.raises(spending.WordsMissing):
        take_back(till, number, " ")
    take_back(till, number)
    take_back(till, number)
    assert till.balances()["fund:meal"] == -3000
    assert "expenses:meal:ingredients" not in till.balances()
    assert "Rice" not in till.client().get(f"/{SLUG}/funds").text
    assert faults(till) == till.faults() == []


def test_a_refund_of_what_was_spent_is_borne_by_the_community(till: Till) -> None:
    till.spend(2500)
    (token,) = [
        page["client_reference_id"] for page in till.stripe.fake.all("checkout.session", account=HERE)
    ]
    till.stripe.fake.refund(str(till.payment(token).checkout_id))
    till.tell_all()
    assert "fund:meal" not in till.balances()
    assert faults(till) == till.faults() == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (
            "UPDATE fund_spending SET amount_minor = amount_minor + 1",
            "does not take its 1201 out of the fund meal",
        ),
        ("UPDATE fund_spending SET spent_on = '2020-01-01'", "on its day"),
        ("DELETE FROM fund_spending", "no row tells of it"),
        (
            "UPDATE fund_spending SET reversal_id = entry_id, taken_back_because = 'x'",
            "does not reverse its entry",
        ),
    ],
)
def test_what_does_not_agree_is_named(till: Till, broken: str, fault: str) -> None:
    till.spend(1200)
    with till.app.app_context():
        ledger.transaction(db.session, lambda session: session.execute(text(broken)))
    assert any(fault in one for one in faults(till))


def test_a_reversal_that_the_row_does_not_know_is_named(till: Till) -> None:
    take_back(till, till.spend(1200))
    with till.app.app_context():
        forgotten = "UPDATE fund_spending SET reversal_id = NULL, taken_back_because = NULL"
        ledger.transaction(db.session, lambda session: session.execute(text(forgotten)))
    assert any("does not say so" in one for one in faults(till))


def test_anothers_spending_is_not_found(till: Till) -> None:
    number = till.spend(100)
    with till.app.app_context():

        def found(session: Any) -> tuple[bool, bool]:
            fund = session.get_one(Fund, till.fund_id)
            other = Fund(id=till.fund_id + 1)
            return (
                spending.find_spending(session, fund=fund, spending_id=number) is not None,
                spending.find_spending(session, fund=other, spending_id=number) is not None,
            )

        assert ledger.transaction(db.session, found, read_only=True) == (True, False)
