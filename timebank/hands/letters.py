"""Letters about hands: that somebody acts for a member now, or does no longer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.people.models import Person
from timebank.queue import Task


def tell_of_hand(session: Session, task: Task) -> None:
    """Tell a person that they act for a member, or do no longer; never why."""
    event = session.scalar(
        select(HandEvent).where(
            HandEvent.id == task.payload["event"], HandEvent.community_id == task.community_id
        )
    )
    if event is None:
        return
    community = session.get_one(Community, task.community_id)
    person = session.get_one(Person, event.person_id)
    if person.email:
        send_letter(
            session,
            f"hand_{event.what}",
            community=community,
            to_address=person.email,
            language=person.language or community.language,
            called=event.called,
            member=session.get_one(Member, event.member_id),
        )
