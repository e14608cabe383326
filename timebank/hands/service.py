"""What may be done with hands: letting somebody act for a household or an organisation, and ending it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hands.queries import FOR_OTHERS
from timebank.members.choosing import choose_by_number
from timebank.members.models import ENDED
from timebank.members.models import GIVEN
from timebank.members.models import LONGEST_NAME
from timebank.members.models import PERSON
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.members.queries import person_of
from timebank.people.models import Person
from timebank.people.service import clean_email
from timebank.people.service import create_person
from timebank.people.service import find_by_email
from timebank.queue import enqueue
from timebank.text import clean_line
from timebank.text import is_visible

#: Tells somebody that they act for a member now, or do no longer.
TELL_OF_HAND = "tell-of-hand"


class NobodyNamed(Refusal):
    """Neither an e-mail address nor a member number."""

    sentence = N_("Please write an e-mail address or a member number.")
    field = "who"


class NameMissing(Refusal):
    """Somebody is named by an e-mail address alone, which tells the others nothing."""

    sentence = N_("Please write the name, too: the others see it.")
    field = "name"


class NobodySignsIn(Refusal):
    """A member as whom nobody signs in, and who so can act for nobody."""

    sentence = N_("Nobody signs in as %(name)s yet. Please let them sign in first.")
    field = "who"


class ActsAlready(Refusal):
    """Somebody who acts for this member already, or is this member."""

    sentence = N_("%(name)s acts for this member already.")
    field = "who"


class IsOnePerson(Refusal):
    """A person, for whom nobody can be added as for a household."""

    sentence = N_("This member is one person. Several act only for a household or an organisation.")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a form names them."""

    #: An e-mail address, or the number of a member of this community.
    who: str
    #: How the others call them; needed with an e-mail address.
    name: str = ""


def add_hand(session: Session, *, community: Community, member: Member, named: Named, actor: Actor) -> Hand:
    """Let somebody act for a household or an organisation, and have them told; the caller commits."""
    if member.kind == PERSON:
        raise IsOnePerson
    person, called = find_or_make(session, community=community, named=named)
    return give(session, member=member, person=person, called=called, acts_as=member.kind, actor=actor)


def end_hand(
    session: Session,
    *,
    member: Member,
    person: Person,
    actor: Actor,
    which: Sequence[str] = FOR_OTHERS,
) -> bool:
    """Let somebody act for a member no longer, from their next request on; False where they do not."""
    mine = select(Hand).where(Hand.member_id == member.id, Hand.person_id == person.id)
    hand = session.scalar(mine.where(Hand.acts_as.in_(which)).with_for_update())
    if hand is None:
        return False
    names = names_of(session, community_id=member.community_id, person_ids=[person.id])
    record(session, hand=hand, called=names.get(person.id, "?"), what=ENDED, actor=actor)
    session.delete(hand)
    session.flush()
    return True


def give(
    session: Session,
    *,
    member: Member,
    person: Person,
    called: str,
    acts_as: str,
    actor: Actor,
    may: str | None = None,
) -> Hand:
    """Write a hand down; that it may be is the caller's to know."""
    hand = Hand(
        person_id=person.id,
        member_id=member.id,
        community_id=member.community_id,
        acts_as=acts_as,
        may=may,
    )
    if session.get(Hand, (person.id, member.id)):
        raise ActsAlready(name=called)
    try:
        with session.begin_nested():
            session.add(hand)
            session.flush()
    except IntegrityError as clash:
        if violated(clash) == "pk_hand":
            raise ActsAlready(name=called) from clash
        raise
    record(session, hand=hand, called=called, what=GIVEN, actor=actor)
    return hand


def find_or_make(session: Session, *, community: Community, named: Named) -> tuple[Person, str]:
    """Find the person who is meant, with their name; whoever has an address can sign in by a link to it."""
    who = named.who.strip()
    if not who:
        raise NobodyNamed
    if "@" not in who and "＠" not in who:
        member = choose_by_number(session, community=community, typed=who)
        person = person_of(session, member=member)
        if person is None:
            raise NobodySignsIn(name=member.name)
        return person, member.name
    name = clean_line(named.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise NameMissing
    email = clean_email(who.replace("＠", "@"))
    # Whether the address was known is not to be seen from outside.
    return find_by_email(session, email) or create_person(session, email=email, password=None), name


def record(session: Session, *, hand: Hand, called: str, what: str, actor: Actor) -> None:
    """Write down what was done about a hand, and have its person told."""
    event = HandEvent(
        member_id=hand.member_id,
        community_id=hand.community_id,
        person_id=hand.person_id,
        called=called,
        acts_as=hand.acts_as,
        may=hand.may,
        what=what,
        happened_at=clock.now(),
        actor=str(actor),
    )
    session.add(event)
    session.flush()
    enqueue(
        session,
        community_id=hand.community_id,
        kind=TELL_OF_HAND,
        payload={"event": event.id},
        key=f"{TELL_OF_HAND}:{event.id}",
    )
