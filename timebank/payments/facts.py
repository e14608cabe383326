"""What Stripe says of something, as the rest of the program reads it: frozen, free of Stripe's library."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of the balance at Stripe (its *balance transaction*); amounts in the smallest unit, signed."""

    id: str
    #: Stripe's own word: ``charge``, ``payout``.
    kind: str
    #: Stripe's word for reports, which tells a dispute's adjustment from another.
    category: str
    amount: int
    fee: int
    net: int
    #: In capitals, as everywhere here.
    currency: str
    made_at: datetime
    source_id: str = ""
    #: Of whatever it is about, as far as Stripe says.
    charge_id: str = ""
    intent_id: str = ""
    #: The token of our payment, from the metadata; empty where there is none.
    token: str = ""
    dispute_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Money that was taken, or tried to be."""

    id: str
    paid: bool
    amount: int
    currency: str
    made_at: datetime
    intent_id: str = ""
    token: str = ""
    #: Its lines of the balance: none before Stripe has booked it, and another where a bank takes it back.
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A page at Stripe on which somebody pays (its *Checkout Session*)."""

    id: str
    #: The token of our payment; empty where the page is none of ours.
    token: str
    #: ``open``, ``complete`` or ``expired``.
    status: str
    #: Whether the money is there: with konbini a page is complete before that.
    paid: bool
    #: It is filled in and will not be paid any more: the card's bank or the konbini's last day has passed.
    failed: bool
    amount: int
    currency: str
    made_at: datetime
    ends_at: datetime
    url: str = ""
    intent_id: str = ""
    charge: Charge | None = None
    #: Where what is paid on it repeats.
    subscription_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A payment that Stripe takes again by itself (its *subscription*)."""

    id: str
    #: The token of our payment with which it began; empty where it is none of ours.
    token: str
    status: str
    #: ``month`` or ``year``.
    every: str
    #: What is taken next, and when.
    amount: int
    currency: str
    next_at: datetime
    made_at: datetime
    ended_at: datetime | None = None
    #: What a change of the amount has to name.
    item_id: str = ""
    product_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What a subscription asks for at the beginning of a period."""

    id: str
    subscription_id: str
    #: The token of our payment with which it began; empty where it is none of ours.
    token: str
    #: It is that very payment, and none of the later ones.
    is_first: bool
    paid: bool
    #: It was tried to take the money, in vain so far.
    failed: bool
    intent_id: str = ""
    charge: Charge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to whoever paid."""

    id: str
    #: ``pending``, ``requires_action``, ``succeeded``, ``failed`` or ``canceled``.
    status: str
    amount: int
    currency: str
    made_at: datetime
    charge_id: str = ""
    intent_id: str = ""
    token: str = ""
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A card's owner says that a payment was not theirs to pay."""

    id: str
    status: str
    amount: int
    currency: str
    made_at: datetime
    #: Until when proof can be sent to Stripe.
    due_at: datetime | None = None
    charge_id: str = ""
    intent_id: str = ""
    token: str = ""
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """That something happened at Stripe; what it was is fetched anew, so that no order is relied on."""

    id: str
    kind: str
    #: Of what happened: its id begins with what it is.
    object_id: str
    live: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page to pay on, as we ask Stripe for it."""

    token: str
    attempt: int
    amount: int
    currency: str
    #: What is paid for, as the page shows it.
    label: str
    language: str
    email: str
    #: Our pages that Stripe leads back to.
    return_url: str
    cancel_url: str
    ends_at: datetime
    #: Paying is giving, so the button says so.
    is_gift: bool = False
    konbini: bool = False
    #: ``month`` or ``year`` where it repeats; else it is paid once.
    every: str = ""
    #: When what repeats is taken for the second time, where that is not a period from now.
    next_at: datetime | None = None
    #: What our side is called there: no personal data.
    notes: tuple[tuple[str, str], ...] = ()
