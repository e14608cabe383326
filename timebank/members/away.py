"""Being away for a while: until a day, or until somebody comes back earlier."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import ACTIVE
from timebank.members.models import Absence
from timebank.members.models import Member
from timebank.members.queries import spelled
from timebank.members.service import NotActive
from timebank.members.service import record_event

#: Who is away longer asks again; nobody is forgotten for ever by a slip in the year.
LONGEST_DAYS = 2 * 366


class AwayDayPassed(Refusal):
    """A last day that is over."""

    sentence = N_("%(day)s is over already. Please write the last day on which you are away.")
    field = "until"


class AwayTooLong(Refusal):
    """A last day that is further away than anybody plans."""

    sentence = N_("At most two years can be entered at once. Please check the year.")
    field = "until"


def go_away(session: Session, *, community: Community, member: Member, until: date, actor: Actor) -> None:
    """Let others know that a member is away until a day, which is the last; the caller commits."""
    today = clock.today(community.time_zone)
    if member.state != ACTIVE:
        raise NotActive
    if until < today:
        raise AwayDayPassed(day=until)
    if (until - today).days > LONGEST_DAYS:
        raise AwayTooLong
    session.merge(Absence(member_id=member.id, community_id=member.community_id, until=until))
    record_event(session, member=member, what="away", value=until.isoformat(), actor=actor)


def come_back(session: Session, *, community: Community, member: Member, actor: Actor) -> None:
    """End an absence before its day; where there is none nothing happens."""
    if away_until(session, community=community, member=member) is not None:
        forget_absence(session, member=member)
        record_event(session, member=member, what="back", actor=actor)


def forget_absence(session: Session, *, member: Member) -> None:
    """Let go of an absence, whether it is over or not."""
    session.execute(delete(Absence).where(Absence.member_id == member.id))


def away_until(session: Session, *, community: Community, member: Member) -> date | None:
    """Tell the last day on which a member is away; None where they are here."""
    return absences(session, community=community, members=[member]).get(member.id)


def away_names(session: Session, *, community: Community) -> dict[str, date]:
    """Tell who is away today as forms spell them, and until when."""
    today = clock.today(community.time_zone)
    found = (
        select(Member.name, Member.number, Absence.until)
        .join(Absence, Absence.member_id == Member.id)
        .where(Member.community_id == community.id, Absence.until >= today)
    )
    return {spelled(name, number): until for name, number, until in session.execute(found)}


def absences(
    session: Session, *, community: Community, members: Collection[Member] | None = None
) -> dict[int, date]:
    """Tell who is away today, by id, and until when: of these members, or of all."""
    today = clock.today(community.time_zone)
    found = select(Absence).where(Absence.community_id == community.id, Absence.until >= today)
    if members is not None:
        found = found.where(Absence.member_id.in_([member.id for member in members]))
    return {one.member_id: one.until for one in session.scalars(found)}
