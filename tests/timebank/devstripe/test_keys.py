"""Whose key it is, and a key that says that a request was made before."""

from typing import Any

import pytest
import requests
import stripe

from tests.stripe_things import KEY
from tests.stripe_things import OTHER_KEY
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe import LiveKeyRefused
from timebank.devstripe.errors import NotThere

CUSTOMER: Any = {"email": "mitsuko@example.org"}


@pytest.mark.parametrize("key", ["sk_live_keyaki", "rk_live_keyaki", "pk_test_keyaki", "keyaki", ""])
def test_no_account_is_made_with_a_key_that_moves_real_money(key: str) -> None:
    with pytest.raises(LiveKeyRefused, match="never a live one"):
        DevAccount(key)


def test_a_live_key_is_refused_loudly(rehearsed: Rehearsal) -> None:
    with pytest.raises(stripe.AuthenticationError, match="never a live one"):
        rehearsed.client_with("sk_live_keyaki").v1.balance.retrieve()


def test_an_unknown_key_and_none_are_refused(rehearsed: Rehearsal) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        rehearsed.client_with("sk_test_nobody").v1.balance.retrieve()
    answer = requests.get(f"{rehearsed.url}/v1/balance", timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_key_may_come_as_a_users_name(rehearsed: Rehearsal) -> None:
    answer = requests.get(f"{rehearsed.url}/v1/account", auth=(KEY, ""), timeout=5)
    assert answer.json()["id"] == DevAccount(KEY).id


def test_an_account_is_the_same_every_time(rehearsed: Rehearsal) -> None:
    account = rehearsed.client.v1.accounts.retrieve_current()
    assert account.id == DevAccount(KEY).id == DevAccount(KEY, name="Another").id
    assert (account.country, account.default_currency) == ("JP", "jpy")
    assert account.business_profile.name == "Keyaki Time Bank"  # type: ignore[union-attr]
    assert rehearsed.client_with(OTHER_KEY).v1.accounts.retrieve_current().id != account.id


def test_two_accounts_see_nothing_of_each_other(rehearsed: Rehearsal) -> None:
    other = rehearsed.client_with(OTHER_KEY)
    session = a_gift(rehearsed.client)
    rehearsed.fake.pay(session.id)
    assert other.v1.checkout.sessions.list().data == []
    assert other.v1.events.list().data == []
    assert other.v1.balance.retrieve().pending[0].amount == 0
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        other.v1.checkout.sessions.retrieve(session.id)
    with pytest.raises(NotThere):
        rehearsed.fake.expire_session(session.id, account=DevAccount(OTHER_KEY))
    with pytest.raises(ValueError, match="say which"):
        rehearsed.fake.payout()
    other.v1.checkout.sessions.create(
        {"mode": "payment", "success_url": "http://localhost:9/", "line_items": [a_line()]},
        {"idempotency_key": "gift-7"},
    )


def a_line() -> Any:
    return {"price_data": {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": 3000}}


def test_an_account_can_be_opened_later_and_told_where_its_events_go(rehearsed: Rehearsal) -> None:
    with pytest.raises(stripe.AuthenticationError):
        rehearsed.client_with("sk_test_sugi").v1.balance.retrieve()
    rehearsed.fake.add_account(DevAccount("sk_test_sugi", webhook_url="http://127.0.0.1:9/sugi"))
    sugi = rehearsed.client_with("sk_test_sugi").v1.customers.create(CUSTOMER)
    assert rehearsed.fake.look(sugi.id)["email"] == "mitsuko@example.org"


def test_accounts_have_keys_of_their_own() -> None:
    with pytest.raises(ValueError, match="a key of its own"):
        DevStripe(None, [DevAccount(KEY), DevAccount(KEY, name="Twice")])
    with pytest.raises(ValueError, match="at least one"):
        DevStripe(None, [])


def test_the_same_request_twice_is_done_once(rehearsed: Rehearsal) -> None:
    create = rehearsed.client.v1.customers.create
    first = create(CUSTOMER, {"idempotency_key": "customer-7"})
    second = create(CUSTOMER, {"idempotency_key": "customer-7"})
    assert first.id == second.id
    assert first.last_response.headers.get("Idempotent-Replayed") is None  # type: ignore[union-attr]
    assert second.last_response.headers["Idempotent-Replayed"] == "true"  # type: ignore[union-attr]
    assert create(CUSTOMER, {"idempotency_key": "customer-8"}).id != first.id
    assert rehearsed.kinds() == ["customer.created"] * 2


def test_the_same_key_for_another_request_is_an_error(rehearsed: Rehearsal) -> None:
    v1, key = rehearsed.client.v1, {"idempotency_key": "customer-7"}
    v1.customers.create(CUSTOMER, key)  # type: ignore[arg-type]
    with pytest.raises(stripe.IdempotencyError):
        v1.customers.create({"email": "keiko@example.org"}, key)  # type: ignore[arg-type]
    with pytest.raises(stripe.IdempotencyError):
        v1.products.create({"name": "A gift"}, key)  # type: ignore[arg-type]
    other = rehearsed.client_with(OTHER_KEY)
    other.v1.customers.create({"email": "keiko@example.org"}, key)  # type: ignore[arg-type]


def test_a_key_is_forgotten_after_a_day(rehearsed: Rehearsal) -> None:
    create, key = rehearsed.client.v1.customers.create, {"idempotency_key": "customer-7"}
    first = create(CUSTOMER, key)  # type: ignore[arg-type]
    rehearsed.fake.advance(hours=24)
    assert create(CUSTOMER, key).id == first.id  # type: ignore[arg-type]
    rehearsed.fake.advance(seconds=1)
    assert create(CUSTOMER, key).id != first.id  # type: ignore[arg-type]


def test_what_could_not_be_done_is_remembered_too(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.fake.pay(session.id)
    charge = rehearsed.client.v1.charges.list().data[0].id
    asked: Any = {"charge": charge, "amount": 2000}
    create = rehearsed.client.v1.refunds.create
    create(asked)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than"):
            create(asked, {"idempotency_key": "refund-7"})
    rehearsed.fake.fail_refund(rehearsed.client.v1.refunds.list().data[0].id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        create(asked, {"idempotency_key": "refund-7"})


def test_what_was_wrong_in_itself_is_not_remembered(rehearsed: Rehearsal) -> None:
    create, key = rehearsed.client.v1.customers.create, {"idempotency_key": "customer-7"}
    with pytest.raises(stripe.InvalidRequestError):
        create({"emial": "mitsuko@example.org"}, key)  # type: ignore[arg-type]
    assert create(CUSTOMER, key).email == "mitsuko@example.org"  # type: ignore[arg-type]


def test_an_address_or_a_version_that_is_not_ours_is_refused(rehearsed: Rehearsal) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        rehearsed.client.v1.coupons.list()
    with pytest.raises(stripe.InvalidRequestError, match="version: 2019-01-01"):
        rehearsed.client.v1.balance.retrieve(options={"stripe_version": "2019-01-01"})
    with pytest.raises(stripe.InvalidRequestError, match="up to 255"):
        rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "x" * 256})


def test_what_time_does_has_no_request(rehearsed: Rehearsal) -> None:
    a_gift(rehearsed.client)
    rehearsed.fake.advance(days=1)
    assert rehearsed.told[-1]["type"] == "checkout.session.expired"
    assert rehearsed.told[-1]["request"] == {"id": None, "idempotency_key": None}


def test_a_request_is_written_down_with_its_event(rehearsed: Rehearsal) -> None:
    made = rehearsed.client.v1.customers.create(CUSTOMER, {"idempotency_key": "customer-7"})
    event = rehearsed.told[0]
    assert event["request"] == {
        "id": made.last_response.request_id,  # type: ignore[union-attr]
        "idempotency_key": "customer-7",
    }
