"""Every address of the interface: its method, what it takes, and what it does."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from timebank.devstripe import catalogue
from timebank.devstripe import disputes
from timebank.devstripe import refunds
from timebank.devstripe import sessions
from timebank.devstripe import subscriptions
from timebank.devstripe.answers import EXPAND
from timebank.devstripe.answers import PAGE
from timebank.devstripe.answers import RANGE
from timebank.devstripe.answers import in_range
from timebank.devstripe.answers import page
from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import NotThere
from timebank.devstripe.errors import Unrecognized
from timebank.devstripe.money import DAY
from timebank.devstripe.money import balance
from timebank.devstripe.parameters import Check
from timebank.devstripe.parameters import currency
from timebank.devstripe.parameters import each
from timebank.devstripe.parameters import email
from timebank.devstripe.parameters import fields
from timebank.devstripe.parameters import flag
from timebank.devstripe.parameters import one_of
from timebank.devstripe.parameters import text
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

#: How long Stripe shows an event.
EVENTS_FOR = 30 * DAY

#: Does what is asked; is told the id in the address ("" where there is none) and the parameters.
Verb = Callable[[Work, str, Thing], Thing]
Matches = Callable[[Thing, Thing], bool]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address."""

    method: str
    #: With `{id}` where an object's id stands.
    path: str
    reads: Check
    verb: Verb


def find(method: str, path: str) -> tuple[Endpoint, str]:
    """Find what answers at an address, and the id in it."""
    for endpoint in ENDPOINTS:
        match = re.fullmatch(endpoint.path.replace("{id}", r"(?P<id>[^/]+)"), path)
        if match and endpoint.method == method:
            return endpoint, match.groupdict().get("id") or ""
    raise Unrecognized(method, path)


#: By what lists can be asked for that are ids of other objects.
_IDS = ("payment_intent", "charge", "customer", "subscription", "invoice", "source", "payout")


def _reads(needed: str = "", /, **checks: Check) -> Check:
    return fields(needed, **checks, **EXPAND)


def _retrieve(kind: str, path: str) -> Endpoint:
    return Endpoint("GET", f"/v1/{path}/{{id}}", _reads(), lambda work, id_, _: work.get(kind, id_))


def _list(kind: str, path: str, matches: Matches | None = None, **checks: Check) -> Endpoint:
    keep = matches or _same(tuple(checks))

    def verb(work: Work, _: str, asked: Thing) -> Thing:
        return page(work, kind, asked, f"/v1/{path}", lambda thing: keep(thing, asked), _ids(asked))

    return Endpoint("GET", f"/v1/{path}", _reads(created=RANGE, **PAGE, **checks), verb)


def _ids(asked: Thing) -> list[str]:
    """Give the ids of other objects that a list is asked for: they stand in all that belongs on it."""
    among = {**asked, **(asked["payment"] if isinstance(asked.get("payment"), dict) else {})}
    return [among[name] for name in _IDS if among.get(name)]


def _same(names: tuple[str, ...]) -> Matches:
    return lambda thing, asked: all(thing[name] == asked[name] for name in names if name in asked)


def _create(
    path: str, checks: Mapping[str, Check], verb: Callable[[Work, Thing], Thing], needed: str = ""
) -> Endpoint:
    return Endpoint("POST", f"/v1/{path}", _reads(needed, **checks), lambda work, _, asked: verb(work, asked))


def _account(work: Work, _: str, __: Thing) -> Thing:
    account = work.account
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {"name": account.name or None},
        "charges_enabled": True,
        "country": account.country,
        "default_currency": account.currency,
        "details_submitted": True,
        "email": None,
        "payouts_enabled": True,
        "type": "standard",
    }


def _sessions(thing: Thing, asked: Thing) -> bool:
    wanted = asked.get("customer_details", {}).get("email")
    known = (thing["customer_details"] or {}).get("email")
    names = ("status", "payment_intent", "subscription", "customer")
    return _same(names)(thing, asked) and wanted in {None, known}


def _expire_session(work: Work, id_: str, _: Thing) -> Thing:
    return sessions.expire(work, work.get("checkout.session", id_))


def _items_of_session(work: Work, id_: str, _: Thing) -> Thing:
    items = work.get("checkout.session", id_)["_items"]
    return {
        "object": "list",
        "data": items,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{id_}/line_items",
    }


def _close_dispute(work: Work, id_: str, _: Thing) -> Thing:
    try:
        return disputes.close(work, work.get("dispute", id_), won=False)
    except Impossible as problem:
        raise CannotBeDone(str(problem)) from problem


def _subscriptions(thing: Thing, asked: Thing) -> bool:
    status = asked.get("status")
    running = thing["status"] != "canceled" if status is None else status in {"all", thing["status"]}
    prices = {item["price"]["id"] for item in thing["items"]["data"]}
    return running and asked.get("price") in {None, *prices} and _same(("customer",))(thing, asked)


def _change_subscription(work: Work, id_: str, asked: Thing) -> Thing:
    return subscriptions.change(work, work.get("subscription", id_), asked)


def _end_subscription(work: Work, id_: str, asked: Thing) -> Thing:
    subscription = work.get("subscription", id_)
    said = asked.get("cancellation_details", {})
    work.save(subscription, cancellation_details={**subscription["cancellation_details"], **said})
    return subscriptions.end(work, subscription)


def _invoices(thing: Thing, asked: Thing) -> bool:
    subscription = thing["parent"]["subscription_details"]["subscription"]
    names = ("status", "customer", "collection_method")
    return asked.get("subscription") in {None, subscription} and _same(names)(thing, asked)


def _invoice_payments(thing: Thing, asked: Thing) -> bool:
    wanted = asked.get("payment", {}).get("payment_intent")
    return wanted in {None, thing["payment"]["payment_intent"]} and _same(("invoice", "status"))(thing, asked)


def _movements(thing: Thing, asked: Thing) -> bool:
    return asked.get("payout") in {None, thing["_payout"]} and _same(("type", "source", "currency"))(
        thing, asked
    )


def _payouts(thing: Thing, asked: Thing) -> bool:
    return in_range(thing["arrival_date"], asked.get("arrival_date")) and _same(("status",))(thing, asked)


def _event(work: Work, id_: str, _: Thing) -> Thing:
    event = work.get("event", id_)
    if event["created"] < work.now - EVENTS_FOR:
        raise NotThere("event", id_)
    return event


def _list_events(work: Work, _: str, asked: Thing) -> Thing:
    since = work.now - EVENTS_FOR
    url = "/v1/events"
    return page(work, "event", asked, url, lambda one: one["created"] >= since and _events(one, asked))


def _events(thing: Thing, asked: Thing) -> bool:
    patterns = asked.get("types", [asked["type"]] if "type" in asked else ["*"])
    delivered = asked.get("delivery_success", thing["_delivered"])
    return delivered == thing["_delivered"] and any(fnmatchcase(thing["type"], one) for one in patterns)


def _balance(work: Work, _: str, __: Thing) -> Thing:
    return balance(work)


PAYMENT = fields("type", type=one_of("payment_intent"), payment_intent=text)

ENDPOINTS = (
    Endpoint("GET", "/v1/account", _reads(), _account),
    Endpoint("GET", "/v1/balance", _reads(), _balance),
    _create("customers", catalogue.CUSTOMER, catalogue.make_customer),
    _retrieve("customer", "customers"),
    _list("customer", "customers", email=email),
    _create("products", catalogue.PRODUCT, catalogue.make_product, "name"),
    _retrieve("product", "products"),
    _create("prices", catalogue.PRICE, catalogue.make_price, "currency"),
    _retrieve("price", "prices"),
    _create("checkout/sessions", sessions.SESSION, sessions.open_session),
    _retrieve("checkout.session", "checkout/sessions"),
    _list(
        "checkout.session",
        "checkout/sessions",
        _sessions,
        status=one_of("open", "complete", "expired"),
        payment_intent=text,
        subscription=text,
        customer=text,
        customer_details=fields("email", email=email),
    ),
    Endpoint("POST", "/v1/checkout/sessions/{id}/expire", _reads(), _expire_session),
    Endpoint("GET", "/v1/checkout/sessions/{id}/line_items", _reads(**PAGE), _items_of_session),
    _retrieve("payment_intent", "payment_intents"),
    _list("payment_intent", "payment_intents", customer=text),
    _retrieve("charge", "charges"),
    _list("charge", "charges", payment_intent=text, customer=text),
    _create("refunds", refunds.REFUND, refunds.refund),
    _retrieve("refund", "refunds"),
    _list("refund", "refunds", charge=text, payment_intent=text),
    _retrieve("dispute", "disputes"),
    _list("dispute", "disputes", charge=text, payment_intent=text),
    Endpoint("POST", "/v1/disputes/{id}/close", _reads(), _close_dispute),
    _retrieve("subscription", "subscriptions"),
    _list(
        "subscription",
        "subscriptions",
        _subscriptions,
        status=one_of("active", "all", "canceled", "ended", "past_due"),
        customer=text,
        price=text,
    ),
    Endpoint("POST", "/v1/subscriptions/{id}", _reads(**subscriptions.CHANGE), _change_subscription),
    Endpoint("DELETE", "/v1/subscriptions/{id}", _reads(**subscriptions.STOP), _end_subscription),
    _retrieve("invoice", "invoices"),
    _list(
        "invoice",
        "invoices",
        _invoices,
        subscription=text,
        customer=text,
        status=one_of("draft", "open", "paid", "uncollectible", "void"),
    ),
    _retrieve("invoice_payment", "invoice_payments"),
    _list(
        "invoice_payment",
        "invoice_payments",
        _invoice_payments,
        invoice=text,
        payment=PAYMENT,
        status=one_of("canceled", "open", "paid"),
    ),
    _retrieve("balance_transaction", "balance_transactions"),
    _list(
        "balance_transaction",
        "balance_transactions",
        _movements,
        payout=text,
        type=text,
        source=text,
        currency=currency,
    ),
    _retrieve("payout", "payouts"),
    _list(
        "payout",
        "payouts",
        _payouts,
        status=one_of("pending", "paid", "failed", "canceled", "in_transit"),
        arrival_date=RANGE,
    ),
    _retrieve("radar.early_fraud_warning", "radar/early_fraud_warnings"),
    _list("radar.early_fraud_warning", "radar/early_fraud_warnings", charge=text, payment_intent=text),
    Endpoint("GET", "/v1/events/{id}", _reads(), _event),
    Endpoint(
        "GET",
        "/v1/events",
        _reads(created=RANGE, **PAGE, type=text, types=each(text), delivery_success=flag),
        _list_events,
    ),
)

#: For those who list what is served here.
ADDRESSES: list[tuple[str, str]] = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]
