"""What is read of tickets that came in and paid what was owed: who paid what with which, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.piles import in_short


@dataclass(frozen=True, slots=True)
class CameIn:
    """That a member paid what was owed with tickets, and the numbers of those."""

    paid: TicketPaid
    member: Member
    tickets: Sequence[int]

    @property
    def numbers(self) -> str:
        """The numbers as they are typed."""
        return in_short(self.tickets)


def list_came_in(
    session: Session, *, community: Community, member: Member | None = None, limit: int | None = None
) -> list[CameIn]:
    """List what was paid with tickets that came in, the newest first; of one member where asked."""
    # Also on records that were joined into theirs.
    which = [] if member is None else [TicketPaid.member_id.in_(record_ids(session, member=member))]
    return _found(session, community, *which, limit=limit)


def find_came_in(session: Session, *, community: Community, ticket_paid_id: int) -> CameIn | None:
    """Find one of this community; another's is not found."""
    found = _found(session, community, TicketPaid.id == ticket_paid_id)
    return found[0] if found else None


def came_in_by_member(session: Session, *, community: Community, since: date) -> dict[int, int]:
    """Tell what each member paid with tickets that came in from a day on, and that was not taken back."""
    found = (
        select(TicketPaid.member_id, func.sum(TicketPaid.amount_minor))
        .where(
            TicketPaid.community_id == community.id,
            TicketPaid.reversal_id.is_(None),
            TicketPaid.paid_on >= since,
        )
        .group_by(TicketPaid.member_id)
    )
    return {member_id: int(amount) for member_id, amount in session.execute(found)}


def came_in_between(session: Session, *, community: Community, first: date, last: date) -> int:
    """Tell what all members paid so from one day to another, both included."""
    found = select(func.coalesce(func.sum(TicketPaid.amount_minor), 0)).where(
        TicketPaid.community_id == community.id,
        TicketPaid.reversal_id.is_(None),
        TicketPaid.paid_on.between(first, last),
    )
    return int(session.scalar(found) or 0)


def _found(session: Session, community: Community, *which: object, limit: int | None = None) -> list[CameIn]:
    rows = session.execute(
        select(TicketPaid, Member)
        .join(Member, Member.id == TicketPaid.member_id)
        .where(TicketPaid.community_id == community.id, *which)  # type: ignore[arg-type]
        .order_by(TicketPaid.paid_on.desc(), TicketPaid.id.desc())
        .limit(limit)
    ).all()
    used = (
        select(TicketPaidUse.paid_id, Ticket.number)
        .join(Ticket, Ticket.id == TicketPaidUse.ticket_id)
        .where(TicketPaidUse.paid_id.in_([paid.id for paid, _member in rows]))
        .order_by(Ticket.number)
    )
    numbers = dict[int, list[int]]()
    for paid_id, number in session.execute(used):
        numbers.setdefault(paid_id, []).append(number)
    return [CameIn(paid, member, numbers.get(paid.id, [])) for paid, member in rows]
