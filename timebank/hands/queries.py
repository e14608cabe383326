"""Finding hands: for whom somebody acts, who acts for a member, and how they are called."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from timebank.communities.models import Community
from timebank.members.models import ENDED
from timebank.members.models import HOUSEHOLD
from timebank.members.models import LEFT
from timebank.members.models import ORGANISATION
from timebank.members.models import SELF
from timebank.members.models import TRUSTED
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.people.models import Person
from timebank.rights import TICKS

#: The ways of acting for somebody else that can be chosen.
FOR_OTHERS = (HOUSEHOLD, ORGANISATION, TRUSTED)


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who acts for a member, as pages show it."""

    hand: Hand
    person: Person
    name: str

    @property
    def ticks(self) -> frozenset[str]:
        """What a trusted person may."""
        return ticks_of(self.hand)


def ticks_of(hand: Hand) -> frozenset[str]:
    """Tell what a trusted person may; a tick that the program no longer knows is none."""
    return frozenset((hand.may or "").split()) & TICKS.keys()


def reach_of(session: Session, *, person: Person, community: Community) -> list[tuple[Hand, Member]]:
    """List the members that a person is or acts for in a community, by name; who has left is none."""
    found = (
        select(Hand, Member)
        .join(Member, Member.id == Hand.member_id)
        .where(Hand.person_id == person.id, Hand.community_id == community.id, Member.state != LEFT)
        .where(Hand.acts_as.in_((SELF, *FOR_OTHERS)))
    )
    rows = session.execute(found.order_by(Member.sort_key, Member.number))
    return [(hand, member) for hand, member in rows]


def acting_for(session: Session, *, member: Member) -> list[Acting]:
    """List who acts for a member beside the member themselves, with their names."""
    hands = (
        select(Hand, Person)
        .join(Person, Person.id == Hand.person_id)
        .where(Hand.member_id == member.id, Hand.acts_as.in_(FOR_OTHERS))
    )
    rows = [(hand, person) for hand, person in session.execute(hands.order_by(Person.id))]
    names = names_of(session, community_id=member.community_id, person_ids=[one.id for _, one in rows])
    return [Acting(hand, person, names.get(person.id, "")) for hand, person in rows]


def hidden_from(session: Session, *, member: Member, reader: Member) -> bool:
    """Say whether a member has left a household which the reader is, or for which they act or have acted.

    Nothing is kept for it: who left and who ever acted stands among what was done about hands. It
    ends when they act for the household again.
    """
    left, theirs = aliased(HandEvent), aliased(HandEvent)
    still, own, reads = aliased(Hand), aliased(Hand), aliased(Hand)
    acts_again = exists().where(still.member_id == left.member_id, still.person_id == left.person_id)
    of_household = exists().where(
        reads.member_id == reader.id,
        reads.acts_as == SELF,
        theirs.person_id == reads.person_id,
        theirs.member_id == left.member_id,
    )
    found = exists().where(
        own.member_id == member.id,
        own.acts_as == SELF,
        left.person_id == own.person_id,
        left.community_id == member.community_id,
        left.acts_as == HOUSEHOLD,
        left.what == ENDED,
        ~acts_again,
        or_(left.member_id == reader.id, of_household),
    )
    return member.id != reader.id and bool(session.scalar(select(found)))


def may_answer(hand: Hand) -> bool:
    """Say whether somebody who acts for a member may confirm for them."""
    return hand.acts_as != TRUSTED or "answer" in ticks_of(hand)


def can_answer() -> ColumnElement[bool]:
    """Say in SQL that a hand may confirm: everybody's may, a trusted person's where that is ticked."""
    ticked = and_(Hand.acts_as == TRUSTED, (" " + Hand.may + " ").contains(" answer "))
    return or_(Hand.acts_as != TRUSTED, ticked)
