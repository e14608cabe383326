"""Money that nobody knew what for: a treasurer says what it is, and from then on it is as any other."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.stripe_things import a_gift
from tests.till import SLUG
from tests.till import Till
from tests.timebank.memberships.paying import faults
from tests.timebank.memberships.paying import terms
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import counts
from tests.timebank.payments.test_repeating import letters
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations.models import Donation
from timebank.funds.models import Fund
from timebank.funds.service import end_fund
from timebank.mail.models import Mail
from timebank.memberships.models import ROLLING
from timebank.payments.models import StripeMovement

LIST = f"/{SLUG}/money/unidentified"


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    def work(session: Session) -> Neighbour:
        community = session.get_one(Community, till.community_id)
        counts(session, community, years=ROLLING)
        a_plan(session, community)
        return a_neighbour(session, community, "treasurer", name="Hana", email="hana@example.org")

    browser = signed_in(till.app, written(till.app, work))
    browser.post("/language", data={"language": "en"})
    return browser


def comes(till: Till, amount: int = 3000) -> str:
    """Let somebody pay in Stripe's own pages, where we asked for nothing; gives the charge."""
    page = a_gift(till.stripe.client, amount)
    till.stripe.fake.pay(page.id)
    till.tell_all()
    return str(till.stripe.fake.all("charge", account=HERE)[-1]["id"])


def movement(till: Till) -> int:
    with till.app.app_context():
        found = db.session.scalars(
            select(StripeMovement.id)
            .where(StripeMovement.kind == "charge")
            .order_by(StripeMovement.id.desc())
        ).first()
        db.session.remove()
    assert found
    return found


def says(client: FlaskClient, number: int, what: str = "gift", **typed: Any) -> Any:
    page = f"{LIST}/{number}/{what}"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(page).text)
    assert key
    known = {"fund": "0"} if what == "gift" else {"plan": "1", "years": "1"}
    return client.post(page, data={"key": key[1], **known, **typed})


def test_what_came_is_a_gift_and_is_thanked_and_refunded_as_one(till: Till, treasurer: FlaskClient) -> None:
    charge = comes(till)
    assert till.balances()["unidentified"] == -3000
    assert "Never asked for here" in treasurer.get(LIST).text
    assert "Payments that need a second look: 1" in treasurer.get(f"/{SLUG}/").text
    answer = says(treasurer, movement(till), fund=str(till.fund_id), name="Taro", email="taro@example.org")
    assert answer.status_code == 303
    assert till.balances() == {
        "stripe": 2892,
        "stripe-fees": 108,
        "donations:meal": -3000,
        "fund:meal": -3000,
        "general": 3000,
    }
    assert "Everything is identified" in treasurer.get(LIST).text
    assert "need a second look" not in treasurer.get(f"/{SLUG}/").text
    assert "Taro" in treasurer.get(answer.location).text
    with till.app.app_context():
        gift = db.session.scalars(select(Donation)).one()
        assert gift.given_on is not None
        db.session.remove()
    # What goes back of it later leaves the fund again, though Stripe has none of our words on it.
    till.stripe.fake.refund(charge, amount=1000)
    till.tell_all()
    assert till.balances()["fund:meal"] == -2000
    assert "unidentified" not in till.balances()
    till.stripe.fake.open_dispute(charge)
    till.tell_all()
    till.stripe.fake.close_dispute(charge, won=False)
    till.tell_all()
    assert faults(till) == []
    assert till.sweep().agrees


def test_what_is_left_after_a_part_went_back_is_the_gift(till: Till, treasurer: FlaskClient) -> None:
    charge = comes(till, 3500)
    till.stripe.fake.refund(charge, amount=500)
    till.tell_all()
    assert says(treasurer, movement(till), fund=str(till.fund_id)).status_code == 303
    balances = till.balances()
    assert (balances["donations:meal"], balances["fund:meal"]) == (-3000, -3000)
    assert "unidentified" not in balances
    assert faults(till) == []
    # All of it may still go back.
    till.stripe.fake.refund(charge, amount=3000)
    till.tell_all()
    assert "fund:meal" not in till.balances()
    assert faults(till) == []


def test_another_amount_than_was_asked_for_is_a_gift_of_what_was_taken(
    till: Till, treasurer: FlaskClient
) -> None:
    token = till.begin(name="Hana", email="hana@example.org")
    notes = {"payment": token}
    page = a_gift(
        till.stripe.client,
        2500,
        client_reference_id=token,
        metadata=notes,
        payment_intent_data={"metadata": notes},
    )
    till.stripe.fake.pay(page.id)
    till.tell_all()
    shown = treasurer.get(f"{LIST}/{movement(till)}/gift").text
    # What was written when it was begun is there.
    assert 'value="Hana"' in shown
    assert says(treasurer, movement(till), fund=str(till.fund_id), name="Hana").status_code == 303
    assert till.balances()["donations:meal"] == -2500
    paid = till.payment(token)
    assert (paid.oddity, paid.amount_minor, paid.currency) == (None, 2500, "JPY")
    assert "Thank you" in till.come_back(token).text
    assert faults(till) == []
    # Told again it changes nothing.
    till.sweep()
    assert till.balances()["donations:meal"] == -2500


def test_what_came_is_a_fee_and_pays_the_membership(till: Till, treasurer: FlaskClient) -> None:
    charge = comes(till)
    answer = says(treasurer, movement(till), "fee", other="hana")
    assert answer.status_code == 303, answer.text
    assert terms(till) == [(1, True, 0)]
    assert till.balances() == {"stripe": 2892, "stripe-fees": 108, "fees:full": -3000}
    assert faults(till) == []
    till.stripe.fake.refund(charge)
    till.tell_all()
    assert terms(till) == [(1, False, 0)]
    assert "fees:full" not in till.balances()
    assert faults(till) == []


@pytest.mark.parametrize(
    ("what", "typed", "sentence"),
    [
        ("fee", {"other": "hana", "years": "2"}, "¥6,000 are due"),
        ("fee", {"other": "nobody"}, "Nobody was found for “nobody”"),
        ("fee", {"other": ""}, "Please choose the other person"),
        ("fee", {"other": "hana", "plan": "99"}, "Please choose one of these"),
        ("gift", {"fund": "99"}, "Please choose one of these"),
        ("gift", {"wants_receipt": "y"}, "please write a name"),
        ("gift", {"email": "nowhere", "name": "Taro"}, "e-mail address"),
        ("gift", {"reading": "たろう"}, "A reading belongs to a name"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_moves(
    till: Till, treasurer: FlaskClient, what: str, typed: dict[str, str], sentence: str
) -> None:
    comes(till)
    answer = says(treasurer, movement(till), what, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert till.balances()["unidentified"] == -3000


def test_said_twice_it_is_one_gift(till: Till, treasurer: FlaskClient) -> None:
    comes(till)
    number = movement(till)
    page = f"{LIST}/{number}/gift"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', treasurer.get(page).text)
    assert key
    assert treasurer.post(page, data={"key": key[1], "fund": "0"}).status_code == 303
    for method in ("POST", "GET"):
        late = treasurer.open(page, method=method, data={"key": key[1], "fund": "0"})
        assert late.location == LIST
        assert "Somebody has said in the meantime what this was." in treasurer.get(LIST).text
    assert till.balances()["donations:general"] == -3000
    assert treasurer.get(f"{LIST}/99999/gift").status_code == 404


def test_what_is_disputed_waits(till: Till, treasurer: FlaskClient) -> None:
    charge = comes(till)
    till.stripe.fake.open_dispute(charge)
    till.tell_all()
    assert "Disputed" in treasurer.get(LIST).text
    answer = says(treasurer, movement(till))
    assert answer.status_code == 409
    assert "wait until that is decided" in answer.text
    till.stripe.fake.close_dispute(charge, won=False)
    till.tell_all()
    assert "Everything is identified" in treasurer.get(LIST).text
    assert faults(till) == []


def test_a_fund_that_has_ended_takes_none_of_it(till: Till, treasurer: FlaskClient) -> None:
    comes(till)

    def ends(session: Session) -> None:
        community, fund = session.get_one(Community, till.community_id), session.get_one(Fund, till.fund_id)
        end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)

    written(till.app, ends)
    assert says(treasurer, movement(till), fund=str(till.fund_id)).status_code == 422
    assert till.balances()["unidentified"] == -3000


def test_whoever_left_an_address_is_thanked(till: Till, treasurer: FlaskClient, tmp_path: Any) -> None:
    comes(till)
    assert says(treasurer, movement(till), name="Taro", email="taro@example.org").status_code == 303
    assert [to for to, _text in letters(till, tmp_path)] == ["taro@example.org"]
    with till.app.app_context():
        assert len(db.session.scalars(select(Mail)).all()) == 1
        db.session.remove()


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("DELETE FROM stripe_identified", "no payment says why"),
        ("UPDATE stripe_identified SET entry_id = 1", "does not take what is left of it"),
    ],
)
def test_what_does_not_agree_is_named(till: Till, treasurer: FlaskClient, broken: str, fault: str) -> None:
    comes(till)
    assert says(treasurer, movement(till)).status_code == 303
    assert faults(till) == []

    def breaks(session: Session) -> None:
        session.execute(text(broken))

    written(till.app, breaks)
    assert any(fault in one for one in faults(till))
