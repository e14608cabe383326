"""Payments within a request: the way to Stripe's page, and the look at what became of a payment."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from timebank import clock
from timebank.money import Money
from timebank.payments import service
from timebank.payments.accounts import gateway_of
from timebank.payments.facts import Checkout
from timebank.payments.facts import Wanted
from timebank.payments.gateway import KONBINI_FROM
from timebank.payments.gateway import KONBINI_TO
from timebank.payments.gateway import Gateway
from timebank.payments.gateway import GatewayDown
from timebank.payments.gateway import GatewayTrouble
from timebank.payments.hearing import News
from timebank.payments.hearing import ask
from timebank.payments.hearing import write
from timebank.payments.models import DISPUTED
from timebank.payments.models import PAID_STATES
from timebank.payments.models import PROCESSING
from timebank.payments.models import WAITING_STATES
from timebank.payments.models import Payment
from timebank.payments.models import StripeAccount
from timebank.payments.paying import PAGE_LASTS
from timebank.payments.paying import DisputedNow
from timebank.payments.paying import EmailForShop
from timebank.payments.paying import GivenBackBefore
from timebank.payments.paying import MoreThanWasPaid
from timebank.payments.paying import NothingToGiveBack
from timebank.payments.paying import RefundAway
from timebank.payments.paying import RefundRefused
from timebank.payments.paying import StripeAway
from timebank.payments.paying import StripeSaysNo
from timebank.payments.paying import open_page
from timebank.payments.paying import way_on
from timebank.payments.queries import Story
from timebank.stripe_settings import StripeSettings
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import hooks
from timebank.web import leave_database
from timebank.web import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What Stripe's page says, and where it leads back to: paths of ours."""

    label: str
    back: str
    given_up: str
    is_gift: bool = False
    konbini: bool = False
    #: ``month`` or ``year`` where it repeats, and when it is taken for the second time if not a period on.
    every: str = ""
    next_at: datetime | None = None
    notes: tuple[tuple[str, str], ...] = ()


def stripe_settings() -> StripeSettings:
    """Give how this installation is connected to Stripe."""
    settings: StripeSettings = current_app.config["TIMEBANK_STRIPE"]
    return settings


def gateway_here() -> Gateway | None:
    """Give what speaks to this community's account at Stripe; None where it takes no cards."""
    return gateway_of(session(), community=community(), settings=stripe_settings())


def stands(payment: Payment, newest: Payment, *, done: bool) -> tuple[bool, str] | None:
    """Tell where what is paid for stands, other than on this payment's own page: the token of that payment.

    True where it is paid or on its way, False where there is a newer attempt; None: it is to be paid here.
    """
    for one in (payment, newest):
        if one.state in PAID_STATES or one.state == PROCESSING:
            return True, one.token
    if done:
        return True, payment.token
    return None if newest.id == payment.id else (False, newest.token)


def konbini_takes(amount: int, currency: str) -> bool:
    """Say whether an amount can be paid at a konbini at all."""
    return currency == "JPY" and KONBINI_FROM <= amount <= KONBINI_TO


def way_to_stripe(payment: Payment, journey: Journey) -> str | None:
    """Give the address of the page to pay on, which is made where there is none; None: try another attempt.

    The view reads first. Raises StripeAway and StripeSaysNo.
    """
    if url := way_on(payment, now=clock.now()):
        return url
    gateway = gateway_here()
    if gateway is None:
        raise StripeSaysNo
    payment_id, made_at, wanted = payment.id, payment.made_at, _wanted(payment, journey)
    known = session().get(StripeAccount, community().id) is not None
    leave_database()
    try:
        account_id = "" if known else gateway.account_id()
        checkout = open_page(gateway, wanted, made_at=made_at)
    except GatewayDown as down:
        begin_writing()
        raise StripeAway from down
    except GatewayTrouble as refused:
        begin_writing()
        raise StripeSaysNo from refused
    begin_writing()
    if account_id:
        service.meet_account(session(), community=community(), account_id=account_id, live=gateway.live)
    if checkout is None:
        return None
    return _written(session().get_one(Payment, payment_id), checkout)


def look_again(payment: Payment) -> Payment:
    """Ask Stripe how a payment stands that is still open, and write it down; the view reads first.

    Where Stripe does not answer nothing has changed: whoever waits looks again, and the night does.
    """
    gateway = gateway_here() if payment.state in WAITING_STATES and payment.checkout_id else None
    if gateway is None:
        return payment
    payment_id, checkout_id = payment.id, payment.checkout_id or ""
    leave_database()
    try:
        news = ask(gateway, checkout_id)
    except GatewayTrouble:
        news = None
    begin_writing()
    if news is not None:
        service.hold_account(session(), community=community())
        write(session(), community=community(), news=news, purposes=hooks().purposes)
    return session().get_one(Payment, payment_id)


def give_back(story: Story, *, amount: int, email: str, again: bool) -> None:
    """Have Stripe give back a payment, or a part of it, and write that down; the view reads first.

    The same amount goes back a second time only where somebody says so (``again``). Raises a refusal where
    it cannot be.
    """
    payment, gateway = story.payment, gateway_here()
    _check_give_back(story, amount, email)
    if not again:
        _check_first_time(story, amount)
    if gateway is None:
        raise RefundRefused
    # The same amount asked again while Stripe's answer is missing is the same refund, whichever form asks.
    name = f"{payment.token}-{len(story.refunds)}-{amount}"
    asked = {"intent_id": payment.intent_id or "", "token": payment.token, "name": name}
    leave_database()
    try:
        refund = gateway.give_back(amount=amount, email=email, **asked)
        refunds = gateway.refunds_of(refund.charge_id)
    except GatewayDown as down:
        begin_writing()
        raise RefundAway from down
    except GatewayTrouble as refused:
        begin_writing()
        raise RefundRefused from refused
    begin_writing()
    service.hold_account(session(), community=community())
    write(session(), community=community(), news=News(refunds=refunds), purposes=hooks().purposes)


def _check_give_back(story: Story, amount: int, email: str) -> None:
    payment = story.payment
    if payment.state == DISPUTED:
        raise DisputedNow
    if payment.paid_at is None or not payment.intent_id or not story.left:
        raise NothingToGiveBack
    if amount > story.left:
        raise MoreThanWasPaid(left=Money(story.left, payment.taken_currency or payment.currency))
    if story.at_a_shop and not email:
        raise EmailForShop


def _check_first_time(story: Story, amount: int) -> None:
    for one in story.refunds:
        if one.amount == amount and one.status not in ("failed", "canceled"):
            raise GivenBackBefore(amount=Money(amount, one.currency), when=one.made_at)


def _written(payment: Payment, checkout: Checkout) -> str | None:
    """Write down the page that was made or found; None where nobody can pay on it any more."""
    service.page_opened(session(), payment=payment, checkout=checkout)
    return way_on(payment, now=clock.now())


def _wanted(payment: Payment, journey: Journey) -> Wanted:
    base = current_app.config["TIMEBANK_BASE_URL"]
    return Wanted(
        token=payment.token,
        attempt=payment.attempt,
        amount=payment.amount_minor,
        currency=payment.currency,
        label=journey.label,
        language=payment.language,
        email=payment.email,
        return_url=f"{base}{journey.back}",
        cancel_url=f"{base}{journey.given_up}",
        ends_at=payment.made_at + PAGE_LASTS,
        is_gift=journey.is_gift,
        konbini=journey.konbini,
        every=journey.every,
        next_at=journey.next_at,
        notes=journey.notes,
    )
