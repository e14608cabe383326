"""What two communities may agree about hours: proposing, accepting, declining, taking back, ending.

Terms are never changed: other terms are another proposal, and what held before stays to be read.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.between.models import DECLINED
from timebank.between.models import ENDED
from timebank.between.models import LONGEST_WORDS
from timebank.between.models import MOST_MINUTES
from timebank.between.models import MOST_RATE
from timebank.between.models import ON
from timebank.between.models import PROPOSED
from timebank.between.models import WITHDRAWN
from timebank.between.models import HoursAgreement
from timebank.between.sides import seen_from
from timebank.communities.models import Community
from timebank.communities.service import find_community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import clean_line
from timebank.text import excerpt
from timebank.text import half_width


class NoSuchCommunity(Refusal):
    """A slug that no community on this install has."""

    sentence = N_(
        "There is no community “%(typed)s” here. Please write the word with which its addresses begin."
    )
    field = "slug"


class OneselfNamed(Refusal):
    """A community is to agree with itself."""

    sentence = N_("That is your own community. Please write the word of another one.")
    field = "slug"


class ProposedAlready(Refusal):
    """The two have a proposal that waits for an answer."""

    sentence = N_(
        "A proposal between you and %(name)s waits for an answer already. It has to be answered or taken "
        "back first."
    )
    field = "slug"


class LimitOutOfReach(Refusal):
    """A limit of nothing, or beyond all sense."""

    sentence = N_("The limit must be at least a minute in both communities, and at most %(most)s hours.")
    field = "limit"


class RateOutOfReach(Refusal):
    """A rate that is none."""

    sentence = N_("Please write whole minutes from 1 to %(most)s, for example 60 and 45.")
    field = "rate_there"


class NotWaiting(Refusal):
    """A proposal that was answered or taken back meanwhile."""

    sentence = N_("This proposal does not wait any more: it was answered or taken back. Nothing was changed.")
    status = 409


class TheirsToAnswer(Refusal):
    """Whoever has proposed is to answer themselves."""

    sentence = N_("You have proposed this, so a steward of %(name)s answers it.")
    status = 409


class TheirsToTakeBack(Refusal):
    """Somebody takes back what the other community has proposed."""

    sentence = N_("%(name)s has proposed this, and only its stewards can take it back. You can decline it.")
    status = 409


class EndedAlready(Refusal):
    """An agreement that was ended, or replaced by another one, meanwhile."""

    sentence = N_("This agreement does not hold any more. Nothing was changed.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a steward proposes, in the hours of their own community."""

    #: What either may owe the other.
    limit_minutes: int
    #: So many minutes here are so many there.
    rate_here: int = 60
    rate_there: int = 60
    words: str = ""


def propose(
    session: Session, *, community: Community, slug: str, terms: Terms, actor: Actor
) -> HoursAgreement:
    """Propose terms to another community by its slug; the caller commits."""
    other = _other(session, community, slug)
    for minutes in (terms.rate_here, terms.rate_there):
        if not 1 <= minutes <= MOST_RATE:
            raise RateOutOfReach(most=MOST_RATE)
    there = terms.limit_minutes * terms.rate_there // terms.rate_here
    if not (1 <= terms.limit_minutes <= MOST_MINUTES and 1 <= there <= MOST_MINUTES):
        raise LimitOutOfReach(most=MOST_MINUTES // 60)
    ours, theirs = (terms.rate_here, terms.limit_minutes), (terms.rate_there, there)
    first, second = (ours, theirs) if community.id < other.id else (theirs, ours)
    row = HoursAgreement(
        first_id=min(community.id, other.id),
        second_id=max(community.id, other.id),
        proposed_by_id=community.id,
        first_minutes=first[0],
        first_limit_minutes=first[1],
        second_minutes=second[0],
        second_limit_minutes=second[1],
        words=clean_line(terms.words, longest=LONGEST_WORDS),
        state=PROPOSED,
        proposed_at=clock.now(),
        proposed_by=str(actor),
    )
    if _in_state(session, row, PROPOSED) is not None:
        raise ProposedAlready(name=other.name)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as clash:
        # Two stewards at once, perhaps of both communities: the second finds the first one's proposal. On
        # SQLite both rules are about the same columns, and only this one can be broken here.
        if violated(clash) in {"uq_hours_agreement_waits", "uq_hours_agreement_holds"}:
            raise ProposedAlready(name=other.name) from clash
        raise
    return row


def accept(session: Session, *, community: Community, agreement: HoursAgreement, actor: Actor) -> None:
    """Let proposed terms hold from now on, instead of those that held before; the caller commits."""
    _hold(session, agreement)
    if agreement.state == ON:
        return
    _check_waiting(session, community, agreement, mine=False)
    before = _in_state(session, agreement, ON)
    if before is not None:
        _hold(session, before)
    if before is not None and before.state == ON:
        # Written first, so that at no moment two of them hold.
        _end(before, community, actor)
        session.flush()
    _answer(session, agreement, ON, actor)
    _limit(session, agreement, actor, reason=f"hours agreement {agreement.id}")


def decline(session: Session, *, community: Community, agreement: HoursAgreement, actor: Actor) -> None:
    """Decline what the other community has proposed; what holds goes on."""
    _hold(session, agreement)
    if agreement.state != DECLINED:
        _check_waiting(session, community, agreement, mine=False)
        _answer(session, agreement, DECLINED, actor)


def withdraw(session: Session, *, community: Community, agreement: HoursAgreement, actor: Actor) -> None:
    """Take back what this community has proposed and the other has not answered."""
    _hold(session, agreement)
    if agreement.state != WITHDRAWN:
        _check_waiting(session, community, agreement, mine=True)
        _answer(session, agreement, WITHDRAWN, actor)


def end(session: Session, *, community: Community, agreement: HoursAgreement, actor: Actor) -> None:
    """End what holds from now on; what is owed stays owed, and what was a mistake can be taken back."""
    _hold(session, agreement)
    if agreement.state == ENDED:
        return
    if agreement.state != ON:
        raise EndedAlready
    _end(agreement, community, actor)
    session.flush()
    _limit(session, agreement, actor, reason=f"hours agreement {agreement.id} has ended")


# --- the leaves ---------------------------------------------------------------------------------------------


def _other(session: Session, community: Community, slug: str) -> Community:
    word = half_width(slug).strip().strip("/").lower()
    other = find_community(session, word)
    if other is None:
        raise NoSuchCommunity(typed=excerpt(slug.strip()))
    if other.id == community.id:
        raise OneselfNamed
    return other


def _in_state(session: Session, agreement: HoursAgreement, state: str) -> HoursAgreement | None:
    return session.scalar(
        select(HoursAgreement).where(
            HoursAgreement.first_id == agreement.first_id,
            HoursAgreement.second_id == agreement.second_id,
            HoursAgreement.state == state,
        )
    )


def _hold(session: Session, agreement: HoursAgreement) -> None:
    """Hold an agreement against whoever answers or ends it, or gives by it, at the same moment."""
    session.refresh(agreement, with_for_update=True)


def _check_waiting(session: Session, community: Community, agreement: HoursAgreement, *, mine: bool) -> None:
    """Refuse what does not wait any more, or for the other community."""
    if agreement.state != PROPOSED:
        raise NotWaiting
    if (agreement.proposed_by_id == community.id) == mine:
        return
    name = seen_from(session, community=community, agreement=agreement).there.community.name
    raise TheirsToTakeBack(name=name) if mine else TheirsToAnswer(name=name)


def _answer(session: Session, agreement: HoursAgreement, state: str, actor: Actor) -> None:
    agreement.state = state
    agreement.answered_at, agreement.answered_by = clock.now(), str(actor)
    session.flush()


def _end(agreement: HoursAgreement, community: Community, actor: Actor) -> None:
    agreement.state = ENDED
    agreement.ended_at, agreement.ended_by_id, agreement.ended_by = clock.now(), community.id, str(actor)


def _limit(session: Session, agreement: HoursAgreement, actor: Actor, *, reason: str) -> None:
    """Have both books keep the limit, always the one with the smaller id first: nobody blocks anybody.

    Where nothing holds any more nothing goes further out: what is owed can only become less.
    """
    first = session.get_one(Community, agreement.first_id)
    second = session.get_one(Community, agreement.second_id)
    holds = agreement.state == ON
    sides = (
        (first, second, agreement.first_limit_minutes),
        (second, first, agreement.second_limit_minutes),
    )
    for here, there, limit in sorted(sides, key=lambda side: side[0].book_id):
        books.limit_community_hours(
            session,
            book_id=here.book_id,
            slug=there.slug,
            limit_minutes=limit if holds else 0,
            actor=actor,
            reason=reason,
        )
