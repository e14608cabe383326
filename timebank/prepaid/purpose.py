"""What payments ask of prepaid balances: where their money belongs, and what is done once they are paid."""

from typing import Final

from sqlalchemy.orm import Session

from timebank import books
from timebank.errors import N_
from timebank.members.models import Member
from timebank.payments.booking import Purpose
from timebank.payments.booking import Renewal
from timebank.payments.booking import Shares
from timebank.payments.models import Payment
from timebank.prepaid.giving_back import shares_back
from timebank.prepaid.topping import topup_of


def _shares(session: Session, payment: Payment, amount: int) -> Shares:
    topup = topup_of(session, payment)
    if amount > 0:
        return ((books.prepaid_code(topup.member_id), amount),)
    return shares_back(session, topup=topup, amount=-amount) if amount else ()


def _paid(session: Session, payment: Payment) -> None:
    topup_of(session, payment).paid_on = payment.paid_on
    session.flush()


def _about(session: Session, payment: Payment) -> list[tuple[str, str]]:
    """Tell a treasurer whose balance it is."""
    member = session.get_one(Member, topup_of(session, payment).member_id)
    return [(N_("Member"), f"{member.name} ({member.number})")]


def _renewed(_session: Session, _payment: Payment, _renewal: Renewal) -> int:
    raise AssertionError("a balance is topped up once, and nothing ever takes it again")


#: What a payment of a top-up is for.
PURPOSE: Final = Purpose(
    label=N_("Prepaid balance"),
    shares=_shares,
    earmark=lambda _session, _payment: None,
    about=_about,
    paid=_paid,
    renewed=_renewed,
    what=lambda _session, _payment: "",
    back_elsewhere=N_(
        "A balance is given back on the page of whose it is, in cash or by transfer, where the community "
        "does that at all."
    ),
)
