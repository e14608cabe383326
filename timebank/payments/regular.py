"""What repeats, as it is shown: one by its link, and all of a community's; and what is asked of Stripe."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy import false
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.money import Money
from timebank.payments.booking import Purposes
from timebank.payments.facts import Recurring
from timebank.payments.gateway import GatewayDown
from timebank.payments.gateway import GatewayTrouble
from timebank.payments.hearing import News
from timebank.payments.hearing import write
from timebank.payments.here import gateway_here
from timebank.payments.models import Payment
from timebank.payments.models import StripeSubscription
from timebank.payments.renewing import tell_changed
from timebank.payments.service import hold_account
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import hooks
from timebank.web import leave_database
from timebank.web import session

#: What a name is called among what payments tell of whoever pays.
_NAMES = frozenset({N_("Name"), N_("Member")})


class ChangeAway(Refusal):
    """Nobody knows whether Stripe has done what it was asked for."""

    sentence = N_("Stripe did not answer, so it may not be done yet. Please look again in a few minutes.")
    status = 503


class ChangeRefused(Refusal):
    """Stripe does not do it."""

    sentence = N_("Stripe refuses this. Nothing has changed; please write or call us.")


class HasStopped(Refusal):
    """What repeats no more is to be changed."""

    sentence = N_("It has stopped, so nothing is taken any more, and there is nothing to change.")
    status = 409


class HasItsPrice(Refusal):
    """The amount of something is to be changed that has a price."""

    sentence = N_("This costs what it costs, so the amount cannot be changed here.")
    status = 409


class OutOfBounds(Refusal):
    """An amount that is not taken by card."""

    sentence = N_("Please write an amount from %(least)s to %(most)s.")
    field = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """A payment that repeats, and what for."""

    subscription: StripeSubscription
    #: The one with which it began.
    payment: Payment
    #: What payments of this kind are called: English, marked with N_.
    label: str
    #: A fund's or a plan's name; empty where there is no more to say.
    what: str

    @property
    def runs(self) -> bool:
        """Say whether anything may still be taken."""
        return self.subscription.ended_at is None


def find_by_token(
    session: Session, *, community: Community, token: str, purposes: Purposes
) -> Regular | None:
    """Find what repeats by its link; another community's is not found."""
    found = _of(community).where(StripeSubscription.token == token)
    return next(iter(_regular(session, found, purposes)), None)


def find_by_id(
    session: Session, *, community: Community, regular_id: int, purposes: Purposes
) -> Regular | None:
    """Find what repeats by its number; another community's is not found."""
    found = _of(community).where(StripeSubscription.id == regular_id)
    return next(iter(_regular(session, found, purposes)), None)


def list_regular(
    session: Session, *, community: Community, purposes: Purposes, limit: int
) -> Sequence[Regular]:
    """List what repeats or did, what still runs first, and the newest of it."""
    found = _of(community).order_by(
        StripeSubscription.ended_at.is_not(None), StripeSubscription.made_at.desc(), StripeSubscription.id
    )
    return _regular(session, found.limit(limit), purposes)


def bounds_of(session: Session, regular: Regular, *, purposes: Purposes) -> tuple[int, int] | None:
    """Tell between which amounts it may be changed; None where it has its price."""
    return purposes[regular.payment.purpose].bounds(session, regular.payment)


def who_paid(session: Session, payment: Payment, *, purposes: Purposes) -> str:
    """Tell a treasurer who paid, or wants to, as far as they have said so."""
    about = purposes[payment.purpose].about(session, payment)
    return next((value for label, value in about if label in _NAMES), payment.email)


def check_amount(regular: Regular, *, amount: int) -> None:
    """Refuse an amount that what repeats cannot be changed to."""
    one = regular.subscription
    if not regular.runs:
        raise HasStopped
    bounds = bounds_of(session(), regular, purposes=hooks().purposes)
    if bounds is None:
        raise HasItsPrice
    least, most = bounds
    if not least <= amount <= most:
        raise OutOfBounds(least=Money(least, one.currency), most=Money(most, one.currency))


def change_amount(regular: Regular, *, amount: int) -> None:
    """Have another amount taken from the next time on, and whoever pays told; the view reads first."""
    check_amount(regular, amount=amount)
    gateway, row = gateway_here(), regular.subscription
    if gateway is None:
        raise ChangeRefused
    subscription_id, row_id, before = row.subscription_id, row.id, row.amount_minor
    _ask(lambda: gateway.change_amount(gateway.recurring(subscription_id), amount))
    if amount != before:
        tell_changed(session(), session().get_one(StripeSubscription, row_id))


def stop(regular: Regular) -> None:
    """Let nothing be taken any more, from now on; the view reads first."""
    gateway = gateway_here()
    if not regular.runs:
        return
    if gateway is None:
        raise ChangeRefused
    subscription_id = regular.subscription.subscription_id
    _ask(lambda: gateway.stop(subscription_id))


# --- the leaves ---------------------------------------------------------------------------------------------


def _ask(wanted: Callable[[], Recurring]) -> None:
    """Ask Stripe with no transaction open, and write down what it says."""
    leave_database()
    try:
        recurring = wanted()
    except GatewayDown as down:
        begin_writing()
        raise ChangeAway from down
    except GatewayTrouble as refused:
        begin_writing()
        raise ChangeRefused from refused
    begin_writing()
    hold_account(session(), community=community())
    write(session(), community=community(), news=News(recurring=recurring), purposes=hooks().purposes)


def _of(community: Community) -> Select[StripeSubscription, Payment]:
    return (
        select(StripeSubscription, Payment)
        .join(Payment, Payment.id == StripeSubscription.payment_id)
        .where(StripeSubscription.community_id == community.id, StripeSubscription.surplus == false())
    )


def _regular(
    session: Session, found: Select[StripeSubscription, Payment], purposes: Purposes
) -> list[Regular]:
    return [
        Regular(
            subscription=subscription,
            payment=payment,
            label=purposes[payment.purpose].label,
            what=purposes[payment.purpose].what(session, payment),
        )
        for subscription, payment in session.execute(found)
    ]
