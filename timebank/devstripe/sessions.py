"""Checkout sessions: opened, looked at, expired."""

from typing import Any

from timebank.devstripe import payments
from timebank.devstripe.catalogue import LARGEST_AMOUNT
from timebank.devstripe.catalogue import PRICE_IN_PLACE
from timebank.devstripe.catalogue import make_price
from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.money import DAY
from timebank.devstripe.parameters import currency
from timebank.devstripe.parameters import each
from timebank.devstripe.parameters import email
from timebank.devstripe.parameters import fields
from timebank.devstripe.parameters import flag
from timebank.devstripe.parameters import metadata
from timebank.devstripe.parameters import one_of
from timebank.devstripe.parameters import text
from timebank.devstripe.parameters import url
from timebank.devstripe.parameters import whole
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

#: What is there, but empty.
ABSENT = """
after_expiration allow_promotion_codes billing_address_collection client_secret
collected_information consent consent_collection currency_conversion customer_details discounts
integration_identifier invoice invoice_creation origin_context payment_intent payment_link
payment_method_configuration_details permissions recovered_from saved_payment_method_options
setup_intent shipping_address_collection shipping_cost subscription wallet_options
"""

SOONEST_END = 30 * 60
LATEST_END = DAY
SOONEST_TRIAL_END = 2 * DAY
#: Stripe takes no less than about half a dollar.
SMALLEST = {"jpy": 50, "usd": 50, "eur": 50, "gbp": 30}
LOCALES_NAMES = """
auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt
pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
"""
LOCALES = LOCALES_NAMES.split()

SESSION = {
    "mode": one_of("payment", "subscription"),
    "line_items": each(fields(price=text, price_data=PRICE_IN_PLACE, quantity=whole, metadata=metadata)),
    "success_url": url,
    "cancel_url": url,
    "client_reference_id": text,
    "customer": text,
    "customer_email": email,
    "customer_creation": one_of("always", "if_required"),
    "currency": currency,
    "metadata": metadata,
    "payment_intent_data": fields(metadata=metadata, description=text, receipt_email=email),
    "subscription_data": fields(metadata=metadata, description=text, trial_end=whole),
    "payment_method_types": each(one_of("card", "konbini")),
    "payment_method_options": fields(konbini=fields(expires_after_days=whole)),
    "adaptive_pricing": fields(enabled=flag),
    "locale": one_of(*LOCALES),
    "submit_type": one_of("auto", "book", "donate", "pay", "subscribe"),
    "expires_at": whole,
    "ui_mode": one_of("hosted_page"),
}


def open_session(work: Work, asked: Thing) -> Thing:
    """Open a checkout."""
    mode = _mode(asked)
    _refuse_contradictions(asked, mode)
    if "customer" in asked:
        work.get("customer", asked["customer"], param="customer")
    items = [_line(work, one, f"line_items[{place}]") for place, one in enumerate(asked["line_items"])]
    money = _one_currency(items)
    trial_end = asked.get("subscription_data", {}).get("trial_end")
    if trial_end is not None and trial_end < work.now + SOONEST_TRIAL_END:
        param = "subscription_data[trial_end]"
        raise RequestInvalid("The `trial_end` date has to be at least 2 days in the future.", param=param)
    total = sum(one["amount_total"] for one in items if trial_end is None or _is_once(one))
    methods = asked.get("payment_method_types", ["card"])
    _refuse_amount(total, money, methods, asked)
    _refuse_items(items, mode, methods)
    session = work.new("checkout.session", "cs_test", **_as_asked(work, asked, mode, methods))
    work.save(
        session,
        amount_subtotal=total,
        amount_total=total,
        currency=money,
        url=f"{work.cause.base_url}/c/pay/{session['id']}",
        _items=items,
        _notes=asked.get("payment_intent_data", {}).get("metadata", {}),
        _subscription_notes=asked.get("subscription_data", {}).get("metadata", {}),
        _description=(asked.get("payment_intent_data") or asked.get("subscription_data") or {}).get(
            "description"
        ),
        _receipt_email=asked.get("payment_intent_data", {}).get("receipt_email"),
        _intent=None,
        _trial_end=trial_end,
    )
    return session


def expire(work: Work, session: Thing) -> Thing:
    """End an open session; what is complete stays so."""
    if session["status"] != "open":
        message = (
            f"Only Checkout Sessions with a status of open can be expired. This one is {session['status']}."
        )
        raise CannotBeDone(message)
    work.save(session, status="expired", url=None)
    work.tell("checkout.session.expired", session)
    return session


def after_paying(session: Thing) -> str:
    """Say where the payer goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def allows_konbini(session: Thing) -> bool:
    """Say whether it can be paid at a convenience store."""
    return "konbini" in session["payment_method_types"]


def _mode(asked: Thing) -> str:
    for name in ("mode", "line_items", "success_url"):
        if name not in asked or asked[name] == []:
            raise RequestInvalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return str(asked["mode"])


def _refuse_contradictions(asked: Thing, mode: str) -> None:
    other = {"payment": "subscription_data", "subscription": "payment_intent_data"}[mode]
    if other in asked:
        raise RequestInvalid(f"You can not pass `{other}` in `{mode}` mode.", param=other)
    if mode == "subscription" and "customer_creation" in asked:
        raise RequestInvalid(
            "`customer_creation` can only be used in `payment` mode.", param="customer_creation"
        )
    if "customer" in asked and "customer_email" in asked:
        raise RequestInvalid(
            "You may only specify one of these parameters: customer, customer_email.", param="customer_email"
        )
    if len(asked.get("client_reference_id", "")) > 200:
        raise RequestInvalid("client_reference_id has up to 200 characters.", param="client_reference_id")


def _line(work: Work, asked: Thing, param: str) -> Thing:
    quantity = asked.get("quantity", 1)
    if quantity < 1:
        raise RequestInvalid("This value must be greater than or equal to 1.", param=f"{param}[quantity]")
    if ("price" in asked) == ("price_data" in asked):
        raise RequestInvalid(
            f"Missing required param: {param}[price].", code="parameter_missing", param=f"{param}[price]"
        )
    if "price" in asked:
        price = work.get("price", asked["price"], param=f"{param}[price]")
    else:
        price = make_price(work, asked["price_data"], f"{param}[price_data]")
    amount = price["unit_amount"] * quantity
    return {
        "id": work.store.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": work.get("product", price["product"])["name"],
        "metadata": asked.get("metadata", {}),
        "price": price,
        "quantity": quantity,
    }


def _one_currency(items: list[Thing]) -> str:
    money = {item["currency"] for item in items}
    if len(money) > 1:
        raise RequestInvalid("All line items have to have the same currency.", param="line_items")
    return str(money.pop())


def _refuse_amount(total: int, money: str, methods: list[str], asked: Thing) -> None:
    if asked.get("currency", money) != money:
        raise RequestInvalid(f"The prices are in {money}.", param="currency")
    if total < SMALLEST[money]:
        raise CannotBeDone(
            f"The Checkout Session's total amount must be at least {SMALLEST[money]} {money}.",
            code="amount_too_small",
        )
    if total > LARGEST_AMOUNT:
        raise CannotBeDone("The Checkout Session's total amount is too large.", code="amount_too_large")
    if "konbini" not in methods:
        return
    if money != "jpy":
        raise CannotBeDone("konbini takes jpy only.", param="payment_method_types")
    if not payments.KONBINI_SMALLEST <= total <= payments.KONBINI_LARGEST:
        message = f"konbini takes {payments.KONBINI_SMALLEST} to {payments.KONBINI_LARGEST} jpy."
        raise CannotBeDone(message, param="payment_method_types")


def _refuse_items(items: list[Thing], mode: str, methods: list[str]) -> None:
    recurring = [not _is_once(item) for item in items]
    if mode == "payment" and any(recurring):
        raise CannotBeDone(
            "You specified `payment` mode but passed a recurring price. Take `subscription` mode.",
            param="mode",
        )
    if mode == "subscription":
        if sum(recurring) != 1:
            raise CannotBeDone(
                "In `subscription` mode this rehearsal takes exactly one line item with a recurring price.",
                param="line_items",
            )
        if "konbini" in methods:
            raise CannotBeDone("konbini cannot be used in `subscription` mode.", param="payment_method_types")


def _is_once(item: Thing) -> bool:
    return bool(item["price"]["type"] != "recurring")


def _as_asked(work: Work, asked: Thing, mode: str, methods: list[str]) -> dict[str, Any]:
    return dict.fromkeys(ABSENT.split()) | {
        "adaptive_pricing": asked.get("adaptive_pricing", {"enabled": True}),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer": asked.get("customer"),
        "customer_creation": None
        if mode == "subscription"
        else asked.get("customer_creation", "if_required"),
        "customer_email": asked.get("customer_email"),
        "expires_at": _end(work, asked),
        "locale": asked.get("locale"),
        "metadata": asked.get("metadata", {}),
        "mode": mode,
        "payment_method_collection": "always" if mode == "subscription" else "if_required",
        "payment_method_options": _options(asked, methods),
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def _options(asked: Thing, methods: list[str]) -> Thing:
    options: Thing = {"card": {"request_three_d_secure": "automatic"}} if "card" in methods else {}
    if "konbini" in methods:
        konbini = asked.get("payment_method_options", {}).get("konbini", {})
        days = konbini.get("expires_after_days", payments.KONBINI_DAYS)
        if not 0 <= days <= 60:
            param = "payment_method_options[konbini][expires_after_days]"
            raise RequestInvalid("expires_after_days is from 0 to 60.", param=param)
        options["konbini"] = {"expires_after_days": days}
    return options


def _end(work: Work, asked: Thing) -> int:
    # Whoever asks has another clock: theirs does not go ahead with the button for the next day.
    ahead = int(work.store.setting("clock is ahead by", "0"))
    end = int(asked["expires_at"]) + ahead if "expires_at" in asked else work.now + LATEST_END
    if not work.now + SOONEST_END <= end <= work.now + LATEST_END:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise RequestInvalid(message, param="expires_at")
    return end
