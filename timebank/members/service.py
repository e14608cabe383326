"""What may be done with members: entering them, giving them a sign-in, their limits and their state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.db import fresh_ids
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import ACTIVE
from timebank.members.models import KINDS
from timebank.members.models import LEFT
from timebank.members.models import LONGEST_DISTRICT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_NUMBER
from timebank.members.models import LONGEST_REASON
from timebank.members.models import PERSON
from timebank.members.models import SELF
from timebank.members.models import SUSPENDED
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.models import MemberEvent
from timebank.members.queries import find_by_number
from timebank.members.queries import hours_of
from timebank.people.models import Person
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import half_width
from timebank.text import is_visible
from timebank.text import search_key
from timebank.text import sort_key

#: The furthest limit that makes sense: ten years of a whole working life.
FURTHEST_LIMIT_MINUTES = 6_000_000


class NumberRefused(Refusal):
    """A member number that is empty or has a blank in it."""

    sentence = N_("A member number has 1 to %(longest)s characters and no blanks.")
    field = "number"


class NumberTaken(Refusal):
    """A member number that another member of the community has."""

    sentence = N_("Another member has the number %(number)s.")
    field = "number"


class MemberUnnamed(Refusal):
    """A member without a name."""

    sentence = N_("A member needs a name.")
    field = "name"


class ReasonMissing(Refusal):
    """Something was done about a member without saying why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


class LimitRefused(Refusal):
    """A limit that is below zero or beyond all sense."""

    sentence = N_("A limit is a time from zero to %(furthest)s hours.")
    field = "limit"


class CeilingRefused(Refusal):
    """A ceiling that is below zero or beyond all sense."""

    sentence = N_("The highest balance is a time from zero to %(furthest)s hours.")
    field = "ceiling"


class NotActive(Refusal):
    """Only somebody who is active can be suspended."""

    sentence = N_("This member is not active now.")


class NotSuspended(Refusal):
    """Only somebody who is suspended can go on."""

    sentence = N_("This member is not suspended now.")


class SignInThere(Refusal):
    """A member for whom somebody signs in already."""

    sentence = N_("This member can sign in already.")


class SeveralActForIt(Refusal):
    """A household or an organisation, which nobody is by themself."""

    sentence = N_("%(name)s is not one person. Please add those who act for it, on its page.")


class MemberHereAlready(Refusal):
    """A person who is another member of the same community."""

    sentence = N_("This person is another member of this community already.")


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is known of somebody who is to be entered."""

    number: str
    name: str
    reading: str | None = None
    district: str | None = None
    kind: str = PERSON


# --- entering -----------------------------------------------------------------------------------------------


def add_member(
    session: Session,
    *,
    community: Community,
    number: str,
    name: str,
    actor: Actor,
    reading: str | None = None,
    district: str | None = None,
    kind: str = PERSON,
    joined_on: date | None = None,
) -> Member:
    """Enter a member and open their hours; the caller commits."""
    new = NewMember(number=number, name=name, reading=reading, district=district, kind=kind)
    cleaned = clean_member(new)
    if find_by_number(session, community=community, number=cleaned.number):
        raise NumberTaken(number=cleaned.number)
    try:
        (member_id,) = add_members(
            session, community=community, new_members=[cleaned], actor=actor, joined_on=joined_on
        )
    except IntegrityError as clash:
        if violated(clash) == "uq_member_community_id_number":
            raise NumberTaken(number=cleaned.number) from clash
        raise
    return session.get_one(Member, member_id)


def add_members(
    session: Session,
    *,
    community: Community,
    new_members: Sequence[NewMember],
    actor: Actor,
    joined_on: date | None = None,
) -> list[int]:
    """Enter many members at once and return their ids in the same order.

    They must have gone through clean_member() and have numbers that nobody in the community has.
    """
    if not new_members:
        return []
    session.flush()
    # An account's code holds its member's id and a member's row its account, so the ids come first.
    ids = fresh_ids(session, Member, len(new_members))
    accounts = books.open_member_hours(
        session,
        book_id=community.book_id,
        member_ids=ids,
        credit_limit_minutes=community.credit_limit_minutes,
        ceiling_minutes=community.ceiling_minutes,
        actor=actor,
    )
    joined = joined_on or clock.today(community.time_zone)
    rows = [
        _row(new, id=member_id, community_id=community.id, account_id=account.id, joined_on=joined)
        for new, member_id, account in zip(new_members, ids, accounts, strict=True)
    ]
    session.execute(insert(Member), rows)
    session.execute(
        insert(MemberEvent),
        [_event(member_id, community.id, "entered", actor=actor) for member_id in ids],
    )
    return ids


def clean_member(new: NewMember) -> NewMember:
    """Return what is known of a new member as it will be stored, or refuse it."""
    name = clean_line(new.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise MemberUnnamed
    return NewMember(
        number=clean_number(new.number),
        name=name,
        reading=clean_line(new.reading or "", longest=LONGEST_NAME) or None,
        district=clean_line(new.district or "", longest=LONGEST_DISTRICT) or None,
        kind=new.kind if new.kind in KINDS else PERSON,
    )


def clean_number(typed: str) -> str:
    """Return a member number as it is stored: half width, without a blank."""
    number = clean_line(half_width(typed), longest=LONGEST_NUMBER)
    if not is_visible(number) or any(map(str.isspace, number)):
        raise NumberRefused(longest=LONGEST_NUMBER)
    return number


def clean_reason(typed: str) -> str:
    """Return a reason as it is stored; one has to be given."""
    reason = clean_text(typed, longest=LONGEST_REASON)
    if not is_visible(reason):
        raise ReasonMissing
    return reason


# --- signing in ---------------------------------------------------------------------------------------------


def give_hand(session: Session, *, person: Person, member: Member, actor: Actor) -> Hand:
    """Let a person sign in and act as the member that they are."""
    if member.kind != PERSON:
        raise SeveralActForIt(name=member.name)
    hand = Hand(person_id=person.id, member_id=member.id, community_id=member.community_id, acts_as=SELF)
    session.add(hand)
    try:
        session.flush()
    except IntegrityError as clash:
        match violated(clash):
            case "uq_hand_self_person":
                raise MemberHereAlready from clash
            case "uq_hand_self_member" | "pk_hand":
                raise SignInThere from clash
            case _:
                raise
    record_event(session, member=member, what="sign-in-given", actor=actor)
    return hand


# --- limits and state ---------------------------------------------------------------------------------------


def set_own_limit(
    session: Session, *, community: Community, member: Member, minutes: int | None, reason: str, actor: Actor
) -> None:
    """Let a member go further below zero than others, or less far; None takes the own limit away again."""
    why = clean_reason(reason)
    if member.state == LEFT:
        raise NotActive
    if minutes is not None:
        _check_limit(minutes)
    member.own_limit_minutes = minutes
    member.own_limit_reason = why if minutes is not None else None
    session.flush()
    apply_limits(session, community=community, member=member, actor=actor)
    value = None if minutes is None else str(minutes)
    record_event(session, member=member, what="limit", value=value, reason=why, actor=actor)


def change_limits(
    session: Session,
    *,
    community: Community,
    credit_limit_minutes: int,
    ceiling_minutes: int | None,
    actor: Actor,
) -> int:
    """Set how far everybody may go below and above zero; return how many accounts that changes."""
    _check_limit(credit_limit_minutes)
    if ceiling_minutes is not None and not 0 <= ceiling_minutes <= FURTHEST_LIMIT_MINUTES:
        raise CeilingRefused(furthest=FURTHEST_LIMIT_MINUTES // 60)
    old_floor, old_ceiling = community.credit_limit_minutes, community.ceiling_minutes
    if (old_floor, old_ceiling) == (credit_limit_minutes, ceiling_minutes):
        return 0
    community.credit_limit_minutes, community.ceiling_minutes = credit_limit_minutes, ceiling_minutes
    for what, before, after in (
        ("credit_limit_minutes", old_floor, credit_limit_minutes),
        ("ceiling_minutes", old_ceiling, ceiling_minutes),
    ):
        if before != after:
            record(session, community=community, what=what, before=str(before), after=str(after), actor=actor)
    # Who has left gets the limits of the day on which they come back; their account may be closed.
    members = select(Member).where(Member.community_id == community.id, Member.state != LEFT)
    if old_ceiling == ceiling_minutes:
        members = members.where(Member.own_limit_minutes.is_(None))
    touched = session.scalars(members.order_by(Member.account_id)).all()
    for member in touched:
        apply_limits(session, community=community, member=member, actor=actor)
    return len(touched)


def suspend_member(session: Session, *, member: Member, reason: str, actor: Actor) -> None:
    """Let a member neither give nor receive until they are resumed; the books stay as they are."""
    why = clean_reason(reason)
    if member.state != ACTIVE:
        raise NotActive
    member.state, member.state_reason = SUSPENDED, why
    record_event(session, member=member, what="suspended", reason=why, actor=actor)


def resume_member(session: Session, *, member: Member, reason: str, actor: Actor) -> None:
    """Let a suspended member give and receive again."""
    why = clean_reason(reason)
    if member.state != SUSPENDED:
        raise NotSuspended
    member.state, member.state_reason = ACTIVE, None
    record_event(session, member=member, what="resumed", reason=why, actor=actor)


# --- the leaves ---------------------------------------------------------------------------------------------


def _row(new: NewMember, **known: Any) -> dict[str, Any]:
    return known | {
        "number": new.number,
        "name": new.name,
        "reading": new.reading,
        "district": new.district,
        "sort_key": sort_key(new.reading or new.name),
        "search_key": _found_by(new),
        "state": ACTIVE,
        "kind": new.kind,
    }


def _found_by(new: NewMember) -> str:
    # A line end keeps a search from matching across the name's end and the reading's beginning.
    return "\n".join(search_key(part) for part in (new.name, new.reading or "", new.number))


def _check_limit(minutes: int) -> None:
    if not 0 <= minutes <= FURTHEST_LIMIT_MINUTES:
        raise LimitRefused(furthest=FURTHEST_LIMIT_MINUTES // 60)


def apply_limits(session: Session, *, community: Community, member: Member, actor: Actor) -> None:
    """Carry a member's limit, own or common, to their account."""
    own = member.own_limit_minutes
    ledger.set_limits(
        session,
        hours_of(member, community),
        floor=-(community.credit_limit_minutes if own is None else own),
        ceiling=community.ceiling_minutes,
        actor=str(actor),
        # No words of people in the ledger: the reason that was typed stands in member_event.
        reason="credit limit" if own is None else "own limit",
    )


def record_event(
    session: Session,
    *,
    member: Member,
    what: str,
    actor: Actor,
    value: str | None = None,
    reason: str | None = None,
) -> None:
    """Write down what was done about a member."""
    session.add(
        MemberEvent(**_event(member.id, member.community_id, what, actor=actor, value=value, reason=reason))
    )
    session.flush()


def _event(
    member_id: int,
    community_id: int,
    what: str,
    *,
    actor: Actor,
    value: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "community_id": community_id,
        "happened_at": clock.now(),
        "actor": str(actor),
        "what": what,
        "value": value,
        "reason": reason,
    }
