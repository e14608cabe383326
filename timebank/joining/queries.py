"""Reading who wants to join, and what a member had said when they joined."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.contacts import models as contacts
from timebank.contacts.queries import members_with
from timebank.joining.models import DECLINED
from timebank.joining.models import WAITING
from timebank.joining.models import Application
from timebank.members.models import Member
from timebank.people.sign_ins import hashed


def find_application(session: Session, *, community: Community, application_id: int) -> Application | None:
    """Find an application of this community; another community's is not found."""
    found = select(Application).where(Application.id == application_id)
    return session.scalar(found.where(Application.community_id == community.id))


def find_by_guardian(session: Session, *, community: Community, token: str) -> Application | None:
    """Find about whom a guardian was asked by mail, while their word is waited for."""
    found = select(Application).where(
        Application.guardian_token_hash == hashed(token),
        Application.community_id == community.id,
        Application.state == WAITING,
    )
    return session.scalar(found)


def waiting(session: Session, *, community: Community, limit: int = 200) -> Sequence[Application]:
    """List who waits for an answer, who has waited longest first."""
    found = select(Application).where(Application.community_id == community.id, Application.state == WAITING)
    return session.scalars(found.order_by(Application.id).limit(limit)).all()


def lately_declined(session: Session, *, community: Community, limit: int = 50) -> Sequence[Application]:
    """List who was declined and is not forgotten yet, the latest first."""
    found = select(Application).where(Application.community_id == community.id, Application.state == DECLINED)
    return session.scalars(found.order_by(Application.id.desc()).limit(limit)).all()


def count_waiting(session: Session, community: Community) -> int:
    """Count who waits for an answer."""
    count = select(func.count()).select_from(Application)
    return (
        session.scalar(count.where(Application.community_id == community.id, Application.state == WAITING))
        or 0
    )


def application_of(session: Session, *, member: Member) -> Application | None:
    """Find what a member had said when they joined; the latest where they came twice."""
    found = select(Application).where(Application.member_id == member.id)
    return session.scalar(found.order_by(Application.id.desc()).limit(1))


def known_already(session: Session, *, community: Community, application: Application) -> Sequence[Member]:
    """Find members who have written down the same telephone or address: perhaps the same person."""
    found: dict[int, Member] = {}
    for kind, value in (
        (contacts.TELEPHONE, application.telephone),
        (contacts.EMAIL, application.email),
    ):
        if value:
            same = members_with(session, community=community, kind=kind, value=value)
            found |= {member.id: member for member in same}
    return list(found.values())
