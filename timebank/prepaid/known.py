"""What is known of what a member paid ahead for help."""

from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.payments.models import Payment
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.models import PrepaidUse
from timebank.prepaid.topping import PREPAID


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of addresses for mail; who paid what stays, as the books need it."""
    theirs = select(PrepaidTopup.id).where(PrepaidTopup.member_id == whom.member_id)
    gone = (
        update(Payment)
        .where(
            Payment.community_id == whom.community_id,
            Payment.purpose == PREPAID,
            Payment.subject_id.in_(theirs),
        )
        .values(email="")
    )
    session.execute(gone.execution_options(synchronize_session=False))


_KEPT = N_("Who paid how much and when: for as long as the law wants books and receipts kept.")

KNOWN: Final = (
    Known(
        label=N_("What you paid ahead for help"),
        table=PrepaidTopup,
        about=lambda whom: PrepaidTopup.member_id == whom.member_id,
        told={
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "way": N_("How it was paid"),
            "made_at": N_("When"),
            "paid_on": N_("Paid on"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {"id", "community_id", "member_id", "language", "key", "actor", "entry_id", "reversal_id"}
        ),
        erase=_forget,
        kept=_KEPT,
    ),
    Known(
        label=N_("Money that went back from your prepaid balance"),
        table=PrepaidBack,
        about=lambda whom: PrepaidBack.member_id == whom.member_id,
        told={
            "amount_minor": N_("Amount, in the smallest coin"),
            "billed_minor": N_("Of it used already, in the smallest coin"),
            "currency": N_("Currency"),
            "way": N_("How it was paid"),
            "reason": N_("Why"),
            "given_on": N_("When"),
        },
        untold=frozenset(
            {"id", "community_id", "member_id", "topup_id", "key", "done_at", "actor", "entry_id"}
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("Visits that were paid from your prepaid balance"),
        table=PrepaidUse,
        about=lambda whom: PrepaidUse.member_id == whom.member_id,
        told={
            "exchange_id": N_("Number of the exchange"),
            "amount_minor": N_("Amount, in the smallest coin"),
        },
        untold=frozenset({"member_id", "community_id"}),
        kept=_KEPT,
    ),
)
