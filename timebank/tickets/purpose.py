"""What payments ask of tickets: where their money belongs, and what is done once they are paid."""

from typing import Final

from sqlalchemy.orm import Session

from timebank import books
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.members.models import Member
from timebank.payments.booking import Purpose
from timebank.payments.booking import Renewal
from timebank.payments.booking import Shares
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund
from timebank.receipts.service import note_given_back
from timebank.tickets.giving_back import shares_back
from timebank.tickets.models import TicketOffer
from timebank.tickets.selling import hand_out
from timebank.tickets.selling import sale_of


def _shares(session: Session, payment: Payment, amount: int) -> Shares:
    sale = sale_of(session, payment)
    if amount > 0:
        return ((books.tickets_code(sale.member_id), amount),)
    community = session.get_one(Community, sale.community_id)
    return shares_back(session, community=community, sale=sale, amount=-amount)


def _paid(session: Session, payment: Payment) -> None:
    assert payment.paid_on is not None
    hand_out(session, sale=sale_of(session, payment), paid_on=payment.paid_on)


def _about(session: Session, payment: Payment) -> list[tuple[str, str]]:
    """Tell a treasurer who bought which booklet."""
    sale = sale_of(session, payment)
    member = session.get_one(Member, sale.member_id)
    return [(N_("Member"), f"{member.name} ({member.number})"), (N_("Booklet"), _what(session, payment))]


def _given_back(session: Session, payment: Payment, refund: StripeRefund) -> None:
    note_given_back(session, payment=payment, refund=refund)


def _renewed(_session: Session, _payment: Payment, _renewal: Renewal) -> int:
    raise AssertionError("a booklet is bought once, and nothing ever takes it again")


def _what(session: Session, payment: Payment) -> str:
    return session.get_one(TicketOffer, sale_of(session, payment).offer_id).name


#: What a payment of tickets is for.
PURPOSE: Final = Purpose(
    label=N_("Tickets"),
    shares=_shares,
    earmark=lambda _session, _payment: None,
    about=_about,
    paid=_paid,
    given_back=_given_back,
    renewed=_renewed,
    what=_what,
    back_elsewhere=N_(
        "Tickets are given back on the page of their booklet, in cash or by transfer, where the community "
        "does that at all."
    ),
)
