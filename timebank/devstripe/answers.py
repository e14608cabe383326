"""Shaping answers: lists page by page, and what is to be expanded in them."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.parameters import Check
from timebank.devstripe.parameters import each
from timebank.devstripe.parameters import either
from timebank.devstripe.parameters import fields
from timebank.devstripe.parameters import text
from timebank.devstripe.parameters import whole
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

DEEPEST = 4
DEFAULT_PAGE = 10
LARGEST_PAGE = 100

#: Fields that hold an id in whose place the object can be asked for.
EXPANDABLE_NAMES = """
balance_transaction charge customer failure_balance_transaction invoice latest_charge latest_invoice
payment_intent price product source subscription
"""
EXPANDABLE = frozenset(EXPANDABLE_NAMES.split())

RANGE = either(fields(gt=whole, gte=whole, lt=whole, lte=whole), whole)
PAGE: dict[str, Check] = {"limit": whole, "starting_after": text, "ending_before": text}
EXPAND: dict[str, Check] = {"expand": each(text)}


def page(
    work: Work,
    kind: str,
    asked: Thing,
    url: str,
    where: Callable[[Thing], bool] = lambda _: True,
    mentions: Sequence[str] = (),
) -> Thing:
    """Give one page of a list, the newest first."""
    limit = asked.get("limit", DEFAULT_PAGE)
    if not 1 <= limit <= LARGEST_PAGE:
        raise RequestInvalid(
            "This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit"
        )

    def is_meant(thing: Thing) -> bool:
        return where(thing) and in_range(thing["created"], asked.get("created"))

    things = work.all(kind, is_meant, mentions=mentions)
    if "ending_before" in asked:
        newer = things[: _place(work, kind, things, asked, "ending_before")]
        return _list(newer[-limit:], url, len(newer) > limit)
    if "starting_after" in asked:
        things = things[_place(work, kind, things, asked, "starting_after") + 1 :]
    return _list(things[:limit], url, len(things) > limit)


def _list(things: list[Thing], url: str, has_more: bool) -> Thing:
    return {"object": "list", "data": things, "has_more": has_more, "url": url}


def _place(work: Work, kind: str, things: list[Thing], asked: Thing, name: str) -> int:
    cursor = work.get(kind, asked[name], param=name)
    ids = [thing["id"] for thing in things]
    if cursor["id"] not in ids:
        raise CannotBeDone(f"{cursor['id']} is not in this list.", param=name)
    return ids.index(cursor["id"])


def in_range(moment: int, asked: Any) -> bool:
    """Say whether a moment is within what was asked for; anything is, where nothing was."""
    if asked is None:
        return True
    if isinstance(asked, int):
        return moment == asked
    ends = {
        "gt": moment.__gt__,
        "gte": moment.__ge__,
        "lt": moment.__lt__,
        "lte": moment.__le__,
    }
    return all(ends[name](limit) for name, limit in asked.items())


def expanded(work: Work, answer: Thing, paths: list[str]) -> Thing:
    """Put objects in the place of their ids where that was asked for."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise RequestInvalid(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}",
                param="expand",
            )
        answer = _expand(work, answer, parts, path)
    return answer


def _expand(work: Work, thing: Any, parts: list[str], path: str) -> Any:
    if isinstance(thing, list):
        return [_expand(work, one, parts, path) for one in thing]
    if thing is None or not parts:
        return thing
    name, rest = parts[0], parts[1:]
    if name not in thing and name in EXPANDABLE:
        # A field that this object may have, and has not: a refund that did not fail.
        return thing
    if name not in thing:
        thing = _with_inner_list(work, thing, name, path)
    value = thing[name]
    if isinstance(value, str):
        if name not in EXPANDABLE:
            raise _not_expandable(path)
        value = work.find(value) or value
        if isinstance(value, str):
            return thing
    return {**thing, name: _expand(work, value, rest, path)}


def _with_inner_list(work: Work, thing: Thing, name: str, path: str) -> Thing:
    kind, id_ = thing.get("object"), str(thing.get("id"))
    if kind == "checkout.session" and name == "line_items":
        return {
            **thing,
            name: _list(thing["_items"], f"/v1/checkout/sessions/{id_}/line_items", has_more=False),
        }
    if kind == "charge" and name == "refunds":
        inner = work.all("refund", lambda one: one["charge"] == id_, mentions=(id_,))
        return {**thing, name: _list(inner, f"/v1/charges/{id_}/refunds", has_more=False)}
    if kind == "invoice" and name == "payments":
        inner = work.all("invoice_payment", lambda one: one["invoice"] == id_, mentions=(id_,))
        return {**thing, name: _list(inner, f"/v1/invoice_payments?invoice={id_}", has_more=False)}
    raise _not_expandable(path)


def _not_expandable(path: str) -> RequestInvalid:
    return RequestInvalid(f"This property cannot be expanded ({path}).", param="expand")
