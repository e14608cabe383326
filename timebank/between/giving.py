"""Giving hours of one's own to a member of another community: an entry in each book, or none at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.between.models import LONGEST_WORDS
from timebank.between.models import MOST_MINUTES
from timebank.between.models import ON
from timebank.between.models import HoursAcross
from timebank.between.sides import Between
from timebank.between.sides import hours_with
from timebank.between.sides import still_possible
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes
from timebank.hours import NoTimeAtAll
from timebank.members.limits import limit_refusal
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import find_without_zeros
from timebank.members.queries import hands_on
from timebank.members.queries import hold
from timebank.members.queries import hours_of
from timebank.members.queries import is_erased
from timebank.members.same_as import who_stays
from timebank.members.taking_part import YouArePaused
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.people.models import Person
from timebank.queue import enqueue
from timebank.text import clean_text
from timebank.text import search_key

#: What both entries are.
ACROSS: Final = "across"
#: Tells the receiver, after it is booked.
TELL_OF_ACROSS: Final = "tell-of-across"


class NotAgreed(Refusal):
    """The two communities have ended what they agreed, or agreed on something else meanwhile."""

    sentence = N_(
        "What you and %(community)s had agreed does not hold any more, so nothing was booked. Please ask the "
        "coordinators."
    )
    status = 409


class ReceiverUnknown(Refusal):
    """Nobody there has this number and this name together."""

    sentence = N_(
        "In %(community)s nobody has this number and this name together. Please ask them how both are "
        "written."
    )
    field = "number"


class ForOneself(Refusal):
    """Whoever gives hours of a member's that are not theirs alone is the receiver, or acts for it."""

    sentence = N_(
        "In %(community)s this is you yourself, or somebody for whom you act. So that two persons have said "
        "it, please ask another coordinator."
    )
    field = "number"


class ReceiverPaused(Refusal):
    """The receiver has left, or is suspended; which of the two is not said to another community."""

    sentence = N_(
        "Nothing can be booked for this member of %(community)s at the moment. Please ask its coordinators."
    )
    field = "number"


class ReceiverFull(Refusal):
    """The receiver would be above what a member there may have."""

    sentence = N_(
        "The receiver cannot be given so much: it would pass the highest balance that a member may have in "
        "%(community)s."
    )
    field = "hours"


class BetweenLimit(Refusal):
    """The two communities would owe each other more than they have agreed."""

    sentence = N_(
        "By what you and %(community)s have agreed, only %(possible)s more can be given there at the moment."
    )
    field = "hours"


class BetweenFull(Refusal):
    """The two communities owe each other all that they have agreed."""

    sentence = N_(
        "Nothing more can be given to %(community)s at the moment: what the two may owe each other is "
        "reached. When hours come back from there, it is possible again."
    )
    field = "hours"


class TooLittleThere(Refusal):
    """So short a time that it is no minute in the other community."""

    sentence = N_("In %(community)s this is less than a minute. Please give more.")
    field = "hours"


class TooMuchAtOnce(Refusal):
    """A time that is beyond all sense."""

    sentence = N_("At most %(most)s hours can be given at once.")
    field = "hours"


class BooksClosed(Refusal):
    """The month of today is closed in one of the two books."""

    sentence = N_(
        "The books of %(community)s are closed through %(day)s, so nothing can be booked there today. "
        "Nothing was booked here either."
    )
    status = 409


class SentAlready(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To give this as well, please save once more."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for: hours of a member's, for somebody in the other community, and a word."""

    giver: Member
    #: Number and name of the receiver, as the giver knows them.
    number: str
    name: str
    minutes: int
    words: str = ""
    #: Who writes it down, where the hours are not their own: a coordinator, or who acts for a household.
    by: Person | None = None
    #: Made with the form: what is saved twice is booked once.
    key: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a form became."""

    across: HoursAcross
    #: The form had been saved before: this is what it became then.
    repeated: bool = False


def give(session: Session, *, between: Between, wish: Wish, actor: Actor) -> Given:
    """Give across, seen from the giver's community: once for a key, in both books or in none.

    The caller commits, and sees to it that the giver is of the community from which it is seen.
    """
    if not takes_part(wish.giver):
        raise YouArePaused if _is_oneself(wish.giver, actor) else not_taking_part(wish.giver)
    if wish.minutes <= 0:
        raise NoTimeAtAll
    if wish.minutes > MOST_MINUTES:
        raise TooMuchAtOnce(most=MOST_MINUTES // 60)
    words = clean_text(wish.words, longest=LONGEST_WORDS)
    there = between.there.community
    receiver = find_receiver(session, community=there, number=wish.number, name=wish.name)
    if found := _saved_before(session, wish.key):
        return Given(_the_same(found, between, wish, receiver), repeated=True)
    session.refresh(between.agreement, with_for_update={"read": True})
    if between.agreement.state != ON:
        raise NotAgreed(community=there.name)
    if receiver is None:
        raise ReceiverUnknown(community=there.name)
    _check_receiver(session, wish, receiver, there)
    arrives = between.across(wish.minutes)
    if arrives == 0:
        raise TooLittleThere(community=there.name)
    return _book(session, between, wish, receiver, words, actor)


def find_receiver(session: Session, *, community: Community, number: str, name: str) -> Member | None:
    """Find whoever has this number and this name, or its reading; None alike where only one is theirs."""
    found = find_by_number(session, community=community, number=number)
    found = found or find_without_zeros(session, community=community, number=number)
    key = search_key(name)
    if found is None or not key or is_erased(found):
        return None
    if key not in (search_key(found.name), search_key(found.reading or "")):
        return None
    return who_stays(session, member=found)


def today_in(session: Session, community: Community) -> date:
    """Tell which day it is in a community, or refuse where its books are closed for today."""
    today = clock.today(community.time_zone)
    closed = ledger.closed_through(session, community.book_id)
    if closed is not None and today <= closed:
        raise BooksClosed(community=community.name, day=closed)
    return today


# --- the leaves ---------------------------------------------------------------------------------------------


def _check_receiver(session: Session, wish: Wish, receiver: Member, there: Community) -> None:
    if wish.by and any(one.id == wish.by.id for _hand, one in hands_on(session, member=receiver)):
        raise ForOneself(community=there.name)
    hold(session, members=(wish.giver, receiver))
    if not takes_part(receiver):
        raise ReceiverPaused(community=there.name)


def _is_oneself(member: Member, actor: Actor) -> bool:
    return member.id == actor.member_id and actor.how == "web"


def _saved_before(session: Session, key: str) -> HoursAcross | None:
    return session.scalar(select(HoursAcross).where(HoursAcross.key == key))


def _the_same(found: HoursAcross, between: Between, wish: Wish, receiver: Member | None) -> HoursAcross:
    """Refuse a form that is saved again with other content; a double click has the same."""
    before = (found.giver_id, found.receiver_community_id, found.receiver_id, found.given_minutes)
    asked = (wish.giver.id, between.there.community.id, receiver.id if receiver else None, wish.minutes)
    if before != asked:
        raise SentAlready
    return found


def _book(
    session: Session, between: Between, wish: Wish, receiver: Member, words: str, actor: Actor
) -> Given:
    here, there = between.here.community, between.there.community
    arrives = between.across(wish.minutes)
    out = ledger.Transfer(
        debit=hours_of(wish.giver, here),
        credit=hours_with(session, community=here, other=there),
        amount=wish.minutes,
    )
    into = ledger.Transfer(
        debit=hours_with(session, community=there, other=here),
        credit=hours_of(receiver, there),
        amount=arrives,
    )
    memo = f"hours agreement {between.agreement.id}"
    entries = [
        ledger.Entry(
            book_id=community.book_id,
            kind=ACROSS,
            posted_on=today_in(session, community),
            key=wish.key,
            actor=str(actor),
            transfers=(line,),
            memo=memo,
        )
        for community, line in ((here, out), (there, into))
    ]
    with _refusals(session, between, wish, receiver, actor):
        posted = _post_both(session, entries)
    if posted is None:
        # The same form twice at the same moment: the other one was first.
        found = _saved_before(session, wish.key)
        if found is None:
            raise SentAlready
        return Given(_the_same(found, between, wish, receiver), repeated=True)
    row = HoursAcross(
        agreement_id=between.agreement.id,
        giver_community_id=here.id,
        receiver_community_id=there.id,
        giver_id=wish.giver.id,
        receiver_id=receiver.id,
        given_minutes=wish.minutes,
        received_minutes=arrives,
        rate_given=between.here.rate_minutes,
        rate_received=between.there.rate_minutes,
        given_on=entries[0].posted_on,
        received_on=entries[1].posted_on,
        words=words,
        key=wish.key,
        done_at=clock.now(),
        done_person_id=actor.person_id,
        done_member_id=actor.member_id,
        done_how=actor.how,
        given_entry_id=posted[here.book_id],
        received_entry_id=posted[there.book_id],
    )
    session.add(row)
    session.flush()
    tell(session, row)
    return Given(row)


def tell(session: Session, across: HoursAcross, *, taken_back: bool = False) -> None:
    """Let both sides be told of it later, each by its own community."""
    for community_id in (across.giver_community_id, across.receiver_community_id):
        enqueue(
            session,
            community_id=community_id,
            kind=TELL_OF_ACROSS,
            payload={"across": across.id, "taken_back": taken_back},
            key=f"{TELL_OF_ACROSS}:{across.id}:{community_id}:{'back' if taken_back else 'given'}",
        )


def _post_both(session: Session, entries: list[ledger.Entry]) -> dict[int, int] | None:
    """Write both entries, or neither; gives their ids by their books, or None where the key was used before.

    The book with the smaller id comes first, whichever way the hours go: two communities that give across at
    one moment then wait one after the other, and never for each other.
    """
    with session.begin_nested() as both:
        found = {}
        for entry in sorted(entries, key=lambda one: one.book_id):
            posted = ledger.post(session, entry)
            if posted.repeated:
                both.rollback()
                return None
            found[entry.book_id] = posted.entry_id
    return found


@contextmanager
def _refusals(
    session: Session, between: Between, wish: Wish, receiver: Member, actor: Actor
) -> Iterator[None]:
    """Say in the members' words what one of the two books refuses; what the other had taken is undone."""
    there = between.there.community
    try:
        yield
    except ledger.LimitExceeded as refused:
        if refused.account_id == wish.giver.account_id:
            raise limit_refusal(refused, [wish.giver], actor) from refused
        if refused.account_id == receiver.account_id:
            raise ReceiverFull(community=there.name) from refused
        possible = still_possible(session, between)
        if possible == 0:
            raise BetweenFull(community=there.name) from refused
        raise BetweenLimit(community=there.name, possible=Minutes(possible)) from refused
    except ledger.AccountClosed as refused:
        if refused.code == hours_of(wish.giver, between.here.community).code:
            raise not_taking_part(wish.giver) from refused
        raise ReceiverPaused(community=there.name) from refused
    except ledger.PeriodClosed as refused:
        # Closed between the look and the act.
        today_in(session, between.here.community)
        today_in(session, there)
        raise BooksClosed(community=there.name, day=refused.closed_through) from refused
    except ledger.KeyReused as refused:
        raise SentAlready from refused
