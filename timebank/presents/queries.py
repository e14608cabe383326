"""Finding presents: one by one, what stands behind lines of statements, and what they come to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.queries import members_by_id
from timebank.presents.models import Present


@dataclass(frozen=True, slots=True)
class Told:
    """A present with its two members."""

    present: Present
    giver: Member
    receiver: Member


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody gave to other members, and was given by them, in minutes."""

    given: int = 0
    got: int = 0


def find_present(session: Session, *, community: Community, present_id: int) -> Told | None:
    """Find a present of this community; another community's is not found."""
    found = session.scalar(
        select(Present).where(Present.id == present_id, Present.community_id == community.id)
    )
    if found is None:
        return None
    members = members_by_id(session, community=community, ids=(found.giver_id, found.receiver_id))
    return Told(found, members[found.giver_id], members[found.receiver_id])


def presents_by_entry(session: Session, entries: Collection[int]) -> dict[int, Present]:
    """Find the presents behind lines of a statement by their entries."""
    found = session.scalars(select(Present).where(Present.entry_id.in_(entries)))
    return {one.entry_id: one for one in found}


def presented_between(
    session: Session, *, member: Member, first: date = date.min, last: date = date.max
) -> Presented:
    """Add up what a member gave to others and was given by them between two days, both included.

    What was taken back does not count.
    """
    days = (Present.reversal_id.is_(None), Present.given_on >= first, Present.given_on <= last)
    mine = (Present.giver_id == member.id) | (Present.receiver_id == member.id)
    gave = Present.giver_id == member.id
    given, got = session.execute(select(_sum(gave), _sum(~gave)).where(mine, *days)).one()
    return Presented(int(given), int(got))


def through_presents(
    session: Session, *, community: Community, member: Member | None = None
) -> dict[int, tuple[int, int]]:
    """Add up, by member, what presents debited and credited; a reversal is on the other side."""
    back = Present.reversal_id.is_not(None)
    sums: dict[int, tuple[int, int]] = {}
    for whose, gives in ((Present.giver_id, True), (Present.receiver_id, False)):
        there, and_back = func.sum(Present.minutes), _sum(back)
        columns = (there, and_back) if gives else (and_back, there)
        found = select(whose, *columns).where(Present.community_id == community.id).group_by(whose)
        if member is not None:
            found = found.where(whose == member.id)
        for member_id, debited, credited in session.execute(found):
            before = sums.get(member_id, (0, 0))
            sums[member_id] = (before[0] + int(debited), before[1] + int(credited))
    return sums


def _sum(which: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((which, Present.minutes), else_=0)), 0)
