"""Reading how members can be reached, and what of it a given reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.contacts.hiding import is_hidden_from
from timebank.contacts.keys import key_of
from timebank.contacts.models import AGREED
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import KINDS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import ContactDetail
from timebank.contacts.sharing import UNDER_18
from timebank.contacts.sharing import Bounds
from timebank.contacts.sharing import bounds_of
from timebank.exchanges import models as exchanges
from timebank.exchanges.models import Exchange
from timebank.members.guardians import guardian_of
from timebank.members.models import Member

#: What the audit trail calls it where an officer is shown how a member is reached.
LOOKED = ("contact_desk.look", "data_requests.print_out")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to reach somebody: as the member that they are, and whether as a coordinator."""

    member: Member | None = None
    coordinator: bool = False


def details_of(session: Session, *, member: Member) -> Sequence[ContactDetail]:
    """List every way to reach a member, whoever may see it."""
    found = session.scalars(select(ContactDetail).where(ContactDetail.member_id == member.id))
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def details_for(session: Session, *, member: Member, reader: Reader) -> Sequence[ContactDetail]:
    """List the ways to reach a member that this reader may see; oneself sees all."""
    details = details_of(session, member=member)
    if reader.member is not None and reader.member.id == member.id:
        return details
    seen = _audiences_with(session, member=member, reader=reader)
    bounds = bounds_for(session, member=member)
    return [detail for detail in details if bounds.narrow(detail.audience) in seen]


def bounds_for(session: Session, *, member: Member) -> Bounds:
    """Tell to whom a member's details are shown at most, and why: by age, by consent, by the rules."""
    if guardian_of(session, member=member) is not None:
        return Bounds(COORDINATORS, UNDER_18)
    return bounds_of(session, member=member)


def have_agreed(session: Session, *, one: Member, other: Member) -> bool:
    """Say whether two members have agreed an exchange: both have said yes to it, whoever gave.

    A proposal that waits is the word of one alone, and would open anybody's details to whoever proposes.
    What was reversed counts no longer.
    """
    both = or_(
        (Exchange.giver_id == one.id) & (Exchange.receiver_id == other.id),
        (Exchange.giver_id == other.id) & (Exchange.receiver_id == one.id),
    )
    agreed = Exchange.state.in_((exchanges.AGREED, exchanges.CONFIRMED))
    return bool(
        session.scalar(select(exists().where(both, agreed, Exchange.community_id == one.community_id)))
    )


def members_with(session: Session, *, community: Community, kind: str, value: str) -> Sequence[Member]:
    """Find who has written down the same telephone, address or other detail, however it is written."""
    key = key_of(kind, value)
    if not key:
        return []
    found = (
        select(Member)
        .join(ContactDetail, ContactDetail.member_id == Member.id)
        .where(
            ContactDetail.community_id == community.id,
            ContactDetail.kind == kind,
            ContactDetail.search_key == key,
        )
    )
    return session.scalars(found.order_by(Member.id)).all()


def _audiences_with(session: Session, *, member: Member, reader: Reader) -> frozenset[str]:
    """Tell which audiences of this member's details the reader is among."""
    audiences = {COORDINATORS, AGREED, MEMBERS} if reader.coordinator else set()
    other = reader.member
    if other is not None and not is_hidden_from(session, member=member, reader=other):
        audiences.add(MEMBERS)
        if have_agreed(session, one=member, other=other):
            audiences.add(AGREED)
    return frozenset(audiences)
