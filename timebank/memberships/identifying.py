"""Money that came by Stripe and turns out to be a fee: on Stripe's own pages, or paid twice for two years."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.memberships.by_hand import AnotherAmount
from timebank.memberships.fees import check_choice
from timebank.memberships.fees import hold_alone
from timebank.memberships.fees import new_fee
from timebank.memberships.models import FEE
from timebank.memberships.models import STRIPE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.purpose import PURPOSE
from timebank.money import Money
from timebank.payments.identifying import hold_unidentified
from timebank.payments.identifying import identify


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Whose fee it is, and for what."""

    member: Member
    plan: Plan
    years: int


def it_is_a_fee(
    session: Session, *, community: Community, movement_id: int, wanted: Identified, actor: Actor
) -> Fee:
    """Say that what lies among what is not identified is a fee, and book it there; the caller commits."""
    found = hold_unidentified(session, community=community, movement_id=movement_id)
    hold_alone(session, wanted.member)
    check_choice(wanted.member, wanted.plan, wanted.years)
    due, taken = Money(wanted.plan.fee_minor * wanted.years, community.currency), found.movement
    if (taken.amount, taken.currency) != (due.amount_minor, due.currency):
        refused = AnotherAmount(amount=due)
        refused.field = "years"
        raise refused
    fee = new_fee(
        community,
        member=wanted.member,
        payer=None,
        plan=wanted.plan,
        years=wanted.years,
        way=STRIPE,
        language=found.payment.language if found.payment else community.language,
        key=f"identified:{taken.movement_id}",
        actor=actor,
        paid_on=None,
    )
    session.add(fee)
    session.flush()
    identify(
        session,
        community=community,
        found=found,
        name=FEE,
        purpose=PURPOSE,
        subject_id=fee.id,
        language=fee.language,
        email=found.payment.email if found.payment else "",
        actor=actor,
    )
    return fee
