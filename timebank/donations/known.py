"""What is known of what a member gave in money."""

from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.donations.models import Donation
from timebank.donations.service import DONATION
from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.payments.models import Payment


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of words and addresses for mail; who gave what stays, as the books need it."""
    gifts = select(Donation.id).where(Donation.member_id == whom.member_id)
    for gone in (
        update(Donation).where(Donation.member_id == whom.member_id).values(email="", message=""),
        update(Payment)
        .where(
            Payment.community_id == whom.community_id,
            Payment.purpose == DONATION,
            Payment.subject_id.in_(gifts),
        )
        .values(email=""),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


KNOWN: Final = (
    Known(
        label=N_("Gifts of money"),
        table=Donation,
        about=lambda whom: Donation.member_id == whom.member_id,
        told={
            "made_at": N_("When"),
            "given_on": N_("Paid on"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "name": N_("Name"),
            "name_hidden": N_("Name not shown to others"),
            "email": N_("E-mail address"),
            "address": N_("Postal address"),
            "message": N_("A word to us"),
            "wants_receipt": N_("I would like a receipt"),
        },
        untold=frozenset({"id", "community_id", "fund_id", "member_id", "language", "fee_from_fund", "key"}),
        erase=_forget,
        kept=N_("Who gave how much and when: for as long as the law wants books and receipts kept."),
    ),
)
