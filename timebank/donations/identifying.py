"""Money that came by Stripe and turns out to be a gift: paid twice, in Stripe's own pages, or otherwise."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.donations.givers import Said
from timebank.donations.givers import cleaned
from timebank.donations.givers import named_after
from timebank.donations.models import DONATION
from timebank.donations.models import Donation
from timebank.donations.purpose import PURPOSE
from timebank.donations.service import FundEnded
from timebank.funds.models import Fund
from timebank.members.models import Member
from timebank.payments.identifying import hold_unidentified
from timebank.payments.identifying import identify


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(Said):
    """Whose gift it is and what for, as far as the treasurer has found out."""

    #: None: for whatever is needed most.
    fund: Fund | None
    member: Member | None = None


def it_is_a_gift(
    session: Session, *, community: Community, movement_id: int, gift: Identified, actor: Actor
) -> Donation:
    """Say that what lies among what is not identified is a gift, and book it there; the caller commits."""
    facts = cleaned(named_after(gift, gift.member))
    if gift.fund is not None and gift.fund.ended_on is not None:
        raise FundEnded
    found = hold_unidentified(session, community=community, movement_id=movement_id)
    donation = Donation(
        community_id=community.id,
        fund_id=gift.fund.id if gift.fund else None,
        amount_minor=found.movement.amount,
        currency=found.movement.currency,
        member_id=gift.member.id if gift.member else None,
        language=found.payment.language if found.payment else community.language,
        made_at=clock.now(),
        # Stripe's fee is booked already, and the community has borne it.
        fee_from_fund=False,
        key=f"identified:{found.movement.movement_id}",
        given_on=None,
        **facts,
    )
    session.add(donation)
    session.flush()
    identify(
        session,
        community=community,
        found=found,
        name=DONATION,
        purpose=PURPOSE,
        subject_id=donation.id,
        language=donation.language,
        email=donation.email,
        actor=actor,
    )
    return donation
