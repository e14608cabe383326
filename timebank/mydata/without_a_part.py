"""Forgets how people sign in who have no part anywhere any more: no member and no office is theirs."""

from datetime import datetime

from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.hands.models import TrustOffer
from timebank.known import Whom
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import HouseholdShare
from timebank.people.known import KNOWN
from timebank.people.models import Office
from timebank.people.models import OfficeEvent
from timebank.people.models import Person
from timebank.people.models import SignIn

#: So many at a time; the next night finds the rest.
_AT_ONCE = 500


def forget_people(session: Session, *, before: datetime) -> int:
    """Forget addresses and passwords of whoever had no part since a moment; tell of how many.

    Somebody who acted for a household that was erased, or who has left it and came back nowhere. Not while
    hours of theirs wait to be settled, or somebody asks them to act. A person is of no one community.
    """
    nowhere = (
        or_(Person.email.is_not(None), Person.password_hash.is_not(None)),
        Person.created_at < before,
        ~exists().where(Hand.person_id == Person.id),
        ~exists().where(Office.person_id == Person.id),
        ~exists().where(HandEvent.person_id == Person.id, HandEvent.happened_at >= before),
        ~exists().where(OfficeEvent.person_id == Person.id, OfficeEvent.happened_at >= before),
        ~exists().where(SignIn.person_id == Person.id, SignIn.seen_at >= before),
        ~exists().where(HouseholdShare.person_id == Person.id, HouseholdShare.settled_at.is_(None)),
        ~exists().where(TrustOffer.email == Person.email),
    )
    some = select(Person.id, Person.email).where(*nowhere).order_by(Person.id).limit(_AT_ONCE)
    people = [(one.id, one.email) for one in session.execute(some)]
    for person_id, email in people:
        whom = Whom(community_id=-1, member_id=-1, person_id=person_id, email=email or "", only_here=True)
        for part in KNOWN:
            if part.erase is not None:
                part.erase(session, part, whom)
    session.expire_all()
    return len(people)
