"""Events: kept and listed, signed and sent, tried again, held back."""

import json
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from threading import Thread
from typing import Any

import pytest
import stripe
from werkzeug.serving import make_server
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from tests.stripe_things import OTHER_KEY
from tests.stripe_things import SECRET
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from tests.stripe_things import rehearsal
from timebank.devstripe import VERSION
from timebank.devstripe import DevAccount
from timebank.devstripe import Impossible
from timebank.devstripe.courier import signed
from timebank.devstripe.serving import Handler


@dataclass
class Receiver:
    """A place that takes events, or does not."""

    url: str = ""
    #: What it answers, one after the other; then 200.
    answers: list[int] = field(default_factory=list)
    got: list[tuple[bytes, str]] = field(default_factory=list)
    #: Is called before it answers.
    before: Callable[[], None] = lambda: None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.got.append((request.get_data(), request.headers["Stripe-Signature"]))
        self.before()
        return Response("", self.answers.pop(0) if self.answers else 200)(environ, start_response)

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    server = make_server("127.0.0.1", 0, receiver, threaded=True, request_handler=Handler)
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.port}/hook?from=stripe"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


@pytest.fixture
def sending(receiver: Receiver) -> Iterator[Rehearsal]:
    """A fake that sends its events to the receiver at once."""
    with rehearsal(webhook_url=receiver.url, held=False, retry_after=(0.01, 0.02)) as served:
        yield served


def test_events_arrive_in_order_and_stripes_library_takes_their_signature(
    sending: Rehearsal, receiver: Receiver
) -> None:
    session = a_gift(sending.client)
    sending.fake.pay(session.id)
    assert sending.fake.wait_until_idle()
    assert receiver.kinds() == sending.kinds()
    for body, signature in receiver.got:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        assert (event.livemode, event.api_version) == (False, VERSION)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(receiver.got[0][0] + b" ", receiver.got[0][1], SECRET)
    assert sending.client.v1.events.list({"delivery_success": False}).data == []
    assert sending.client.v1.events.list().data[0].pending_webhooks == 0


def test_an_event_comes_after_the_answer_to_what_caused_it(sending: Rehearsal, receiver: Receiver) -> None:
    # Who is told of it asks Stripe at once: with one thread for both, nobody would ever answer.
    receiver.before = lambda: asked.append(sending.client.v1.balance.retrieve().pending[0].amount)
    asked: list[int] = []
    session = a_gift(sending.client)
    sending.fake.pay(session.id)
    sending.client.v1.refunds.create({"charge": sending.client.v1.charges.list().data[0].id})
    assert sending.fake.wait_until_idle()
    assert len(asked) == len(receiver.got) == 8


def test_a_receiver_that_fails_is_tried_again(sending: Rehearsal, receiver: Receiver) -> None:
    receiver.answers = [500, 303]
    sending.client.v1.customers.create({"email": "mitsuko@example.org"})
    assert sending.fake.wait_until_idle()
    assert receiver.kinds() == ["customer.created"] * 3
    assert sending.fake.pending(account=next(iter(sending.fake.accounts))) == []


def test_what_nobody_takes_stays_undelivered(sending: Rehearsal, receiver: Receiver) -> None:
    receiver.answers = [500, 500, 500]
    sending.client.v1.customers.create({"email": "mitsuko@example.org"})
    assert sending.fake.wait_until_idle()
    sending.client.v1.products.create({"name": "A gift"})
    assert sending.fake.wait_until_idle()
    missed = sending.client.v1.events.list({"delivery_success": False}).data
    assert [(event.type, event.pending_webhooks) for event in missed] == [("customer.created", 1)]
    assert [event.type for event in sending.client.v1.events.list({"delivery_success": True}).data] == [
        "product.created"
    ]
    assert sending.fake.deliver(missed[0].id) == [200]
    assert sending.client.v1.events.list({"delivery_success": False}).data == []


def test_where_nobody_listens_nothing_arrives() -> None:
    with rehearsal(webhook_url="http://127.0.0.1:9/hook", held=False, retry_after=()) as served:
        served.client.v1.customers.create({"email": "mitsuko@example.org"})
        assert served.fake.wait_until_idle()
        assert len(served.client.v1.events.list({"delivery_success": False}).data) == 1


def test_a_courier_that_is_stopped_forgets_what_it_would_try_again() -> None:
    with rehearsal(webhook_url="http://127.0.0.1:9/hook", held=False, retry_after=(60,)) as served:
        served.client.v1.customers.create({"email": "mitsuko@example.org"})
        assert not served.fake.wait_until_idle(0.2)
    assert served.fake.wait_until_idle(0)


def test_events_that_are_held_are_sent_when_and_as_often_as_the_test_says(receiver: Receiver) -> None:
    with rehearsal(webhook_url=receiver.url) as served:
        here = next(iter(served.fake.accounts))
        served.fake.pay(a_gift(served.client).id)
        waiting = served.fake.pending(account=here)
        assert receiver.got == []
        assert [event["type"] for event in waiting] == served.kinds()
        for event in reversed(waiting):
            assert served.fake.deliver(event["id"], times=2) == [200, 200]
        assert receiver.kinds()[::2] == [event["type"] for event in reversed(waiting)]
        assert served.fake.pending(account=here) == []


def test_a_test_can_carry_an_event_itself(rehearsed: Rehearsal) -> None:
    carried: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        carried.append((url, body, headers))
        return 400

    rehearsed.client.v1.customers.create({"email": "mitsuko@example.org"})
    event = rehearsed.told[0]["id"]
    assert rehearsed.fake.deliver(event, post=post) == [400]
    ((url, body, headers),) = carried
    assert url == "http://127.0.0.1:9/hook"
    assert json.loads(body) == rehearsed.told[0]
    assert stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET).id == event
    assert len(rehearsed.fake.pending(account=next(iter(rehearsed.fake.accounts)))) == 1


def test_a_signature_is_stripes_own_and_every_secret_signs_while_one_is_replaced() -> None:
    account = DevAccount("sk_test_keyaki", webhook_secret="whsec_old, whsec_new")
    moment = int(time.time())
    body, headers = signed(account, {"id": "evt_1", "object": "event"}, moment)
    for secret in ("whsec_old", "whsec_new"):
        own = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, moment)
        assert own.split(",")[1] in headers["Stripe-Signature"]
        stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], secret, 300)


def test_events_are_listed_by_kind_and_moment(rehearsed: Rehearsal) -> None:
    events = rehearsed.client.v1.events
    rehearsed.fake.pay(a_gift(rehearsed.client).id)
    moment = rehearsed.fake.advance(hours=1)
    rehearsed.fake.open_dispute(rehearsed.client.v1.charges.list().data[0].id)
    assert len(events.list({"type": "payment_intent.*"}).data) == 2
    assert [event.type for event in events.list({"created": {"gte": moment}}).data] == [
        "charge.dispute.funds_withdrawn",
        "charge.dispute.created",
    ]
    both = events.list({"types": ["charge.succeeded", "checkout.session.completed"]}).data
    assert [event.type for event in both] == ["checkout.session.completed", "charge.succeeded"]
    assert events.retrieve(both[0].id).data.object["payment_status"] == "paid"


def test_an_event_shows_its_object_as_it_was(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.fake.pay(session.id)
    rehearsed.fake.refund(session.id)
    then = {event["type"]: event["data"]["object"] for event in rehearsed.told}
    assert then["charge.succeeded"]["refunded"] is False
    assert then["charge.refunded"]["refunded"] is True
    assert then["payment_intent.created"]["status"] == "requires_payment_method"


def test_an_event_is_shown_for_thirty_days(rehearsed: Rehearsal) -> None:
    rehearsed.client.v1.customers.create({"email": "mitsuko@example.org"})
    event = rehearsed.told[0]["id"]
    rehearsed.fake.advance(days=30)
    rehearsed.client.v1.events.retrieve(event)
    rehearsed.fake.advance(days=1)
    assert rehearsed.client.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        rehearsed.client.v1.events.retrieve(event)


def test_all_that_waits_can_be_delivered_with_what_that_causes(rehearsed: Rehearsal) -> None:
    carried: list[str] = []

    def post(_: str, body: bytes, __: dict[str, str]) -> int:
        carried.append(json.loads(body)["type"])
        if carried[-1] == "customer.created":
            rehearsed.client.v1.products.create({"name": "A gift"})
        return 500 if carried[-1] == "charge.failed" else 200

    rehearsed.client.v1.customers.create({"email": "mitsuko@example.org"})
    rehearsed.fake.decline(a_gift(rehearsed.client).id)
    statuses = rehearsed.fake.deliver_pending(post=post)
    assert carried == rehearsed.kinds()
    assert statuses.count(500) == 1
    assert [event["type"] for event in rehearsed.fake.pending()] == ["charge.failed"]


def test_events_of_an_account_without_an_address_are_held_too(rehearsed: Rehearsal) -> None:
    other = rehearsed.client_with(OTHER_KEY)
    other.v1.customers.create({"email": "mitsuko@example.org"})
    (event,) = rehearsed.fake.pending(account=DevAccount(OTHER_KEY))
    with pytest.raises(Impossible, match="nowhere"):
        rehearsed.fake.deliver(event["id"])
    assert rehearsed.fake.deliver(event["id"], post=lambda *_: 204) == [204]
    assert rehearsed.fake.pending() == []


def test_where_nobody_wants_events_none_is_missed() -> None:
    with rehearsal(webhook_url="", held=False) as served:
        served.client.v1.customers.create({"email": "mitsuko@example.org"})
        assert served.client.v1.events.list({"delivery_success": False}).data == []
        assert len(served.client.v1.events.list().data) == 1


def test_an_event_can_overtake_an_answer_that_hangs(sending: Rehearsal, receiver: Receiver) -> None:
    first: list[str] = []
    receiver.before = lambda: first.append("event")
    sending.fake.trouble("hang", seconds=1)
    sending.client.v1.customers.create({"email": "mitsuko@example.org"})
    first.append("answer")
    assert first == ["event", "answer"]
