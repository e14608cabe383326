"""Letters about presents of hours: who was given some reads from whom, and with which words."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.models import SELF
from timebank.members.models import TRUSTED
from timebank.members.models import Guardian
from timebank.members.models import Member
from timebank.members.queries import hands_on
from timebank.people.models import Person
from timebank.presents.models import Present
from timebank.queue import Task


def tell_of_present(session: Session, task: Task) -> None:
    """Write to whoever was given hours, and to who gave them where somebody else has written it down."""
    community = session.get_one(Community, task.community_id)
    present = session.scalar(
        select(Present).where(Present.id == task.payload["present"], Present.community_id == community.id)
    )
    if present is None:
        return
    taken_back = bool(task.payload["taken_back"])
    giver, receiver = (session.get_one(Member, one) for one in (present.giver_id, present.receiver_id))
    told = {
        "community": community,
        "giver": giver,
        "receiver": receiver,
        "present": present,
        "taken_back": taken_back,
    }
    _write(session, receiver, "receiver", told)
    # Whoever gave it themself knows; others who act for the giver, too, do not.
    knows = present.done_person_id if present.done_how == "web" and not taken_back else None
    _write(session, giver, "giver" if knows is None else "hands", told, but=knows)


def _write(session: Session, member: Member, side: str, told: dict[str, Any], but: int | None = None) -> None:
    """Write to those who are a member or act for it, and to the guardian of somebody under 18."""
    if member.state == LEFT:
        # Nobody writes to whoever has left, nor to the address of somebody who has died.
        return
    hands = hands_on(session, member=member)
    readers: list[tuple[Person | Guardian, str, bool]] = [
        (one, side, hand.acts_as != SELF) for hand, one in hands if hand.acts_as != TRUSTED and one.id != but
    ]
    guardian = guardian_of(session, member=member)
    if guardian is not None:
        # They read what an adult writes to somebody under 18.
        readers.append((guardian, "guardian", False))
    for reader, reads_as, for_other in readers:
        if reader.email:
            send_letter(
                session,
                "hours_given",
                to_address=reader.email,
                language=reader.language or told["community"].language,
                reads_as=reads_as,
                for_other=for_other,
                **told,
            )
