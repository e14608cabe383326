"""Stripe's document catches what is not Stripe's, in requests, in answers and in events."""

from typing import Any

import pytest

from tests.stripe_document import check_answer
from tests.stripe_document import check_event
from tests.stripe_document import check_request
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift

SESSIONS = "/v1/checkout/sessions"


def asked(**changes: Any) -> dict[str, Any]:
    price = {"currency": "jpy", "product_data": {"name": "A gift"}, "unit_amount": "3000"}
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": "1"}],
        "success_url": "https://example.org/thanks",
        "metadata": {"gift": "7"},
        **changes,
    }


def test_a_request_is_taken_as_the_form_says_it_and_as_python_does() -> None:
    check_request("POST", SESSIONS, asked())
    check_request("POST", SESSIONS, asked(adaptive_pricing={"enabled": False}, expires_at=1_800_000_000))
    check_request("GET", "/v1/events", {"created": {"gte": "1"}, "delivery_success": "false", "limit": "3"})
    check_request("DELETE", "/v1/subscriptions/sub_1", {})


def test_a_misspelt_parameter_is_found() -> None:
    with pytest.raises(AssertionError, match="sucess_url"):
        check_request("POST", SESSIONS, asked(sucess_url="https://example.org/thanks"))


def test_a_misspelt_parameter_deep_inside_is_found() -> None:
    line = {"price_data": {"currency": "jpy", "unit_amout": "3000"}}
    with pytest.raises(AssertionError, match="unit_amout"):
        check_request("POST", SESSIONS, asked(line_items=[line]))


def test_a_mode_that_there_is_not_is_found() -> None:
    with pytest.raises(AssertionError, match="donation"):
        check_request("POST", SESSIONS, asked(mode="donation"))


@pytest.mark.parametrize("amount", [30.5, "30.50", "3,000"])
def test_an_amount_that_is_not_whole_is_found(amount: Any) -> None:
    line = {"price_data": {"currency": "jpy", "product": "prod_1", "unit_amount": amount}}
    with pytest.raises(AssertionError, match="not of type 'integer'"):
        check_request("POST", SESSIONS, asked(line_items=[line]))


def test_a_missing_parameter_is_found() -> None:
    with pytest.raises(AssertionError, match="'name' is a required property"):
        check_request("POST", "/v1/products", {"active": "true"})


def test_an_address_that_there_is_not_is_found() -> None:
    with pytest.raises(AssertionError, match="no POST /v1/donations"):
        check_request("POST", "/v1/donations", {})


def test_an_amount_that_is_a_text_is_found_in_an_answer(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client).to_dict()
    check_answer("POST", SESSIONS, 200, session)
    with pytest.raises(AssertionError, match=r"amount_total.*30\.00"):
        check_answer("POST", SESSIONS, 200, {**session, "amount_total": "30.00"})


def test_a_field_that_stripe_has_not_is_found_where_the_answer_is_ours(rehearsed: Rehearsal) -> None:
    session = {**a_gift(rehearsed.client).to_dict(), "donor": "Mitsuko"}
    check_answer("POST", SESSIONS, 200, session, strict=False)
    with pytest.raises(AssertionError, match="donor"):
        check_answer("POST", SESSIONS, 200, session)


def test_an_error_that_is_not_stripes_is_found() -> None:
    check_answer("POST", SESSIONS, 400, {"error": {"type": "invalid_request_error", "message": "No."}})
    with pytest.raises(AssertionError, match="not_my_day"):
        check_answer("POST", SESSIONS, 400, {"error": {"type": "not_my_day"}})


def test_an_event_that_stripe_does_not_send_is_found(rehearsed: Rehearsal) -> None:
    rehearsed.fake.pay(a_gift(rehearsed.client).id)
    event = rehearsed.told[-1]
    check_event(event)
    with pytest.raises(AssertionError, match="no such event"):
        check_event({**event, "type": "gift.received"})
    with pytest.raises(AssertionError, match="2019-01-01"):
        check_event({**event, "api_version": "2019-01-01"})
    with pytest.raises(AssertionError, match="mode"):
        check_event({**event, "data": {"object": {**event["data"]["object"], "mode": "donation"}}})
