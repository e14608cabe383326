"""The letter that thanks whoever gave."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.service import fund_of
from timebank.mail import send_letter
from timebank.queue import Task


def thank(session: Session, task: Task) -> None:
    """Thank whoever gave, where they left an address."""
    donation = session.scalar(
        select(Donation).where(
            Donation.id == task.payload["donation"], Donation.community_id == task.community_id
        )
    )
    if donation is None or not donation.email:
        return
    by_hand = session.get(DonationByHand, donation.id)
    if by_hand is not None and by_hand.reversal_id is not None:
        # It was written down by mistake, and taken back before anybody was thanked.
        return
    fund = fund_of(session, donation)
    send_letter(
        session,
        "donation_thanks",
        community=session.get_one(Community, task.community_id),
        to_address=donation.email,
        language=donation.language,
        name=donation.name,
        amount_minor=donation.amount_minor,
        currency=donation.currency,
        given_on=donation.given_on,
        fund=fund,
        dedication=donation.dedication,
        dedicated_to=donation.dedicated_to,
        by_hand=by_hand is not None,
    )
