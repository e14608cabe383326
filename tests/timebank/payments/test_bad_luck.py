"""What can go wrong between Stripe and the books: nothing is lost, and nothing counts twice."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import stripe
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import ledger
from tests.builders import a_community
from tests.stripe_things import HERE
from tests.stripe_things import SECRET
from tests.stripe_things import a_gift
from tests.till import SLUG
from tests.till import WEBHOOK
from tests.till import Till
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import service as donations
from timebank.payments import here
from timebank.payments import service
from timebank.payments.models import DIFFERS
from timebank.payments.models import DOUBLE
from timebank.payments.models import OPEN
from timebank.payments.models import PAID
from timebank.payments.models import Payment


def signed(body: bytes, secret: str = SECRET, **facts: Any) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), secret, **facts))


def sessions(till: Till) -> list[dict[str, Any]]:
    return till.stripe.fake.all("checkout.session", account=HERE)


def an_event(**facts: Any) -> bytes:
    """Write an event about nothing, with what is wrong about it."""
    known = {"id": "evt_1", "object": "event", "type": "price.created", "livemode": False, "created": 1}
    return json.dumps({**known, "data": {"object": {}}, **facts}).encode()


# --- calls that are not Stripe's ----------------------------------------------------------------------------


def test_a_forged_call_is_refused(till: Till) -> None:
    token = till.given()
    (body, headers), *_ = [till.stripe.fake.signed(one) for one in till.pending()]
    good = headers["Stripe-Signature"]
    for signature in ("", "t=1,v1=00", signed(body, "whsec_another"), good.replace("v1=", "v0="), "nonsense"):
        assert till.call(body, signature) == 400
    assert till.call(body + b" ", good) == 400
    assert till.call(body, signed(body, timestamp=int(clock.now().timestamp()) - 301)) == 400
    assert till.payment(token).state == OPEN


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        b"not JSON",
        b'{"id": "evt_1"}',
        an_event(id="evt_1", livemode="no", created=1, data={"object": {}}),
        an_event(id=7, livemode=False, created=1, data={"object": {}}),
        an_event(id="", livemode=False, created=1, data={"object": {}}),
        an_event(id="evt_1", livemode=False, created=1e99, data={"object": {}}),
        an_event(id="evt_1", livemode=False, created=9999999999999999, data={"object": {}}),
        an_event(id="evt_1", livemode=False, created=1, data=[]),
        an_event(object="v2.core.event"),
        b"[" * 50_000,
    ],
)
def test_what_is_signed_and_says_nothing_is_refused(till: Till, body: bytes) -> None:
    assert till.call(body, signed(body)) == 400


def test_a_call_that_is_far_too_large_is_not_read(till: Till) -> None:
    body = json.dumps({"id": "x" * 1_000_000}).encode()
    assert till.call(body, signed(body)) == 413


def test_an_event_of_the_other_mode_does_nothing(till: Till) -> None:
    token = till.given()
    for event in till.pending():
        body, _headers = till.stripe.fake.signed(event)
        live = body.replace(b'"livemode": false', b'"livemode": true').replace(
            b'"livemode":false', b'"livemode":true'
        )
        assert till.call(live, signed(live)) == 200
    assert till.payment(token).state == OPEN


def test_something_that_is_none_of_our_business_is_heard_once(till: Till) -> None:
    body = an_event(data={"object": {"id": "price_1", "object": "price"}})
    assert [till.call(body, signed(body)) for _ in range(2)] == [200, 200]


def test_what_stripe_no_longer_shows_is_heard_and_let_be(till: Till) -> None:
    body = an_event(type="charge.updated", data={"object": {"id": "ch_gone", "object": "charge"}})
    assert till.call(body, signed(body)) == 200


def test_the_old_secret_counts_while_it_is_being_changed(till: Till) -> None:
    keys = till.app.config["TIMEBANK_STRIPE"].keys[""]
    assert keys.webhook_secrets == (SECRET,)
    object.__setattr__(keys, "webhook_secrets", ("whsec_new", SECRET))
    till.given()
    till.tell_all()
    assert till.balances()["stripe"] == 2892


def test_where_no_card_is_taken_there_is_no_webhook(till: Till) -> None:
    object.__setattr__(till.app.config["TIMEBANK_STRIPE"], "keys", {})
    assert till.call(b"{}", signed(b"{}")) == 404
    assert "not set up here yet" in till.client().get(f"/{SLUG}/give").text


def test_nobody_reads_the_webhooks_address(till: Till) -> None:
    assert till.client().get(WEBHOOK).status_code == 405


# --- Stripe in trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["429", "500", "lost"])
def test_a_page_is_made_once_however_stripe_stumbles(till: Till, kind: Any) -> None:
    """Stripe's library asks again by itself under the same name; then the person does."""
    token = till.begin()
    till.stripe.fake.trouble(kind, times=3, method="POST", path="/v1/checkout/sessions")
    answer = till.go_on(token)
    assert answer.status_code == 503
    assert "Nothing was taken" in answer.text
    # What was to be given still stands there, with the button.
    assert "Go on to pay ¥3,000" in answer.text
    till.stripe.fake.troubles.clear()
    assert till.at_stripe(token)
    assert len(sessions(till)) == 1


def test_where_stripe_keeps_its_own_failure_another_attempt_begins(till: Till) -> None:
    token = till.begin()
    till.stripe.fake.trouble("kept 500", method="POST", path="/v1/checkout/sessions")
    answer = till.go_on(token)
    assert answer.status_code == 303
    again = str(answer.location).rsplit("/", 1)[1]
    assert again != token
    till.stripe.fake.pay(till.at_stripe(again))
    till.tell_all()
    assert till.balances()["donations:meal"] == -3000
    assert len(sessions(till)) == 1


def test_while_stripe_is_away_nobody_is_told_that_it_failed(till: Till) -> None:
    token = till.given()
    till.stripe.fake.trouble("500", times=9, method="GET")
    assert "Not paid yet, as far as we know" in till.come_back(token).text
    till.stripe.fake.troubles.clear()
    assert "Thank you" in till.come_back(token).text


def test_a_call_that_cannot_be_looked_up_is_told_again(till: Till) -> None:
    token = till.given()
    till.stripe.fake.trouble("500", times=9, method="GET")
    event = till.pending()[-1]
    assert till.tell(event) == 503
    till.stripe.fake.troubles.clear()
    till.tell_all()
    assert till.payment(token).state == PAID


def test_a_call_while_our_database_is_away_is_told_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    token = till.given()

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    event = till.pending()[-1]
    with monkeypatch.context() as context:
        context.setattr(service, "_follow", away)
        till.app.testing = False
        till.app.config["PROPAGATE_EXCEPTIONS"] = False
        assert till.tell(event) >= 500
    assert till.balances() == {}
    assert till.payment(token).state == OPEN
    assert till.tell(event) == 200
    assert till.balances()["stripe"] == 2892


# --- killed on the way --------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def killed(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("module", "step"),
    [(here, "leave_database"), (here, "open_page"), (here, "begin_writing"), (service, "page_opened")],
)
def test_killed_on_the_way_to_the_page_there_is_one_page_and_one_gift(
    till: Till, module: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = till.begin()
    with monkeypatch.context() as context:
        real = getattr(module, step)

        def after(*values: Any, **facts: Any) -> None:
            real(*values, **facts)
            raise Killed

        context.setattr(module, step, after)
        with pytest.raises(Killed):
            till.go_on(token)
    till.stripe.fake.pay(till.at_stripe(token))
    till.tell_all()
    assert len(sessions(till)) == 1
    assert till.balances()["donations:meal"] == -3000
    assert till.faults() == []


@pytest.mark.parametrize("step", ["book", "_follow", "record_movement"])
def test_killed_while_booking_nothing_is_half_done(
    till: Till, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = till.given()
    with monkeypatch.context() as context:
        context.setattr(service, step, killed)
        with pytest.raises(Killed):
            till.come_back(token)
    assert till.payment(token).state == OPEN
    assert till.balances() == {}
    assert "Thank you" in till.come_back(token).text
    assert till.balances()["stripe"] == 2892


def test_a_draft_whose_page_nobody_heard_of_is_found_at_night(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the call and the row; then the page was found open, and paid on."""
    token = till.begin()
    with monkeypatch.context() as context:
        context.setattr(service, "page_opened", killed)
        with pytest.raises(Killed):
            till.go_on(token)
    (made,) = sessions(till)
    till.stripe.fake.pay(made["id"])
    later(till, minutes=30)
    till.sweep()
    assert till.payment(token).state == PAID
    assert till.balances()["stripe"] == 2892


def later(till: Till, *, minutes: int = 0) -> None:
    """Let the payments of the database be so much older."""
    with till.app.app_context():

        def age(session: Any) -> None:
            for payment in session.query(Payment):
                payment.made_at = payment.made_at - timedelta(minutes=minutes)

        ledger.transaction(db.session, age)


def test_a_name_older_than_a_day_is_looked_up_before_anything_is_asked_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = till.begin()
    with monkeypatch.context() as context:
        context.setattr(service, "page_opened", killed)
        with pytest.raises(Killed):
            till.go_on(token)
    later(till, minutes=25 * 60)
    answer = till.go_on(token)
    assert answer.status_code == 303
    # The page that was made before is found, and is the only one.
    assert len(sessions(till)) == 1


# --- not what was asked for ---------------------------------------------------------------------------------


def test_another_amount_is_taken_and_not_identified(till: Till) -> None:
    token = till.begin()
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
    paid = till.payment(token)
    assert (paid.state, paid.oddity, paid.taken_minor) == (PAID, DIFFERS, 2500)
    assert till.balances() == {"stripe": 2410, "stripe-fees": 90, "unidentified": -2500}
    assert "somebody looks at it by hand" in till.come_back(token).text


def test_the_same_gift_paid_twice_is_one_gift_and_the_rest_is_not_identified(till: Till) -> None:
    first = till.begin()
    page = till.at_stripe(first)
    with till.app.app_context():

        def again(session: Any) -> str:
            payment = service.find_payment(
                session, community=session.get_one(Community, till.community_id), token=first
            )
            assert payment
            return donations.pay_again(
                session,
                community=session.get_one(Community, till.community_id),
                donation=donations.donation_of(session, payment),
            ).token

        second = ledger.transaction(db.session, again)
    till.stripe.fake.pay(till.at_stripe(second))
    till.stripe.fake.pay(page)
    till.tell_all()
    assert {till.payment(first).oddity, till.payment(second).oddity} == {None, DOUBLE}
    assert till.balances()["donations:meal"] == -3000
    assert till.balances()["unidentified"] == -3000
    assert till.faults() == []
    # Giving the second one back leaves the first alone.
    odd = first if till.payment(first).oddity else second
    till.stripe.fake.refund(str(till.payment(odd).checkout_id))
    till.tell_all()
    assert "unidentified" not in till.balances()
    assert till.balances()["fund:meal"] == -3000


def test_a_webhook_before_the_row_is_told_again(till: Till) -> None:
    """Another database of ours could have it: what carries our mark and is not there is not forgotten."""
    notes = {"payment": "nobody-knows-this-token-yet"}
    page = a_gift(
        till.stripe.client,
        client_reference_id=notes["payment"],
        metadata=notes,
        payment_intent_data={"metadata": notes},
    )
    till.stripe.fake.pay(page.id)
    completed = next(
        one["id"]
        for one in till.stripe.fake.pending(account=HERE)
        if one["type"] == "checkout.session.completed"
    )
    assert till.tell(completed) == 409


def test_two_communities_cannot_share_an_account(till: Till) -> None:
    till.given()
    till.tell_all()
    with till.app.app_context():
        ledger.transaction(db.session, lambda session: a_community(session, slug="nagoya").id)
        settings = current_app.config["TIMEBANK_STRIPE"]
    bare = settings.keys[""]
    object.__setattr__(settings, "keys", {"kadoma": bare, "nagoya": bare})
    with till.app.app_context():
        ledger.transaction(
            db.session,
            lambda session: session.execute(
                text(
                    "INSERT INTO giving_rule SELECT c.id, r.open, r.words, r.suggested, r.least_minor, "
                    "r.fee_from_fund, r.konbini FROM community c, giving_rule r WHERE c.slug = 'nagoya'"
                )
            ),
        )
    client = till.client()
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get("/nagoya/give").text)
    assert key
    begun = client.post("/nagoya/give", data={"key": key[1], "amount": "1000", "fund": "0"})
    answer = client.post(f"{begun.location}/pay")
    assert answer.status_code == 409
    assert "the same account at Stripe" in answer.text
