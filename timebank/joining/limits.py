"""How often somebody may ask to join, and try codes of invitations, before they have to wait."""

from collections.abc import Sequence
from datetime import timedelta

from flask import request

from timebank.limits import Limit
from timebank.web import community_named
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import network

_HOUR, _QUARTER, _DAY = timedelta(hours=1), timedelta(minutes=15), timedelta(days=1)


def join_limits() -> Sequence[Limit]:
    """Limit how many forms come from one network, to one community, and about one address of a guardian."""
    here = community_named()
    limits = [Limit(f"day:{key_of('join', here)}", 200, _DAY)]
    for name in ("email", "guardian_email"):
        address = request.form.get(name, "").strip().casefold()
        if address:
            limits.append(Limit(f"day:{key_of('join-mail', address)}", 5, _DAY))
    if not is_this_machine():
        limits.append(Limit(f"hour:{key_of('join', network())}", 20, _HOUR))
    return list({limit.key: limit for limit in limits}.values())


def code_limits() -> Sequence[Limit]:
    """Limit how often codes may be tried, from one network and in one community."""
    limits = [Limit(f"day:{key_of('invited', community_named())}", 1000, _DAY)]
    if not is_this_machine():
        limits.append(Limit(f"quarter:{key_of('invited', network())}", 20, _QUARTER))
    return limits
