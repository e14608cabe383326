"""What is known of what a member gave in money."""

from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.donations.models import Donation
from timebank.donations.models import GiftInKind
from timebank.donations.service import DONATION
from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.known import blotted
from timebank.payments.models import Payment
from timebank.payments.renewing import stop_where


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of words and addresses for mail; who gave what stays, as the books need it."""
    gifts = select(Donation.id).where(Donation.member_id == whom.member_id)
    # Nobody could be told any more how to stop it.
    which = (Payment.purpose == DONATION) & Payment.subject_id.in_(gifts)
    stop_where(session, community_id=whom.community_id, which=which)
    for gone in (
        update(Donation)
        .where(Donation.member_id == whom.member_id)
        .values(**dict.fromkeys(("email", "message", "dedication", "dedicated_to"), "")),
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
            "reading": N_("Reading of the name"),
            "organisation": N_("An organisation gives, not a person"),
            "name_hidden": N_("Name not shown to others"),
            "dedication": N_("In memory or in honour of somebody?"),
            "dedicated_to": N_("Of whom?"),
            "email": N_("E-mail address"),
            "address": N_("Postal address"),
            "message": N_("A word to us"),
            "wants_receipt": N_("I would like a receipt"),
            "every": N_("How often?"),
            "receipt_for_year": N_("One receipt for the whole year"),
        },
        untold=frozenset({"id", "community_id", "fund_id", "member_id", "language", "fee_from_fund", "key"}),
        erase=_forget,
        kept=N_("Who gave how much and when: for as long as the law wants books and receipts kept."),
    ),
    Known(
        label=N_("Gifts in kind"),
        table=GiftInKind,
        about=lambda whom: GiftInKind.member_id == whom.member_id,
        told={
            "given_on": N_("When"),
            "what": N_("What was given?"),
            "activity": N_("For which activity"),
            "name": N_("Name"),
            "reading": N_("Reading of the name"),
            "organisation": N_("An organisation gives, not a person"),
            "name_hidden": N_("Name not shown to others"),
            "address": N_("Postal address"),
            "made_at": N_("Written down on"),
        },
        untold=frozenset(
            {"id", "community_id", "fund_id", "member_id", "actor", "key", "taken_back_because"}
        ),
        erase=blotted(name="", reading="", address=""),
        kept=N_("What was given in kind and when, without a name: for as long as there are books."),
    ),
)
