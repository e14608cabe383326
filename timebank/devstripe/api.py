"""Stripe's interface: who asks, what for, whether it was asked before, and the answer in Stripe's shape."""

import json
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from itertools import chain
from threading import Event
from typing import Any

from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.answers import expanded
from timebank.devstripe.endpoints import Endpoint
from timebank.devstripe.endpoints import find
from timebank.devstripe.errors import Broken
from timebank.devstripe.errors import CannotBeDone
from timebank.devstripe.errors import KeyReused
from timebank.devstripe.errors import Refusal
from timebank.devstripe.errors import RequestInvalid
from timebank.devstripe.errors import TooMany
from timebank.devstripe.money import DAY
from timebank.devstripe.parameters import nested
from timebank.devstripe.stage import Stage
from timebank.devstripe.store import Answer
from timebank.devstripe.store import Thing
from timebank.devstripe.troubles import Trouble
from timebank.devstripe.work import VERSION
from timebank.devstripe.work import Cause
from timebank.devstripe.work import Work
from timebank.devstripe.work import shown

#: How long an idempotency key is remembered.
REMEMBERED_FOR = DAY
LONGEST_KEY = 255


@dataclass(slots=True)
class Exchange:
    """One request, and what has become of it so far."""

    method: str
    path: str
    key: str
    id: str
    base_url: str
    params: Thing = field(default_factory=dict)
    account: DevAccount | None = None
    trouble: Trouble | None = None
    #: Opens when the answer is on its way, and lets the events go out.
    gate: Event = field(default_factory=Event)
    replayed: bool = False

    def goes_wrong(self, *kinds: str) -> bool:
        """Say whether it is to go wrong in one of these ways."""
        return self.trouble is not None and self.trouble.kind in kinds


def answer(stage: Stage, request: Request) -> Response:
    """Answer a request; its events go out after the answer."""
    exchange = Exchange(
        method=request.method,
        path=request.path,
        key=request.headers.get("Idempotency-Key", "") if request.method == "POST" else "",
        id=stage.store.new_id("req"),
        base_url=request.host_url.rstrip("/"),
    )
    try:
        body, status = _do(stage, request, exchange)
    except Refusal as refusal:
        body, status = refusal.body(), refusal.status
    if stage.on_exchange is not None:
        stage.on_exchange(exchange.method, exchange.path, exchange.params, status, body)
    if exchange.trouble is not None and exchange.goes_wrong("hang"):
        # What is told of it overtakes the answer.
        exchange.gate.set()
        stage.closing.wait(exchange.trouble.seconds)
    response = _response(exchange, body, status)
    response.call_on_close(exchange.gate.set)
    if exchange.goes_wrong("lost"):
        exchange.gate.set()
        _lose(request)
    return response


def _do(stage: Stage, request: Request, exchange: Exchange) -> tuple[Thing, int]:
    exchange.account = stage.account_with(_key(request))
    exchange.params = nested(chain(request.args.items(multi=True), request.form.items(multi=True)))
    exchange.trouble = stage.troubles.take(exchange.method, exchange.path, exchange.account.id)
    if exchange.goes_wrong("429"):
        raise TooMany
    if exchange.goes_wrong("500"):
        raise Broken
    version = request.headers.get("Stripe-Version", VERSION)
    if version != VERSION:
        raise RequestInvalid(f"Invalid Stripe API version: {version}; here it is {VERSION}.")
    endpoint, id_ = find(exchange.method, exchange.path)
    return _once(stage, exchange, endpoint, id_)


def _once(stage: Stage, exchange: Exchange, endpoint: Endpoint, id_: str) -> tuple[Thing, int]:
    """Do it, unless an idempotency key says that it was done."""
    assert exchange.account is not None
    if len(exchange.key) > LONGEST_KEY:
        raise RequestInvalid(f"Idempotency keys have up to {LONGEST_KEY} characters.")
    cause = Cause(exchange.base_url, exchange.id, exchange.key or None)
    with stage.work(exchange.account, cause=cause, gate=exchange.gate) as work:
        if not exchange.key:
            return _run(work, exchange, endpoint, id_), 200
        return _remembered(work, exchange) or _remember(work, exchange, endpoint, id_)


def _remembered(work: Work, exchange: Exchange) -> tuple[Thing, int] | None:
    known = work.store.remembered(work.account.id, exchange.key, work.now - REMEMBERED_FOR)
    if known is None:
        return None
    if known.fingerprint != _fingerprint(exchange):
        raise KeyReused(exchange.key)
    exchange.replayed = True
    return known.body, known.status


def _remember(work: Work, exchange: Exchange, endpoint: Endpoint, id_: str) -> tuple[Thing, int]:
    before = list(work.events)
    try:
        with work.store.attempt():
            body, status = _run(work, exchange, endpoint, id_), 200
    except (CannotBeDone, Broken) as refusal:
        work.events[:] = before
        body, status = refusal.body(), refusal.status
    kept = Answer(_fingerprint(exchange), status, body)
    work.store.remember(work.account.id, exchange.key, work.now, kept)
    return body, status


def _run(work: Work, exchange: Exchange, endpoint: Endpoint, id_: str) -> Thing:
    asked = endpoint.reads(exchange.params, "")
    if exchange.goes_wrong("kept 500"):
        raise Broken
    expand = asked.pop("expand", [])
    done = endpoint.verb(work, id_, asked)
    return dict(shown(expanded(work, done, expand), work.now))


def _key(request: Request) -> str:
    given = request.authorization
    if given is None:
        return ""
    return given.token or given.username or ""


def _fingerprint(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path} {json.dumps(exchange.params, sort_keys=True)}"


def _response(exchange: Exchange, body: Thing, status: int) -> Response:
    response = Response(json.dumps(body, indent=2), status, content_type="application/json")
    response.headers["Request-Id"] = exchange.id
    response.headers["Stripe-Version"] = VERSION
    if exchange.key:
        response.headers["Idempotency-Key"] = exchange.key
    if exchange.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _lose(request: Request) -> None:
    """End the connection, so that the answer reaches nobody."""
    socket: Any = request.environ.get("werkzeug.socket")
    if socket is None:
        raise ConnectionAbortedError("the answer is lost, on purpose")
    with suppress(OSError):
        socket.shutdown(2)
