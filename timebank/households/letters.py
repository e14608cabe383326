"""The letter about a share: whoever has left a household, and those who act for it, read what was settled."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.hands.queries import acting_for
from timebank.mail import send_letter
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.people.models import Person
from timebank.queue import Task


def tell_of_share(session: Session, task: Task) -> None:
    """Write to everybody whom a share concerns and who has an address."""
    share = session.scalar(
        select(HouseholdShare).where(
            HouseholdShare.id == task.payload["share"], HouseholdShare.community_id == task.community_id
        )
    )
    if share is None:
        return
    community = session.get_one(Community, task.community_id)
    household = session.get_one(Member, share.member_id)
    names = names_of(session, community_id=community.id, person_ids=[share.person_id])
    readers = [one.person for one in acting_for(session, member=household)]
    for reader in (session.get_one(Person, share.person_id), *readers):
        if reader.email:
            send_letter(
                session,
                "share_settled",
                community=community,
                to_address=reader.email,
                language=reader.language or community.language,
                called=names.get(share.person_id, ""),
                household=household,
                minutes=share.minutes,
                reason=share.reason,
            )
