"""Letters about people's data: that they were erased, and that data of theirs got out."""

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.models import Member
from timebank.members.queries import people_of
from timebank.mydata.models import LeakTold
from timebank.queue import Task


def tell_of_leak(session: Session, task: Task) -> None:
    """Write to whoever acts for a member that data of theirs got out."""
    community = session.get_one(Community, task.community_id)
    told = session.get(LeakTold, (int(task.payload["leak"]), int(task.payload["member"])))
    if told is None or told.community_id != community.id:
        return
    member = session.get_one(Member, told.member_id)
    for person in people_of(session, member=member):
        if person.email:
            send_letter(
                session,
                "leak",
                community=community,
                to_address=person.email,
                language=person.language or community.language,
                member=member,
                words=told.words,
            )


def tell_of_erasure(
    session: Session, *, community: Community, to_address: str, language: str, backups_days: int
) -> None:
    """Write once more, and for the last time, to somebody who was erased."""
    send_letter(
        session,
        "erased",
        community=community,
        to_address=to_address,
        language=language,
        backups_days=backups_days,
    )
