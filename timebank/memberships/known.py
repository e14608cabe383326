"""What is known of a member's fees."""

from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.memberships.fees import FEE
from timebank.memberships.models import Fee
from timebank.memberships.models import Term
from timebank.payments.models import Payment
from timebank.payments.renewing import stop_where


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of addresses for mail; who paid what stays, as the books need it."""
    fees = select(Fee.id).where((Fee.member_id == whom.member_id) | (Fee.payer_id == whom.member_id))
    # Nobody could be told any more how to stop it.
    which = (Payment.purpose == FEE) & Payment.subject_id.in_(fees)
    stop_where(session, community_id=whom.community_id, which=which)
    gone = (
        update(Payment)
        .where(
            Payment.community_id == whom.community_id, Payment.purpose == FEE, Payment.subject_id.in_(fees)
        )
        .values(email="")
    )
    session.execute(gone.execution_options(synchronize_session=False))


_KEPT = N_("Who paid how much and when: for as long as the law wants books and receipts kept.")

KNOWN: Final = (
    Known(
        label=N_("Fees"),
        table=Fee,
        about=lambda whom: (Fee.member_id == whom.member_id) | (Fee.payer_id == whom.member_id),
        told={
            "made_at": N_("When"),
            "paid_on": N_("Paid on"),
            "years": N_("Years"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "way": N_("How it was paid"),
            "repeats": N_("Have it taken every year by itself"),
            "back_minor": N_("Given back, in the smallest coin"),
            "taken_back_on": N_("Taken back on"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "payer_id", "plan_id", "language", "key", "actor"),
                *("entry_id", "reversal_id"),
            }
        ),
        erase=_forget,
        kept=_KEPT,
    ),
    Known(
        label=N_("Terms of membership"),
        table=Term,
        about=lambda whom: Term.member_id == whom.member_id,
        told={
            "begins_on": N_("From"),
            "ends_on": N_("Until"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "given_back_on": N_("Given back on"),
            "reminded_before_at": N_("Reminded before the end"),
            "reminded_after_at": N_("Reminded after the end"),
        },
        untold=frozenset(
            {"id", "community_id", "member_id", "fee_id", "number", "ahead_minor", "begun_entry_id"}
        ),
        kept=_KEPT,
    ),
)
