"""Gifts that Stripe takes again by itself: each counts as a gift, in any order, until somebody stops it."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from timebank import clock
from timebank.cli.working import handlers_with
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations.models import Donation
from timebank.funds.models import Fund
from timebank.funds.service import STOP_ENDED
from timebank.funds.service import end_fund
from timebank.mail import carrier_of
from timebank.mail.models import Mail
from timebank.payments.models import Payment
from timebank.payments.models import StripeInvoice
from timebank.payments.models import StripeSubscription
from timebank.payments.proof import check_payments
from timebank.queue import enqueue
from timebank.queue import work_one
from timebank.stripe_settings import StripeSettings

EMAIL = "hana@example.org"
#: Of ¥1,000 Stripe keeps ¥36.
ONE = {"stripe": 964, "stripe-fees": 36, "donations:meal": -1000, "fund:meal": -1000, "general": 1000}
TWO = {name: 2 * amount for name, amount in ONE.items()}


def begins(till: Till, amount: int = 1000, **typed: Any) -> str:
    """Give for the first time of many; gives the token of the payment."""
    token = till.begin(amount, every="month", email=EMAIL, **typed)
    till.stripe.fake.pay(till.at_stripe(token))
    return token


def the_subscription(till: Till) -> str:
    return str(till.stripe.fake.all("subscription", account=HERE)[0]["id"])


def row(till: Till) -> StripeSubscription:
    with till.app.app_context():
        found = db.session.scalars(select(StripeSubscription).order_by(StripeSubscription.id)).all()
        db.session.expunge_all()
        db.session.remove()
    return found[0]


def gifts(till: Till) -> list[tuple[int, str, bool]]:
    """Every gift: how much, the key it came by, and whether it was given."""
    with till.app.app_context():
        found = db.session.scalars(select(Donation).order_by(Donation.id)).all()
        told = [(one.amount_minor, one.key.split(":")[0], one.given_on is not None) for one in found]
        db.session.remove()
    return told


def letters(till: Till, folder: Path) -> list[tuple[str, str]]:
    """Do all that is due, and give every letter: whom it goes to, and its text."""
    with till.app.app_context():
        handlers = handlers_with(carrier_of("", folder, host="localhost"), till.app.config["TIMEBANK_STRIPE"])
        while work_one(db.session, handlers):
            db.session.remove()
        found = db.session.scalars(select(Mail).order_by(Mail.id)).all()
        told = [(one.to_address, one.text) for one in found]
        db.session.remove()
    return told


def faults(till: Till) -> list[str]:
    with till.app.app_context():
        found = check_payments(db.session())
        db.session.remove()
    return [*found, *till.faults()]


def link(till: Till) -> str:
    return f"/{SLUG}/regular/{row(till).token}"


def test_every_time_is_a_gift_of_its_own(till: Till) -> None:
    token = begins(till)
    assert "Every month" in till.come_back(token).text
    assert till.balances() == ONE
    till.stripe.fake.next_month(the_subscription(till))
    till.tell_all()
    assert till.balances() == TWO
    assert [given for _amount, _key, given in gifts(till)] == [True, True]
    assert gifts(till)[1][:2] == (1000, "renewal")
    with till.app.app_context():
        later = db.session.scalars(select(Payment).order_by(Payment.id)).all()[1]
        assert later.email == EMAIL
        known = db.session.scalars(select(StripeInvoice).order_by(StripeInvoice.payment_id)).all()
        assert len({one.regular_id for one in known}) == 1
        assert [one.payment_id for one in known] == [later.id - 1, later.id]
        db.session.remove()
    assert faults(till) == []
    # And told once more by the night it is the same.
    assert till.sweep().agrees
    assert till.balances() == TWO


@pytest.mark.parametrize("times", [1, 3])
def test_told_in_reverse_and_several_times_it_is_the_same(till: Till, times: int) -> None:
    begins(till)
    till.stripe.fake.next_month(the_subscription(till))
    events = till.pending()[::-1] * times
    for event in events:
        assert till.tell(event) == 200
    till.tell_all()
    assert till.balances() == TWO
    assert len(gifts(till)) == 2
    assert faults(till) == []


def test_never_told_it_is_found_at_night(till: Till) -> None:
    begins(till)
    till.stripe.fake.next_month(the_subscription(till))
    assert till.sweep().agrees
    assert till.balances() == TWO
    assert row(till).next_at > clock.now()
    assert faults(till) == []


def test_the_last_page_says_how_often_when_next_and_how_to_stop(till: Till) -> None:
    token = till.begin(1000, every="year", email=EMAIL)
    page = till.client().get(f"/{SLUG}/give/{token}").text
    for told in ("Every year", "Taken first", "Taken next", "How to stop it"):
        assert told in page
    assert "konbini" not in page
    assert "Nothing is taken again" not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"every": "month"}, "the link to stop it goes there"),
        ({"every": "month", "email": "   "}, "the link to stop it goes there"),
        ({"every": "week", "email": EMAIL}, "Please choose one of these"),
    ],
)
def test_what_cannot_repeat_is_refused_in_words(till: Till, typed: dict[str, str], sentence: str) -> None:
    client = till.client()
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(f"/{SLUG}/give").text)
    assert key
    form = {"key": key[1], "amount": "another", "other": "1000", "fund": "0", "message": "For the cooks"}
    answer = client.post(f"/{SLUG}/give", data=form | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "For the cooks" in answer.text


def test_there_is_one_letter_for_each_time_and_it_holds_the_link(till: Till, tmp_path: Path) -> None:
    till.come_back(begins(till))
    till.tell_all()
    first = letters(till, tmp_path)
    assert [to for to, _text in first] == [EMAIL]
    assert link(till) in first[0][1]
    assert "taken again" not in first[0][1]
    till.stripe.fake.next_month(the_subscription(till))
    till.tell_all()
    assert [to for to, _text in letters(till, tmp_path)] == [EMAIL, EMAIL]


def test_by_the_link_the_amount_is_changed_from_the_next_time_on(till: Till, tmp_path: Path) -> None:
    till.come_back(begins(till))
    page = till.client().get(link(till)).text
    assert "¥1,000" in page
    letters(till, tmp_path)
    # What will be is shown first, and again where the amount is another one by then.
    for seen in ({}, {"seen": "2501"}):
        shown = till.client().post(link(till), data={"amount": "2,500", **seen})
        assert shown.status_code == 422
        assert "Nothing is changed yet." in shown.text
        assert "Instead of ¥1,000, ¥2,500 is taken" in unescape(shown.text)
        assert 'name="seen" type="hidden" value="2500"' in shown.text
    assert row(till).amount_minor == 1000
    answer = till.client().post(link(till), data={"amount": "2,500", "seen": "2500"})
    assert answer.status_code == 303
    to, words = letters(till, tmp_path)[-1]
    assert (to, "From the next time on ¥2,500 is taken" in words, link(till) in words) == (EMAIL, True, True)
    assert "¥2,500" in till.client().get(link(till)).text
    assert till.balances() == ONE
    till.stripe.fake.next_month(the_subscription(till))
    till.tell_all()
    assert [amount for amount, _key, _given in gifts(till)] == [1000, 2500]
    assert faults(till) == []


@pytest.mark.parametrize("typed", ["", "0", "50", "100000000", "many", "-5", "1.5"])
def test_an_amount_that_cannot_be_is_refused_and_nothing_changes(till: Till, typed: str) -> None:
    till.come_back(begins(till))
    answer = till.client().post(link(till), data={"amount": typed})
    assert answer.status_code == 422
    assert row(till).amount_minor == 1000
    assert till.stripe.fake.look(the_subscription(till))["items"]["data"][0]["price"]["unit_amount"] == 1000


def test_by_the_link_it_stops_and_nothing_is_taken_any_more(till: Till, tmp_path: Path) -> None:
    till.come_back(begins(till))
    stopped = till.client().post(f"{link(till)}/stop")
    assert stopped.status_code == 303
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"
    assert "It has stopped" in till.client().get(link(till)).text
    till.stripe.fake.advance(days=70)
    till.tell_all()
    assert till.balances() == ONE
    told = [text for _to, text in letters(till, tmp_path) if "Nothing is taken any more" in text]
    assert len(told) == 1
    # Once more changes nothing, and there is nothing to change any more.
    assert till.client().post(f"{link(till)}/stop").status_code == 303
    late = till.client().post(link(till), data={"amount": "500"})
    assert (late.status_code, "has stopped" in late.text) == (409, True)


def test_a_link_that_nobody_was_sent_leads_nowhere(till: Till) -> None:
    for path in ("x" * 32, "1"):
        assert till.client().get(f"/{SLUG}/regular/{path}").status_code == 404
        assert till.client().post(f"/{SLUG}/regular/{path}/stop").status_code == 404


def test_what_cannot_be_taken_is_told_once_and_is_no_gift(till: Till, tmp_path: Path) -> None:
    till.come_back(begins(till))
    till.stripe.fake.next_month(the_subscription(till), declined=True)
    till.tell_all()
    assert till.balances() == ONE
    assert len(gifts(till)) == 1
    assert "tries again" in till.client().get(link(till)).text
    told = [text for _to, text in letters(till, tmp_path) if "could not be taken" in text]
    assert len(told) == 1
    # It is taken in the end, and counts.
    till.stripe.fake.pay_invoice(the_subscription(till))
    till.tell_all()
    assert till.balances() == TWO
    assert "tries again" not in till.client().get(link(till)).text
    assert faults(till) == []


def test_a_later_gift_is_given_back_and_disputed_as_any_other(till: Till) -> None:
    till.come_back(begins(till))
    till.stripe.fake.next_month(the_subscription(till))
    till.tell_all()
    with till.app.app_context():
        later = db.session.scalars(select(Payment).order_by(Payment.id)).all()[1]
        intent, charge = str(later.intent_id), str(later.charge_id)
        db.session.remove()
    till.stripe.fake.refund(intent, amount=400)
    till.tell_all()
    assert till.balances()["donations:meal"] == -1600
    till.stripe.fake.open_dispute(charge)
    till.tell_all()
    till.stripe.fake.close_dispute(charge, won=True)
    till.tell_all()
    assert till.balances()["fund:meal"] == -1600
    assert faults(till) == []


def test_what_repeats_on_two_pages_is_stopped_on_one_and_counts_once(till: Till, tmp_path: Path) -> None:
    """Two pages came about for one gift, as after a crash, and both were paid on."""
    token = till.begin(1000, every="month", email=EMAIL)
    page = till.at_stripe(token)
    made = till.stripe.client.v1.checkout.sessions.retrieve(page)
    again: Any = {
        "mode": "subscription",
        "client_reference_id": token,
        "metadata": {"payment": token},
        "subscription_data": {"metadata": {"payment": token}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "jpy",
                    "unit_amount": 1000,
                    "recurring": {"interval": "month"},
                    "product_data": {"name": "Gift"},
                },
            }
        ],
        "success_url": made.success_url,
    }
    other = till.stripe.client.v1.checkout.sessions.create(again)
    for one in (page, other.id):
        till.stripe.fake.pay(one)
        till.tell_all()
    assert [given for _amount, _key, given in gifts(till)] == [True]
    assert till.balances()["unidentified"] == -1000
    letters(till, tmp_path)
    running = [one["status"] for one in till.stripe.fake.all("subscription", account=HERE)]
    assert sorted(running) == ["active", "canceled"]
    assert faults(till) == []


def test_what_repeats_in_stripes_own_pages_is_money_that_nobody_knows(till: Till) -> None:
    asked: Any = {
        "mode": "subscription",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "jpy",
                    "unit_amount": 700,
                    "recurring": {"interval": "month"},
                    "product_data": {"name": "Something"},
                },
            }
        ],
        "success_url": "http://localhost:9/",
    }
    page = till.stripe.client.v1.checkout.sessions.create(asked)
    till.stripe.fake.pay(page.id)
    till.tell_all()
    till.stripe.fake.next_month(the_subscription(till))
    till.tell_all()
    assert till.balances()["unidentified"] == -1400
    assert gifts(till) == []
    assert faults(till) == []


def test_stripe_says_no_or_nothing_and_nothing_is_half_done(till: Till) -> None:
    till.come_back(begins(till))
    till.stripe.fake.trouble("500", times=9)
    answer = till.client().post(f"{link(till)}/stop")
    assert answer.status_code == 503
    assert "may not be done yet" in answer.text
    assert row(till).ended_at is None


def test_a_fund_that_ends_takes_nothing_more(till: Till, tmp_path: Path) -> None:
    till.come_back(begins(till))

    def ends(session: Session) -> None:
        community, fund = session.get_one(Community, till.community_id), session.get_one(Fund, till.fund_id)
        end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
        enqueue(session, community_id=community.id, kind=STOP_ENDED)

    written(till.app, ends)
    letters(till, tmp_path)
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"
    assert row(till).ended_at is not None


def test_what_could_not_be_stopped_is_stopped_the_next_day(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.come_back(begins(till))

    def ends(session: Session) -> None:
        community, fund = session.get_one(Community, till.community_id), session.get_one(Fund, till.fund_id)
        end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)

    def looks(session: Session) -> None:
        enqueue(session, community_id=till.community_id, kind=STOP_ENDED)

    written(till.app, ends)
    written(till.app, looks)
    with_keys = till.app.config["TIMEBANK_STRIPE"]
    till.app.config["TIMEBANK_STRIPE"] = StripeSettings()
    letters(till, tmp_path)
    assert till.stripe.fake.look(the_subscription(till))["status"] == "active"
    assert row(till).ended_at is None
    till.app.config["TIMEBANK_STRIPE"] = with_keys
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    written(till.app, looks)
    letters(till, tmp_path)
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"


def test_a_treasurer_lists_what_repeats_and_stops_it_for_whoever_telephones(till: Till) -> None:
    def work(session: Session) -> Neighbour:
        community = session.get_one(Community, till.community_id)
        return a_neighbour(session, community, "treasurer", name="Ken", email="ken@example.org")

    treasurer = signed_in(till.app, written(till.app, work))
    treasurer.post("/language", data={"language": "en"})
    listed = f"/{SLUG}/money/regular"
    assert "no regular payments yet" in treasurer.get(listed).text
    till.come_back(begins(till, name="Hana", fund=True))
    page = unescape(treasurer.get(listed).text)
    for told in ("Gift · Meals", "¥1,000", "Hana · Every month", "It goes on by itself"):
        assert told in page
    assert treasurer.post(f"{listed}/{row(till).id}/stop").status_code == 303
    assert "It has stopped" in treasurer.get(listed).text
    assert treasurer.post(f"{listed}/9999/stop").status_code == 404
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"
