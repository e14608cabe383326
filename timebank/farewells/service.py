"""What happens when a member leaves or has died, and when they are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.exchanges.queries import still_open
from timebank.exchanges.service import drop_open
from timebank.hours import Minutes
from timebank.households.queries import waits_with
from timebank.members.away import forget_absence
from timebank.members.models import ACTIVE
from timebank.members.models import LEFT
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_REASON
from timebank.members.models import Farewell
from timebank.members.models import Member
from timebank.members.queries import farewell_of
from timebank.members.queries import hours_of
from timebank.members.queries import is_erased
from timebank.members.queries import person_of
from timebank.members.same_as import GoesOnAsAnother
from timebank.members.same_as import joined_into
from timebank.members.service import apply_limits
from timebank.members.service import clean_reason
from timebank.members.service import record_event
from timebank.members.taking_part import check_taking_part
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.people.service import set_offices
from timebank.pools.models import GIFT
from timebank.pools.models import GRANT
from timebank.pools.models import LONGEST_WORDS
from timebank.pools.models import Pool
from timebank.pools.service import Wish
from timebank.pools.service import move
from timebank.text import clean_text

#: What becomes of hours that are left: they stay for a return, go to a pool, or through it to a member.
#: Where a balance is below zero, a pool settles it.
KEEP, TO_POOL, TO_MEMBER = "keep", "pool", "member"


class HasLeft(Refusal):
    """A member who has left already."""

    sentence = N_("This member has left already.")
    status = 409


class HasNotLeft(Refusal):
    """Only somebody who has left can be taken back."""

    sentence = N_("This member has not left.")
    status = 409


class WasErased(Refusal):
    """Somebody of whom nothing is known any more."""

    sentence = N_("This member was erased. If they wish to come again, please enter them anew.")
    status = 409


class TalkFirst(Refusal):
    """A member whose balance is below zero leaves alone."""

    sentence = N_(
        "Your balance is %(hours)s below zero. That is nothing to worry about: please call the coordinators, "
        "who settle it with you."
    )


class PoolNotChosen(Refusal):
    """Hours go to or through a pool, and none is named."""

    sentence = N_("Please choose a pool. Hours for a member go through one, too, so that all can see it.")
    field = "pool"


class HeirNotChosen(Refusal):
    """Hours go to a member, and none is named, or the one who leaves."""

    sentence = N_("Please choose the member who is to have the hours.")
    field = "other"


class ShareWaits(Refusal):
    """A household's hours are to be given away while somebody who has left it waits for theirs."""

    sentence = N_(
        "%(names)s left this household and waits for hours of their own. Please settle that first, or let "
        "the hours stay for now."
    )
    field = "hours"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """How somebody leaves: what becomes of their hours, and the words about it."""

    hours: str = KEEP
    pool: Pool | None = None
    heir: Member | None = None
    #: What all members read in the pool's statement.
    words: str = ""
    name_hidden: bool = False
    #: Why; officers read it. A member who leaves need not say.
    reason: str = ""
    #: What is written to others about what was open with them.
    withdrawn_because: str
    #: Somebody has died; whom of the family to call, for coordinators only.
    died: bool = False
    family_contact: str = ""
    key: str


def open_with(session: Session, *, community: Community, member: Member) -> Sequence[Exchange]:
    """List what is open with a member, and is withdrawn when they leave."""
    return session.scalars(still_open(community=community, member=member)).all()


def leave(
    session: Session, *, community: Community, member: Member, parting: Parting, actor: Actor
) -> Farewell:
    """Let a member leave, with everything that belongs to it; the caller commits.

    What is open is withdrawn, the hours go where they are to, offices end, and an empty account is closed.
    """
    alone = actor.member_id == member.id and actor.how == "web"
    reason = clean_text(parting.reason, longest=LONGEST_REASON) if alone else clean_reason(parting.reason)
    session.refresh(member, with_for_update=True)
    if member.state == LEFT:
        raise HasLeft
    if alone:
        check_taking_part(member)
    drop_open(session, community=community, member=member, reason=parting.withdrawn_because, actor=actor)
    _settle(session, community=community, member=member, parting=parting, actor=actor, alone=alone)
    if person := person_of(session, member=member):
        set_offices(session, person=person, community=community, roles=(), actor=actor)
    forget_absence(session, member=member)
    today = clock.today(community.time_zone)
    account = hours_of(member, community)
    if ledger.balance(session, account).balance == 0:
        ledger.close_account(session, account, closed_on=today, actor=str(actor), reason="member left")
    member.state, member.state_reason = LEFT, reason or None
    farewell = Farewell(
        member_id=member.id,
        community_id=member.community_id,
        left_on=today,
        died=parting.died,
        family_contact=clean_text(parting.family_contact, longest=LONGEST_CONTACT),
    )
    session.add(farewell)
    what = "died" if parting.died else "left"
    record_event(session, member=member, what=what, value=parting.hours, reason=reason or None, actor=actor)
    return farewell


def take_in_again(
    session: Session, *, community: Community, member: Member, reason: str, actor: Actor
) -> None:
    """Take somebody back who has left, with the hours that were kept for them."""
    why = clean_reason(reason)
    session.refresh(member, with_for_update=True)
    if stays := joined_into(session, member=member):
        raise GoesOnAsAnother(name=member.name, number=stays.number)
    farewell = farewell_of(session, member=member)
    if member.state != LEFT or farewell is None:
        raise HasNotLeft
    if is_erased(member):
        raise WasErased
    account = hours_of(member, community)
    if ledger.balance(session, account).closed_on is not None:
        ledger.reopen_account(session, account, actor=str(actor), reason="member returned")
    member.state, member.state_reason = ACTIVE, None
    session.delete(farewell)
    # What the community has decided meanwhile holds for them, too.
    apply_limits(session, community=community, member=member, actor=actor)
    record_event(session, member=member, what="returned", reason=why, actor=actor)


def _settle(
    session: Session, *, community: Community, member: Member, parting: Parting, actor: Actor, alone: bool
) -> None:
    """Let the hours go where they are to go."""
    balance = ledger.balance(session, hours_of(member, community)).balance
    if balance < 0 and alone:
        raise TalkFirst(hours=Minutes(-balance))
    if balance == 0 or parting.hours == KEEP:
        return
    if balance > 0 and (names := waits_with(session, household=member)):
        raise ShareWaits(names=", ".join(names))
    if parting.pool is None:
        raise PoolNotChosen
    moves = [(GRANT if balance < 0 else GIFT, member)]
    if balance > 0 and parting.hours == TO_MEMBER:
        moves.append((GRANT, _heir(parting, member)))
    words = clean_text(parting.words, longest=LONGEST_WORDS)
    for kind, whose in moves:
        wish = Wish(
            member=whose,
            minutes=abs(balance),
            words=words if kind == GIFT else clean_reason(words),
            name_hidden=parting.name_hidden,
            key=f"{parting.key}/{kind}",
        )
        move(
            session,
            community=community,
            pool=parting.pool,
            kind=kind,
            wish=wish,
            actor=actor,
        )


def _heir(parting: Parting, member: Member) -> Member:
    """Tell who is to have the hours."""
    heir = parting.heir
    if heir is None or heir.id == member.id:
        raise HeirNotChosen
    if not takes_part(heir):
        raise not_taking_part(heir)
    return heir
