"""What is done when Stripe tells of something: it is fetched anew, outside of any transaction, then written.

So it does not matter how old the news is, nor in which order and how often it comes.
"""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.payments.booking import Purposes
from timebank.payments.booking import turn
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Movement
from timebank.payments.facts import Refund
from timebank.payments.service import fulfil
from timebank.payments.service import record_dispute
from timebank.payments.service import record_movement
from timebank.payments.service import record_refunds


class Asked(Protocol):
    """What is asked of Stripe here; the gateway can do it."""

    def checkout(self, checkout_id: str) -> Checkout:
        """Look at a page to pay on."""
        ...

    def checkout_of_intent(self, intent_id: str) -> Checkout | None:
        """Find the page on which an intent was paid."""
        ...

    def charge(self, charge_id: str) -> Charge:
        """Look at money that was taken."""
        ...

    def refund(self, refund_id: str) -> Refund:
        """Look at a refund."""
        ...

    def refunds_of(self, charge_id: str) -> tuple[Refund, ...]:
        """Look at everything that went back of a charge."""
        ...

    def dispute(self, dispute_id: str) -> Dispute:
        """Look at a dispute."""
        ...

    def payout_movements(self, payout_id: str) -> tuple[Movement, ...]:
        """Tell what a payout has moved."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Everything that was fetched about one thing at Stripe."""

    #: The page on which it began; None where there was none, as with a payment made in Stripe's own pages.
    checkout: Checkout | None = None
    #: All of a charge, the oldest first: a later one gives back what those before it did not bring.
    refunds: tuple[Refund, ...] = ()
    dispute: Dispute | None = None
    movements: tuple[Movement, ...] = ()


def ask(stripe: Asked, object_id: str) -> News:
    """Fetch what there is to know about something, by its id; nothing where it is of no account here."""
    match object_id.split("_", 1)[0]:
        case "cs":
            return _paid(stripe.checkout(object_id))
        case "pi":
            return _paid(stripe.checkout_of_intent(object_id))
        case "ch" | "py":
            charge = stripe.charge(object_id)
            checkout = _page_of(stripe, charge.intent_id)
            return News(checkout=checkout, movements=charge.movements)
        case "re" | "pyr":
            refund = stripe.refund(object_id)
            refunds = stripe.refunds_of(refund.charge_id) if refund.charge_id else (refund,)
            return News(checkout=_page_of(stripe, refund.intent_id), refunds=refunds)
        case "dp" | "du":
            dispute = stripe.dispute(object_id)
            return News(checkout=_page_of(stripe, dispute.intent_id), dispute=dispute)
        case "po":
            return News(movements=stripe.payout_movements(object_id))
        case _:
            return News()


def write(session: Session, *, community: Community, news: News, purposes: Purposes) -> None:
    """Write down and book what was fetched; the caller holds the account at Stripe, and commits.

    Raises NotAskedByUs and TooEarly where it shall be told again later.
    """
    if news.checkout is not None and news.checkout.token:
        fulfil(session, community=community, checkout=news.checkout, purposes=purposes)
    for movement in sorted(news.movements, key=turn):
        record_movement(session, community=community, movement=movement, purposes=purposes)
    record_refunds(session, community=community, refunds=news.refunds, purposes=purposes)
    if news.dispute is not None:
        record_dispute(session, community=community, dispute=news.dispute, purposes=purposes)


def _page_of(stripe: Asked, intent_id: str) -> Checkout | None:
    return stripe.checkout_of_intent(intent_id) if intent_id else None


def _paid(checkout: Checkout | None) -> News:
    """Tell of a page; what was paid on one that is not ours is booked all the same."""
    if checkout is None or checkout.token or checkout.charge is None:
        return News(checkout=checkout)
    return News(movements=checkout.charge.movements)
