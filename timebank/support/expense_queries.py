"""What is read of expenses: with their exchange and members, those that wait, and those of some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.support import amended
from timebank.support.models import BOOKED
from timebank.support.models import DECLINED
from timebank.support.models import RECEIVER
from timebank.support.models import TOLD
from timebank.support.models import SupportExpense

_Giver, _Receiver = aliased(Member, name="giver"), aliased(Member, name="receiver")


@dataclass(frozen=True, slots=True)
class ToldExpense:
    """An expense with its exchange and the two members."""

    expense: SupportExpense
    exchange: Exchange
    giver: Member
    receiver: Member

    @property
    def stands(self) -> bool:
        """It is owed: booked, and nobody took it back."""
        return self.expense.state == BOOKED and self.expense.reversal_id is None

    @property
    def by_receiver(self) -> bool:
        """Whoever received pays it back, and not the group."""
        return self.expense.borne_by == RECEIVER


def find_expense(session: Session, *, community: Community, expense_id: int) -> ToldExpense | None:
    """Find an expense of this community; another's is not found."""
    row = session.execute(told_expenses(community).where(SupportExpense.id == expense_id)).one_or_none()
    return ToldExpense(*row) if row else None


def expenses_of(session: Session, *, community: Community, exchange: Exchange) -> Sequence[ToldExpense]:
    """List the expenses of an exchange, also of what it was before it was amended, as they were told."""
    ids = [exchange.id, *amended.before(session, exchange_id=exchange.id)]
    found = told_expenses(community).where(SupportExpense.exchange_id.in_(ids)).order_by(SupportExpense.id)
    return [ToldExpense(*row) for row in session.execute(found)]


def list_waiting(session: Session, *, community: Community) -> Sequence[ToldExpense]:
    """List what nobody has decided about, the oldest first."""
    found = told_expenses(community).where(SupportExpense.state == TOLD).order_by(SupportExpense.id)
    return [ToldExpense(*row) for row in session.execute(found)]


def count_waiting(session: Session, community: Community) -> int:
    """Count the expenses about which nobody has decided."""
    waiting = select(func.count()).where(
        SupportExpense.community_id == community.id, SupportExpense.state == TOLD
    )
    return session.scalar(waiting) or 0


def list_expenses(
    session: Session, *, community: Community, first: date, last: date, member: Member | None = None
) -> Sequence[ToldExpense]:
    """List the expenses of some days, the newest first; of one member, on either side, where asked."""
    found = told_expenses(community).where(SupportExpense.spent_on.between(first, last))
    if member is not None:
        theirs = record_ids(session, member=member)
        found = found.where(Exchange.giver_id.in_(theirs) | Exchange.receiver_id.in_(theirs))
    found = found.order_by(SupportExpense.spent_on.desc(), SupportExpense.id.desc())
    return [ToldExpense(*row) for row in session.execute(found)]


def others_with(session: Session, *, expense: SupportExpense) -> Sequence[SupportExpense]:
    """List other expenses that show the same photograph: one receipt may stand for two, or was sent twice."""
    if expense.voucher_id is None:
        return []
    found = select(SupportExpense).where(
        SupportExpense.community_id == expense.community_id,
        SupportExpense.voucher_id == expense.voucher_id,
        SupportExpense.id != expense.id,
        SupportExpense.state != DECLINED,
    )
    return session.scalars(found.order_by(SupportExpense.id)).all()


def told_expenses(community: Community) -> Select[SupportExpense, Exchange, Member, Member]:
    """Ask for the expenses of a community, as ``ToldExpense`` holds them."""
    return (
        select(SupportExpense, Exchange, _Giver, _Receiver)
        .join(Exchange, Exchange.id == SupportExpense.exchange_id)
        .join(_Giver, _Giver.id == Exchange.giver_id)
        .join(_Receiver, _Receiver.id == Exchange.receiver_id)
        .where(SupportExpense.community_id == community.id)
    )
