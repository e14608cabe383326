"""What is known of the tickets that a member bought."""

from typing import Final

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.payments.models import Payment
from timebank.tickets.models import TicketBack
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketSale
from timebank.tickets.selling import TICKETS


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of addresses for mail; who paid what stays, as the books need it."""
    sales = select(TicketSale.id).where(TicketSale.member_id == whom.member_id)
    gone = (
        update(Payment)
        .where(
            Payment.community_id == whom.community_id,
            Payment.purpose == TICKETS,
            Payment.subject_id.in_(sales),
        )
        .values(email="")
    )
    session.execute(gone.execution_options(synchronize_session=False))


_KEPT = N_("Who paid how much and when: for as long as the law wants books and receipts kept.")

KNOWN: Final = (
    Known(
        label=N_("Tickets that you bought"),
        table=TicketSale,
        about=lambda whom: TicketSale.member_id == whom.member_id,
        told={
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "way": N_("How it was paid"),
            "made_at": N_("When"),
            "paid_on": N_("Paid on"),
            "last_on": N_("Last day"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "offer_id", "language", "key", "actor"),
                *("entry_id", "reversal_id", "billed_minor"),
            }
        ),
        erase=_forget,
        kept=_KEPT,
    ),
    Known(
        label=N_("What you paid for help with tickets that came in"),
        table=TicketPaid,
        about=lambda whom: TicketPaid.member_id == whom.member_id,
        told={
            "paid_on": N_("When"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "key", "done_at", "actor"),
                *("entry_id", "reversal_id", "taken_back_at"),
            }
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("Money that went back for tickets"),
        table=TicketBack,
        about=lambda whom: TicketBack.sale_id.in_(
            select(TicketSale.id).where(TicketSale.member_id == whom.member_id)
        ),
        told={
            "tickets": N_("Tickets"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "way": N_("How it was paid"),
            "reason": N_("Why"),
            "given_on": N_("When"),
        },
        untold=frozenset({"id", "community_id", "sale_id", "key", "done_at", "actor", "entry_id"}),
        kept=_KEPT,
    ),
)
