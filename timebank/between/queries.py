"""Finding what two communities have agreed, what crossed, and what it is to a member's statement."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session

from ledger import StatementLine
from timebank.between.models import ENDED
from timebank.between.models import ON
from timebank.between.models import PROPOSED
from timebank.between.models import HoursAcross
from timebank.between.models import HoursAgreement
from timebank.between.sides import Between
from timebank.between.sides import Owed
from timebank.between.sides import owed_between
from timebank.between.sides import seen_from
from timebank.communities.models import Community
from timebank.members.models import Member


@dataclass(frozen=True, slots=True)
class Standing:
    """How this community stands with another one, by what holds or held last between the two."""

    between: Between
    owed: Owed


@dataclass(frozen=True, slots=True)
class Crossed:
    """An act as one of its two communities reads it."""

    across: HoursAcross
    #: It was given here; else it was received here.
    given_here: bool
    other: Community
    ours: Member
    theirs: Member

    @property
    def minutes_here(self) -> int:
        """How much it was in our hours."""
        return self.across.given_minutes if self.given_here else self.across.received_minutes

    @property
    def minutes_there(self) -> int:
        """How much it was in the other's hours."""
        return self.across.received_minutes if self.given_here else self.across.given_minutes

    @property
    def day(self) -> date:
        """The day it stands on in our book."""
        return self.across.given_on if self.given_here else self.across.received_on


@dataclass(frozen=True, slots=True)
class CrossedPage:
    """A page of what crossed, the newest first."""

    lines: Sequence[Crossed]
    #: Ask for the page before this one; None on the last.
    older: int | None


def agreements_of(session: Session, *, community: Community) -> list[Between]:
    """List everything that was ever proposed or agreed with other communities, the newest first."""
    found = select(HoursAgreement).where(_of(community)).order_by(HoursAgreement.id.desc())
    return [seen_from(session, community=community, agreement=one) for one in session.scalars(found)]


def agreements_on(session: Session, *, community: Community) -> list[Between]:
    """List what holds now, by the names of the other communities."""
    found = select(HoursAgreement).where(_of(community), HoursAgreement.state == ON)
    seen = [seen_from(session, community=community, agreement=one) for one in session.scalars(found)]
    return sorted(seen, key=lambda one: (one.there.community.name, one.agreement.id))


def has_agreed(session: Session, *, community: Community) -> bool:
    """Say whether this community has ever agreed with another one."""
    found = select(HoursAgreement.id).where(_of(community), HoursAgreement.state.in_((ON, ENDED))).limit(1)
    return session.scalar(found) is not None


def count_proposed_to(session: Session, community: Community) -> int:
    """Count what other communities have proposed, and this one is to answer."""
    found = select(func.count()).select_from(HoursAgreement)
    waiting = (HoursAgreement.state == PROPOSED, HoursAgreement.proposed_by_id != community.id)
    return session.scalars(found.where(_of(community), *waiting)).one()


def standings(session: Session, *, community: Community) -> list[Standing]:
    """Tell how this community stands with each with which it has ever agreed, by what held last."""
    last: dict[int, Between] = {}
    for one in agreements_of(session, community=community):
        if one.agreement.state in (ON, ENDED):
            last.setdefault(one.there.community.id, one)
    ordered = sorted(last.values(), key=lambda one: (one.there.community.name, one.agreement.id))
    return [Standing(one, owed_between(session, one)) for one in ordered]


def find_across(session: Session, *, community: Community, across_id: int) -> Crossed | None:
    """Find what crossed from or to this community; another's is not found."""
    row = session.scalar(select(HoursAcross).where(HoursAcross.id == across_id, _touches(community)))
    return _crossed(session, community, [row])[0] if row is not None else None


def crossed(
    session: Session, *, community: Community, before: int | None = None, limit: int = 50
) -> CrossedPage:
    """List what crossed from and to this community, the newest first."""
    found = select(HoursAcross).where(_touches(community)).order_by(HoursAcross.id.desc()).limit(limit + 1)
    if before is not None:
        found = found.where(HoursAcross.id < before)
    rows = session.scalars(found).all()
    lines = _crossed(session, community, rows[:limit])
    return CrossedPage(lines, rows[limit - 1].id if len(rows) > limit else None)


def behind_across(session: Session, lines: Iterable[StatementLine]) -> Mapping[int, Crossed]:
    """Find what crossed behind lines of a member's by their entries; a reversal's is what it reverses."""
    entries = {line.reverses_id or line.entry_id for line in lines}
    # One after the other: each has an index of its own.
    found: dict[int, Crossed] = {}
    for column, giving in ((HoursAcross.given_entry_id, True), (HoursAcross.received_entry_id, False)):
        for row in session.scalars(select(HoursAcross).where(column.in_(entries))):
            community_id = row.giver_community_id if giving else row.receiver_community_id
            here = session.get_one(Community, community_id)
            entry_id = row.given_entry_id if giving else row.received_entry_id
            found[entry_id] = _crossed(session, here, [row])[0]
    return found


def across_between(
    session: Session, *, member: Member, first: date = date.min, last: date = date.max
) -> tuple[int, int]:
    """Add up what a member gave to other communities and was given from there between two days.

    Both days are included; what was taken back does not count.
    """
    stands = HoursAcross.given_reversal_id.is_(None)
    given = select(_sum(HoursAcross.given_minutes)).where(
        HoursAcross.giver_id == member.id, stands, HoursAcross.given_on >= first, HoursAcross.given_on <= last
    )
    received = select(_sum(HoursAcross.received_minutes)).where(
        HoursAcross.receiver_id == member.id,
        stands,
        HoursAcross.received_on >= first,
        HoursAcross.received_on <= last,
    )
    return int(session.scalar(given) or 0), int(session.scalar(received) or 0)


def through_communities(
    session: Session, *, community: Community, member: Member | None = None
) -> dict[int, tuple[int, int]]:
    """Add up, by member, what crossing debited and credited; a reversal is on the other side."""
    sums: dict[int, tuple[int, int]] = {}
    back = HoursAcross.given_reversal_id.is_not(None)
    sides = (
        (HoursAcross.giver_id, HoursAcross.giver_community_id, HoursAcross.given_minutes, True),
        (HoursAcross.receiver_id, HoursAcross.receiver_community_id, HoursAcross.received_minutes, False),
    )
    for whose, where, minutes, gives in sides:
        reversed_too = func.coalesce(func.sum(case((back, minutes), else_=0)), 0)
        found = select(whose, _sum(minutes), reversed_too).where(where == community.id).group_by(whose)
        if member is not None:
            found = found.where(whose == member.id)
        for member_id, moved, taken_back in session.execute(found):
            debited, credited = (moved, taken_back) if gives else (taken_back, moved)
            before = sums.get(member_id, (0, 0))
            sums[member_id] = (before[0] + int(debited), before[1] + int(credited))
    return sums


# --- the leaves ---------------------------------------------------------------------------------------------


def _of(community: Community) -> ColumnElement[bool]:
    return or_(HoursAgreement.first_id == community.id, HoursAgreement.second_id == community.id)


def _touches(community: Community) -> ColumnElement[bool]:
    return or_(
        HoursAcross.giver_community_id == community.id, HoursAcross.receiver_community_id == community.id
    )


def _sum(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _crossed(session: Session, community: Community, rows: Sequence[HoursAcross]) -> list[Crossed]:
    """See acts from one of their two communities, with the members of both."""
    ids = {one for row in rows for one in (row.giver_id, row.receiver_id)}
    members = {one.id: one for one in session.scalars(select(Member).where(Member.id.in_(ids)))}
    found = []
    for row in rows:
        gave = row.giver_community_id == community.id
        other = session.get_one(Community, row.receiver_community_id if gave else row.giver_community_id)
        sides = members[row.giver_id], members[row.receiver_id]
        found.append(Crossed(row, gave, other, *(sides if gave else sides[::-1])))
    return found
