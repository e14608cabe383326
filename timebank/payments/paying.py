"""The way to Stripe's page: a row first, then the call with no transaction open, then the row again.

This is the one place where a request speaks to another machine between two transactions of its own;
docs/adr/0028-starting-a-payment-is-two-transactions.md says why.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from datetime import timedelta
from typing import Final

from timebank import clock
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.facts import Checkout
from timebank.payments.facts import Wanted
from timebank.payments.gateway import AskedOtherwise
from timebank.payments.gateway import Gateway
from timebank.payments.models import OPEN
from timebank.payments.models import Payment

#: How long a page can be paid on, from when the payment was written down. It must be the same moment however
#: often Stripe is asked for the page, and Stripe allows a day at most.
PAGE_LASTS: Final = timedelta(hours=23)
#: After that no page is made for it any more, for Stripe forgets after a day that it was asked.
ASKED_UNTIL: Final = timedelta(hours=22)
#: A page that ends in a moment is no way to pay any more.
_TOO_LATE: Final = timedelta(minutes=2)


class StripeAway(Refusal):
    """The page to pay on cannot be reached."""

    sentence = N_(
        "The page for paying cannot be reached at the moment. Nothing was taken. Please try again in a few "
        "minutes."
    )
    status = 503


class StripeSaysNo(Refusal):
    """Stripe refuses to make a page, and would again."""

    sentence = N_(
        "Payment by card or konbini is not possible just now. Nothing was taken, and we are told. You can "
        "pay in cash or by transfer."
    )
    status = 503


class RefundAway(Refusal):
    """Nobody knows whether Stripe gave something back."""

    sentence = N_(
        "Stripe did not answer. It may have been given back all the same: please look at the payment again "
        "in some minutes. Sending the same amount once more gives nothing back twice."
    )
    status = 503


class RefundRefused(Refusal):
    """Stripe does not give it back."""

    sentence = N_(
        "Stripe refuses to give this back. Perhaps it was given back meanwhile, or the e-mail address cannot "
        "be one. Nothing went back now; Stripe's dashboard says more."
    )


class NothingToGiveBack(Refusal):
    """A payment of which nothing is left that could be given back, or that never was one."""

    sentence = N_("Of this payment nothing can be given back any more.")
    status = 409


class GivenBackBefore(Refusal):
    """The same amount went back already: by another tab, or by a way back in the browser."""

    sentence = N_(
        "%(amount)s of this payment went back already, on %(when)s. To give back as much once more, tick the "
        "box."
    )
    field = "again"


class GivenBackElsewhere(Refusal):
    """A payment of which money goes back by another way than Stripe, as its purpose says."""

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class MoreThanWasPaid(Refusal):
    """More is to be given back than is left of a payment."""

    sentence = N_("Of this payment %(left)s can still be given back.")
    field = "amount"


class DisputedNow(Refusal):
    """A payment that a card's owner disputes: giving it back as well would pay it twice."""

    sentence = N_(
        "The card's owner disputes this payment. Please answer that at Stripe first: given back as well, it "
        "would be paid back twice."
    )
    status = 409


class EmailForShop(Refusal):
    """Money that was paid in a shop is to go back, and nobody knows whom to ask for a bank account."""

    sentence = N_(
        "It was paid at a konbini, so Stripe asks for a bank account by mail: please write an e-mail address."
    )
    field = "email"


def way_on(payment: Payment, *, now: datetime) -> str | None:
    """Give the page on which a payment can be made already; None where there is none yet."""
    usable = payment.state == OPEN and payment.ends_at is not None and payment.ends_at > now + _TOO_LATE
    return payment.url if usable else None


def open_page(gateway: Gateway, wanted: Wanted, *, made_at: datetime) -> Checkout | None:
    """Have a page made, once; None where it takes another attempt.

    Where Stripe may have forgotten that it was asked, or was asked for something else under this name, it is
    looked for first. Speaks to Stripe, so no transaction may be open. Raises GatewayTrouble.
    """
    if clock.now() - made_at < ASKED_UNTIL:
        with suppress(AskedOtherwise):
            return gateway.open_checkout(wanted)
    made = [one for one in gateway.checkouts_since(made_at - _TOO_LATE) if one.token == wanted.token]
    return only_one(gateway, made, wanted.token) if made else None


def only_one(gateway: Gateway, made: Sequence[Checkout], token: str) -> Checkout:
    """Keep one page for a payment, the one that was paid on or else the newest, and end the others."""
    ours = [one for one in made if one.token == token]
    kept = max(ours, key=lambda one: (one.paid, one.status == "complete", one.status == "open", one.made_at))
    for other in ours:
        if other.id != kept.id and other.status == "open":
            gateway.end_checkout(other.id)
    return kept
