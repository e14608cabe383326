"""A member pays what they owe for help through Stripe: once, whoever tells it, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.timebank.support.bills import MINE
from tests.timebank.support.bills import PAY
from tests.timebank.support.bills import at_stripe
from tests.timebank.support.bills import begins
from tests.timebank.support.bills import charge_of
from tests.timebank.support.bills import come_back
from tests.timebank.support.bills import faults
from tests.timebank.support.bills import helped
from tests.timebank.support.bills import owed
from tests.timebank.support.bills import payments
from tests.timebank.support.bills import pays_cash
from tests.timebank.support.bills import taken_back
from timebank.communities.models import Community
from timebank.db import db
from timebank.known import Whom
from timebank.payments import models
from timebank.support.known import KNOWN
from timebank.support.models import HelpPayment
from timebank.support.online import count_over
from timebank.support.proof import check_support

TELL = ("return", "webhook", "twice", "reverse", "sweep")


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def pays(till: Till, client: FlaskClient) -> str:
    """Pay at Stripe, and close the window before anything leads back."""
    token = begins(client)
    till.stripe.fake.pay(at_stripe(till, token))
    return token


def told(till: Till, how: str, token: str) -> None:
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
def test_what_is_owed_is_paid_once_by_whichever_way_it_is_told(
    till: Till, client: FlaskClient, hana: Neighbour, how: str
) -> None:
    helped(till, hana)
    shown = client.get(MINE).text
    assert "Pay ¥2,400" in shown
    token = pays(till, client)
    told(till, how, token)
    assert owed(till, hana) == (0, 0)
    assert faults(till) == []
    page = client.get(MINE).text
    assert "By card or at a konbini" in page
    assert "Pay ¥" not in page
    assert "It is paid" in come_back(till, token).text
    # The way back in the browser leads to what is paid.
    answer = till.client().post(f"{PAY}/{token}/go")
    assert str(answer.location).endswith(f"{token}/paid")


def test_where_nothing_is_owed_a_sentence_says_so(till: Till, client: FlaskClient) -> None:
    answer = client.post(f"{MINE}/pay")
    assert answer.status_code == 409
    assert "Nothing is owed for help" in answer.text
    assert payments(till) == []


def test_how_much_it_is_nobody_types(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    answer = client.post(f"{MINE}/pay", data={"amount": "1", "amount_minor": "1"})
    token = str(answer.location).rsplit("/", 1)[1]
    assert till.payment(token).amount_minor == 2400
    assert till.payment(token).email == "hana@example.org"


def test_a_button_pressed_twice_is_one_payment_and_another_sum_another(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    first = begins(client)
    assert begins(client) == first
    helped(till, hana, hours=1)
    assert begins(client) != first
    assert [one.amount_minor for one in payments(till)] == [2400, 3200]


def test_what_is_on_its_way_is_not_paid_again(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    token = begins(client)
    shown = till.client().get(f"{PAY}/{token}", headers={"Accept-Language": "en"}).text
    assert "within 3 days at a konbini" in shown
    # Whoever has the address learns nothing of who was helped by whom.
    assert "Hana" not in shown
    assert "Taro" not in shown
    page = at_stripe(till, token)
    till.stripe.fake.pay_later(page, email="a@b.example")
    till.tell_all()
    assert owed(till, hana) == (2400, 0)
    waits = client.get(MINE).text
    assert "¥2,400 of it is on its way" in waits
    assert "Pay ¥" not in waits
    assert f"{PAY}/{token}/paid" in waits
    answer = client.post(f"{MINE}/pay")
    assert answer.status_code == 409
    assert "on its way already" in answer.text
    # More help meanwhile can be paid, and nothing else.
    helped(till, hana, hours=1)
    assert till.payment(begins(client)).amount_minor == 800
    till.stripe.fake.pay_voucher(page)
    till.tell_all()
    assert owed(till, hana) == (800, 0)
    assert faults(till) == []


def test_what_is_paid_and_not_booked_yet_is_on_its_way(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    token = begins(client)
    till.stripe.fake.pay(at_stripe(till, token))

    def only_paid(session: Session) -> None:
        payment = session.scalars(select(models.Payment).where(models.Payment.token == token)).one()
        community = session.get_one(Community, till.community_id)
        payment.state, payment.paid_at = models.PAID, payment.made_at
        payment.paid_on = community.started_on
        payment.taken_minor, payment.taken_currency = payment.amount_minor, payment.currency

    written(till.app, only_paid)
    assert "¥2,400 of it is on its way" in client.get(MINE).text
    assert client.post(f"{MINE}/pay").status_code == 409


@pytest.mark.parametrize("how", TELL)
def test_what_was_paid_in_cash_meanwhile_is_owed_back(
    till: Till, client: FlaskClient, hana: Neighbour, how: str
) -> None:
    helped(till, hana)
    token = pays(till, client)
    pays_cash(till, hana, 1000)
    told(till, how, token)
    assert owed(till, hana) == (0, 1000)
    assert faults(till) == []
    assert "Of it ¥1,000 was owed no longer when it came" in client.get(MINE).text
    # What goes back is that first, and then the debt comes back.
    till.stripe.fake.refund(charge_of(till, token), amount=1200)
    till.tell_all()
    assert owed(till, hana) == (200, 0)
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    assert owed(till, hana) == (1400, 0)
    assert till.payment(token).state == models.REFUNDED
    assert faults(till) == []


def test_a_visit_that_is_taken_back_meanwhile_leaves_all_of_it_owed_back(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    visit = helped(till, hana)
    token = pays(till, client)
    taken_back(till, visit)
    till.tell_all()
    assert owed(till, hana) == (0, 2400)
    assert faults(till) == []

    def a_treasurer(session: Session) -> Neighbour:
        return an_officer(session, session.get_one(Community, till.community_id), "treasurer")

    desk = signed_in(till.app, written(till.app, a_treasurer))
    desk.post("/language", data={"language": "en"})
    assert "owed no longer when it came: 1" in desk.get(f"/{SLUG}/").text
    listed = desk.get(f"/{SLUG}/support/owed/").text
    assert "Owed no longer when it came" in listed
    page = till.payment(token).id
    assert f"/{SLUG}/money/payments/{page}" in listed
    shown = desk.get(f"/{SLUG}/money/payments/{page}").text
    assert "Payment for help" in shown
    assert "Hana" in shown
    answer = desk.post(f"/{SLUG}/money/payments/{page}/give-back", data={"amount": "2400", "email": ""})
    assert answer.status_code == 303, answer.text
    till.tell_all()
    assert owed(till, hana) == (0, 0)
    assert "Owed no longer when it came" not in desk.get(f"/{SLUG}/support/owed/").text
    assert faults(till) == []


def test_a_visit_taken_back_after_it_was_paid_leaves_a_minus(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    visit = helped(till, hana)
    pays(till, client)
    till.tell_all()
    taken_back(till, visit)
    assert owed(till, hana) == (-2400, 0)
    assert client.post(f"{MINE}/pay").status_code == 409
    assert faults(till) == []


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_leaves_it_paid_until_it_is_lost(
    till: Till, client: FlaskClient, hana: Neighbour, *, won: bool
) -> None:
    helped(till, hana)
    token = pays(till, client)
    till.tell_all()
    till.stripe.fake.open_dispute(charge_of(till, token))
    till.tell_all()
    assert owed(till, hana) == (0, 0)
    till.stripe.fake.close_dispute(charge_of(till, token), won=won)
    till.tell_all()
    till.sweep()
    assert owed(till, hana) == ((0, 0) if won else (2400, 0))
    assert faults(till) == []


def test_what_is_disputed_waits_for_nobody_to_give_it_back(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    token = begins(client)
    till.stripe.fake.pay(at_stripe(till, token))
    pays_cash(till, hana, 2400)
    come_back(till, token)
    till.tell_all()

    def waits() -> int:
        return written(
            till.app, lambda session: count_over(session, session.get_one(Community, till.community_id))
        )

    assert waits() == 1
    till.stripe.fake.open_dispute(charge_of(till, token))
    till.tell_all()
    assert waits() == 0
    till.stripe.fake.close_dispute(charge_of(till, token), won=True)
    till.tell_all()
    assert waits() == 1


def test_less_is_owed_before_stripes_page_is_made(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    token = begins(client)
    pays_cash(till, hana, 400)
    answer = client.post(f"{PAY}/{token}/go")
    assert answer.status_code == 409
    assert "By now ¥2,000 is owed" in answer.text
    assert till.stripe.fake.all("checkout.session", account=HERE) == []
    pays_cash(till, hana, 2000)
    answer = client.post(f"{PAY}/{token}/go")
    assert answer.status_code == 409
    assert "Nothing is owed" in answer.text


def test_whoever_did_not_pay_owes_as_before(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    token = begins(client)
    at_stripe(till, token)
    assert "Not paid yet" in come_back(till, token).text
    till.stripe.fake.advance(days=2)
    till.tell_all()
    assert "It was not paid" in come_back(till, token).text
    assert owed(till, hana) == (2400, 0)
    # The page has run out: another attempt at the same.
    answer = till.client().post(f"{PAY}/{token}/go")
    again = str(answer.location).rsplit("/", 1)[1]
    assert again != token
    assert till.payment(again).attempt == 2
    assert faults(till) == []


def test_both_of_two_browsers_are_paid_and_one_of_them_is_owed_back(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    first = begins(client)
    first_page = at_stripe(till, first)

    def a_day_ago(session: Session) -> None:
        payment = session.scalars(select(models.Payment).where(models.Payment.token == first)).one()
        payment.made_at -= timedelta(hours=21)

    written(till.app, a_day_ago)
    second = begins(client)
    assert second != first
    second_page = at_stripe(till, second)
    for page in (first_page, second_page):
        till.stripe.fake.pay(page)
    till.tell_all()
    assert owed(till, hana) == (0, 2400)
    assert faults(till) == []


def test_another_communitys_payment_is_not_there(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    token = begins(client)
    gift = till.begin()
    for path in (f"/elsewhere/support/pay/{token}", f"{PAY}/{gift}", f"{PAY}/{'x' * 32}"):
        assert till.client().get(path).status_code == 404


def test_an_address_for_mail_goes_with_the_member(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    token = begins(client)

    def forget(session: Session) -> None:
        assert hana.member
        whom = Whom(community_id=till.community_id, member_id=hana.member.id)
        for known in KNOWN:
            if known.erase:
                known.erase(session, known, whom)

    written(till.app, forget)
    assert till.payment(token).email == ""


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("over_minor", 100, "pays 2400 of what its member owes, and should pay 2300"),
        ("over_back_minor", 0, "0 of what was owed no longer has gone back"),
        ("paid_on", None, "and says no day"),
    ],
)
def test_the_proof_finds_what_was_changed_by_hand(
    till: Till, client: FlaskClient, hana: Neighbour, column: str, value: Any, fault: str
) -> None:
    helped(till, hana)
    pays(till, client)
    till.tell_all()
    with till.app.app_context():
        session = db.session()
        row = session.scalars(select(HelpPayment)).one()
        if column == "over_back_minor":
            row.over_minor = row.over_back_minor = 5
            fault = "and it says 5"
        else:
            setattr(row, column, value)
        session.flush()
        found = check_support(session)
        session.rollback()
        db.session.remove()
    assert any(fault in one for one in found), found
