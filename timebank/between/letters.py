"""The letter to whoever was given hours by a member of another community."""

from sqlalchemy.orm import Session

from timebank.between.queries import find_across
from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.queries import people_of
from timebank.queue import Task


def tell_of_across(session: Session, task: Task) -> None:
    """Write to everybody who is the receiver, or their guardian, and has an address; in their language."""
    community = session.get_one(Community, task.community_id)
    one = find_across(session, community=community, across_id=task.payload["across"])
    if one is None or one.given_here or one.across.given_reversal_id is not None or one.ours.state == LEFT:
        return
    guardian = guardian_of(session, member=one.ours)
    readers = [(person.email, person.language) for person in people_of(session, member=one.ours)]
    if guardian is not None:
        readers.append((guardian.email, guardian.language))
    for address, language in readers:
        if address:
            send_letter(
                session,
                "across",
                community=community,
                to_address=address,
                language=language or community.language,
                giver=one.theirs,
                receiver=one.ours,
                other=one.other,
                minutes=one.across.received_minutes,
                words=one.across.words,
            )
