"""What is read of visits that were cancelled: with their two members, those of some days, and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.rates.models import DOOR
from timebank.rates.models import LATE
from timebank.support.cancelled_models import SupportCancelled

_Giver, _Receiver = aliased(Member, name="giver"), aliased(Member, name="receiver")


@dataclass(frozen=True, slots=True)
class ToldCancelled:
    """A visit that was cancelled, with who was to help, who was to be helped, and the kind of help."""

    cancelled: SupportCancelled
    giver: Member
    receiver: Member
    kind: HelpKind | None

    @property
    def stands(self) -> bool:
        """It is to be paid: nobody took it back."""
        return self.cancelled.reversal_id is None

    @property
    def begins(self) -> str:
        """At which time of its day it was to begin, as a clock shows it."""
        minute = self.cancelled.begins_minute
        return f"{minute // 60}:{minute % 60:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledSum:
    """What the visits that were cancelled in one way come to; there are no hours in it."""

    how: str
    count: int
    price_minor: int
    thanks_minor: int

    @property
    def stays_minor(self) -> int:
        """What stays with the group."""
        return self.price_minor - self.thanks_minor


def find_cancelled(session: Session, *, community: Community, cancelled_id: int) -> ToldCancelled | None:
    """Find a visit of this community that was cancelled; another's is not found."""
    found = told_cancelled(community).where(SupportCancelled.id == cancelled_id)
    row = session.execute(found).one_or_none()
    return ToldCancelled(*row) if row else None


def list_cancelled(
    session: Session, *, community: Community, first: date, last: date, member: Member | None = None
) -> Sequence[ToldCancelled]:
    """List what was cancelled of some days, the newest first; of one member, on either side, where asked."""
    found = told_cancelled(community).where(SupportCancelled.agreed_on.between(first, last))
    if member is not None:
        theirs = record_ids(session, member=member)
        found = found.where(SupportCancelled.giver_id.in_(theirs) | SupportCancelled.receiver_id.in_(theirs))
    found = found.order_by(SupportCancelled.agreed_on.desc(), SupportCancelled.id.desc())
    return [ToldCancelled(*row) for row in session.execute(found)]


def cancelled_sums(session: Session, *, community: Community, first: date, last: date) -> list[CancelledSum]:
    """Add up what was cancelled of some days late, and at the door; nothing where nothing was."""
    row = SupportCancelled
    sums = func.count(), func.sum(row.price_minor), func.sum(row.thanks_minor)
    found = cancelled_between(community, first, last, row.how, *sums).group_by(row.how)
    known = {how: [int(one) for one in amounts] for how, *amounts in session.execute(found)}
    return [
        CancelledSum(how=how, count=known[how][0], price_minor=known[how][1], thanks_minor=known[how][2])
        for how in (LATE, DOOR)
        if how in known
    ]


def cancelled_between(community: Community, first: date, last: date, *columns: Any) -> Select[Any]:
    """Ask of the visits of some days that were cancelled and are to be paid."""
    return select(*columns).where(
        SupportCancelled.community_id == community.id,
        SupportCancelled.reversal_id.is_(None),
        SupportCancelled.agreed_on.between(first, last),
    )


def told_cancelled(community: Community) -> Select[SupportCancelled, Member, Member, HelpKind]:
    """Ask for the visits of a community that were cancelled, as ``ToldCancelled`` holds them."""
    return (
        select(SupportCancelled, _Giver, _Receiver, HelpKind)
        .join(_Giver, _Giver.id == SupportCancelled.giver_id)
        .join(_Receiver, _Receiver.id == SupportCancelled.receiver_id)
        .outerjoin(HelpKind, HelpKind.id == SupportCancelled.kind_id)
        .where(SupportCancelled.community_id == community.id)
    )
