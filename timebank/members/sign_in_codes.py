"""Who may be given a one-time code by an officer, and the giving of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import PERSON
from timebank.members.models import SELF
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.models import MemberEvent
from timebank.members.service import SeveralActForIt
from timebank.members.service import give_hand
from timebank.people.codes import make_code
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.people.service import create_person

#: What the member's history calls it.
CODE_GIVEN = "sign-in-code"


class HasEmail(Refusal):
    """A member who can have a link sent, which no officer sees."""

    sentence = N_(
        "%(name)s has an e-mail address and gets no code. On the sign-in page they have a link sent to it."
    )


class HoldsOffice(Refusal):
    """An officer, whose office a code would open to whoever gave it."""

    sentence = N_("%(name)s holds an office and gets no code, since it would open the office, too.")


class PartElsewhere(Refusal):
    """A person who takes part in another community, where this one's officers have nothing to say."""

    sentence = N_("%(name)s takes part in another community, too, and gets no code from an officer of one.")


def give_code(session: Session, *, community: Community, member: Member, actor: Actor) -> str:
    """Give a member a code that signs them in here once; who has never signed in can from now on.

    Refused for whoever could lose more by it than this community; the caller commits.
    """
    person = person_behind(session, member=member)
    if member.kind != PERSON:
        raise SeveralActForIt(name=member.name)
    if person is None:
        person = create_person(session, password=None)
        give_hand(session, person=person, member=member, actor=actor)
    check_code(session, member=member, person=person)
    code = make_code(session, person=person, community=community)
    session.add(
        MemberEvent(
            member_id=member.id,
            community_id=community.id,
            happened_at=clock.now(),
            actor=str(actor),
            what=CODE_GIVEN,
        )
    )
    session.flush()
    return code


def check_code(session: Session, *, member: Member, person: Person) -> None:
    """Refuse a code for whoever has another way in, or more to lose."""
    if person.email:
        raise HasEmail(name=member.name)
    if session.scalar(select(Office.role).where(Office.person_id == person.id).limit(1)):
        raise HoldsOffice(name=member.name)
    elsewhere = select(Hand.member_id).where(
        Hand.person_id == person.id,
        Hand.community_id != member.community_id,
    )
    if session.scalar(elsewhere.limit(1)):
        raise PartElsewhere(name=member.name)


def person_behind(session: Session, *, member: Member) -> Person | None:
    """Find the person who is a member themselves; others may act for it, too."""
    own = select(Person).join(Hand, Hand.person_id == Person.id)
    return session.scalar(own.where(Hand.member_id == member.id, Hand.acts_as == SELF))
