"""Finding who has left a household, and what they wait for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import ENDED
from timebank.members.models import HOUSEHOLD
from timebank.members.models import ORGANISATION
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.people.models import Person


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who has left a household."""

    person_id: int
    name: str
    #: What they wait for; None where they wait for nothing.
    waits: HouseholdShare | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A share that waits for a coordinator."""

    share: HouseholdShare
    household: Member
    name: str


def count_open(session: Session, community: Community) -> int:
    """Count the shares that wait for a coordinator."""
    return session.scalars(select(func.count(HouseholdShare.id)).where(*_open_in(community))).one()


def waits_with(session: Session, *, household: Member) -> list[str]:
    """Name who has left a household and waits for their own hours."""
    return [one.name for one in who_left(session, household=household) if one.waits]


def waiting(session: Session, *, community: Community) -> list[Waiting]:
    """List the shares that wait for a coordinator, the oldest first."""
    found = (
        select(HouseholdShare, Member)
        .join(Member, Member.id == HouseholdShare.member_id)
        .where(*_open_in(community))
    )
    rows = [(share, member) for share, member in session.execute(found.order_by(HouseholdShare.id))]
    ids = [share.person_id for share, _member in rows]
    names = names_of(session, community_id=community.id, person_ids=ids)
    return [Waiting(share, member, names.get(share.person_id, "")) for share, member in rows]


def has_left(session: Session, *, household_id: int, person: Person) -> bool:
    """Say whether somebody acted for a household or an organisation, and does no longer."""
    acts = exists().where(Hand.member_id == household_id, Hand.person_id == person.id)
    ended = exists().where(
        HandEvent.member_id == household_id,
        HandEvent.person_id == person.id,
        HandEvent.acts_as.in_((HOUSEHOLD, ORGANISATION)),
        HandEvent.what == ENDED,
    )
    return bool(session.scalar(select(ended & ~acts)))


def who_left(session: Session, *, household: Member) -> Sequence[Left]:
    """List who has acted for a household and does no longer, by name."""
    here = select(Hand.person_id).where(Hand.member_id == household.id)
    gone = select(HandEvent.person_id).where(
        HandEvent.member_id == household.id,
        HandEvent.acts_as == HOUSEHOLD,
        HandEvent.what == ENDED,
        HandEvent.person_id.not_in(here),
    )
    ids = session.scalars(gone.distinct()).all()
    names = names_of(session, community_id=household.community_id, person_ids=ids)
    open_ones = select(HouseholdShare).where(
        HouseholdShare.member_id == household.id, HouseholdShare.settled_at.is_(None)
    )
    waits = {share.person_id: share for share in session.scalars(open_ones)}
    left = [Left(one, names.get(one, ""), waits.get(one)) for one in ids]
    return sorted(left, key=lambda one: (one.name, one.person_id))


def _open_in(community: Community) -> tuple[ColumnElement[bool], ...]:
    """Tell which shares wait; not that of somebody who has come back, until they leave again."""
    again = exists().where(
        Hand.member_id == HouseholdShare.member_id, Hand.person_id == HouseholdShare.person_id
    )
    return HouseholdShare.community_id == community.id, HouseholdShare.settled_at.is_(None), ~again
