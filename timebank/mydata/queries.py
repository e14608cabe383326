"""Reading what is known of somebody, and what was asked about it."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.contacts.models import NOBODY
from timebank.contacts.models import ContactDetail
from timebank.known import Known
from timebank.known import Whom
from timebank.members.models import Member
from timebank.mydata.models import OPEN
from timebank.mydata.models import DataRequest
from timebank.mydata.models import Leak
from timebank.mydata.models import LeakTold
from timebank.people.models import KeptForm


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature knows of somebody."""

    known: Known
    rows: Sequence[Any]


def everything(
    session: Session, *, known: Iterable[Known], whom: Whom, for_officer: bool = False
) -> Sequence[Part]:
    """Read everything that is known of somebody; an officer does not see what they keep to themselves."""
    parts = [Part(one, one.rows(session, whom)) for one in known]
    if for_officer:
        parts = [Part(one.known, [row for row in one.rows if not _is_kept_back(row)]) for one in parts]
    return parts


def requests_of(session: Session, *, member: Member) -> Sequence[DataRequest]:
    """List what a member asked about their data, the newest first."""
    own = select(DataRequest).where(DataRequest.member_id == member.id)
    return session.scalars(own.order_by(DataRequest.id.desc()).limit(100)).all()


def open_requests(session: Session, *, community: Community) -> Sequence[tuple[DataRequest, Member]]:
    """List what is still to be answered, what is due first on top."""
    waiting = _with_members(community).where(DataRequest.state == OPEN)
    return [
        (one, member) for one, member in session.execute(waiting.order_by(DataRequest.due_on, DataRequest.id))
    ]


def past_requests(
    session: Session, *, community: Community, limit: int = 200
) -> Sequence[tuple[DataRequest, Member]]:
    """List what was answered or withdrawn, the newest first."""
    over = _with_members(community).where(DataRequest.state != OPEN)
    return [
        (one, member) for one, member in session.execute(over.order_by(DataRequest.id.desc()).limit(limit))
    ]


def find_request(session: Session, *, community: Community, request_id: int) -> DataRequest | None:
    """Find a request of this community; another community's is not found."""
    return session.scalar(
        select(DataRequest).where(DataRequest.id == request_id, DataRequest.community_id == community.id)
    )


def leaks_of(session: Session, *, community: Community) -> Sequence[Leak]:
    """List the leaks that were written down, the newest first."""
    return session.scalars(
        select(Leak).where(Leak.community_id == community.id).order_by(Leak.id.desc())
    ).all()


def find_leak(session: Session, *, community: Community, leak_id: int) -> Leak | None:
    """Find a leak of this community; another community's is not found."""
    return session.scalar(select(Leak).where(Leak.id == leak_id, Leak.community_id == community.id))


def told_of(session: Session, *, leak: Leak) -> Sequence[tuple[LeakTold, Member]]:
    """List who concerned was told of a leak, or is still to be called."""
    told = select(LeakTold, Member).join(Member, Member.id == LeakTold.member_id)
    found = told.where(LeakTold.leak_id == leak.id).order_by(Member.sort_key, Member.number)
    return [(one, member) for one, member in session.execute(found)]


def _with_members(community: Community) -> Any:
    return (
        select(DataRequest, Member)
        .join(Member, Member.id == DataRequest.member_id)
        .where(DataRequest.community_id == community.id)
    )


def _is_kept_back(row: Any) -> bool:
    # What somebody had only begun to type they have told nobody.
    return isinstance(row, KeptForm) or (isinstance(row, ContactDetail) and row.audience == NOBODY)
