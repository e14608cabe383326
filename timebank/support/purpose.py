"""What payments ask of help: where their money belongs, and what is done once they are paid."""

from typing import Final

from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.members.models import Member
from timebank.payments.booking import Purpose
from timebank.payments.booking import Renewal
from timebank.payments.models import Payment
from timebank.support.online import help_of
from timebank.support.online import shares_of


def _paid(session: Session, payment: Payment) -> None:
    help_of(session, payment).paid_on = payment.paid_on
    session.flush()


def _about(session: Session, payment: Payment) -> list[tuple[str, str]]:
    """Tell a treasurer who pays what they owe."""
    member = session.get_one(Member, help_of(session, payment).member_id)
    return [(N_("Member"), f"{member.name} ({member.number})")]


def _renewed(_session: Session, _payment: Payment, _renewal: Renewal) -> int:
    raise AssertionError("what is owed is paid once, and nothing ever takes it again")


#: What a payment of what is owed for help is for.
PURPOSE: Final = Purpose(
    label=N_("Payment for help"),
    shares=lambda session, payment, amount: shares_of(session, payment=payment, amount=amount),
    earmark=lambda _session, _payment: None,
    about=_about,
    paid=_paid,
    renewed=_renewed,
    # What the help was is nobody's to read who keeps the payments.
    what=lambda _session, _payment: "",
)
