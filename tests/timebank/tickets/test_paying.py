"""A member buys tickets by card or at a konbini: they come at once, the books follow, whatever happens."""

import re
from datetime import date
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
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.known import Whom
from timebank.members.models import Member
from timebank.payments import models
from timebank.payments.proof import check_payments
from timebank.support.models import CASH
from timebank.support.models import OWED
from timebank.support.models import TICKETS
from timebank.support.paid import Payment as Paid
from timebank.support.paid import write_paid
from timebank.support.planning import THANKS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.proof import check_support
from timebank.support.visits import write_down
from timebank.tickets.giving_back import lapse
from timebank.tickets.known import KNOWN
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.proof import check_tickets

OWN = f"/{SLUG}/support/tickets/"
TELL = ("return", "webhook", "twice", "reverse", "sweep")


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def form_of(client: FlaskClient) -> dict[str, str]:
    shown = client.get(f"{OWN}buy").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', shown)
    offer = re.search(r'name="offer"[^>]*value="(\d+)"', shown)
    assert key
    assert offer
    return {"key": key[1], "offer": offer[1]}


def wishes(client: FlaskClient, **typed: Any) -> str:
    """Choose a booklet, and give the token of the payment."""
    answer = client.post(f"{OWN}buy", data=form_of(client) | typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def at_stripe(till: Till, token: str) -> str:
    """Go on to Stripe, and give the page's id there."""
    answer = till.client().post(f"{OWN}buy/{token}/go")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def buys(till: Till, client: FlaskClient) -> str:
    """Pay at Stripe, and close the window before anything leads back."""
    token = wishes(client)
    till.stripe.fake.pay(at_stripe(till, token))
    return token


def come_back(till: Till, token: str) -> Any:
    return till.client().get(f"{OWN}buy/{token}/paid")


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


def tickets(till: Till) -> list[str | None]:
    """Every ticket by its number: why it is gone, or None."""
    with till.app.app_context():
        found = [one.gone for one in db.session.scalars(select(Ticket).order_by(Ticket.number))]
        db.session.remove()
    return found


def faults(till: Till) -> list[str]:
    """Everything that `timebank verify` would find."""
    with till.app.app_context():
        proofs = (check_tickets, check_support, check_payments)
        found = [fault for proof in proofs for fault in proof(db.session())]
        db.session.remove()
    return [*found, *till.faults()]


def uses(till: Till, hana: Neighbour, hours: int) -> None:
    """Have tickets of hers be used for so many hours of help."""

    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        assert hana.member
        wish = Wish(
            giver=a_member(session, community, name="Taro"),
            receiver=session.get_one(Member, hana.member.id),
            kind=None,
            worked_on=clock.today(community.time_zone),
            minutes=hours * 60,
            pays=TICKETS,
            takes=THANKS,
            key=f"form:uses-{hours}",
        )
        plan = plan_of(session, community=community, wish=wish)
        assert plan
        write_down(session, community=community, plan=plan, actor=COORDINATOR)

    written(till.app, work)


def owed(till: Till, hana: Neighbour) -> tuple[int, int]:
    """What her tickets still pay, and what she owes."""
    assert hana.member
    money = till.balances()
    return -money.get(f"tickets:{hana.member.id}", 0), money.get(f"receivable:{hana.member.id}", 0)


@pytest.mark.parametrize("how", TELL)
def test_a_booklet_by_card_is_bought_once_by_whichever_way_it_is_told(
    till: Till, client: FlaskClient, hana: Neighbour, how: str
) -> None:
    token = buys(till, client)
    told(till, how, token)
    assert tickets(till) == [None] * 5
    assert owed(till, hana) == (4000, 0)
    assert faults(till) == []
    assert "5 of 5 unused" in client.get(OWN).text
    page = come_back(till, token).text
    assert "The tickets are paid" in page
    assert "No. 1-5" in page


def test_at_a_konbini_they_come_with_the_money(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    token = wishes(client)
    shown = till.client().get(f"{OWN}buy/{token}").text
    assert "within 3 days at a konbini" in shown
    assert "No money goes back for tickets" in shown
    page = at_stripe(till, token)
    till.stripe.fake.pay_later(page, email="a@b.example")
    till.tell_all()
    assert tickets(till) == []
    assert "on their way" in come_back(till, token).text
    waits = client.get(OWN).text
    assert "waits to be paid at a konbini" in waits
    assert f"{OWN}buy/{token}/paid" in waits
    till.stripe.fake.pay_voucher(page)
    till.tell_all()
    assert tickets(till) == [None] * 5
    assert owed(till, hana) == (4000, 0)
    assert faults(till) == []


def test_the_same_form_is_one_booklet_and_another_offer_is_told(till: Till, client: FlaskClient) -> None:
    form = form_of(client)
    first, second = (client.post(f"{OWN}buy", data=form).location for _press in range(2))
    assert first == second

    def one_more(session: Session) -> str:
        offer = session.scalars(select(TicketOffer)).one()
        other = TicketOffer(
            **{
                column.name: getattr(offer, column.name)
                for column in TicketOffer.__table__.columns
                if column.name != "id"
            }
        )
        session.add(other)
        session.flush()
        return str(other.id)

    answer = client.post(f"{OWN}buy", data=form | {"offer": written(till.app, one_more)})
    assert answer.status_code == 422
    assert "sent before with other content" in answer.text


def test_the_way_back_in_the_browser_leads_to_what_is_paid(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    token = wishes(client)
    page = at_stripe(till, token)
    till.stripe.fake.pay(page)
    till.tell_all()
    answer = till.client().post(f"{OWN}buy/{token}/go")
    assert str(answer.location).endswith(f"{token}/paid")
    assert owed(till, hana) == (4000, 0)


def test_what_goes_back_in_stripes_dashboard_takes_unused_tickets_first(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    token = buys(till, client)
    till.tell_all()
    uses(till, hana, 2)
    till.stripe.fake.refund(charge_of(till, token), amount=1000)
    till.tell_all()
    # One whole ticket, and 200 that are none: she owes them.
    assert tickets(till) == [None, None, None, None, "back"]
    assert owed(till, hana) == (1600, 200)
    assert faults(till) == []
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    assert tickets(till) == [None, None, "back", "back", "back"]
    # What she had used is to be paid now.
    assert owed(till, hana) == (0, 1600)
    assert till.payment(token).state == models.REFUNDED
    assert faults(till) == []


def test_parts_that_go_back_become_whole_tickets_and_nobody_owes_for_nothing(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    token = buys(till, client)
    till.tell_all()
    till.stripe.fake.refund(charge_of(till, token), amount=1000)
    till.tell_all()
    assert owed(till, hana) == (3200, 200)
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    assert tickets(till) == ["back"] * 5
    assert owed(till, hana) == (0, 0)
    assert faults(till) == []


def test_what_was_paid_of_such_a_part_stays_paid(till: Till, client: FlaskClient, hana: Neighbour) -> None:
    token = buys(till, client)
    till.tell_all()
    till.stripe.fake.refund(charge_of(till, token), amount=1000)
    till.tell_all()

    def pays(session: Session) -> None:
        assert hana.member
        community = session.get_one(Community, till.community_id)
        payment = Paid(
            what=OWED,
            amount_minor=200,
            way=CASH,
            paid_on=clock.today(community.time_zone),
            key="form:the part",
        )
        member = session.get_one(Member, hana.member.id)
        write_paid(session, community=community, member=member, payment=payment, actor=COORDINATOR)

    written(till.app, pays)
    till.stripe.fake.refund(charge_of(till, token))
    till.tell_all()
    # One ticket is left, of which she has paid 200 and owes 600.
    assert tickets(till) == [None, "back", "back", "back", "back"]
    assert owed(till, hana) == (800, 600)
    assert faults(till) == []


def test_what_has_lapsed_goes_back_out_of_what_it_brought(
    till: Till, client: FlaskClient, hana: Neighbour
) -> None:
    token = buys(till, client)
    till.tell_all()

    def lapses(session: Session) -> None:
        for sale in session.scalars(select(TicketSale)):
            sale.paid_on = sale.last_on = date(2026, 1, 1)
        session.flush()
        assert lapse(session, community=session.get_one(Community, till.community_id)) == 5

    written(till.app, lapses)
    assert till.balances()["tickets-lapsed"] == -4000
    till.stripe.fake.refund(charge_of(till, token), amount=2400)
    till.tell_all()
    assert till.balances()["tickets-lapsed"] == -1600
    assert tickets(till) == ["lapsed", "lapsed", "back", "back", "back"]
    assert owed(till, hana) == (0, 0)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_leaves_the_tickets_until_it_is_lost(
    till: Till, client: FlaskClient, hana: Neighbour, *, won: bool
) -> None:
    token = buys(till, client)
    till.tell_all()
    uses(till, hana, 1)
    till.stripe.fake.open_dispute(charge_of(till, token))
    till.tell_all()
    assert tickets(till) == [None] * 5
    till.stripe.fake.close_dispute(charge_of(till, token), won=won)
    till.tell_all()
    till.sweep()
    assert tickets(till) == ([None] * 5 if won else [None, "back", "back", "back", "back"])
    assert owed(till, hana) == ((3200, 0) if won else (0, 800))
    assert faults(till) == []


def test_a_treasurer_is_led_to_the_booklet_and_not_to_stripe(till: Till, client: FlaskClient) -> None:
    token = buys(till, client)
    till.tell_all()

    def work(session: Session) -> tuple[Neighbour, int]:
        community = session.get_one(Community, till.community_id)
        payment = session.scalars(select(models.Payment).where(models.Payment.token == token)).one()
        return an_officer(session, community, "treasurer"), payment.id

    treasurer, payment_id = written(till.app, work)
    desk = signed_in(till.app, treasurer)
    desk.post("/language", data={"language": "en"})
    page = f"/{SLUG}/money/payments/{payment_id}"
    shown = desk.get(page).text
    assert "given back on the page of their booklet" in shown
    assert "Five hours" in shown
    answer = desk.get(f"{page}/give-back")
    assert answer.status_code == 409
    assert "given back on the page of their booklet" in answer.text


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


def test_whoever_did_not_pay_has_no_tickets(till: Till, client: FlaskClient) -> None:
    token = wishes(client)
    at_stripe(till, token)
    assert "Not paid yet" in come_back(till, token).text
    till.stripe.fake.advance(days=2)
    till.tell_all()
    assert tickets(till) == []
    with till.app.app_context():
        assert [one.paid_on for one in db.session.scalars(select(TicketSale))] == [None]
        db.session.remove()
    assert "It was not paid" in come_back(till, token).text
    assert faults(till) == []


def test_a_booklet_that_is_sold_no_longer_is_not_paid_any_more(till: Till, client: FlaskClient) -> None:
    token = wishes(client)

    def close(session: Session) -> None:
        for offer in session.scalars(select(TicketOffer)):
            offer.is_open = False

    written(till.app, close)
    answer = till.client().post(f"{OWN}buy/{token}/go")
    assert answer.status_code == 422
    assert "cannot be bought any more" in answer.text
    assert till.stripe.fake.all("checkout.session", account=HERE) == []
