"""Giving hours to another member, and taking that back."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes
from timebank.hours import NoTimeAtAll
from timebank.members.limits import limit_refusal
from timebank.members.models import Member
from timebank.members.queries import hold
from timebank.members.queries import hours_of
from timebank.members.same_as import why_not
from timebank.members.service import clean_reason
from timebank.members.taking_part import YouArePaused
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.presents.models import LONGEST_WORDS
from timebank.presents.models import MOST_MINUTES
from timebank.presents.models import Present
from timebank.queue import enqueue
from timebank.text import clean_text

#: What an entry of a present is.
KIND: Final = "hours-given"
#: Lets both of them be told of it.
TELL_OF_PRESENT: Final = "tell-of-present"


class GiveToYourself(Refusal):
    """Somebody gives hours to the member that they are."""

    sentence = N_("Please choose somebody else: nobody gives hours to themself.")
    field = "other"


class ForWhoeverWritesIt(Refusal):
    """A coordinator writes down hours that somebody gives to the coordinator."""

    sentence = N_("Nobody writes down what they are given themself. Please ask another coordinator.")
    field = "other"


class ActsForBoth(Refusal):
    """Whoever acts for a member gives its hours to themself, or to another member for whom they act."""

    sentence = N_(
        "You are %(name)s yourself, or act for them. So that two persons have said it, please call the "
        "coordinators."
    )
    field = "other"


class YouHaveLess(Refusal):
    """The reader gives hours that they do not have."""

    sentence = N_(
        "You have %(balance)s. Only hours that you have can be given to somebody; to be helped further, you "
        "need not have any."
    )
    field = "hours"


class TheyHaveLess(Refusal):
    """Somebody else's hours are given who does not have them."""

    sentence = N_("%(name)s has %(balance)s. Only hours that somebody has can be given.")
    field = "hours"


class TooMuchAtOnce(Refusal):
    """A time that is beyond all sense."""

    sentence = N_("At most %(most)s hours can be given at once.")
    field = "hours"


class GivenAlready(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To give this as well, please save once more."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for: who gives whom how much, with which words."""

    giver: Member
    receiver: Member
    minutes: int
    words: str = ""
    #: The member that a coordinator is who writes it down; None where the giver does it, or it is none.
    written_by: Member | None = None
    #: Whom whoever acts for the giver is, or acts for, too: for nobody of these one person is enough.
    not_to: frozenset[int] = frozenset()
    #: Made with the form: what is saved twice is given once.
    key: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a form became."""

    present: Present
    #: The form had been saved before: this is what it became then.
    repeated: bool = False


def give(session: Session, *, community: Community, wish: Wish, actor: Actor) -> Given:
    """Give hours that a member has to another one, once for a form; the caller commits."""
    words = clean_text(wish.words, longest=LONGEST_WORDS)
    if found := _saved_before(session, community, wish.key):
        return Given(_the_same(found, wish), repeated=True)
    _check(session, community, wish, actor)
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=KIND,
        posted_on=clock.today(community.time_zone),
        key=wish.key,
        actor=str(actor),
        transfers=(
            ledger.Transfer(
                debit=hours_of(wish.giver, community),
                credit=hours_of(wish.receiver, community),
                amount=wish.minutes,
            ),
        ),
        memo=f"from member {wish.giver.id} to member {wish.receiver.id}",
    )
    with _refusals((wish.giver, wish.receiver), actor), session.begin_nested():
        posted = ledger.post(session, entry)
        # Asked again now that the account is held: nobody else gives the same hours at this moment.
        left = ledger.balance(session, hours_of(wish.giver, community)).balance
        if left < 0 and not posted.repeated:
            raise _has_less(wish.giver, left + wish.minutes, actor)
    if posted.repeated:
        # The same form twice at the same moment: the other one was first.
        found = _saved_before(session, community, wish.key)
        if found is None:
            raise GivenAlready
        return Given(_the_same(found, wish), repeated=True)
    present = Present(
        community_id=community.id,
        giver_id=wish.giver.id,
        receiver_id=wish.receiver.id,
        minutes=wish.minutes,
        given_on=entry.posted_on,
        words=words,
        key=wish.key,
        done_at=clock.now(),
        done_person_id=actor.person_id,
        done_member_id=actor.member_id,
        done_how=actor.how,
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(present)
    session.flush()
    _tell(session, present, taken_back=False)
    return Given(present)


def take_back(
    session: Session,
    *,
    community: Community,
    present: Present,
    members: Sequence[Member],
    reason: str,
    actor: Actor,
) -> None:
    """Take a present back for a reason; both lines stay. Who was given it may go past a limit by it."""
    why = clean_reason(reason)
    session.refresh(present, with_for_update=True)
    if present.reversal_id is not None:
        return
    with _refusals(members, actor):
        reversal = ledger.reverse(
            session,
            book_id=community.book_id,
            entry_id=present.entry_id,
            posted_on=clock.today(community.time_zone),
            key=f"reversal:{present.entry_id}",
            actor=str(actor),
            memo=f"reversal of entry {present.entry_id}",
            waive_limits=True,
        )
    present.reversal_id, present.taken_back_because = reversal.entry_id, why
    session.flush()
    _tell(session, present, taken_back=True)


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, wish: Wish, actor: Actor) -> None:
    if wish.minutes <= 0:
        raise NoTimeAtAll
    if wish.minutes > MOST_MINUTES:
        raise TooMuchAtOnce(most=MOST_MINUTES // 60)
    if wish.giver.id == wish.receiver.id:
        raise GiveToYourself
    if wish.written_by is not None and wish.written_by.id == wish.receiver.id:
        raise ForWhoeverWritesIt
    if wish.receiver.id in wish.not_to:
        raise ActsForBoth(name=wish.receiver.name)
    hold(session, members=(wish.giver, wish.receiver))
    if not takes_part(wish.giver):
        raise YouArePaused if _is_oneself(wish.giver, actor) else why_not(session, member=wish.giver)
    if not takes_part(wish.receiver):
        raise why_not(session, member=wish.receiver)
    balance = ledger.balance(session, hours_of(wish.giver, community)).balance
    if balance < wish.minutes:
        raise _has_less(wish.giver, balance, actor)


def _is_oneself(member: Member, actor: Actor) -> bool:
    return member.id == actor.member_id and actor.how == "web"


def _has_less(giver: Member, balance: int, actor: Actor) -> Refusal:
    has = Minutes(max(0, balance))
    if _is_oneself(giver, actor):
        return YouHaveLess(balance=has)
    return TheyHaveLess(name=giver.name, balance=has)


def _saved_before(session: Session, community: Community, key: str) -> Present | None:
    return session.scalar(select(Present).where(Present.community_id == community.id, Present.key == key))


def _the_same(found: Present, wish: Wish) -> Present:
    """Refuse a form that is saved again with other content; a double click has the same."""
    if (found.giver_id, found.receiver_id, found.minutes) != (
        wish.giver.id,
        wish.receiver.id,
        wish.minutes,
    ):
        raise GivenAlready
    return found


@contextmanager
def _refusals(members: Sequence[Member], actor: Actor) -> Iterator[None]:
    """Say in the members' words what the books refuse."""
    try:
        yield
    except ledger.FloorExceeded as refused:
        giver = next(one for one in members if one.account_id == refused.account_id)
        raise limit_refusal(refused, [giver], actor) from refused
    except ledger.LimitExceeded as refused:
        raise limit_refusal(refused, members, actor) from refused
    except ledger.AccountClosed as refused:
        whose = books.member_of_code(refused.code)
        raise not_taking_part(next(one for one in members if one.id == whose)) from refused
    except ledger.KeyReused as refused:
        raise GivenAlready from refused


def _tell(session: Session, present: Present, *, taken_back: bool) -> None:
    """Let both be told of it later, each in their own language."""
    enqueue(
        session,
        community_id=present.community_id,
        kind=TELL_OF_PRESENT,
        payload={"present": present.id, "taken_back": taken_back},
        key=f"{TELL_OF_PRESENT}:{present.id}:{'back' if taken_back else 'given'}",
    )
