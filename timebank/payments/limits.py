"""How often somebody may go on to pay before they have to wait: this is how stolen cards are tried."""

from collections.abc import Sequence
from datetime import timedelta

from timebank.limits import Limit
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import network

_HOUR = timedelta(hours=1)


def pay_limits() -> Sequence[Limit]:
    """Limit how often somebody goes on to Stripe's page, from one network."""
    if is_this_machine():
        return []
    return [Limit(f"hour:{key_of('pay', network())}", 30, _HOUR)]
