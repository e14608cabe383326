"""Letters about what runs out: to coordinators all of it in one, and to each member what is theirs."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.licences.queries import DAYS_BEFORE
from timebank.licences.queries import to_warn_of
from timebank.mail import send_letter
from timebank.members.queries import people_of
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.queue import Task
from timebank.rights import COORDINATOR

#: Looks every day for what runs out soon.
WARN_OF_LICENCES = "warn-of-licences"


def warn_of_licences(session: Session, task: Task) -> None:
    """Tell coordinators and members of what runs out within thirty days, once of each."""
    community = session.get_one(Community, task.community_id)
    found = to_warn_of(session, community=community)
    if not found:
        return
    for one in found:
        one.licence.warned_at = clock.now()
    for person in _coordinators(session, community):
        _send(session, community, person, "licences", found=found)
    by_member = sorted(found, key=lambda one: one.member.id)
    for _, group in groupby(by_member, key=lambda one: one.member.id):
        theirs = list(group)
        for person in people_of(session, member=theirs[0].member):
            _send(session, community, person, "own_licences", found=theirs, member=theirs[0].member)
    session.flush()


def _coordinators(session: Session, community: Community) -> Iterable[Person]:
    found = (
        select(Person)
        .join(Office, Office.person_id == Person.id)
        .where(Office.community_id == community.id, Office.role == COORDINATOR)
    )
    return session.scalars(found.order_by(Person.id)).all()


def _send(session: Session, community: Community, person: Person, template: str, **facts: Any) -> None:
    if person.email:
        send_letter(
            session,
            template,
            community=community,
            to_address=person.email,
            language=person.language or community.language,
            days=DAYS_BEFORE,
            **facts,
        )
