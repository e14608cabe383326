"""What may be done about insurances and licences: writing down what was seen, renewing, taking off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.licences.models import LONGEST_NOTE
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.service import clean_reason
from timebank.members.taking_part import TheyHaveLeft
from timebank.text import clean_line

#: Nothing holds longer that has an end; a year beyond that is a slip of the finger.
LONGEST_YEARS = 50


class EndPassed(Refusal):
    """A last day that is over."""

    sentence = N_("%(day)s is over already. Please write the last day on which it holds.")
    field = "ends_on"


class EndTooFar(Refusal):
    """A last day that is further away than anything holds."""

    sentence = N_("%(day)s is more than %(years)s years away. Please check the year.")
    field = "ends_on"


class KindRetired(Refusal):
    """A kind that the community asks for no longer."""

    sentence = N_("“%(name)s” is no longer on the list. Please choose another one.")
    field = "kind"


class LicenceOver(Refusal):
    """What is to be taken off the list is there no more."""

    sentence = N_("This is no longer on the list: it was renewed or taken off.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a member's insurance or licence."""

    kind: LicenceKind
    #: The last day; None where it has no end.
    ends_on: date | None
    note: str = ""


def write_down(
    session: Session, *, community: Community, member: Member, seen: Seen, actor: Actor
) -> Licence | None:
    """Write down what was seen; one of the same kind is renewed. None where it stands there already."""
    note = _checked(community, seen)
    # Against somebody who writes down the same at this moment, or lets the member leave.
    session.refresh(member, with_for_update=True)
    if member.state == LEFT:
        raise TheyHaveLeft(name=member.name)
    before = session.scalar(
        select(Licence).where(
            Licence.member_id == member.id, Licence.kind_id == seen.kind.id, Licence.over_at.is_(None)
        )
    )
    if before is not None:
        if (before.ends_on, before.note) == (seen.ends_on, note):
            return None
        _end(session, before, reason=None, actor=actor)
    licence = Licence(
        community_id=community.id,
        member_id=member.id,
        kind_id=seen.kind.id,
        ends_on=seen.ends_on,
        note=note,
        seen_at=clock.now(),
        seen_person_id=actor.person_id,
        seen_how=actor.how,
    )
    session.add(licence)
    session.flush()
    return licence


def write_down_for_many(
    session: Session, *, community: Community, members: Sequence[Member], seen: Seen, actor: Actor
) -> int:
    """Write down the same for many members, for all of them or for none; give for how many it was new."""
    new = 0
    # In the order of their ids, so that two who do this at once wait for each other and do not cross.
    for member in sorted(members, key=lambda one: one.id):
        written = write_down(session, community=community, member=member, seen=seen, actor=actor)
        new += written is not None
    return new


def take_off(session: Session, *, licence: Licence, reason: str, actor: Actor) -> None:
    """Take something off the list that was a mistake or no longer holds; it stays to be read."""
    why = clean_reason(reason)
    session.refresh(licence, with_for_update=True)
    if licence.over_at is not None:
        raise LicenceOver
    _end(session, licence, reason=why, actor=actor)


def _checked(community: Community, seen: Seen) -> str:
    """Refuse what cannot be so, and give the note as it is stored."""
    if seen.kind.retired:
        raise KindRetired(name=seen.kind.name)
    today = clock.today(community.time_zone)
    if seen.ends_on is not None and seen.ends_on < today:
        raise EndPassed(day=seen.ends_on)
    if seen.ends_on is not None and seen.ends_on.year > today.year + LONGEST_YEARS:
        raise EndTooFar(day=seen.ends_on, years=LONGEST_YEARS)
    return clean_line(seen.note, longest=LONGEST_NOTE)


def _end(session: Session, licence: Licence, *, reason: str | None, actor: Actor) -> None:
    licence.over_at = clock.now()
    licence.over_person_id = actor.person_id
    licence.over_reason = reason
    session.flush()


def bring_over(session: Session, *, member: Member, to: Member, actor: Actor) -> int:
    """Give the record that stays what an older one of the same member has; of two the one that ends later.

    Gives how many came over. What is past stays where it was seen.
    """
    current = select(Licence).where(Licence.member_id.in_((member.id, to.id)), Licence.over_at.is_(None))
    found = session.scalars(current.order_by(Licence.id).with_for_update()).all()
    theirs = {one.kind_id: one for one in found if one.member_id == to.id}
    came = 0
    for one in [one for one in found if one.member_id == member.id]:
        there = theirs.get(one.kind_id)
        if there is not None and _end_of(there) >= _end_of(one):
            _end(session, one, reason=None, actor=actor)
            continue
        if there is not None:
            _end(session, there, reason=None, actor=actor)
        one.member_id = to.id
        came += 1
    session.flush()
    return came


def _end_of(licence: Licence) -> date:
    return licence.ends_on or date.max
