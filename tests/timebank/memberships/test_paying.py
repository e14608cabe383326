"""A member pays the fee by card: terms come at once, the books follow, and both agree whatever happens."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.builders import A_DAY
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_household
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.timebank.memberships.paying import OWN
from tests.timebank.memberships.paying import at_stripe
from tests.timebank.memberships.paying import chosen
from tests.timebank.memberships.paying import come_back
from tests.timebank.memberships.paying import faults
from tests.timebank.memberships.paying import form_of
from tests.timebank.memberships.paying import pays
from tests.timebank.memberships.paying import terms
from tests.timebank.memberships.paying import wishes
from tests.timebank.memberships.things import a_plan
from timebank import clock
from timebank.communities.models import Community
from timebank.i18n import day
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.memberships.terms import Calendar
from timebank.payments import models

TELL = ("return", "webhook", "twice", "reverse", "sweep")


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def told(till: Till, how: str, token: str = "") -> None:
    """Let us hear of it in one of the ways there are."""
    if how == "return":
        come_back(till, token)
        till.sweep()
        return
    if how == "sweep":
        till.sweep()
        return
    events = till.pending()
    for event in reversed(events) if how == "reverse" else events:
        till.tell(event)
        if how == "twice":
            till.tell(event)
    till.tell_all()


@pytest.mark.parametrize("how", TELL)
def test_a_fee_by_card_is_paid_once_by_whichever_way_it_is_told(
    till: Till, client: FlaskClient, how: str
) -> None:
    token = pays(till, client)
    told(till, how, token)
    assert terms(till) == [(1, True, 0)]
    assert till.balances() == {"stripe": 2892, "stripe-fees": 108, "fees:full": -3000}
    assert faults(till) == []
    page = client.get(OWN).text
    today = clock.today("Asia/Tokyo")
    days = Calendar(years="rolling", first_month=4, early_days=0, grace_days=0).terms(
        paid_on=today, covered=(), years=1
    )
    with till.app.test_request_context():
        assert f"Paid until {day(days[0].last)}" in page
    assert "has arrived" in come_back(till, token).text


def test_years_to_come_lie_ahead_and_are_given_back_first(till: Till, client: FlaskClient) -> None:
    token = pays(till, client, years="3")
    till.tell_all()
    assert terms(till) == [(1, True, 0), (2, True, 3000), (3, True, 3000)]
    assert till.balances()["fees-ahead"] == -6000
    for amount, left, ahead in (
        (1000, [(1, True, 0), (2, True, 3000), (3, True, 2000)], -5000),
        (2000, [(1, True, 0), (2, True, 3000), (3, False, 0)], -3000),
        (4000, [(1, True, 0), (2, False, 0), (3, False, 0)], None),
        (2000, [(1, False, 0), (2, False, 0), (3, False, 0)], None),
    ):
        till.stripe.fake.refund(till.payment(token).intent_id or "", account=HERE, amount=amount)
        till.tell_all()
        assert terms(till) == left
        assert till.balances().get("fees-ahead") == ahead
        assert faults(till) == []
    assert "fees:full" not in till.balances()
    assert till.payment(token).state == models.REFUNDED
    assert "No fee is paid at the moment." in client.get(OWN).text


@pytest.mark.parametrize("how", ["dispute", "refund", "bank"])
def test_a_fee_of_one_year_goes_back_by_every_way(till: Till, client: FlaskClient, how: str) -> None:
    """Nothing of it lies ahead, and no line of an entry moves nothing."""
    token = wishes(client)
    page = at_stripe(till, token)
    if how == "bank":
        # What is paid by card is disputed; the bank takes back what came by other ways.
        till.stripe.fake.pay_later(page)
        till.stripe.fake.pay_voucher(page)
    else:
        till.stripe.fake.pay(page)
    till.tell_all()
    intent = till.payment(token).intent_id or ""
    if how == "dispute":
        till.stripe.fake.open_dispute(intent, account=HERE)
        till.stripe.fake.close_dispute(intent, account=HERE, won=False)
    elif how == "refund":
        till.stripe.fake.refund(intent, account=HERE)
    else:
        till.stripe.fake.take_back(intent, account=HERE)
    till.tell_all()
    assert terms(till) == [(1, False, 0)]
    assert "fees:full" not in till.balances()
    assert faults(till) == []


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_leaves_the_membership_until_it_is_lost(till: Till, client: FlaskClient, won: bool) -> None:
    token = pays(till, client, years="2")
    till.tell_all()
    intent = till.payment(token).intent_id or ""
    till.stripe.fake.open_dispute(intent, account=HERE)
    till.tell_all()
    assert terms(till) == [(1, True, 0), (2, True, 3000)]
    assert "The bank of the card asks about this payment" in client.get(OWN).text
    till.stripe.fake.close_dispute(intent, account=HERE, won=won)
    till.tell_all()
    assert faults(till) == []
    if won:
        assert terms(till) == [(1, True, 0), (2, True, 3000)]
        assert till.balances()["fees:full"] == -3000
    else:
        assert terms(till) == [(1, False, 0), (2, False, 0)]
        assert "fees:full" not in till.balances()
        assert "fees-ahead" not in till.balances()
    assert "The bank of the card asks" not in client.get(OWN).text


def test_the_last_page_before_stripe_says_what_the_law_wants(till: Till, client: FlaskClient) -> None:
    page = client.get(f"{OWN}/pay/{wishes(client, years='2')}").text
    for said in (
        "¥6,000",
        "Hana",
        "Full",
        "With a vote at the meeting",
        "Nothing is taken again by itself",
        "within 3 days at a konbini",
        "Years that have not begun",
        "Who takes the money here",
    ):
        assert said in page
    assert (
        f"form-action 'self' {till.stripe.url}"
        in client.get(f"{OWN}/pay/{wishes(client)}").headers["Content-Security-Policy"]
    )


def test_a_double_click_is_one_fee_and_other_content_is_asked_about(till: Till, client: FlaskClient) -> None:
    form = form_of(client)
    first, second = (client.post(f"{OWN}/pay", data=form) for _click in range(2))
    assert first.location == second.location
    third = client.post(f"{OWN}/pay", data=form | {"years": "2"})
    assert third.status_code == 422
    assert "sent before with other content" in third.text
    assert f'value="{form["key"]}"' not in third.text


def test_a_fee_as_a_gift_to_another_member(till: Till, hana: Neighbour, client: FlaskClient) -> None:
    def work(session: Any) -> Neighbour:
        return a_neighbour(session, session.get_one(Community, till.community_id), name="Mio", number="777")

    mio = written(till.app, work)
    token = pays(till, client, other="777")
    come_back(till, token)
    till.sweep()
    assert "Mio" in come_back(till, token).text
    assert "Paid until" in signed_in(till.app, mio).get(OWN, headers={"Accept-Language": "en"}).text
    own = client.get(OWN).text
    assert "No fee is paid at the moment." in own
    assert "Full · Mio" in own
    assert faults(till) == []


def test_who_may_not_pay_is_told_why(till: Till, hana: Neighbour, client: FlaskClient) -> None:
    def work(session: Any) -> int:
        community = session.get_one(Community, till.community_id)
        assert hana.member
        consent = GuardianConsent(name="Her aunt", reached_by="06", wording="Yes", consented_on=A_DAY)
        record_guardian(session, community=community, member=hana.member, consent=consent, actor=SOMEBODY)
        a_household(session, community, name="Sato house", number="888")
        return a_plan(session, community, "house", for_kind="household").id

    plan_id = written(till.app, work)
    minor = chosen(client)
    assert minor.status_code == 422
    assert "Please ask Her aunt to do it." in minor.text
    for typed, sentence in (
        ({"plan": str(plan_id)}, "This plan cannot be chosen for Hana"),
        ({"other": "888"}, "This plan cannot be chosen for Sato house"),
        ({"other": "nobody at all"}, "Nobody was found"),
        ({"plan": "999"}, "Please choose one of these"),
        ({"years": "99"}, "Please choose one of these"),
    ):
        answer = chosen(client, **typed)
        assert answer.status_code == 422
        assert sentence in answer.text or "You are under 18" in answer.text


def test_another_attempt_follows_where_the_page_ran_out(till: Till, client: FlaskClient) -> None:
    token = wishes(client)
    till.stripe.fake.expire_session(at_stripe(till, token))
    till.tell_all()
    page = come_back(till, token).text
    assert "Nothing was taken" in page
    again = till.client().post(f"{OWN}/pay/{token}/go")
    assert again.status_code == 303
    assert "/paid" not in again.location
    assert terms(till) == []


def test_a_konbini_fee_counts_once_it_is_paid(till: Till, client: FlaskClient) -> None:
    token = wishes(client)
    page = at_stripe(till, token)
    till.stripe.fake.pay_later(page)
    till.tell_all()
    assert "on its way" in come_back(till, token).text
    assert "waits to be paid at a konbini" in client.get(OWN).text
    assert terms(till) == []
    till.stripe.fake.pay_voucher(till.payment(token).intent_id or "", account=HERE)
    till.tell_all()
    assert terms(till) == [(1, True, 0)]
    assert faults(till) == []


def test_pages_of_fees_are_not_pages_of_gifts(till: Till, client: FlaskClient) -> None:
    fee, gift = wishes(client), till.begin()
    for page in (
        f"/{SLUG}/give/{fee}",
        f"/{SLUG}/give/{fee}/thanks",
        f"{OWN}/pay/{gift}",
        f"{OWN}/pay/{gift}/paid",
    ):
        assert till.client().get(page).status_code == 404


def test_a_refund_that_fails_and_a_dispute_that_is_lost_come_to_no_more_than_the_fee(
    till: Till, client: FlaskClient
) -> None:
    token = pays(till, client)
    till.tell_all()
    intent = till.payment(token).intent_id or ""
    refund = till.stripe.fake.refund(intent, account=HERE)
    till.tell_all()
    till.stripe.fake.fail_refund(refund["id"], account=HERE)
    till.tell_all()
    till.stripe.fake.open_dispute(intent, account=HERE)
    till.stripe.fake.close_dispute(intent, account=HERE, won=False)
    till.tell_all()
    assert terms(till) == [(1, False, 0)]
    assert faults(till) == []
