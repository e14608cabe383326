"""The pages about fees: what is wrong is said, what was typed stays, and what was done is shown."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_household
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from tests.timebank.memberships.paying import at_stripe
from tests.timebank.memberships.paying import faults
from tests.timebank.memberships.paying import pays
from tests.timebank.memberships.things import a_plan
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.memberships.models import Fee
from timebank.memberships.models import MembershipRule
from timebank.memberships.models import Plan


def officer(till: Till, role: str) -> FlaskClient:
    who = written(
        till.app, lambda session: an_officer(session, session.get_one(Community, till.community_id), role)
    )
    client = signed_in(till.app, who)
    client.post("/language", data={"language": "en"})
    return client


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    return officer(till, "treasurer")


def take(client: FlaskClient, **typed: Any) -> Any:
    page = client.get(f"/{SLUG}/fees/take").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    plan = re.search(r'<option[^>]*value="(\d+)">Full', page)
    assert key
    assert plan
    today = clock.today("Asia/Tokyo").isoformat()
    known = {"plan": plan[1], "years": "1", "amount": "3,000円", "way": "cash", "paid_on": today, "payer": ""}
    return client.post(f"/{SLUG}/fees/take", data={"key": key[1], **known, **typed})


def fee_ids(till: Till) -> list[int]:
    with till.app.app_context():
        found = list(db.session.scalars(select(Fee.id).order_by(Fee.id)))
        db.session.remove()
    return found


def test_a_treasurer_writes_down_one_fee_after_the_other_and_takes_one_back(
    till: Till, hana: Neighbour, treasurer: FlaskClient
) -> None:
    answer = take(treasurer, other="Hana")
    assert answer.status_code == 303
    assert "Written down: Hana is paid until" in treasurer.get(answer.location).text
    assert till.balances() == {"cash:main": 3000, "fees:full": -3000}
    assert hana.member
    page = f"/{SLUG}/members/{hana.member.id}/fees"
    assert "In cash" in treasurer.get(page).text
    (fee_id,) = fee_ids(till)
    back = f"/{SLUG}/fees/{fee_id}/take-back"
    assert treasurer.post(back, data={"reason": ""}).status_code == 422
    assert treasurer.post(back, data={"reason": "Typed twice"}).location == page
    shown = treasurer.get(page).text
    assert "Typed twice" in shown
    assert "No fee is paid at the moment." in shown
    assert treasurer.get(back).location == page
    assert till.balances() == {}
    assert faults(till) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"other": "Nobody"}, "Nobody was found"),
        ({"other": ""}, "Please choose the other person."),
        ({"amount": "2000"}, "¥3,000 are due"),
        ({"amount": "much"}, "cannot be read as an amount"),
        ({"amount": ""}, "Please write an amount"),
        ({"way": "gold"}, "Please choose one of these."),
        ({"paid_on": "2199-01-01"}, "has not come yet"),
        ({"paid_on": "soon"}, "cannot be read as a day"),
        ({"plan": "999"}, "Please choose one of these."),
        ({"years": "1000"}, "Please choose one of these."),
        ({"payer": "Nobody"}, "Nobody was found"),
        ({"key": "mine"}, "incomplete"),
    ],
)
def test_what_is_wrong_with_a_fee_is_said_and_nothing_is_booked(
    till: Till, hana: Neighbour, treasurer: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    answer = take(treasurer, **{"other": "Hana", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert till.balances() == {}


def test_what_came_by_stripe_is_not_taken_back_by_hand(
    till: Till, hana: Neighbour, treasurer: FlaskClient
) -> None:
    pays(till, signed_in(till.app, hana))
    till.tell_all()
    (fee_id,) = fee_ids(till)
    assert treasurer.get(f"/{SLUG}/fees/{fee_id}/take-back").status_code == 409
    answer = treasurer.post(f"/{SLUG}/fees/{fee_id}/take-back", data={"reason": "So"})
    assert answer.status_code == 409
    assert "given back on the page of its payment" in answer.text
    assert hana.member
    assert "The payment" in treasurer.get(f"/{SLUG}/members/{hana.member.id}/fees").text
    money = treasurer.get(f"/{SLUG}/money").text
    assert "Membership fee" in money


def test_a_coordinator_lets_off_and_a_treasurer_does_not(
    till: Till, hana: Neighbour, treasurer: FlaskClient
) -> None:
    coordinator = officer(till, "coordinator")
    assert hana.member
    page = f"/{SLUG}/members/{hana.member.id}/fees"
    empty = coordinator.get(f"{page}/let-off")
    assert "There is no free plan for this kind of member." in empty.text
    written(
        till.app,
        lambda session: a_plan(session, session.get_one(Community, till.community_id), "free", fee_minor=0),
    )
    form = coordinator.get(f"{page}/let-off").text
    key, plan = (re.search(rf'name="{name}"[^>]*value="([^"]+)"', form) for name in ("key", "plan"))
    assert key
    assert plan
    sent = coordinator.post(f"{page}/let-off", data={"key": key[1], "plan": plan[1]})
    assert sent.location == page
    assert "No fee asked" in coordinator.get(page).text
    (fee_id,) = fee_ids(till)
    assert treasurer.get(f"/{SLUG}/fees/{fee_id}/take-back").status_code == 404
    assert "No reason is written down." in coordinator.get(f"/{SLUG}/fees/{fee_id}/ask-again").text
    again = coordinator.post(f"/{SLUG}/fees/{fee_id}/ask-again")
    assert again.location == page
    assert "No fee is paid at the moment." in coordinator.get(page).text


def test_the_list_and_its_file_say_who_has_paid(till: Till, hana: Neighbour, treasurer: FlaskClient) -> None:
    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        a_neighbour(session, community, name="=Mio+1", number="777")

    written(till.app, work)
    take(treasurer, other="Hana")
    page = treasurer.get(f"/{SLUG}/fees/").text
    assert "Fee paid (1)" in page
    assert "No fee paid (1)" in page
    assert "Hana" in treasurer.get(f"/{SLUG}/fees/?state=paid").text
    assert "Hana" not in treasurer.get(f"/{SLUG}/fees/?state=none").text
    assert treasurer.get(f"/{SLUG}/fees/?state=x").status_code == 200
    file = treasurer.get(f"/{SLUG}/fees/list.csv").text
    assert "'=Mio+1" in file
    assert "Hana,Full," in file
    slips = treasurer.get(f"/{SLUG}/fees/slips?state=none").text
    for said in ("777", "Kadoma Bank 1234567", "¥3,000 a year"):
        assert said in slips
    assert "Hana" not in slips


def test_a_steward_opens_and_changes_plans_and_says_how_years_are_counted(till: Till) -> None:
    steward = officer(till, "steward")
    facts = {
        "name": "Reduced",
        "words": "Nobody asks why",
        "fee": "1000",
        "for_kind": "person",
        "carries": "vote",
        "refund": "",
        "open": "y",
    }
    assert steward.post(f"/{SLUG}/plans/new", data={**facts, "slug": "full"}).status_code == 422
    assert steward.post(f"/{SLUG}/plans/new", data={**facts, "slug": "reduced"}).status_code == 303
    public = till.client().get(f"/{SLUG}/plans/", headers={"Accept-Language": "en"}).text
    for said in ("Reduced", "¥1,000 a year", "Nobody asks why"):
        assert said in public
    with till.app.app_context():
        plan_id = db.session.scalars(select(Plan.id).where(Plan.slug == "reduced")).one()
        db.session.remove()
    change = f"/{SLUG}/plans/{plan_id}/change"
    assert 'value="1000"' in steward.get(change).text
    wrong = steward.post(change, data={**facts, "fee": "many"})
    assert wrong.status_code == 422
    assert "Nobody asks why" in wrong.text
    closed = {name: value for name, value in facts.items() if name != "open"} | {"fee": ""}
    assert steward.post(change, data=closed).status_code == 303
    assert "¥1,000 → ¥0" in steward.get(change).text
    assert "Reduced" not in till.client().get(f"/{SLUG}/plans/").text
    rule = {
        "years": "fiscal",
        "early_days": "0",
        "grace_days": "10",
        "days_before": "5",
        "days_after": "0",
        "bank": "",
        "post_office": "00920-1-23456",
    }
    for wrong_days in ("", "ten", "-1", "999999999999999999999"):
        answer = steward.post(f"/{SLUG}/settings/membership", data={**rule, "grace_days": wrong_days})
        assert answer.status_code == 422
        assert "00920-1-23456" in answer.text
    assert steward.post(f"/{SLUG}/settings/membership", data=rule).status_code == 303
    with till.app.app_context():
        row = db.session.get_one(MembershipRule, till.community_id)
        assert (row.years, row.grace_days, row.konbini, row.post_office) == (
            "fiscal",
            10,
            False,
            "00920-1-23456",
        )
        db.session.remove()


def test_where_a_membership_costs_nothing_every_page_says_so(database_url: str) -> None:
    with a_till(database_url) as till:
        hana = written(
            till.app, lambda session: a_neighbour(session, session.get_one(Community, till.community_id))
        )
        client = signed_in(till.app, hana)
        client.post("/language", data={"language": "en"})
        assert "A membership costs nothing here." in client.get(f"/{SLUG}/membership/fee").text
        assert "There is nothing to pay here." in client.get(f"/{SLUG}/membership/fee/pay").text
        assert client.get(f"/{SLUG}/membership/fee/slip").status_code == 200
        assert "A membership costs nothing here." in client.get(f"/{SLUG}/plans/").text
        assert "What a membership costs" not in client.get(f"/{SLUG}/funds").text
        treasurer = officer(till, "treasurer")
        assert "A membership costs nothing here yet." in treasurer.get(f"/{SLUG}/fees/").text
        assert "A membership costs nothing here yet." in treasurer.get(f"/{SLUG}/fees/take").text


def test_the_desk_begins_a_konbini_payment_for_a_member_who_is_there(till: Till, hana: Neighbour) -> None:
    coordinator = officer(till, "coordinator")
    assert hana.member
    page = f"/{SLUG}/members/{hana.member.id}/fees"
    assert f"{page}/start" in coordinator.get(page).text
    form = coordinator.get(f"{page}/start").text
    key, plan = (re.search(rf'name="{name}"[^>]*value="([^"]+)"', form) for name in ("key", "plan"))
    assert key
    assert plan
    sent = {"key": key[1], "plan": plan[1], "years": "1"}
    first, second = (coordinator.post(f"{page}/start", data=sent) for _click in range(2))
    assert first.location == second.location
    other = coordinator.post(f"{page}/start", data=sent | {"years": "2"})
    assert other.status_code == 422
    token = str(first.location).rsplit("/", 1)[1]
    till.stripe.fake.pay_later(at_stripe(till, token))
    till.tell_all()
    waits = coordinator.get(f"/{SLUG}/membership/fee/pay/{token}/paid").text
    # What is taken to the konbini is Stripe's own slip.
    slip = re.search(rf'href="({re.escape(till.stripe.url)}/c/voucher/[^"]+)"', waits)
    assert slip
    till.stripe.fake.pay_voucher(till.payment(token).intent_id or "", account=HERE)
    till.tell_all()
    assert "Paid until" in coordinator.get(page).text
    assert faults(till) == []


def test_the_desk_begins_nothing_for_whom_there_is_no_plan(till: Till) -> None:
    coordinator = officer(till, "coordinator")

    def house(session: Session) -> int:
        community = session.get_one(Community, till.community_id)
        return a_household(session, community, name="Sato house", number="888").id

    page = f"/{SLUG}/members/{written(till.app, house)}/fees/start"
    assert "There is no plan for this kind of member" in coordinator.get(page).text
    assert coordinator.post(page, data={"plan": "1", "years": "1"}).status_code == 422
