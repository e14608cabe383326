"""The public page of funds tells what was given, spent and left."""

import re

from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from timebank import clock
from timebank.communities.models import Community


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


def test_a_form_that_was_saved_with_other_content_can_be_saved_once_more(database_url: str) -> None:
    with a_till(database_url) as till:
        till.given(3000)
        till.tell_all()

        def treasurer(session: Session) -> Neighbour:
            return an_officer(session, session.get_one(Community, till.community_id), "treasurer")

        client = signed_in(till.app, written(till.app, treasurer))
        page = f"/{SLUG}/funds/{till.fund_id}/spend"
        typed = {"words": "Rice", "nature": "ingredients", "spent_on": clock.today("Asia/Tokyo").isoformat()}
        key = re.compile(r'name="key"[^>]*value="([^"]+)"')
        found = key.search(client.get(page).text)
        assert found
        assert client.post(page, data={**typed, "key": found[1], "amount": "500"}).status_code == 303
        refused = client.post(page, data={**typed, "key": found[1], "amount": "700"})
        assert refused.status_code == 422
        assert "Rice" in refused.text
        new = key.search(refused.text)
        assert new
        assert new[1] != found[1]
        assert client.post(page, data={**typed, "key": new[1], "amount": "700"}).status_code == 303
