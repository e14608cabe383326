"""What payments ask of fees: where their money belongs, what is done once they are paid, and again."""

from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.members.models import Member
from timebank.members.same_as import who_stays
from timebank.memberships.fees import begin_terms
from timebank.memberships.fees import days_of
from timebank.memberships.fees import fee_of
from timebank.memberships.fees import hold_alone
from timebank.memberships.fees import put_ahead
from timebank.memberships.fees import shares_back
from timebank.memberships.fees import split
from timebank.memberships.fees import terms_of
from timebank.memberships.models import STRIPE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.repeating import repeats_already
from timebank.payments.booking import BY_STRIPE
from timebank.payments.booking import Purpose
from timebank.payments.booking import Renewal
from timebank.payments.booking import Shares
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund
from timebank.receipts.service import note_given_back


def _shares(session: Session, payment: Payment, amount: int) -> Shares:
    fee = fee_of(session, payment)
    plan = session.get_one(Plan, fee.plan_id)
    if amount > 0:
        assert fee.paid_on is not None
        put_ahead(session, fee=fee)
        known = ((one.begins_on, one.amount_minor) for one in terms_of(session, fee=fee))
        return split(plan, paid_on=fee.paid_on, years=known)
    community = session.get_one(Community, fee.community_id)
    return shares_back(session, community=community, fee=fee, plan=plan, amount=-amount)


def _paid(session: Session, payment: Payment) -> None:
    fee = fee_of(session, payment)
    # Whoever turned out to have been entered twice goes on as the other record.
    member = who_stays(session, member=session.get_one(Member, fee.member_id))
    fee.paid_on, fee.member_id = payment.paid_on, member.id
    assert fee.paid_on is not None
    hold_alone(session, member)
    community = session.get_one(Community, fee.community_id)
    days = days_of(session, community=community, member=member, paid_on=fee.paid_on, years=fee.years)
    begin_terms(session, fee=fee, days=days)


def _about(session: Session, payment: Payment) -> list[tuple[str, str]]:
    """Tell a treasurer whose fee it is, and for what."""
    fee = fee_of(session, payment)
    member, plan = session.get_one(Member, fee.member_id), session.get_one(Plan, fee.plan_id)
    told = [
        (N_("Member"), f"{member.name} ({member.number})"),
        (N_("Plan"), plan.name),
        (N_("Years"), str(fee.years)),
    ]
    if fee.payer_id is not None:
        payer = session.get_one(Member, fee.payer_id)
        told.append((N_("Paid as a gift by"), f"{payer.name} ({payer.number})"))
    return told


def _given_back(session: Session, payment: Payment, refund: StripeRefund) -> None:
    note_given_back(session, payment=payment, refund=refund)


def _renewed(session: Session, payment: Payment, renewal: Renewal) -> int:
    """Write down the fee that was taken by itself for one more year, at what was taken."""
    first = fee_of(session, payment)
    same = ("member_id", "payer_id", "plan_id", "language", "repeats")
    fee = Fee(
        **{name: getattr(first, name) for name in same},
        community_id=first.community_id,
        years=1,
        amount_minor=renewal.amount_minor,
        currency=renewal.currency,
        way=STRIPE,
        key=f"renewal:{renewal.invoice_id}",
        made_at=clock.now(),
        actor=str(BY_STRIPE),
    )
    session.add(fee)
    session.flush()
    return fee.id


def _what(session: Session, payment: Payment) -> str:
    return session.get_one(Plan, fee_of(session, payment).plan_id).name


#: What a payment of a fee is for.
PURPOSE: Final = Purpose(
    label=N_("Membership fee"),
    shares=_shares,
    earmark=lambda _session, _payment: None,
    about=_about,
    paid=_paid,
    given_back=_given_back,
    renewed=_renewed,
    repeats_already=lambda session, payment: repeats_already(session, fee=fee_of(session, payment)),
    what=_what,
)
