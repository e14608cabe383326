"""What is done about Stripe later: the look of every night, and stopping what repeats."""

from collections.abc import Callable

from sqlalchemy.orm import Session

import ledger
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.payments.accounts import gateway_of
from timebank.payments.booking import Purposes
from timebank.payments.facts import Recurring
from timebank.payments.gateway import GatewayTrouble
from timebank.payments.models import StripeSubscription
from timebank.payments.renewing import record_recurring
from timebank.payments.service import AccountChanged
from timebank.payments.service import AccountShared
from timebank.payments.service import ModeChanged
from timebank.payments.service import hold_account
from timebank.payments.sweeping import Sweep
from timebank.payments.sweeping import Swept
from timebank.queue import Handler
from timebank.queue import NotDone
from timebank.queue import Outside
from timebank.queue import Task
from timebank.stripe_settings import StripeSettings

#: Looks at a community's account at Stripe.
SWEEP = "look-at-stripe"


def sweep_with(
    settings: StripeSettings, sessions: Callable[[], Session], purposes: Callable[[], Purposes]
) -> Handler:
    """Give what looks at a community's account at Stripe, where it has one."""

    def sweep(session: Session, task: Task) -> Outside | None:
        community = session.get_one(Community, task.community_id)
        gateway = gateway_of(session, community=community, settings=settings)
        if gateway is None:
            return None

        def outside() -> Callable[[Session], None]:
            look = Sweep(
                lambda work: ledger.transaction(sessions, work), gateway, task.community_id, purposes()
            )
            _check(_run(look))
            return lambda _session: None

        return outside

    return sweep


def stop_with(settings: StripeSettings, purposes: Callable[[], Purposes]) -> Handler:
    """Give what has Stripe take nothing more of what repeats."""

    def stop(session: Session, task: Task) -> Outside | None:
        community = session.get_one(Community, task.community_id)
        row = session.get_one(StripeSubscription, task.payload["subscription"])
        gateway = gateway_of(session, community=community, settings=settings)
        if row.ended_at is not None:
            return None
        if gateway is None:
            raise NotDone(
                N_("There is no key for Stripe here. docs/stripe.md says how to connect an account.")
            )
        subscription_id = row.subscription_id

        def outside() -> Callable[[Session], None]:
            try:
                recurring = gateway.stop(subscription_id)
            except GatewayTrouble as trouble:
                raise NotDone(N_("Stripe does not answer, or refuses the key.")) from trouble
            return lambda later: _stopped(later, task, recurring, purposes())

        return outside

    return stop


def _stopped(session: Session, task: Task, recurring: Recurring, purposes: Purposes) -> None:
    community = session.get_one(Community, task.community_id)
    hold_account(session, community=community)
    record_recurring(session, community=community, recurring=recurring, purposes=purposes)


def _run(look: Sweep) -> Swept:
    try:
        return look.run()
    except GatewayTrouble as trouble:
        raise NotDone(N_("Stripe does not answer, or refuses the key.")) from trouble
    except (AccountShared, AccountChanged, ModeChanged) as refused:
        raise NotDone(refused.sentence, final=True) from refused


def _check(swept: Swept) -> None:
    """Say so where something is not right, so that an officer reads it among what went wrong."""
    if swept.unknown:
        raise NotDone(N_("Stripe has lines of a kind that the program does not know."), final=True)
    if not swept.agrees:
        raise NotDone(N_("The books and Stripe's balance do not agree."), final=True)
