"""What is forgotten of gifts that nobody paid."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.donations.models import Donation
from timebank.donations.service import DONATION
from timebank.payments.models import WAITING_STATES
from timebank.payments.models import Payment
from timebank.queue import Task

#: Forgets who wanted to give and has not.
FORGET_UNPAID: Final = "forget-unpaid-gifts"
#: Longer than a page at Stripe can be paid on, and than a konbini takes money for it.
KEPT: Final = timedelta(days=30)


def forget_unpaid(session: Session, task: Task) -> None:
    """Let go of the words and addresses of gifts that nobody has paid, and that nobody can pay any more."""
    still_open = select(Payment.subject_id).where(
        Payment.community_id == task.community_id,
        Payment.purpose == DONATION,
        Payment.state.in_(WAITING_STATES),
        Payment.checkout_id.is_not(None),
    )
    old = (
        Donation.community_id == task.community_id,
        Donation.given_on.is_(None),
        Donation.made_at < clock.now() - KEPT,
        Donation.id.not_in(still_open),
    )
    gifts = session.scalars(select(Donation.id).where(*old)).all()
    for gone in (
        update(Donation)
        .where(Donation.id.in_(gifts))
        .values(
            **dict.fromkeys(("name", "reading", "email", "address", "message"), ""),
            **dict.fromkeys(("dedication", "dedicated_to"), ""),
            wants_receipt=False,
        ),
        update(Payment)
        .where(
            Payment.community_id == task.community_id,
            Payment.purpose == DONATION,
            Payment.subject_id.in_(gifts),
        )
        .values(email=""),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
