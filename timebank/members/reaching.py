"""To which addresses a letter about a member's own money goes, and in which language."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import farewell_of
from timebank.members.queries import people_of


def addresses_of(
    session: Session, *, member: Member, language: str, has_left: bool = False
) -> Iterator[tuple[str, str]]:
    """Give the addresses of those who act for a member, and of the guardian of somebody under 18.

    With each the language that somebody has chosen, or else the one that is given. Nobody writes to who has
    left, unless what they owe or are owed is left, too; and never to who has died.
    """
    if member.state == LEFT:
        farewell = farewell_of(session, member=member)
        if not has_left or (farewell is not None and farewell.died):
            return
    for person in people_of(session, member=member):
        if person.email:
            yield person.email, person.language or language
    guardian = guardian_of(session, member=member)
    if guardian is not None and guardian.email:
        yield guardian.email, guardian.language or language
