"""A rehearsal's Stripe: small, with a memory, and without real money.

``DevStripe`` answers Stripe's own library and shows pages to browsers; whatever payers, banks and Stripe
itself do is a method of it and a button on its dashboard. ``serve`` puts it on a port of this machine.
See docs/devstripe.md.
"""

from timebank.devstripe.accounts import DevAccount as DevAccount
from timebank.devstripe.errors import Impossible as Impossible
from timebank.devstripe.errors import LiveKeyRefused as LiveKeyRefused
from timebank.devstripe.errors import Refusal as Refusal
from timebank.devstripe.rehearsal import DevStripe as DevStripe
from timebank.devstripe.serving import serve as serve
from timebank.devstripe.work import VERSION as VERSION

__all__ = ["DevStripe", "DevAccount", "serve", "VERSION", "Impossible", "LiveKeyRefused", "Refusal"]
