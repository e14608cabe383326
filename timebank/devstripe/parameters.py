"""Reading what a request says: nested form fields, held against what the address takes."""

import re
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from timebank.devstripe.errors import RequestInvalid

#: Reads one parameter, whose name it is told for its complaint.
Check = Callable[[Any, str], Any]

PART = re.compile(r"([^\[\]]+)|\[([^\[\]]*)\]")
CURRENCIES = frozenset({"jpy", "usd", "eur", "gbp"})


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn `a[b][0]=x` into {"a": {"b": ["x"]}}."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        parts = [plain or bracketed for plain, bracketed in PART.findall(name)]
        at = tree
        for part in parts[:-1]:
            below = at.setdefault(part or str(len(at)), {})
            if not isinstance(below, dict):
                raise RequestInvalid(f"Invalid object: {name}", param=name)
            at = below
        at[parts[-1] or str(len(at))] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    below = {name: _with_lists(one) for name, one in value.items()}
    if below and all(name.isdigit() for name in below):
        return [below[name] for name in sorted(below, key=int)]
    return below


def text(value: Any, name: str) -> str:
    """Read words, which may not be empty."""
    if not isinstance(value, str):
        raise RequestInvalid(f"Invalid string: {value}", param=name)
    if not value:
        message = f"You passed an empty string for '{name}', which cannot be unset; leave it out instead."
        raise RequestInvalid(message, code="parameter_invalid_empty", param=name)
    if len(value) > 5000:
        raise RequestInvalid(
            f"Invalid string: {name} is too long", code="parameter_invalid_string", param=name
        )
    return value


def whole(value: Any, name: str) -> int:
    """Read a whole number."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,15}", value):
        raise RequestInvalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def flag(value: Any, name: str) -> bool:
    """Read yes or no."""
    if value not in {"true", "false"}:
        raise RequestInvalid(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def currency(value: Any, name: str) -> str:
    """Read a currency."""
    code = text(value, name).lower()
    if code not in CURRENCIES:
        raise RequestInvalid(f"Invalid currency: {value}.", param=name)
    return code


def url(value: Any, name: str) -> str:
    """Read an address on the web."""
    if not re.match(r"https?://\S+$", text(value, name)):
        raise RequestInvalid("Not a valid URL", code="url_invalid", param=name)
    return str(value)


def email(value: Any, name: str) -> str:
    """Read an e-mail address."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text(value, name)):
        raise RequestInvalid(f"Invalid email address: {value}", code="email_invalid", param=name)
    return str(value)


def metadata(value: Any, name: str) -> dict[str, str]:
    """Read somebody's own notes: at most 50 of them, and short."""
    if value == "":
        return {}
    notes = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(notes, dict):
        raise RequestInvalid("Invalid object", param=name)
    read = {str(key): note for key, note in notes.items()}
    for key, note in read.items():
        if not isinstance(note, str) or len(key) > 40 or len(note) > 500:
            message = "Metadata keys have up to 40 characters and values up to 500, both of them text."
            raise RequestInvalid(message, param=f"{name}[{key}]")
    if len(read) > 50:
        raise RequestInvalid("Metadata has up to 50 keys.", param=name)
    return {key: note for key, note in read.items() if note}


def one_of(*allowed: str) -> Check:
    """Read one word of a list."""

    def check(value: Any, name: str) -> str:
        if value not in allowed:
            raise RequestInvalid(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return str(value)

    return check


def each(check: Check) -> Check:
    """Read a list."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise RequestInvalid("Invalid array", param=name)
        return [check(one, f"{name}[{place}]") for place, one in enumerate(value)]

    return read


def either(first: Check, second: Check) -> Check:
    """Read fields with the first, plain text with the second."""

    def read(value: Any, name: str) -> Any:
        return first(value, name) if isinstance(value, dict) else second(value, name)

    return read


def fields(needed: str = "", /, **checks: Check) -> Check:
    """Read an object of which each field is known; those that are needed stand first, with spaces between."""

    def read(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise RequestInvalid("Invalid object", param=name)
        full = {key: f"{name}[{key}]" if name else key for key in (*needed.split(), *value)}
        for key in value:
            if key not in checks:
                raise RequestInvalid(
                    f"Received unknown parameter: {full[key]}", code="parameter_unknown", param=full[key]
                )
        for key in needed.split():
            if key not in value:
                raise RequestInvalid(
                    f"Missing required param: {full[key]}.", code="parameter_missing", param=full[key]
                )
        return {key: checks[key](one, full[key]) for key, one in value.items()}

    return read
