"""Customers, products and prices: as much of them as a checkout and a subscription need."""

from typing import Any

from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.parameters import currency
from timebank.devstripe.parameters import email
from timebank.devstripe.parameters import fields
from timebank.devstripe.parameters import flag
from timebank.devstripe.parameters import metadata
from timebank.devstripe.parameters import one_of
from timebank.devstripe.parameters import text
from timebank.devstripe.parameters import whole
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

LARGEST_AMOUNT = 99_999_999

INTERVAL = fields(
    "interval",
    interval=one_of("day", "week", "month", "year"),
    interval_count=whole,
    usage_type=one_of("licensed"),
)
PRODUCT = {"name": text, "description": text, "metadata": metadata, "active": flag}
PRICE_IN_PLACE = fields(
    "currency",
    currency=currency,
    unit_amount=whole,
    recurring=INTERVAL,
    product=text,
    product_data=fields("name", name=text, description=text, metadata=metadata),
)
CUSTOMER = {"email": email, "name": text, "description": text, "phone": text, "metadata": metadata}
PRICE = {
    "currency": currency,
    "unit_amount": whole,
    "recurring": INTERVAL,
    "product": text,
    "product_data": fields("name", name=text, metadata=metadata, active=flag),
    "nickname": text,
    "metadata": metadata,
    "active": flag,
}


def make_customer(work: Work, asked: Thing) -> Thing:
    """Make a customer."""
    customer = work.new(
        "customer",
        "cus",
        address=None,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        description=asked.get("description"),
        email=asked.get("email"),
        invoice_prefix=work.account.id[-8:].upper(),
        invoice_settings=dict.fromkeys(
            ("custom_fields", "default_payment_method", "footer", "rendering_options")
        ),
        metadata=asked.get("metadata", {}),
        name=asked.get("name"),
        next_invoice_sequence=1,
        phone=asked.get("phone"),
        preferred_locales=[],
        shipping=None,
        tax_exempt="none",
        test_clock=None,
    )
    work.tell("customer.created", customer)
    return customer


def make_product(work: Work, asked: Thing) -> Thing:
    """Make a product."""
    product = work.new(
        "product",
        "prod",
        active=asked.get("active", True),
        default_price=None,
        description=asked.get("description"),
        images=[],
        marketing_features=[],
        metadata=asked.get("metadata", {}),
        name=asked["name"],
        package_dimensions=None,
        shippable=None,
        statement_descriptor=None,
        tax_code=None,
        unit_label=None,
        updated=work.now,
        url=None,
    )
    work.tell("product.created", product)
    return product


def make_price(work: Work, asked: Thing, param: str = "") -> Thing:
    """Make a price, and its product where it is given in place; `param` is where in the request that is."""
    inside = _inside(param)
    amount = asked.get("unit_amount")
    if amount is None:
        raise RequestInvalid(
            f"Missing required param: {inside('unit_amount')}.",
            code="parameter_missing",
            param=inside("unit_amount"),
        )
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise RequestInvalid(
            f"Invalid amount: {amount}", code="parameter_invalid_integer", param=inside("unit_amount")
        )
    price = work.new(
        "price",
        "price",
        active=asked.get("active", True),
        billing_scheme="per_unit",
        currency=asked["currency"],
        custom_unit_amount=None,
        lookup_key=None,
        metadata=asked.get("metadata", {}),
        nickname=asked.get("nickname"),
        product=_product(work, asked, param)["id"],
        recurring=_recurring(asked.get("recurring")),
        tax_behavior="unspecified",
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if "recurring" in asked else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    work.tell("price.created", price)
    return price


def _product(work: Work, asked: Thing, param: str) -> Thing:
    inside = _inside(param)
    if "product_data" in asked:
        return make_product(work, asked["product_data"])
    if "product" not in asked:
        raise RequestInvalid(
            f"Missing required param: {inside('product')}.", code="parameter_missing", param=inside("product")
        )
    return work.get("product", asked["product"], param=inside("product"))


def _recurring(asked: Thing | None) -> Thing | None:
    if asked is None:
        return None
    every: dict[str, Any] = {"interval": asked["interval"], "interval_count": asked.get("interval_count", 1)}
    return {**every, "meter": None, "usage_type": "licensed"}


def _inside(param: str) -> Any:
    return (lambda name: f"{param}[{name}]") if param else (lambda name: name)
