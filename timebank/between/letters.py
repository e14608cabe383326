"""The letters about hours that cross: to the receiver, and to the giver where others wrote it down."""

from sqlalchemy.orm import Session

from timebank.between.queries import Crossed
from timebank.between.queries import find_across
from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.queries import people_of
from timebank.queue import Task


def tell_of_across(session: Session, task: Task) -> None:
    """Write to everybody who is our side of it, or their guardian, and has an address; in their language.

    Of what was given here only to those who did not do it themselves; of what is taken back to all.
    """
    community = session.get_one(Community, task.community_id)
    taken_back = bool(task.payload.get("taken_back"))
    one = find_across(session, community=community, across_id=task.payload["across"])
    if one is None or one.ours.state == LEFT:
        return
    if one.across.given_reversal_id is not None and not taken_back:
        return
    knows = _knows(one) if one.given_here and not taken_back else None
    guardian = guardian_of(session, member=one.ours)
    people = people_of(session, member=one.ours)
    readers = [(person.email, person.language) for person in people if person.id != knows]
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
                one=one,
                taken_back=taken_back,
            )


def _knows(one: Crossed) -> int | None:
    """Tell which person gave it themself, on a page."""
    return one.across.done_person_id if one.across.done_how == "web" else None
