"""Fees that are taken every year by themselves: each time the membership goes on where it ended."""

from datetime import date
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import Neighbour
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
from tests.timebank.memberships.paying import pays
from tests.timebank.memberships.paying import wishes
from tests.timebank.memberships.things import counts
from tests.timebank.mydata.test_service import let_leave
from timebank import clock
from timebank.cli.working import handlers_with
from timebank.communities.models import Community
from timebank.db import db
from timebank.mail import carrier_of
from timebank.mail.models import Mail
from timebank.members.models import Member
from timebank.memberships.models import FISCAL
from timebank.memberships.models import Term
from timebank.memberships.repeating import STOP_FEES
from timebank.memberships.repeating import taken_again_at
from timebank.payments.models import StripeSubscription
from timebank.queue import enqueue
from timebank.queue import work_one


@pytest.fixture
def client(till: Till, hana: Neighbour) -> FlaskClient:
    browser = signed_in(till.app, hana)
    browser.post("/language", data={"language": "en"})
    return browser


def days(till: Till) -> list[tuple[date, date]]:
    with till.app.app_context():
        found = db.session.execute(select(Term.begins_on, Term.ends_on).order_by(Term.id)).all()
        db.session.remove()
    return [(first, last) for first, last in found]


def row(till: Till) -> StripeSubscription:
    with till.app.app_context():
        found = db.session.scalars(select(StripeSubscription)).one()
        db.session.expunge_all()
        db.session.remove()
    return found


def letters(till: Till, folder: Path) -> list[str]:
    with till.app.app_context():
        handlers = handlers_with(carrier_of("", folder, host="localhost"), till.app.config["TIMEBANK_STRIPE"])
        while work_one(db.session, handlers):
            db.session.remove()
        told = list(db.session.scalars(select(Mail.text).order_by(Mail.id)))
        db.session.remove()
    return told


def the_subscription(till: Till) -> str:
    return str(till.stripe.fake.all("subscription", account=HERE)[0]["id"])


@pytest.mark.parametrize("years", ["rolling", FISCAL])
def test_each_year_it_is_taken_when_the_paid_time_ends_and_goes_on_there(
    till: Till, client: FlaskClient, years: str
) -> None:
    if years == FISCAL:
        written(
            till.app,
            lambda session: counts(session, session.get_one(Community, till.community_id), years=FISCAL),
        )
    token = pays(till, client, repeats="y")
    till.tell_all()
    [(_first, last)] = days(till)
    assert row(till).next_at == taken_again_at(_community(till), last=last)
    assert till.balances() == {"stripe": 2892, "stripe-fees": 108, "fees:full": -3000}
    assert "taken again by itself" in come_back(till, token).text
    for _year in range(2):
        till.stripe.fake.next_month(the_subscription(till))
        till.tell_all()
    found = days(till)
    assert len(found) == 3
    for (_begins, before), (after, _ends) in pairwise(found):
        assert after == before + timedelta(days=1)
    assert till.balances()["fees:full"] == -9000
    assert faults(till) == []
    assert till.sweep().agrees
    assert len(days(till)) == 3


def test_in_reverse_it_is_the_same(till: Till, client: FlaskClient) -> None:
    pays(till, client, repeats="y")
    till.stripe.fake.next_month(the_subscription(till))
    for event in till.pending()[::-1]:
        till.tell(event)
    till.tell_all()
    first, second = sorted(days(till))
    assert second[0] == first[1] + timedelta(days=1)
    assert till.balances()["fees:full"] == -6000
    assert faults(till) == []


def test_the_last_page_says_when_it_is_taken_again_and_how_to_stop(till: Till, client: FlaskClient) -> None:
    token = wishes(client, repeats="y")
    page = client.get(f"{OWN}/pay/{token}").text
    for told in ("Taken again every year by itself", "How to stop it", "no password is needed"):
        assert told in page
    assert "konbini" not in page
    assert "konbini" in client.get(f"{OWN}/pay/{wishes(client)}").text


def test_of_two_pages_that_were_both_paid_on_one_is_taken_again(
    till: Till, client: FlaskClient, tmp_path: Path
) -> None:
    first, second = wishes(client, repeats="y"), wishes(client, repeats="y")
    for token in (first, second):
        till.stripe.fake.pay(at_stripe(till, token))
    till.tell_all()
    assert client.get(OWN).text.count("/regular/") == 1
    # Both were paid, for a year each.
    assert len(days(till)) == 2
    told = letters(till, tmp_path)
    assert sum("/regular/" in text for text in told) == 1
    statuses = [one["status"] for one in till.stripe.fake.all("subscription", account=HERE)]
    assert sorted(statuses) == ["canceled", "trialing"]
    till.tell_all()
    assert len(days(till)) == 2
    assert faults(till) == []


def test_a_member_sees_it_and_stops_it(till: Till, client: FlaskClient, tmp_path: Path) -> None:
    pays(till, client, repeats="y")
    till.tell_all()
    link = f"/{SLUG}/regular/{row(till).token}"
    assert link in client.get(OWN).text
    assert any(link in text for text in letters(till, tmp_path))
    # A fee has its price.
    assert client.post(link, data={"amount": "100"}).status_code == 409
    assert client.post(f"{link}/stop").status_code == 303
    assert link not in client.get(OWN).text
    assert "Paid until" in client.get(OWN).text
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"


def test_a_fee_that_repeats_as_a_gift_is_stopped_by_whoever_pays_and_nobody_else(
    till: Till, client: FlaskClient
) -> None:
    def work(session: Session) -> Neighbour:
        community = session.get_one(Community, till.community_id)
        return a_neighbour(session, community, name="Taro", email="taro@example.org")

    taro = signed_in(till.app, written(till.app, work))
    taro.post("/language", data={"language": "en"})
    pays(till, client, repeats="y", other="taro")
    till.tell_all()
    link = f"/{SLUG}/regular/{row(till).token}"
    assert "It is taken again by itself" in taro.get(OWN).text
    assert link not in taro.get(OWN).text
    assert link in client.get(OWN).text
    assert "Taro" in client.get(OWN).text
    assert "It is taken again by itself" not in client.get(OWN).text


def test_it_is_not_taken_twice_nor_for_several_years_each_year(till: Till, client: FlaskClient) -> None:
    refused = chosen(client, repeats="y", years="2")
    assert refused.status_code == 422
    assert "one year at a time" in refused.text
    pays(till, client, repeats="y")
    till.tell_all()
    again = chosen(client, repeats="y")
    assert again.status_code == 422
    assert "by itself already" in again.text


def test_whoever_leaves_is_not_charged_any_more(
    till: Till, client: FlaskClient, hana: Neighbour, tmp_path: Path
) -> None:
    pays(till, client, repeats="y")
    till.tell_all()

    def leaves(session: Session) -> None:
        assert hana.member is not None
        member = session.get_one(Member, hana.member.id)
        let_leave(session, session.get_one(Community, till.community_id), member)
        enqueue(session, community_id=till.community_id, kind=STOP_FEES)

    written(till.app, leaves)
    letters(till, tmp_path)
    assert till.stripe.fake.look(the_subscription(till))["status"] == "canceled"


def test_it_is_never_taken_again_within_two_days() -> None:
    community = Community(time_zone="Asia/Tokyo")
    today = clock.today("Asia/Tokyo")
    assert taken_again_at(community, last=today) > clock.now() + timedelta(days=2)
    later = taken_again_at(community, last=today + timedelta(days=30))
    assert later.date() == today + timedelta(days=31)
    assert later.hour == 9


def _community(till: Till) -> Community:
    with till.app.app_context():
        found = db.session.get_one(Community, till.community_id)
        db.session.expunge_all()
        db.session.remove()
    return found
