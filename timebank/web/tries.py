"""Views that may be tried only so often: a try is counted before its request's own transaction begins.

So it is remembered however the request ends, and nobody waits for the lock of a request that is slow.
"""

import hmac
from collections.abc import Callable
from collections.abc import Sequence
from datetime import datetime
from datetime import timedelta
from ipaddress import IPv4Address
from ipaddress import IPv6Address
from ipaddress import ip_address
from ipaddress import ip_network
from math import ceil
from typing import TypeVar

from flask import Response
from flask import current_app
from flask import request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

import ledger
from timebank import clock
from timebank import limits
from timebank.db import db
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes
from timebank.limits import Limit
from timebank.web.here import switches_language

View = TypeVar("View", bound=Callable[..., object])

_LIMITS = "timebank_limits"
_WAITS = "timebank.waits_until"


class TriedTooOften(Refusal):
    """Somebody, or something, has tried too often in a short time."""

    sentence = N_("That was tried too often. Nothing is lost: please wait %(wait)s, and try again then.")
    status = 429


def limited(of: Callable[[], Sequence[Limit]]) -> Callable[[View], View]:
    """Let a view's form be sent only so often; ``of`` gives the limits, and asks nothing of the database."""

    def limit(view: View) -> View:
        setattr(view, _LIMITS, of)
        return view

    return limit


def count_try() -> None:
    """Count what is about to be tried, in a short transaction of its own; the edge asks for it."""
    wanted = _limits_here()
    if wanted:
        now = clock.now()

        def work(session: Session) -> datetime | None:
            return limits.count(session, wanted, now=now)

        request.environ[_WAITS] = ledger.transaction(db.session, work)


def refuse_too_many() -> None:
    """Refuse this request where it is one try too many, before anything is looked at."""
    until: datetime | None = request.environ.get(_WAITS)
    if until:
        raise TriedTooOften(wait=Minutes(_minutes_until(until)))


def say_when(response: Response) -> Response:
    """Tell a program, too, how long to wait."""
    until: datetime | None = request.environ.get(_WAITS)
    if until and response.status_code == TriedTooOften.status:
        response.headers["Retry-After"] = str(60 * _minutes_until(until))
    return response


def succeeded(session: Session) -> None:
    """Take this request's try back: it was none of those that are counted. The caller commits."""
    limits.give_back(session, _limits_here())


def key_of(what: str, *parts: str) -> str:
    """Name something to be counted without naming anybody: by a hash that only this program can make."""
    key = str(current_app.secret_key).encode()
    told = "\0".join((what, *parts)).encode("utf-8", "surrogatepass")
    return f"{what}:{hmac.digest(key, told, 'sha256').hex()}"


def network() -> str:
    """Tell where a request comes from: its address, or the network that one subscriber has of IPv6."""
    address = _address()
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def is_this_machine() -> bool:
    """Say whether a request comes from this machine: it may be anybody's, by a server that nobody named."""
    address = _address()
    return address is None or address.is_loopback


def community_named() -> str:
    """Give the word for the community in this address, before anybody has asked whether there is one."""
    return str((request.view_args or {}).get("community", "")) or request.path.split("/")[1]


def _limits_here() -> Sequence[Limit]:
    view = current_app.view_functions.get(request.endpoint or "")
    of: Callable[[], Sequence[Limit]] | None = getattr(view, _LIMITS, None)
    if of is None or request.method != "POST":
        return ()
    try:
        return () if switches_language() else of()
    except HTTPException:
        # A form that cannot even be read tries nothing, and is answered by whoever reads it next.
        return ()


def _address() -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(request.remote_addr or "")
    except ValueError:
        return None


def _minutes_until(until: datetime) -> int:
    return max(1, ceil((until - clock.now()) / timedelta(minutes=1)))
