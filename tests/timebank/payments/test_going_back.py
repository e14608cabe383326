"""Money that goes back: refunds, disputes, payouts and what else Stripe books, as the table has it."""

import pytest

from tests.stripe_things import HERE
from tests.stripe_things import a_gift
from tests.till import Till
from timebank.payments import models


def refunded(till: Till, token: str, amount: int | None = None) -> str:
    """Give a payment back in Stripe's dashboard; gives the refund's id."""
    page = str(till.payment(token).checkout_id)
    return str(till.stripe.fake.refund(page, amount=amount)["id"])


def disputed(till: Till, token: str, *, inquiry: bool = False) -> str:
    page = str(till.payment(token).checkout_id)
    return str(till.stripe.fake.open_dispute(page, inquiry=inquiry)["id"])


def told(till: Till, how: str) -> None:
    """Let everything be heard: told in order, the other way round, or found at night."""
    if how == "night":
        till.sweep()
        return
    for _round in range(6):
        events = till.pending()
        for event in events if how == "in order" else events[::-1]:
            till.tell(event)
    assert till.pending() == []


HOW = pytest.mark.parametrize("how", ["in order", "in reverse", "night"])


@HOW
def test_a_whole_refund_made_at_stripe_shows_up_by_itself(till: Till, how: str) -> None:
    token = till.given()
    refunded(till, token)
    told(till, how)
    assert till.payment(token).state == models.REFUNDED
    # The fee is not given back.
    assert till.balances() == {"stripe": -108, "stripe-fees": 108}
    assert till.faults() == []


@HOW
def test_parts_are_given_back_one_after_the_other(till: Till, how: str) -> None:
    token, other = till.given(), till.given(1000)
    refunded(till, token, 500)
    refunded(till, token, 700)
    told(till, how)
    assert till.payment(token).state == models.PARTLY_REFUNDED
    assert till.payment(other).state == models.PAID
    assert till.balances()["fund:meal"] == -(3000 - 1200 + 1000)
    assert till.balances()["donations:meal"] == -(3000 - 1200 + 1000)
    assert till.faults() == []


@HOW
def test_a_refund_that_fails_is_owed_back(till: Till, how: str) -> None:
    token = till.given()
    refund = refunded(till, token, 1000)
    told(till, how)
    till.stripe.fake.fail_refund(refund)
    told(till, how)
    assert till.payment(token).state == models.PAID
    assert till.balances()["refunds-owed"] == -1000
    assert till.faults() == []


@HOW
def test_a_dispute_that_is_lost_is_gone(till: Till, how: str) -> None:
    token = till.given()
    dispute = disputed(till, token)
    told(till, how)
    assert till.payment(token).state == models.DISPUTED
    assert till.balances() == {
        "stripe": -108 - 1500,
        "stripe-fees": 108,
        "stripe:disputed": 3000,
        "dispute-fees": 1500,
        "donations:meal": -3000,
    }
    till.stripe.fake.close_dispute(dispute, won=False)
    told(till, how)
    assert till.payment(token).state == models.CHARGED_BACK
    assert till.balances() == {"stripe": -1608, "stripe-fees": 108, "dispute-fees": 1500}
    assert till.faults() == []


@HOW
def test_a_dispute_that_is_won_gives_the_fund_its_money_back(till: Till, how: str) -> None:
    token = till.given()
    dispute = disputed(till, token)
    till.stripe.fake.close_dispute(dispute, won=True)
    told(till, how)
    assert till.payment(token).state == models.PAID
    assert till.balances() == {
        "stripe": 3000 - 108 - 1500,
        "stripe-fees": 108,
        "dispute-fees": 1500,
        "donations:meal": -3000,
        "fund:meal": -3000,
        "general": 3000,
    }
    assert till.faults() == []


@HOW
def test_a_question_of_a_bank_moves_nothing(till: Till, how: str) -> None:
    token = till.given()
    disputed(till, token, inquiry=True)
    told(till, how)
    assert till.payment(token).state == models.PAID
    assert till.balances()["stripe"] == 2892


@HOW
def test_money_that_a_bank_takes_back_leaves_the_fund(till: Till, how: str) -> None:
    token = till.begin(email="hana@example.org")
    page = till.at_stripe(token)
    till.stripe.fake.pay_later(page, email="hana@example.org")
    till.stripe.fake.pay_voucher(page)
    till.stripe.fake.take_back(page)
    told(till, how)
    assert till.payment(token).state == models.REVERSED
    assert till.balances() == {"stripe": -108, "stripe-fees": 108}
    assert till.faults() == []


@HOW
def test_a_payout_is_on_its_way_until_the_bank_says_so(till: Till, how: str) -> None:
    till.given()
    till.stripe.fake.advance(days=5)
    payout = till.stripe.fake.payout(account=HERE)["id"]
    told(till, how)
    till.stripe.fake.arrive_payout(payout)
    told(till, how)
    assert till.balances()["stripe:transit"] == 2892
    assert "stripe" not in till.balances()
    till.stripe.fake.fail_payout(payout)
    told(till, how)
    assert "stripe:transit" not in till.balances()
    assert till.faults() == []


@pytest.mark.parametrize(
    ("kind", "amount", "account"),
    [
        ("stripe_fee", -50, "stripe-fees"),
        ("tax_fee", -5, "stripe-fees"),
        ("topup", 700, "stripe:transit"),
        ("reserve_transaction", -300, "stripe:reserve"),
        ("payout_minimum_balance_hold", -300, "stripe:reserve"),
    ],
)
def test_what_stripe_books_by_itself_is_found_at_night(
    till: Till, kind: str, amount: int, account: str
) -> None:
    till.stripe.fake.book(kind, amount, account=HERE)
    assert till.sweep().agrees
    assert till.balances() == {"stripe": amount, account: -amount}
    assert till.faults() == []


def test_a_line_of_a_kind_that_nobody_knows_is_shown_and_not_guessed(till: Till) -> None:
    till.stripe.fake.book("climate_order_purchase", -10, account=HERE)
    swept = till.sweep()
    assert (swept.unknown, swept.agrees) == (1, False)
    assert till.balances() == {}
    assert till.sweep().unknown == 1


def test_a_payment_made_in_stripes_own_pages_is_not_identified(till: Till) -> None:
    page = a_gift(till.stripe.client, 800)
    till.stripe.fake.pay(page.id)
    told(till, "in order")
    assert till.balances() == {"stripe": 771, "stripe-fees": 29, "unidentified": -800}
    assert till.sweep().agrees
    assert till.faults() == []


def test_what_was_spent_is_spent_and_the_community_bears_the_rest(till: Till) -> None:
    """A refund moves the fund back as far as it still holds this gift, and never what others gave."""
    token, _other = till.given(3000), till.given(1000)
    till.tell_all()
    till.spend(3500)
    refunded(till, token)
    told(till, "in order")
    # 500 were left in the fund; what was spent already the community bears.
    assert till.balances() == {
        "stripe": 4000 - 108 - 36 - 3000,
        "stripe-fees": 144,
        "donations:meal": -1000,
        "expenses:meal:ingredients": 3500,
        "bank:main": -3500,
    }
