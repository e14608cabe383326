"""Hours carried over from one account to another: neither given to anybody nor received from anybody.

From an older record of the same member to the one that goes on, and from a household to somebody who has
left it and takes their own along.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from typing import Literal

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.models import SameAs


@dataclass(frozen=True, slots=True)
class Carried:
    """That an entry carries hours over, and why."""

    why: Literal["joined", "share"]
    #: The record that was closed, or the household.
    from_id: int
    to_id: int


def carried_by_entry(session: Session, entries: Collection[int]) -> dict[int, Carried]:
    """Tell by their entries which carried hours over."""
    found: dict[int, Carried] = {}
    for one in session.scalars(select(SameAs).where(SameAs.entry_id.in_(entries))):
        found[one.entry_id or 0] = Carried("joined", one.member_id, one.kept_id)
    for share in session.scalars(select(HouseholdShare).where(HouseholdShare.entry_id.in_(entries))):
        found[share.entry_id or 0] = Carried("share", share.member_id, share.to_member_id or 0)
    return found


def carried_over(
    session: Session,
    *,
    community: Community,
    members: Sequence[Member] | None = None,
    first: date = date.min,
    last: date = date.max,
) -> dict[int, tuple[int, int]]:
    """Add up, by member, what was debited and credited when hours were carried over; of these or of all."""
    ids = None if members is None else [one.id for one in members]
    sums: dict[int, tuple[int, int]] = {}
    for column, query in _sums(community, first, last):
        asked = query if ids is None else query.where(column.in_(ids))
        for member_id, out, into in session.execute(asked.group_by(column)):
            before = sums.get(member_id, (0, 0))
            sums[member_id] = (before[0] + int(out), before[1] + int(into))
    return sums


def _sums(community: Community, first: date, last: date) -> Iterator[tuple[Any, Any]]:
    """Ask of each side of each kind for what was debited there, and what credited."""
    joined = (
        SameAs.community_id == community.id,
        SameAs.joined_on >= first,
        SameAs.joined_on <= last,
    )
    above, below = SameAs.minutes > 0, SameAs.minutes < 0
    for column, debited, credited in ((SameAs.member_id, above, below), (SameAs.kept_id, below, above)):
        sums = [func.sum(case((which, func.abs(SameAs.minutes)), else_=0)) for which in (debited, credited)]
        yield column, select(column, *sums).where(*joined)
    shared = (
        HouseholdShare.community_id == community.id,
        HouseholdShare.entry_id.is_not(None),
        HouseholdShare.settled_on >= first,
        HouseholdShare.settled_on <= last,
    )
    nothing, minutes = literal(0), func.sum(HouseholdShare.minutes)
    yield HouseholdShare.member_id, select(HouseholdShare.member_id, minutes, nothing).where(*shared)
    yield HouseholdShare.to_member_id, select(HouseholdShare.to_member_id, nothing, minutes).where(*shared)
