"""A member pays ahead by card or at a konbini: the books follow Stripe, whatever happens to the money."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.timebank.prepaid.balances import offered
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.known import Whom
from timebank.members.models import Member
from timebank.payments import models
from timebank.payments.proof import check_payments
from timebank.prepaid.known import KNOWN
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.proof import check_prepaid
from timebank.support.models import PREPAID
from timebank.support.planning import THANKS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.proof import check_support
from timebank.support.visits import write_down

OWN = f"/{SLUG}/support/prepaid/"
TELL = ("return", "webhook", "twice", "reverse", "sweep")


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def form_of(client: FlaskClient) -> dict[str, str]:
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(f"{OWN}top-up").text)
    assert key
    return {"key": key[1], "amount": "4000"}


def wishes(client: FlaskClient, **typed: Any) -> str:
    """Say how much, and give the token of the payment."""
    answer = client.post(f"{OWN}top-up", data=form_of(client) | typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def at_stripe(till: Till, token: str) -> str:
    """Go on to Stripe, and give the page's id there."""
    answer = till.client().post(f"{OWN}top-up/{token}/go")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def tops_up(till: Till, client: FlaskClient) -> str:
    """Pay at Stripe, and close the window before anything leads back."""
    token = wishes(client)
    till.stripe.fake.pay(at_stripe(till, token))
    return token


def come_back(till: Till, token: str) -> Any:
    return till.client().get(f"{OWN}top-up/{token}/paid")


def charge_of(till: Till, token: str) -> str:
    return till.payment(token).charge_id or ""


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


def faults(till: Till) -> list[str]:
    """Everything that `timebank verify` would find."""
    with till.app.app_context():
        proofs = (check_prepaid, check_support, check_payments)
        found = [fault for proof in proofs for fault in proof(db.session())]
        db.session.remove()
    return [*found, *till.faults()]


def uses(till: Till, hana: Neighbour, hours: int) -> None:
    """Have so many hours of help be paid from her balance."""

    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        assert hana.member
        wish = Wish(
            giver=a_member(session, community, name="Taro"),
            receiver=session.get_one(Member, hana.member.id),
            kind=None,
            worked_on=clock.today(community.time_zone),
            minutes=hours * 60,
            pays=PREPAID,
            takes=THANKS,
            key=f"form:uses-{hours}",
        )
        plan = plan_of(session, community=community, wish=wish)
        assert plan
        write_down(session, community=community, plan=plan, actor=COORDINATOR)

    written(till.app, work)


def owed(till: Till, hana: Neighbour) -> tuple[int, int]:
    """What is on her balance, and what she owes."""
    assert hana.member
    money = till.balances()
    return -money.get(f"prepaid:{hana.member.id}", 0), money.get(f"receivable:{hana.member.id}", 0)


@pytest.mark.parametrize("how", TELL)
def test_a_top_up_by_card_is_one_by_whichever_way_it_is_told(
    till: Till, client: FlaskClient, hana: Neighbour, how: str
) -> None:
    token = tops_up(till, client)
    told(till, how, token)
    assert owed(till, hana) == (4000, 0)
    assert faults(till) == []
    assert "¥4,000" in client.get(OWN).text
    assert "Your balance is topped up" in come_back(till, token).text


def test_at_a_konbini_it_comes_with_the_money(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    token = wishes(client)
    shown = till.client().get(f"{OWN}top-up/{token}").text
    assert "within 3 days at a konbini" in shown
    assert "No money goes back" in shown
    page = at_stripe(till, token)
    till.stripe.fake.pay_later(page, email="a@b.example")
    till.tell_all()
    assert owed(till, hana) == (0, 0)
    assert "on its way" in come_back(till, token).text
    waits = client.get(OWN).text
    assert "waits to be paid at a konbini" in waits
    assert f"{OWN}top-up/{token}/paid" in waits
    till.stripe.fake.pay_voucher(page)
    till.tell_all()
    assert owed(till, hana) == (4000, 0)
    assert faults(till) == []


def test_the_same_form_is_one_top_up_and_another_sum_is_told(till: Till, client: FlaskClient) -> None:
    form = form_of(client)
    first, second = (client.post(f"{OWN}top-up", data=form).location for _press in range(2))
    assert first == second
    answer = client.post(f"{OWN}top-up", data=form | {"amount": "5000"})
    assert answer.status_code == 422
    assert "sent before with other content" in answer.text
    assert len(_topups(till)) == 1


@pytest.mark.parametrize("amount", ["499", "20001", "0", "-5", "x", ""])
def test_other_sums_are_refused_on_the_form(till: Till, client: FlaskClient, amount: str) -> None:
    answer = client.post(f"{OWN}top-up", data=form_of(client) | {"amount": amount})
    assert answer.status_code == 422
    assert _topups(till) == []


def test_what_goes_back_takes_the_balance_first_and_what_was_used_is_owed(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    token = tops_up(till, client)
    till.tell_all()
    uses(till, hana, 2)
    assert owed(till, hana) == (2400, 0)
    till.stripe.fake.refund(charge_of(till, token), amount=1000)
    till.tell_all()
    assert owed(till, hana) == (1400, 0)
    assert faults(till) == []
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    assert owed(till, hana) == (0, 1600)
    assert till.payment(token).state == models.REFUNDED
    assert faults(till) == []
    with till.app.app_context():
        rows = [(one.amount_minor, one.billed_minor) for one in db.session.scalars(select(PrepaidBack))]
        db.session.remove()
    assert sorted(rows) == [(1000, 0), (3000, 1600)]
    assert "had been used, so it is owed" in client.get(OWN).text


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_leaves_the_balance_until_it_is_lost(
    till: Till, client: FlaskClient, hana: Neighbour, *, won: bool
) -> None:
    token = tops_up(till, client)
    till.tell_all()
    uses(till, hana, 1)
    till.stripe.fake.open_dispute(charge_of(till, token))
    till.tell_all()
    assert owed(till, hana) == (3200, 0)
    till.stripe.fake.close_dispute(charge_of(till, token), won=won)
    till.tell_all()
    till.sweep()
    assert owed(till, hana) == ((3200, 0) if won else (0, 800))
    assert faults(till) == []


def test_a_treasurer_is_led_to_the_balance_and_not_to_stripe(till: Till, client: FlaskClient) -> None:
    token = tops_up(till, client)
    till.tell_all()

    def work(session: Session) -> tuple[Neighbour, int, int]:
        community = session.get_one(Community, till.community_id)
        payment = session.scalars(select(models.Payment).where(models.Payment.token == token)).one()
        topup = session.scalars(select(PrepaidTopup)).one()
        return an_officer(session, community, "treasurer"), payment.id, topup.id

    treasurer, payment_id, topup_id = written(till.app, work)
    desk = signed_in(till.app, treasurer)
    desk.post("/language", data={"language": "en"})
    page = f"/{SLUG}/money/payments/{payment_id}"
    assert "given back on the page of whose it is" in desk.get(page).text
    assert desk.get(f"{page}/give-back").status_code == 409
    # It was no mistake of the desk.
    answer = desk.get(f"{OWN}top-ups/{topup_id}/take-back")
    assert answer.status_code == 409
    assert "by way of Stripe" in answer.text


def test_an_address_for_mail_goes_with_the_member(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    token = wishes(client)
    assert till.payment(token).email == "hana@example.org"

    def forget(session: Session) -> None:
        assert hana.member
        whom = Whom(community_id=till.community_id, member_id=hana.member.id)
        for known in KNOWN:
            if known.erase:
                known.erase(session, known, whom)

    written(till.app, forget)
    assert till.payment(token).email == ""


def test_whoever_did_not_pay_has_nothing(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    token = wishes(client)
    at_stripe(till, token)
    assert "Not paid yet" in come_back(till, token).text
    till.stripe.fake.advance(days=2)
    till.tell_all()
    assert [one.paid_on for one in _topups(till)] == [None]
    assert owed(till, hana) == (0, 0)
    assert "It was not paid" in come_back(till, token).text
    assert faults(till) == []


def test_what_is_offered_no_longer_is_not_paid_any_more(till: Till, client: FlaskClient) -> None:
    token = wishes(client)

    def off(session: Session) -> None:
        offered(session, session.get_one(Community, till.community_id), offered=False)

    written(till.app, off)
    answer = till.client().post(f"{OWN}top-up/{token}/go")
    assert answer.status_code == 409
    assert "cannot be topped up here" in answer.text
    assert till.stripe.fake.all("checkout.session", account=HERE) == []
    assert "cannot be topped up at the moment" in client.get(f"{OWN}top-up").text


def _topups(till: Till) -> list[PrepaidTopup]:
    with till.app.app_context():
        found = list(db.session.scalars(select(PrepaidTopup)))
        db.session.remove()
    return found
