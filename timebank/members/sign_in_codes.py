"""What an officer may do for whoever cannot sign in: give a one-time code, take a lost second step away."""

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
from timebank.people import factors
from timebank.people.codes import make_code
from timebank.people.factor_letters import RESET
from timebank.people.factor_letters import tell
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.people.service import create_person

#: What the member's history calls it.
CODE_GIVEN, SECOND_STEP_RESET = "sign-in-code", "second-step-reset"


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


class HasSecondStep(Refusal):
    """A member with a second factor, which a code would go round."""

    sentence = N_("%(name)s signs in with a second step and gets no code, since it would go round that.")


class NoSecondStep(Refusal):
    """A member who has no second factor that could be taken away."""

    sentence = N_("%(name)s does not sign in with a second step.")


class OwnSecondStep(Refusal):
    """An officer who would go round their own second factor."""

    sentence = N_("This is your own second step. You change it under “My sign-in”.")


class AlsoElsewhere(Refusal):
    """A person of another community, too, where this one's officers have nothing to say."""

    sentence = N_(
        "%(name)s takes part in another community, too. Only whoever runs the program can take the second "
        "step away there."
    )


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
    session.add(_event(member, CODE_GIVEN, actor))
    session.flush()
    return code


def check_code(session: Session, *, member: Member, person: Person) -> None:
    """Refuse a code for whoever has another way in, or more to lose."""
    if person.email:
        raise HasEmail(name=member.name)
    if session.scalar(select(Office.role).where(Office.person_id == person.id).limit(1)):
        raise HoldsOffice(name=member.name)
    if factors.is_set_up(session, person=person):
        raise HasSecondStep(name=member.name)
    if _is_elsewhere(session, member=member, person=person):
        raise PartElsewhere(name=member.name)


def reset_second_step(session: Session, *, community: Community, member: Member, actor: Actor) -> None:
    """Take a second factor away that a member has lost: all their sign-ins end, and they are told.

    The password stays as it is, so that whoever takes the factor away does not come in by that. The
    caller commits.
    """
    person = check_reset(session, member=member, by=actor.person_id)
    factors.remove(session, person=person)
    session.add(_event(member, SECOND_STEP_RESET, actor))
    tell(session, person=person, community=community, what=RESET)
    session.flush()


def check_reset(session: Session, *, member: Member, by: int | None) -> Person:
    """Refuse to take away what is one's own, not there, or another community's business, too."""
    person = person_behind(session, member=member)
    if person is None or not factors.is_set_up(session, person=person):
        raise NoSecondStep(name=member.name)
    if person.id == by:
        raise OwnSecondStep
    # At the terminal nobody's community is asked.
    if by is not None and _is_elsewhere(session, member=member, person=person):
        raise AlsoElsewhere(name=member.name)
    return person


def person_behind(session: Session, *, member: Member) -> Person | None:
    """Find the person who is a member themselves; others may act for it, too."""
    own = select(Person).join(Hand, Hand.person_id == Person.id)
    return session.scalar(own.where(Hand.member_id == member.id, Hand.acts_as == SELF))


def _is_elsewhere(session: Session, *, member: Member, person: Person) -> bool:
    """Say whether somebody has a part in another community, as a member or by an office."""
    hand = select(Hand.member_id).where(Hand.person_id == person.id, Hand.community_id != member.community_id)
    office = select(Office.role).where(
        Office.person_id == person.id, Office.community_id != member.community_id
    )
    return any(session.execute(one.limit(1)).first() for one in (hand, office))


def _event(member: Member, what: str, actor: Actor) -> MemberEvent:
    return MemberEvent(
        member_id=member.id,
        community_id=member.community_id,
        happened_at=clock.now(),
        actor=str(actor),
        what=what,
    )
