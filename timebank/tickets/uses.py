"""Whether a ticket was used: for a visit that counts, or for what was owed, if that was not taken back."""

from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import Integer
from sqlalchemy import ScalarSelect
from sqlalchemy import Subquery
from sqlalchemy import cast
from sqlalchemy import exists
from sqlalchemy import null
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import union_all

from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.models import TicketUse


def is_used(by: date | None = None) -> ColumnElement[bool]:
    """Say of a ticket, in a query, whether it was used for something that still counts, by a day if asked."""
    helped = [TicketUse.ticket_id == Ticket.id, Exchange.state == CONFIRMED]
    paid = [TicketPaidUse.ticket_id == Ticket.id, TicketPaid.reversal_id.is_(None)]
    if by is not None:
        helped.append(Exchange.worked_on <= by)
        paid.append(TicketPaid.paid_on <= by)
    return or_(
        exists(
            select(TicketUse.ticket_id).join(Exchange, Exchange.id == TicketUse.exchange_id).where(*helped)
        ),
        exists(
            select(TicketPaidUse.ticket_id)
            .join(TicketPaid, TicketPaid.id == TicketPaidUse.paid_id)
            .where(*paid)
        ),
    )


def helped_on() -> ScalarSelect[date]:
    """Tell of a ticket, in a query, for help on which day it was used, if that counts."""
    return (
        select(Exchange.worked_on)
        .join(TicketUse, TicketUse.exchange_id == Exchange.id)
        .where(TicketUse.ticket_id == Ticket.id, Exchange.state == CONFIRMED)
        .correlate(Ticket)
        .scalar_subquery()
    )


def handed_on() -> ScalarSelect[date]:
    """Tell of a ticket, in a query, on which day it was handed over for what was owed, if that counts."""
    return (
        select(TicketPaid.paid_on)
        .join(TicketPaidUse, TicketPaidUse.paid_id == TicketPaid.id)
        .where(TicketPaidUse.ticket_id == Ticket.id, TicketPaid.reversal_id.is_(None))
        .correlate(Ticket)
        .scalar_subquery()
    )


def uses_that_count(community_id: int | None = None) -> Subquery:
    """List which ticket was used on which day, for which exchange or payment; each ticket once at most."""
    helped = (
        select(
            TicketUse.ticket_id,
            Exchange.worked_on.label("used_on"),
            TicketUse.exchange_id,
            cast(null(), Integer).label("paid_id"),
        )
        .join(Exchange, Exchange.id == TicketUse.exchange_id)
        .where(Exchange.state == CONFIRMED)
    )
    paid = (
        select(
            TicketPaidUse.ticket_id,
            TicketPaid.paid_on,
            cast(null(), Integer).label("exchange_id"),
            TicketPaidUse.paid_id,
        )
        .join(TicketPaid, TicketPaid.id == TicketPaidUse.paid_id)
        .where(TicketPaid.reversal_id.is_(None))
    )
    if community_id is not None:
        helped = helped.where(TicketUse.community_id == community_id)
        paid = paid.where(TicketPaidUse.community_id == community_id)
    return union_all(helped, paid).subquery()
