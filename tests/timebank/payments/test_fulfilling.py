"""A gift by card, told in every order and as often as one likes: it counts once, and the books are right."""

import pytest

from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from timebank.payments.models import EXPIRED
from timebank.payments.models import OPEN
from timebank.payments.models import PAID
from timebank.payments.models import PROCESSING

#: Of ¥3,000 Stripe keeps ¥108.
GIVEN = {
    "stripe": 2892,
    "stripe-fees": 108,
    "donations:meal": -3000,
    "fund:meal": -3000,
    "general": 3000,
}


def test_a_gift_is_paid_and_whoever_comes_back_is_thanked(till: Till) -> None:
    token = till.begin()
    assert till.payment(token).state == "draft"
    page = till.at_stripe(token)
    assert till.payment(token).state == OPEN
    assert "Not paid yet" in till.come_back(token).text
    till.stripe.fake.pay(page)
    thanked = till.come_back(token)
    assert "Thank you" in thanked.text
    assert "Refresh" not in thanked.headers
    assert till.balances() == GIVEN
    assert "¥3,000" in till.client().get(f"/{SLUG}/funds").text
    assert till.faults() == []


def test_a_browser_that_was_closed_after_paying_changes_nothing(till: Till) -> None:
    token = till.given()
    assert till.balances() == {}
    till.tell_all()
    assert till.payment(token).state == PAID
    assert till.balances() == GIVEN
    assert till.faults() == []


def test_told_before_after_and_twice_it_counts_once(till: Till) -> None:
    token = till.given()
    events = till.pending()
    for event in (*events, *events[::-1]):
        assert till.tell(event) == 200
    till.come_back(token)
    till.come_back(token)
    till.sweep()
    assert till.balances() == GIVEN


def test_told_in_reverse_it_is_the_same(till: Till) -> None:
    till.given()
    for event in till.pending()[::-1]:
        assert till.tell(event) == 200
    assert till.balances() == GIVEN


def test_never_told_it_is_found_at_night(till: Till) -> None:
    token = till.given()
    swept = till.sweep()
    assert swept.agrees
    assert swept.balances == {"JPY": (2892, 2892)}
    assert till.payment(token).state == PAID
    assert till.balances() == GIVEN
    # The next night finds nothing more.
    assert till.sweep().movements == 0


def test_told_a_month_late_it_is_booked_on_its_own_day(till: Till) -> None:
    token = till.given()
    till.stripe.fake.advance(days=31)
    till.tell_all()
    paid = till.payment(token)
    assert paid.state == PAID
    assert paid.paid_at
    assert (paid.paid_at - paid.made_at).total_seconds() < 60


def test_a_double_click_makes_one_page_and_one_gift(till: Till) -> None:
    token = till.begin()
    assert till.at_stripe(token) == till.at_stripe(token)
    assert len(till.stripe.fake.all("checkout.session", account=HERE)) == 1


def test_the_back_button_leads_to_the_same_page(till: Till) -> None:
    token = till.begin()
    page = till.at_stripe(token)
    assert "Is this right?" in till.client().get(f"/{SLUG}/give/{token}").text
    assert till.at_stripe(token) == page


def test_two_tabs_are_two_gifts_and_each_counts(till: Till) -> None:
    first, second = till.begin(), till.begin()
    for token in (first, second):
        till.stripe.fake.pay(till.at_stripe(token))
    till.tell_all()
    assert till.balances()["donations:meal"] == -6000


def test_a_declined_card_leaves_the_page_open_and_says_nothing_to_us(till: Till) -> None:
    token = till.begin()
    page = till.at_stripe(token)
    till.stripe.fake.decline(page)
    till.tell_all()
    assert till.payment(token).state == OPEN
    till.stripe.fake.pay(page)
    till.tell_all()
    assert till.balances() == GIVEN


def test_a_page_that_ran_out_leads_to_another_attempt(till: Till) -> None:
    token = till.begin()
    till.stripe.fake.expire_session(till.at_stripe(token))
    till.tell_all()
    assert till.payment(token).state == EXPIRED
    again = till.go_on(token)
    assert again.status_code == 303
    assert str(again.location).startswith(f"/{SLUG}/give/")
    assert not str(again.location).endswith(token)
    new = str(again.location).rsplit("/", 1)[1]
    till.stripe.fake.pay(till.at_stripe(new))
    till.tell_all()
    assert till.balances() == GIVEN


def test_an_older_attempt_leads_to_where_the_gift_stands_now(till: Till) -> None:
    first = till.begin()
    till.stripe.fake.expire_session(till.at_stripe(first))
    till.tell_all()
    over = till.come_back(first)
    assert "Nothing was taken." in over.text
    assert "Refresh" not in over.headers
    second = str(till.go_on(first).location).rsplit("/", 1)[1]
    # Pressing on the old page makes no third attempt.
    assert str(till.go_on(first).location).endswith(second)
    assert str(till.client().get(f"/{SLUG}/give/{first}").location).endswith(second)
    till.stripe.fake.pay(till.at_stripe(second))
    till.come_back(second)
    for method, end in (("GET", ""), ("POST", "/pay")):
        answer = till.client().open(f"/{SLUG}/give/{first}{end}", method=method)
        assert answer.location == f"/{SLUG}/give/{second}/thanks"
    assert "Thank you" in till.come_back(first).text
    assert till.balances() == GIVEN


def test_at_the_konbini_the_money_comes_later(till: Till) -> None:
    token = till.begin(email="hana@example.org")
    page = till.at_stripe(token)
    till.stripe.fake.pay_later(page, email="hana@example.org")
    till.tell_all()
    assert till.payment(token).state == PROCESSING
    assert "on its way" in till.come_back(token).text
    assert till.balances() == {}
    till.stripe.fake.pay_voucher(page)
    till.tell_all()
    assert till.payment(token).state == PAID
    assert till.balances() == GIVEN


def test_a_voucher_that_nobody_pays_fails_and_can_be_tried_again(till: Till) -> None:
    token = till.begin(email="hana@example.org")
    page = till.at_stripe(token)
    till.stripe.fake.pay_later(page, email="hana@example.org")
    till.stripe.fake.expire_voucher(page)
    till.tell_all()
    assert till.payment(token).state == "failed"
    assert till.balances() == {}
    assert till.go_on(token).status_code == 303


@pytest.mark.parametrize("way", ["tell", "sweep", "come back"])
def test_a_payment_of_something_that_was_given_up_is_still_taken(till: Till, way: str) -> None:
    token = till.begin()
    page = till.at_stripe(token)
    till.stripe.fake.pay(page)
    if way == "tell":
        till.tell_all()
    elif way == "sweep":
        till.sweep()
    else:
        till.come_back(token)
    assert till.payment(token).state == PAID
