"""Leaving a household: whoever leaves asks for their own hours, and a coordinator settles it.

The account belongs to all of the household, so nobody takes from it alone; why it is so stands in
docs/adr/0027-hours-of-who-leaves-a-household.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.took_part import OwnPart
from timebank.exchanges.took_part import part_of
from timebank.hands.service import end_hand
from timebank.hours import Minutes
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import HOUSEHOLD
from timebank.members.models import LONGEST_REASON
from timebank.members.models import ORGANISATION
from timebank.members.models import PERSON
from timebank.members.models import Hand
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.queries import person_of
from timebank.members.queries import selves_of
from timebank.members.service import record_event
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.people.models import Person
from timebank.queue import enqueue
from timebank.text import clean_text

#: What an entry is that moves somebody's own hours out of a household's.
SHARE = "share"
#: Tells whoever has left, and the household, what was settled.
TELL_OF_SHARE = "tell-of-share"
#: What their histories call it.
SHARE_OUT, SHARE_IN, SHARE_NONE = "share-out", "share-in", "share-none"


class MoreThanIsThere(Refusal):
    """More is to be taken along than stands on the household's account."""

    sentence = N_("%(name)s has %(hours)s, so no more can be taken along.")
    field = "hours"


class StillActs(Refusal):
    """Hours are to be settled with somebody who acts for the household."""

    sentence = N_("They act for %(name)s still. Please end that first.")
    status = 409


class OwnShare(Refusal):
    """A coordinator settles what they take along themselves."""

    sentence = N_(
        "Nobody settles their own share, nor that of a household for which they act. Please ask another "
        "coordinator."
    )


class GoesNowhere(Refusal):
    """Hours are to be moved, and it is not said to whose account."""

    sentence = N_("Please choose the member to whose account the hours go.")
    field = "other"


class SomebodyElses(Refusal):
    """The account named is that of another person, or of several."""

    sentence = N_("%(name)s is somebody else's membership. Please choose their own, or enter them first.")
    field = "other"


class AboveTheHighest(Refusal):
    """The share would take the account that it goes to above what a member may have."""

    sentence = N_(
        "%(name)s would be %(beyond)s above the highest balance of %(limit)s. Nothing was moved; please "
        "settle less, and give the rest to a pool."
    )
    field = "hours"


@dataclass(frozen=True, slots=True)
class Figure:
    """What somebody who leaves has of a household's hours, in minutes, and how it comes about."""

    part: OwnPart
    #: What they have taken along before.
    taken: int
    #: What stands on the household's account; nothing where it is below zero.
    there: int

    @property
    def own(self) -> int:
        """What is theirs, by what was said of each exchange."""
        return max(self.part.balance - self.taken, 0)

    @property
    def offered(self) -> int:
        """What they can take along of it."""
        return min(self.own, self.there)


@dataclass(frozen=True, slots=True)
class _Moves:
    """What is moved: from whom, to whom, how much, and under which key."""

    household: Member
    receiver: Member
    minutes: int
    key: str


def figure_of(session: Session, *, community: Community, household: Member, person_id: int) -> Figure:
    """Work out what somebody has of a household's hours."""
    before = select(func.sum(HouseholdShare.minutes)).where(
        HouseholdShare.member_id == household.id, HouseholdShare.person_id == person_id
    )
    return Figure(
        part=part_of(session, member=household, person_id=person_id),
        taken=int(session.scalar(before) or 0),
        there=max(ledger.balance(session, hours_of(household, community)).balance, 0),
    )


def leave(
    session: Session, *, community: Community, household: Member, person: Person, minutes: int, actor: Actor
) -> bool:
    """Let somebody leave a household or an organisation, and ask for their hours; the caller commits.

    False where they do not act for it. An organisation's hours are its own: of those nobody takes any.
    """
    wished = minutes if household.kind == A_HOUSEHOLD else 0
    _check_there(session, community, household, wished)
    ways = (HOUSEHOLD, ORGANISATION)
    if not end_hand(session, member=household, person=person, actor=actor, which=ways):
        return False
    if wished:
        _open_share(session, household=household, person_id=person.id, minutes=wished, actor=actor)
    return True


def open_share(session: Session, *, household: Member, person_id: int) -> HouseholdShare | None:
    """Find what somebody who has left waits for."""
    return session.scalar(
        select(HouseholdShare).where(
            HouseholdShare.member_id == household.id,
            HouseholdShare.person_id == person_id,
            HouseholdShare.settled_at.is_(None),
        )
    )


def own_membership(session: Session, *, community: Community, person_id: int) -> Member | None:
    """Find the membership that is somebody's own; None where they have none here."""
    return selves_of(session, community_id=community.id, person_ids=[person_id]).get(person_id)


def settle(
    session: Session,
    *,
    community: Community,
    household: Member,
    person_id: int,
    minutes: int,
    to: Member | None,
    reason: str,
    key: str,
    actor: Actor,
) -> HouseholdShare:
    """Move somebody's own hours from the household to their account by one entry; the caller commits.

    Zero minutes: nothing is moved, and they are told. ``to`` counts only for somebody who is no member of
    their own yet; whoever is has the hours on that account. The same form sent twice settles it once.
    """
    acts = session.get(Hand, (actor.person_id or 0, household.id)) is not None
    if acts or actor.person_id == person_id:
        raise OwnShare
    # Two coordinators who settle the same at once wait for each other here.
    session.refresh(household, with_for_update=True)
    settled = select(HouseholdShare).where(
        HouseholdShare.community_id == community.id, HouseholdShare.key == key
    )
    if (known := session.scalar(settled)) is not None:
        return known
    if session.get(Hand, (person_id, household.id)):
        raise StillActs(name=household.name)
    _check_there(session, community, household, minutes)
    share = open_share(session, household=household, person_id=person_id) or _open_share(
        session, household=household, person_id=person_id, minutes=minutes, actor=actor
    )
    share.reason = clean_text(reason, longest=LONGEST_REASON)
    receiver = _receiver(session, community, household, person_id, to) if minutes else None
    if receiver is not None:
        moves = _Moves(household, receiver, minutes, f"share:{share.id}")
        share.entry_id = _post(session, community=community, moves=moves, actor=actor)
        share.to_member_id = receiver.id
    share.minutes, share.settled_at, share.settled_by = minutes, clock.now(), str(actor)
    share.settled_on, share.key = clock.today(community.time_zone), key
    session.flush()
    _record(session, share, household, receiver, actor)
    enqueue(
        session,
        community_id=community.id,
        kind=TELL_OF_SHARE,
        payload={"share": share.id},
        key=f"{TELL_OF_SHARE}:{share.id}",
    )
    return share


# --- the leaves ---------------------------------------------------------------------------------------------


def _check_there(session: Session, community: Community, household: Member, minutes: int) -> None:
    there = max(ledger.balance(session, hours_of(household, community)).balance, 0)
    if minutes > there:
        raise MoreThanIsThere(name=household.name, hours=Minutes(there))


def _open_share(
    session: Session, *, household: Member, person_id: int, minutes: int, actor: Actor
) -> HouseholdShare:
    """Write down what somebody asks for; who has left twice asks for what they said last."""
    share = open_share(session, household=household, person_id=person_id)
    if share is None:
        share = HouseholdShare(
            community_id=household.community_id,
            member_id=household.id,
            person_id=person_id,
            asked_at=clock.now(),
            asked_by=str(actor),
        )
        session.add(share)
    share.asked_minutes = minutes
    session.flush()
    return share


def _receiver(
    session: Session, community: Community, household: Member, person_id: int, to: Member | None
) -> Member:
    """Tell to whose account the hours go: their own, and nobody else's."""
    own = own_membership(session, community=community, person_id=person_id)
    receiver = own or to
    if receiver is None or receiver.id == household.id:
        raise GoesNowhere
    if own is None and (receiver.kind != PERSON or person_of(session, member=receiver) is not None):
        raise SomebodyElses(name=receiver.name)
    if not takes_part(receiver):
        raise not_taking_part(receiver)
    return receiver


def _post(session: Session, *, community: Community, moves: _Moves, actor: Actor) -> int:
    """Move hours by one entry, as long as the household has them."""
    debit, credit = (hours_of(one, community) for one in (moves.household, moves.receiver))
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=SHARE,
        posted_on=clock.today(community.time_zone),
        key=moves.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=debit, credit=credit, amount=moves.minutes),),
        memo=f"member {moves.receiver.id} has left {moves.household.id}",
    )
    with _refusals(moves):
        entry_id = ledger.post(session, entry).entry_id
    # Posting holds the account: what was booked while this waited is in the balance by now.
    left = ledger.balance(session, debit).balance
    if left < 0:
        raise MoreThanIsThere(name=moves.household.name, hours=Minutes(max(left + moves.minutes, 0)))
    return entry_id


@contextmanager
def _refusals(moves: _Moves) -> Iterator[None]:
    """Say in the members' words what the books refuse."""
    try:
        yield
    except ledger.CeilingExceeded as refused:
        raise AboveTheHighest(
            name=moves.receiver.name, beyond=Minutes(refused.beyond), limit=Minutes(refused.limit)
        ) from refused
    except (ledger.LimitExceeded, ledger.AccountClosed) as refused:
        raise MoreThanIsThere(name=moves.household.name, hours=Minutes(0)) from refused


def _record(
    session: Session, share: HouseholdShare, household: Member, receiver: Member | None, actor: Actor
) -> None:
    reason = share.reason or None
    if receiver is None:
        record_event(session, member=household, what=SHARE_NONE, reason=reason, actor=actor)
        return
    record_event(session, member=household, what=SHARE_OUT, value=receiver.number, reason=reason, actor=actor)
    record_event(session, member=receiver, what=SHARE_IN, value=household.number, reason=reason, actor=actor)
