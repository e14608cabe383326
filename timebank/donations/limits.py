"""How often somebody may begin to give before they have to wait: this is how stolen cards are tried."""

from collections.abc import Sequence
from datetime import timedelta

from timebank.limits import Limit
from timebank.web import community_named
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import network

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def give_limits() -> Sequence[Limit]:
    """Limit how many gifts are begun in one community, and from one network."""
    limits = [Limit(f"day:{key_of('give', community_named())}", 2000, _DAY)]
    if not is_this_machine():
        limits.append(Limit(f"hour:{key_of('give', network())}", 20, _HOUR))
    return limits
