"""Trusted persons: asked by a member, accepted by themselves, ended by either, or by a coordinator."""

import secrets
from collections.abc import Collection
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hands.models import TrustOffer
from timebank.hands.service import Named
from timebank.hands.service import NameMissing
from timebank.hands.service import NobodyNamed
from timebank.hands.service import give
from timebank.hands.service import record
from timebank.members.choosing import choose_by_number
from timebank.members.models import GIVEN
from timebank.members.models import LEFT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import PERSON
from timebank.members.models import TRUSTED
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.members.queries import person_of
from timebank.members.queries import selves_of
from timebank.members.service import NotActive
from timebank.members.service import record_event
from timebank.people.models import Person
from timebank.people.service import clean_email
from timebank.people.service import create_person
from timebank.people.service import find_by_email
from timebank.people.sign_ins import hashed
from timebank.queue import enqueue
from timebank.rights import TICKS
from timebank.text import clean_line
from timebank.text import is_visible

#: For how long somebody can accept.
GOOD_FOR = timedelta(days=14)
#: The same question within so long is the same one: its mail is on the way.
_DOUBLE_CLICK = timedelta(minutes=10)
#: More are no trusted persons but a crowd.
MOST = 10
#: Asks somebody by mail whether they will act for a member.
ASK_FOR_TRUST = "ask-for-trust"
#: What a member's history calls it.
ASKED, TAKEN_BACK = "trusted-asked", "trusted-taken-back"


class NotForSeveral(Refusal):
    """A household or an organisation names somebody it trusts."""

    sentence = N_("Several persons act for %(name)s already. A coordinator adds others to them.")


class NothingTicked(Refusal):
    """Somebody is named who may do nothing."""

    sentence = N_("Please tick at least one thing that they may do.")
    field = "ticks"


class IsYourself(Refusal):
    """A member names themselves."""

    sentence = N_("This is the member themselves. Please name somebody else.")
    field = "who"


class SignsInNowhere(Refusal):
    """A member as whom nobody signs in is to be trusted, and could accept nowhere."""

    sentence = N_(
        "%(name)s does not sign in here. Please write their e-mail address, or ask the coordinators."
    )
    field = "who"


class TrustedAlready(Refusal):
    """Somebody who is trusted by this member already."""

    sentence = N_("%(name)s is trusted already. What they may do can be changed in the list.")
    field = "who"


class TooManyTrusted(Refusal):
    """More trusted persons than anybody keeps in view."""

    sentence = N_("At most %(most)s persons can be trusted at once. Please end it for somebody first.")


def ask(
    session: Session,
    *,
    community: Community,
    member: Member,
    named: Named,
    ticks: Collection[str],
    actor: Actor,
) -> TrustOffer:
    """Ask somebody whether they will act for a member, within what is ticked; the caller commits.

    Whether an address is known here makes no difference to whoever writes it.
    """
    if member.kind != PERSON:
        raise NotForSeveral(name=member.name)
    if member.state == LEFT:
        raise NotActive
    may = _ticked(ticks)
    email, asked, called = _whom(session, community, member, named)
    for older in _same(session, member, email=email, asked=asked):
        if older.may == may and older.declined_at is None and older.asked_at > clock.now() - _DOUBLE_CLICK:
            return older
        # Who is asked anew answers what is asked now.
        session.delete(older)
    session.flush()
    _check_number(session, member)
    offer = TrustOffer(
        community_id=community.id,
        member_id=member.id,
        called=called,
        email=email,
        asked_member_id=asked.id if asked else None,
        may=may,
        token_hash=None,
        asked_at=clock.now(),
        declined_at=None,
    )
    session.add(offer)
    session.flush()
    record_event(session, member=member, what=ASKED, value=called, actor=actor)
    enqueue(session, community_id=community.id, kind=ASK_FOR_TRUST, payload={"offer": offer.id})
    return offer


def offers_of(session: Session, *, member: Member) -> Sequence[TrustOffer]:
    """List whom a member has asked and who has not accepted, the first first."""
    asked = select(TrustOffer).where(TrustOffer.member_id == member.id)
    return session.scalars(asked.order_by(TrustOffer.id)).all()


def offers_to(session: Session, *, person: Person, community: Community) -> list[tuple[TrustOffer, Member]]:
    """List the members who ask a person to act for them, and wait for the answer."""
    self = selves_of(session, community_id=community.id, person_ids=[person.id]).get(person.id)
    to_them: list[ColumnElement[bool]] = []
    if person.email:
        to_them.append(TrustOffer.email == person.email)
    if self is not None:
        to_them.append(TrustOffer.asked_member_id == self.id)
    if not to_them:
        return []
    found = (
        select(TrustOffer, Member)
        .join(Member, Member.id == TrustOffer.member_id)
        .where(TrustOffer.community_id == community.id, or_(*to_them), *_waiting())
    )
    return [(row.TrustOffer, row.Member) for row in session.execute(found.order_by(TrustOffer.id))]


def find_offer(session: Session, *, member: Member, offer_id: int) -> TrustOffer | None:
    """Find one of a member's own questions."""
    return session.scalar(
        select(TrustOffer).where(TrustOffer.id == offer_id, TrustOffer.member_id == member.id)
    )


def find_by_token(session: Session, *, community: Community, token: str) -> tuple[TrustOffer, Member] | None:
    """Find the question that a mail asks, and whose it is; None where it is over or too old."""
    found = (
        select(TrustOffer, Member)
        .join(Member, Member.id == TrustOffer.member_id)
        .where(TrustOffer.token_hash == hashed(token), TrustOffer.community_id == community.id, *_waiting())
    )
    row = session.execute(found).one_or_none()
    return (row.TrustOffer, row.Member) if row else None


def accept(session: Session, *, offer: TrustOffer, member: Member, person: Person) -> Hand:
    """Let somebody act from now on who has said yes; the caller knows that it is they."""
    if person_of(session, member=member) is person:
        raise IsYourself
    actor = Actor(person_id=person.id, member_id=None, how="web")
    hand = give(
        session,
        member=member,
        person=person,
        called=offer.called,
        acts_as=TRUSTED,
        may=offer.may,
        actor=actor,
    )
    session.delete(offer)
    session.flush()
    return hand


def find_trusted(session: Session, *, member: Member, person_id: int) -> Hand | None:
    """Find the hand of somebody whom a member trusts."""
    mine = select(Hand).where(Hand.member_id == member.id, Hand.person_id == person_id)
    return session.scalar(mine.where(Hand.acts_as == TRUSTED))


def change_ticks(session: Session, *, hand: Hand, ticks: Collection[str], actor: Actor) -> None:
    """Let a trusted person do what is ticked from their next request on, and no more; both are told."""
    may = _ticked(ticks)
    held = select(Hand).where(Hand.member_id == hand.member_id, Hand.person_id == hand.person_id)
    now = session.scalar(held.with_for_update().execution_options(populate_existing=True))
    # Ended at this moment: there is nothing to change any more.
    if now is None or now.may == may:
        return
    now.may = may
    names = names_of(session, community_id=hand.community_id, person_ids=[hand.person_id])
    record(session, hand=hand, called=names.get(hand.person_id, "?"), what=GIVEN, actor=actor)


def person_asked(session: Session, *, offer: TrustOffer) -> Person | None:
    """Find who is asked; whoever reads the address and never signed in anywhere can from now on."""
    if offer.email is not None:
        known = find_by_email(session, offer.email)
        return known or create_person(session, email=offer.email, password=None)
    asked = session.get(Member, offer.asked_member_id)
    return person_of(session, member=asked) if asked else None


def decline(session: Session, *, offer: TrustOffer) -> None:
    """Write down that somebody would rather not; the member reads it."""
    offer.declined_at = clock.now()
    session.flush()


def take_back(session: Session, *, offer: TrustOffer, member: Member, actor: Actor) -> None:
    """Take a question back; whoever was asked finds nothing any more."""
    record_event(session, member=member, what=TAKEN_BACK, value=offer.called, actor=actor)
    session.delete(offer)
    session.flush()


def fresh_token(session: Session, offer: TrustOffer) -> str:
    """Make the token of a question, anew each time its mail is tried: it is kept nowhere else."""
    token = secrets.token_urlsafe(24)
    offer.token_hash = hashed(token)
    session.flush()
    return token


def _ticked(ticks: Collection[str]) -> str:
    """Write down what is ticked, in the order of the list."""
    may = " ".join(tick for tick in TICKS if tick in ticks)
    if not may:
        raise NothingTicked
    return may


def _whom(
    session: Session, community: Community, member: Member, named: Named
) -> tuple[str | None, Member | None, str]:
    """Tell who is asked, by an address or as a member here, and how they are called."""
    who = named.who.strip()
    if not who:
        raise NobodyNamed
    if "@" in who or "＠" in who:
        name = clean_line(named.name, longest=LONGEST_NAME)
        if not is_visible(name):
            raise NameMissing
        email = clean_email(who.replace("＠", "@"))
        own = person_of(session, member=member)
        if own is not None and own.email == email:
            raise IsYourself
        return email, None, name
    asked = choose_by_number(session, community=community, typed=who)
    if asked.id == member.id:
        raise IsYourself
    person = person_of(session, member=asked)
    if person is None or asked.state == LEFT:
        raise SignsInNowhere(name=asked.name)
    if session.get(Hand, (person.id, member.id)):
        raise TrustedAlready(name=asked.name)
    return None, asked, asked.name


def _check_number(session: Session, member: Member) -> None:
    hands = select(Hand.person_id).where(Hand.member_id == member.id, Hand.acts_as == TRUSTED)
    waiting = select(TrustOffer.id).where(TrustOffer.member_id == member.id)
    if len(session.scalars(hands).all()) + len(session.scalars(waiting).all()) >= MOST:
        raise TooManyTrusted(most=MOST)


def _same(
    session: Session, member: Member, *, email: str | None, asked: Member | None
) -> Sequence[TrustOffer]:
    """Find older questions of a member to the same one."""
    same = TrustOffer.email == email if email else TrustOffer.asked_member_id == (asked.id if asked else 0)
    return session.scalars(select(TrustOffer).where(TrustOffer.member_id == member.id, same)).all()


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return (
        TrustOffer.declined_at.is_(None),
        TrustOffer.asked_at > clock.now() - GOOD_FOR,
        Member.state != LEFT,
    )
