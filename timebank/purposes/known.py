"""What is known of a member who was asked about another purpose of what they gave."""

from typing import Final

from sqlalchemy import select

from timebank.donations.models import Donation
from timebank.errors import N_
from timebank.known import Known
from timebank.purposes.models import PurposeGift
from timebank.purposes.models import PurposeGiver

_KEPT = N_("What somebody answered about their gifts: for as long as the law wants books kept.")

KNOWN: Final = (
    Known(
        label=N_("Answers about another purpose of gifts"),
        table=PurposeGiver,
        about=lambda whom: PurposeGiver.id.in_(
            select(PurposeGift.giver_id)
            .join(Donation, Donation.id == PurposeGift.donation_id)
            .where(Donation.member_id == whom.member_id)
        ),
        told={
            "answer": N_("Answer"),
            "answered_at": N_("When"),
            "heard": N_("How it was told"),
        },
        untold=frozenset({"id", "community_id", "change_id", "token", "actor"}),
        kept=_KEPT,
    ),
    Known(
        label=N_("Gifts that were asked about for another purpose"),
        table=PurposeGift,
        about=lambda whom: PurposeGift.donation_id.in_(
            select(Donation.id).where(Donation.member_id == whom.member_id)
        ),
        told={"settled_minor": N_("Left when it was settled, in the smallest coin")},
        untold=frozenset({"id", "community_id", "change_id", "giver_id", "donation_id"}),
        kept=_KEPT,
    ),
)
