"""Trouble on purpose: refusals, lost answers, answers that come late."""

import time
from typing import Any

import pytest
import stripe
from werkzeug.test import Client

from tests.stripe_things import KEY
from tests.stripe_things import OTHER_KEY
from tests.stripe_things import Rehearsal
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe

CUSTOMER: Any = {"email": "mitsuko@example.org"}


def customers(rehearsed: Rehearsal) -> int:
    return len(rehearsed.client.v1.customers.list().data)


def test_the_next_requests_come_too_often(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("429", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})
    assert customers(rehearsed) == 0
    rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})


def test_only_the_requests_that_are_meant_go_wrong(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("500", method="POST", path="/v1/customers", account=DevAccount(KEY))
    assert customers(rehearsed) == 0
    rehearsed.client.v1.products.create({"name": "A gift"})
    rehearsed.client_with(OTHER_KEY).v1.customers.create(CUSTOMER)
    with pytest.raises(stripe.APIError):
        rehearsed.client.v1.customers.create(CUSTOMER)
    rehearsed.client.v1.customers.create(CUSTOMER)


def test_stripes_library_tries_again_by_itself(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("500", times=1)
    rehearsed.client_with(KEY, retries=1).v1.customers.create(CUSTOMER)
    assert customers(rehearsed) == 1


def test_an_error_can_be_remembered_with_its_key(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("kept 500")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})
    assert customers(rehearsed) == 0
    assert rehearsed.kinds() == []


def test_an_answer_is_lost_after_everything_was_done(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("lost")
    with pytest.raises(stripe.APIConnectionError):
        rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})
    assert customers(rehearsed) == 1
    again = rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})
    assert again.last_response.headers["Idempotent-Replayed"] == "true"  # type: ignore[union-attr]
    assert customers(rehearsed) == 1


def test_without_a_network_a_lost_answer_is_an_error() -> None:
    fake = DevStripe(None, [DevAccount(KEY)])
    fake.trouble("lost")
    with pytest.raises(ConnectionAbortedError):
        Client(fake.wsgi).get("/v1/balance", headers={"Authorization": f"Bearer {KEY}"})
    fake.close()


def test_an_answer_comes_late(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("hang", seconds=0.2)
    begun = time.monotonic()
    rehearsed.client.v1.customers.create(CUSTOMER)
    assert time.monotonic() - begun >= 0.2


def test_trouble_ends_when_it_is_cleared(rehearsed: Rehearsal) -> None:
    rehearsed.fake.trouble("429", times=100)
    rehearsed.fake.troubles.clear()
    assert customers(rehearsed) == 0


def test_a_trouble_that_there_is_not_is_refused(rehearsed: Rehearsal) -> None:
    with pytest.raises(ValueError, match="no such trouble: rain"):
        rehearsed.fake.trouble("rain")  # type: ignore[arg-type]
