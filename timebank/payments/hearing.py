"""What is done when Stripe tells of something: it is fetched anew, outside of any transaction, then written.

So it does not matter how old the news is, nor in which order and how often it comes.
"""

from dataclasses import dataclass
from dataclasses import replace
from typing import Protocol

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.payments.booking import Purposes
from timebank.payments.booking import turn
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Dispute
from timebank.payments.facts import Invoice
from timebank.payments.facts import Movement
from timebank.payments.facts import Recurring
from timebank.payments.facts import Refund
from timebank.payments.renewing import record_invoice
from timebank.payments.renewing import record_recurring
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

    def invoice(self, invoice_id: str) -> Invoice:
        """Look at what a subscription asks for."""
        ...

    def invoice_of_intent(self, intent_id: str) -> Invoice | None:
        """Find what an intent pays."""
        ...

    def recurring(self, subscription_id: str) -> Recurring:
        """Look at a payment that repeats."""
        ...

    def payout_movements(self, payout_id: str) -> tuple[Movement, ...]:
        """Tell what a payout has moved."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Everything that was fetched about one thing at Stripe."""

    #: The page on which it began; None where there was none, as with a payment made in Stripe's own pages.
    checkout: Checkout | None = None
    #: What repeats, and what it asked for where this is about one of its payments.
    recurring: Recurring | None = None
    invoice: Invoice | None = None
    #: All of a charge, the oldest first: a later one gives back what those before it did not bring.
    refunds: tuple[Refund, ...] = ()
    dispute: Dispute | None = None
    movements: tuple[Movement, ...] = ()


def ask(stripe: Asked, object_id: str) -> News:
    """Fetch what there is to know about something, by its id; nothing where it is of no account here."""
    news = News()
    match object_id.split("_", 1)[0]:
        case "cs":
            news = _paid(stripe, stripe.checkout(object_id))
        case "pi":
            news = _began(stripe, object_id)
        case "in":
            news = _taken(stripe, stripe.invoice(object_id))
        case "sub":
            news = News(recurring=stripe.recurring(object_id))
        case "ch" | "py":
            charge = stripe.charge(object_id)
            news = replace(_began(stripe, charge.intent_id), movements=charge.movements)
        case "re" | "pyr":
            refund = stripe.refund(object_id)
            refunds = stripe.refunds_of(refund.charge_id) if refund.charge_id else (refund,)
            news = replace(_began(stripe, refund.intent_id), refunds=refunds)
        case "dp" | "du":
            dispute = stripe.dispute(object_id)
            news = replace(_began(stripe, dispute.intent_id), dispute=dispute)
        case "po":
            news = News(movements=stripe.payout_movements(object_id))
    return news


def write(session: Session, *, community: Community, news: News, purposes: Purposes) -> None:
    """Write down and book what was fetched; the caller holds the account at Stripe, and commits.

    Raises NotAskedByUs and TooEarly where it shall be told again later.
    """
    if news.checkout is not None and news.checkout.token:
        fulfil(session, community=community, checkout=news.checkout, purposes=purposes)
    if news.recurring is not None:
        record_recurring(session, community=community, recurring=news.recurring, purposes=purposes)
    if news.invoice is not None:
        record_invoice(session, community=community, invoice=news.invoice, purposes=purposes)
    for movement in sorted(news.movements, key=turn):
        record_movement(session, community=community, movement=movement, purposes=purposes)
    record_refunds(session, community=community, refunds=news.refunds, purposes=purposes)
    if news.dispute is not None:
        record_dispute(session, community=community, dispute=news.dispute, purposes=purposes)


def _began(stripe: Asked, intent_id: str) -> News:
    """Fetch how a payment came about: on a page, or by itself as one of those that repeat."""
    if not intent_id:
        return News()
    checkout = stripe.checkout_of_intent(intent_id)
    if checkout is not None:
        return _paid(stripe, checkout)
    invoice = stripe.invoice_of_intent(intent_id)
    return News() if invoice is None else _taken(stripe, invoice)


def _taken(stripe: Asked, invoice: Invoice) -> News:
    """Tell of an invoice, with what repeats it; of one that is not ours only the money counts."""
    if invoice.token and invoice.subscription_id:
        return News(invoice=invoice, recurring=stripe.recurring(invoice.subscription_id))
    return News(movements=invoice.charge.movements if invoice.charge else ())


def _paid(stripe: Asked, checkout: Checkout) -> News:
    """Tell of a page; what was paid on one that is not ours is booked all the same."""
    if checkout.token and checkout.subscription_id:
        return News(checkout=checkout, recurring=stripe.recurring(checkout.subscription_id))
    if checkout.token or checkout.charge is None:
        return News(checkout=checkout)
    return News(movements=checkout.charge.movements)
