"""Finding insurances and licences: of one member, of a kind, and those that soon run out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import false
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.members.models import ACTIVE
from timebank.members.models import AWAY
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import selves_of

#: So long before the last day coordinators and the member are told.
DAYS_BEFORE = 30
#: Longer lists are looked through by kind.
MOST_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """An insurance or licence with its kind and whose it is."""

    licence: Licence
    kind: LicenceKind
    member: Member
    #: Until its last day, which is nought; below that it has run out. None where it has no end.
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """Something of a member's history: what was seen, by whom, and what became of it."""

    licence: Licence
    kind: LicenceKind
    #: The members that those are who saw it and who ended it; None where it was somebody from outside.
    seen_by: Member | None
    over_by: Member | None


def find_licence(session: Session, *, community: Community, licence_id: int) -> Listed | None:
    """Find one of this community, with its kind and member; another community's is not found."""
    found = _listed(community).where(Licence.id == licence_id)
    return next(iter(_rows(session, community, found)), None)


def list_licences(
    session: Session,
    *,
    community: Community,
    kind: LicenceKind | None = None,
    within_days: int | None = None,
    over: bool = False,
) -> Sequence[Listed]:
    """List what holds, or did until it ran out, what ends first on top; what has no end stands last.

    Of those who have left nothing is listed, and of retired kinds only where one is asked for.
    """
    today = clock.today(community.time_zone)
    found = _listed(community).where(Licence.over_at.is_(None), Member.state != LEFT)
    found = found.where(LicenceKind.retired == false() if kind is None else LicenceKind.id == kind.id)
    if over:
        found = found.where(Licence.ends_on < today)
    elif within_days is not None:
        found = found.where(_ends_within(today, within_days))
    ordered = found.order_by(
        Licence.ends_on.is_(None), Licence.ends_on, Member.sort_key, Member.number, LicenceKind.position
    )
    return _rows(session, community, ordered.limit(MOST_LISTED + 1))


def licences_of(session: Session, *, community: Community, member: Member) -> Sequence[Listed]:
    """List what a member has now, also of kinds that are retired."""
    mine = _listed(community).where(Licence.member_id == member.id, Licence.over_at.is_(None))
    return _rows(session, community, mine.order_by(LicenceKind.position, LicenceKind.id))


def history_of(session: Session, *, community: Community, member: Member) -> Sequence[Past]:
    """List everything that was ever seen of a member, the newest first."""
    mine = (
        select(Licence, LicenceKind)
        .join(LicenceKind, LicenceKind.id == Licence.kind_id)
        .where(Licence.member_id == member.id, Licence.community_id == community.id)
        .order_by(Licence.id.desc())
    )
    found = session.execute(mine).all()
    people = {one for row, _ in found for one in (row.seen_person_id, row.over_person_id) if one is not None}
    names = selves_of(session, community_id=community.id, person_ids=people)
    return [
        Past(row, kind, names.get(row.seen_person_id or 0), names.get(row.over_person_id or 0))
        for row, kind in found
    ]


def count_running_out(session: Session, *, community: Community) -> int:
    """Count what runs out soon, or has run out, of those who take part."""
    soon = _ends_within(clock.today(community.time_zone), DAYS_BEFORE)
    counted = (
        select(func.count(Licence.id))
        .join(Member, Member.id == Licence.member_id)
        .join(LicenceKind, LicenceKind.id == Licence.kind_id)
        .where(Licence.community_id == community.id, Licence.over_at.is_(None), soon)
        .where(LicenceKind.retired == false(), Member.state.in_((ACTIVE, AWAY)))
    )
    return session.scalar(counted) or 0


def to_warn_of(session: Session, *, community: Community) -> Sequence[Listed]:
    """List what runs out soon and nobody was told of, of those who take part, and hold it.

    Who is suspended is told of once they take part again; nobody writes to those who have left.
    """
    soon = _ends_within(clock.today(community.time_zone), DAYS_BEFORE)
    found = (
        _listed(community)
        .where(Licence.over_at.is_(None), Licence.warned_at.is_(None), soon)
        .where(LicenceKind.retired == false(), Member.state.in_((ACTIVE, AWAY)))
        .order_by(Licence.ends_on, Member.sort_key, Member.number, LicenceKind.position)
    )
    return _rows(session, community, found.with_for_update(of=Licence))


def ends_of_kind(
    session: Session, *, community: Community, kind: LicenceKind, members: Sequence[Member]
) -> dict[int, Licence]:
    """Tell which of these members have one of a kind, by the member's id."""
    found = select(Licence).where(
        Licence.community_id == community.id,
        Licence.kind_id == kind.id,
        Licence.over_at.is_(None),
        Licence.member_id.in_([member.id for member in members]),
    )
    return {one.member_id: one for one in session.scalars(found)}


def usual_end(session: Session, *, community: Community, kind: LicenceKind) -> date | None:
    """Suggest the last day for many at once: the one most have now, and a year later where that is near.

    Volunteers' insurance runs out on the same day for everybody.
    """
    most = (
        select(Licence.ends_on)
        .where(Licence.community_id == community.id, Licence.kind_id == kind.id, Licence.over_at.is_(None))
        .where(Licence.ends_on.is_not(None))
        .group_by(Licence.ends_on)
        .order_by(func.count().desc(), Licence.ends_on.desc())
        .limit(1)
    )
    end = session.scalar(most)
    near = clock.today(community.time_zone) + timedelta(days=2 * DAYS_BEFORE)
    while end is not None and end <= near:
        end = _year_later(end)
    return end


def _year_later(day: date) -> date:
    """Give the same day of the next year; after the 29th of February comes the 28th."""
    last = day.month == 2 and day.day == 29
    return day.replace(year=day.year + 1, day=28 if last else day.day)


def _listed(community: Community) -> Select[Licence, LicenceKind, Member]:
    return (
        select(Licence, LicenceKind, Member)
        .join(LicenceKind, LicenceKind.id == Licence.kind_id)
        .join(Member, Member.id == Licence.member_id)
        .where(Licence.community_id == community.id)
    )


def _rows(
    session: Session, community: Community, found: Select[Licence, LicenceKind, Member]
) -> list[Listed]:
    today = clock.today(community.time_zone)
    return [
        Listed(licence, kind, member, (licence.ends_on - today).days if licence.ends_on else None)
        for licence, kind, member in session.execute(found)
    ]


def _ends_within(today: date, days: int) -> ColumnElement[bool]:
    return Licence.ends_on <= today + timedelta(days=days)
