"""The public page of funds tells what was given, spent and left."""

from tests.till import SLUG
from tests.till import Till
from tests.till import a_till


def test_the_page_tells_what_was_given_spent_and_left(database_url: str) -> None:
    with a_till(database_url) as till:
        assert "Nothing was given for it yet." in till.client().get(f"/{SLUG}/funds").text
        till.given(3000)
        till.given(1000, fund=False)
        till.tell_all()
        till.spend(1200)
        assert told(till)[:3] == ["¥1,800", "¥3,000", "¥1,200"]


def test_where_the_fund_bears_the_fee_less_reaches_it_and_the_page_says_so(database_url: str) -> None:
    with a_till(database_url, fee_from_fund=True) as till:
        assert "It is taken out of the fund" in till.client().get(f"/{SLUG}/give").text
        token = till.given(3000)
        till.tell_all()
        assert told(till) == ["¥2,892", "¥2,892", "¥0"]
        # Given back whole, the fund gives back what it had of it, and the community bears the fee.
        till.stripe.fake.refund(str(till.payment(token).checkout_id))
        till.tell_all()
        assert till.balances() == {"stripe": -108, "stripe-fees": 108}
        assert till.faults() == []


def told(till: Till) -> list[str]:
    """Read what the page says is left, given and spent, in its order."""
    page = till.client().get(f"/{SLUG}/funds").text
    amounts = [part.split("<")[0] for part in page.split(">") if part.startswith("¥")]
    return [one.strip() for one in amounts]
