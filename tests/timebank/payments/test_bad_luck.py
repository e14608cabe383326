"""What can go wrong between Stripe and the books: nothing is lost, and nothing counts twice."""

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy.exc import OperationalError

import ledger
from tests.stripe_things import HERE
from tests.stripe_things import SECRET
from tests.till import SLUG
from tests.till import WEBHOOK
from tests.till import Till
from timebank import clock
from timebank.db import db
from timebank.payments import here
from timebank.payments import service
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
        context.setattr(service, "follow", away)
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


@pytest.mark.parametrize("step", ["book", "follow", "record_movement"])
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
