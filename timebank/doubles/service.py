"""What may be done where a member was entered twice: joining the two records, or saying that they are two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts.models import ContactDetail
from timebank.db import insert_into
from timebank.doubles.models import NotTheSame
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.handing_over import between_them
from timebank.exchanges.handing_over import hand_over
from timebank.exchanges.handing_over import open_of
from timebank.hours import Minutes
from timebank.licences.service import bring_over
from timebank.members.away import absences
from timebank.members.away import forget_absence
from timebank.members.guardians import guardian_of
from timebank.members.models import LEFT
from timebank.members.models import SELF
from timebank.members.models import SUSPENDED
from timebank.members.models import Absence
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.models import SameAs
from timebank.members.queries import farewell_of
from timebank.members.queries import hours_of
from timebank.members.queries import person_of
from timebank.members.service import clean_reason
from timebank.members.service import record_event
from timebank.memberships.fees import bring_over_fees
from timebank.people.service import roles_of

#: What an entry is that carries a balance from one record of a member to the other.
JOINED = "joined"
#: What becomes of the sign-in of the record that is closed.
MOVES, ENDS, NONE = "moves", "ends", "none"


class OneRecordOnly(Refusal):
    """A record is to be joined with itself."""

    sentence = N_("This is one and the same record. Please choose the other one.")
    field = "other"


class JoinedAlready(Refusal):
    """One of the two was joined before: by another coordinator, or in another tab."""

    sentence = N_(
        "%(name)s (%(number)s) was joined with another record already. Please look at the list again."
    )
    status = 409


class OwnRecord(Refusal):
    """A coordinator joins a record with the member that they are."""

    sentence = N_("Nobody joins a record with their own. Please ask another coordinator.")


class OneHasDied(Refusal):
    """Somebody who has died stays as they were written down."""

    sentence = N_("%(name)s (%(number)s) has died. Nothing is joined with that record any more.")


class StayingHasLeft(Refusal):
    """The record that is to go on is that of somebody who has left."""

    sentence = N_("%(name)s (%(number)s) has left. Take them back first, or let the other record stay.")
    field = "stays"


class OneIsSuspended(Refusal):
    """Joining would end a suspension that somebody gave a reason for."""

    sentence = N_(
        "%(name)s (%(number)s) is suspended, and the other record is not. Please end the suspension first, "
        "or let that record stay."
    )
    field = "stays"


class OneIsUnderAge(Refusal):
    """One of the two is under 18, and the other is not."""

    sentence = N_(
        "%(name)s (%(number)s) is entered as under 18, with a guardian, and the other record is not. "
        "Please put that right first."
    )


class OfficesInTheWay(Refusal):
    """Both sign in, and the sign-in that would end holds offices, which a steward gives."""

    sentence = N_(
        "Both sign in, and the sign-in of %(name)s (%(number)s), which would end, holds an office. Please "
        "ask a steward to give the offices to the other one first."
    )
    field = "stays"


class OfTwoKinds(Refusal):
    """A person is to be joined with a household or an organisation."""

    sentence = N_("A person, a household and an organisation are never the same member.")


class OthersAct(Refusal):
    """Somebody acts for the record that would be closed, and was chosen for that one."""

    sentence = N_(
        "Others act for %(name)s (%(number)s), too: a household, an organisation, or somebody they trust. "
        "Please end that first, and let them be chosen anew for the record that stays."
    )
    field = "stays"


class SettleFirst(Refusal):
    """Something is open in which both stand."""

    sentence = N_(
        "There is something open between the two, or in which both stand. Please settle it first, or have it "
        "withdrawn."
    )


class BelowTheirLimit(Refusal):
    """What is carried over would take the record that stays too far below zero."""

    sentence = N_(
        "Together %(name)s would be %(beyond)s past the limit of %(limit)s below zero. Nothing was joined "
        "and no hour is lost: please give them a limit of their own first, or settle some of it from a pool."
    )


class AboveTheHighest(Refusal):
    """What is carried over would take the record that stays above what a member may have."""

    sentence = N_(
        "Together %(name)s would be %(beyond)s above the highest balance of %(limit)s. Nothing was joined "
        "and no hour is lost: some of it can be given to a pool first."
    )


class BookedMeanwhile(Refusal):
    """Hours were booked for the older record at this very moment."""

    sentence = N_("Hours were booked for %(name)s at this moment. Nothing was joined; please look again.")
    status = 409


@dataclass(frozen=True, slots=True)
class Joining:
    """What joining two records does, as it is shown before and done afterwards."""

    stays: Member
    goes: Member
    stays_minutes: int
    goes_minutes: int
    #: How many exchanges that nobody has answered go over.
    open_count: int
    #: What becomes of the sign-in of the record that is closed.
    sign_in: str
    #: The record that goes has a limit of its own, which does not come along.
    limit_goes: bool

    @property
    def together(self) -> int:
        """What the record that stays has afterwards, in minutes."""
        return self.stays_minutes + self.goes_minutes


def usual_order(session: Session, *, one: Member, other: Member) -> tuple[Member, Member]:
    """Suggest which record stays: one that takes part, that somebody signs in with, or the newer one."""

    def weight(member: Member) -> tuple[bool, bool, int]:
        return member.state != LEFT, person_of(session, member=member) is not None, member.id

    stays, goes = sorted((one, other), key=weight, reverse=True)
    return stays, goes


def join(
    session: Session, *, community: Community, stays: Member, goes: Member, reason: str, actor: Actor
) -> Joining:
    """Join two records of one member: everything goes on under one of them; the caller commits.

    The balance is carried over by one entry, and the older account is closed. What was booked stays as it
    was, and nothing is deleted.
    """
    why = clean_reason(reason)
    if stays.id == goes.id:
        raise OneRecordOnly
    # In the order of their ids, so that two coordinators who do this at once wait for each other.
    for member in sorted((stays, goes), key=lambda one: one.id):
        session.refresh(member, with_for_update=True)
    _check(session, community=community, stays=stays, goes=goes, actor=actor)
    open_ones = open_of(session, community=community, member=goes)
    if between_them(session, open_ones=open_ones, other=stays):
        raise SettleFirst
    hand_over(session, open_ones=open_ones, member=goes, to=stays)
    # Only now: what was confirmed while this waited for its row is on the account by now.
    theirs, older = (ledger.balance(session, hours_of(one, community)).balance for one in (stays, goes))
    done = Joining(
        stays,
        goes,
        theirs,
        older,
        open_count=len(open_ones),
        sign_in=_join_sign_ins(session, stays=stays, goes=goes),
        limit_goes=goes.own_limit_minutes is not None,
    )
    _bring_along(session, community=community, stays=stays, goes=goes, actor=actor)
    entry_id = _carry(session, community=community, done=done, actor=actor)
    goes.state, goes.state_reason = LEFT, None
    session.add(
        SameAs(
            member_id=goes.id,
            community_id=community.id,
            kept_id=stays.id,
            minutes=done.goes_minutes,
            entry_id=entry_id,
            joined_on=clock.today(community.time_zone),
            joined_at=clock.now(),
            actor=str(actor),
            reason=why,
        )
    )
    record_event(session, member=goes, what="joined", value=stays.number, reason=why, actor=actor)
    record_event(session, member=stays, what="joined-in", value=goes.number, reason=why, actor=actor)
    return done


def say_not_the_same(
    session: Session, *, community: Community, one: Member, other: Member, actor: Actor
) -> None:
    """Remember that two are two, however alike they look; said twice it stands there once."""
    if one.id == other.id:
        raise OneRecordOnly
    first, second = sorted((one.id, other.id))
    said = insert_into(session, NotTheSame).values(
        one_id=first,
        other_id=second,
        community_id=community.id,
        said_at=clock.now(),
        person_id=actor.person_id,
        actor=str(actor),
    )
    session.execute(said.on_conflict_do_nothing(index_elements=["one_id", "other_id"]))


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, *, community: Community, stays: Member, goes: Member, actor: Actor) -> None:
    """Refuse what joining would hide or lose."""
    for member in (stays, goes):
        named = {"name": member.name, "number": member.number}
        if session.get(SameAs, member.id) is not None:
            raise JoinedAlready(**named)
        if member.id == actor.member_id and actor.how == "web":
            raise OwnRecord
        farewell = farewell_of(session, member=member)
        if farewell is not None and farewell.died:
            raise OneHasDied(**named)
    if stays.kind != goes.kind:
        raise OfTwoKinds
    if stays.state == LEFT:
        raise StayingHasLeft(name=stays.name, number=stays.number)
    if goes.state == SUSPENDED != stays.state:
        raise OneIsSuspended(name=goes.name, number=goes.number)
    _check_who_acts(session, community=community, stays=stays, goes=goes)


def _check_who_acts(session: Session, *, community: Community, stays: Member, goes: Member) -> None:
    """Refuse where others would lose their say, or somebody their office, on the quiet."""
    guarded = [one for one in (stays, goes) if guardian_of(session, member=one) is not None]
    if len(guarded) == 1:
        raise OneIsUnderAge(name=guarded[0].name, number=guarded[0].number)
    others = select(Hand.person_id).where(Hand.member_id == goes.id, Hand.acts_as != SELF)
    if session.scalars(others).first() is not None:
        raise OthersAct(name=goes.name, number=goes.number)
    ends = person_of(session, member=goes) if person_of(session, member=stays) is not None else None
    if ends is not None and roles_of(session, person=ends, community=community):
        raise OfficesInTheWay(name=goes.name, number=goes.number)


def _join_sign_ins(session: Session, *, stays: Member, goes: Member) -> str:
    """Let the sign-in go over where the record that stays has none; nobody is one member by two."""
    hand = session.scalar(select(Hand).where(Hand.member_id == goes.id, Hand.acts_as == SELF))
    if hand is None:
        return NONE
    if person_of(session, member=stays) is not None:
        # It stays at the record that is closed, where it opens nothing.
        return ENDS
    hand.member_id = stays.id
    session.flush()
    return MOVES


def _bring_along(
    session: Session, *, community: Community, stays: Member, goes: Member, actor: Actor
) -> None:
    """Bring along what the record that stays has not: ways to reach them, licences, fees, an absence."""
    known = select(ContactDetail.kind).where(ContactDetail.member_id == stays.id)
    session.execute(
        update(ContactDetail)
        .where(ContactDetail.member_id == goes.id, ContactDetail.kind.not_in(known))
        .values(member_id=stays.id)
        .execution_options(synchronize_session=False)
    )
    bring_over(session, member=goes, to=stays, actor=actor)
    bring_over_fees(session, member=goes, to=stays)
    away = absences(session, community=community, members=[stays, goes])
    if goes.id in away and stays.id not in away:
        session.merge(Absence(member_id=stays.id, community_id=community.id, until=away[goes.id]))
    forget_absence(session, member=goes)


def _carry(session: Session, *, community: Community, done: Joining, actor: Actor) -> int | None:
    """Carry the older account's balance over by one entry, and close the account."""
    today = clock.today(community.time_zone)
    stays, goes = (hours_of(one, community) for one in (done.stays, done.goes))
    entry_id = None
    with _refusals(done):
        if done.goes_minutes:
            debit, credit = (goes, stays) if done.goes_minutes > 0 else (stays, goes)
            entry = ledger.Entry(
                book_id=community.book_id,
                kind=JOINED,
                posted_on=today,
                key=f"joined:{done.goes.id}",
                actor=str(actor),
                transfers=(ledger.Transfer(debit=debit, credit=credit, amount=abs(done.goes_minutes)),),
                memo=f"member {done.goes.id} is {done.stays.id}",
            )
            entry_id = ledger.post(session, entry).entry_id
        if ledger.balance(session, goes).closed_on is None:
            ledger.close_account(session, goes, closed_on=today, actor=str(actor), reason="entered twice")
    return entry_id


@contextmanager
def _refusals(done: Joining) -> Iterator[None]:
    """Say in the members' words what the books refuse."""
    names = {"name": done.stays.name}
    goes_name = done.goes.name
    try:
        yield
    except ledger.CeilingExceeded as refused:
        raise AboveTheHighest(
            **names, beyond=Minutes(refused.beyond), limit=Minutes(refused.limit)
        ) from refused
    except ledger.LimitExceeded as refused:
        raise BelowTheirLimit(
            **names, beyond=Minutes(refused.beyond), limit=Minutes(-refused.limit)
        ) from refused
    except (ledger.AccountNotEmpty, ledger.AccountClosed, ledger.KeyReused) as refused:
        raise BookedMeanwhile(name=goes_name) from refused
