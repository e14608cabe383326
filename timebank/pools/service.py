"""What may be done with pools: opening, giving, granting, taking back, closing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import fresh_ids
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes
from timebank.hours import NoTimeAtAll
from timebank.members.limits import limit_refusal
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.service import clean_reason
from timebank.members.taking_part import YouArePaused
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.pools.models import CLOSED
from timebank.pools.models import GIFT
from timebank.pools.models import GRANT
from timebank.pools.models import LONGEST_NAME
from timebank.pools.models import LONGEST_PURPOSE
from timebank.pools.models import LONGEST_WORDS
from timebank.pools.models import MOST_MINUTES
from timebank.pools.models import OPENED
from timebank.pools.models import REOPENED
from timebank.pools.models import REVERSED
from timebank.pools.models import Pool
from timebank.pools.models import PoolEvent
from timebank.pools.models import PoolTransfer
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible

#: What an entry of a gift and of a grant is.
KINDS = {GIFT: "pool-gift", GRANT: "pool-grant"}


class PoolUnnamed(Refusal):
    """A pool without a name."""

    sentence = N_("A pool needs a name.")
    field = "name"


class PoolPurposeMissing(Refusal):
    """A pool that nobody knows the use of."""

    sentence = N_("Please say in a line what the pool is for.")
    field = "purpose"


class PoolThere(Refusal):
    """A pool that the community has already."""

    sentence = N_("There is a pool “%(name)s” already.")
    field = "name"


class PoolClosed(Refusal):
    """A pool that takes and gives nothing any more."""

    sentence = N_("This pool is closed. Please choose another one.")


class PoolNotEmpty(Refusal):
    """A pool with hours in it is to be closed."""

    sentence = N_("There are still %(hours)s in this pool. It can be closed when they have been granted.")


class PoolHasLess(Refusal):
    """More is to leave a pool than is in it."""

    sentence = N_("There is %(missing)s too little in this pool for that.")
    field = "hours"


class TooMuchAtOnce(Refusal):
    """A time that is beyond all sense."""

    sentence = N_("At most %(most)s hours can be given at once.")
    field = "hours"


class GrantToYourself(Refusal):
    """A coordinator grants hours to the member that they are."""

    sentence = N_("Nobody grants hours to themself. Please ask another coordinator.")
    field = "other"


class GivenAlready(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To give this as well, please save once more."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for: hours between a member and a pool, and the words about them."""

    member: Member
    minutes: int
    words: str
    #: Other members shall not see whose it is.
    name_hidden: bool = False
    #: Made with the form: what is saved twice is booked once.
    key: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a form became."""

    transfer: PoolTransfer
    #: The form had been saved before: this is what it became then.
    repeated: bool = False


# --- opening and closing ------------------------------------------------------------------------------------


def open_pool(session: Session, *, community: Community, name: str, purpose: str, actor: Actor) -> Pool:
    """Open a pool with nothing in it; the caller commits."""
    name = clean_line(name, longest=LONGEST_NAME)
    purpose = clean_line(purpose, longest=LONGEST_PURPOSE)
    if not is_visible(name):
        raise PoolUnnamed
    if not is_visible(purpose):
        raise PoolPurposeMissing
    there = select(Pool.id).where(Pool.community_id == community.id, Pool.name == name)
    if session.scalar(there) is not None:
        raise PoolThere(name=name)
    (pool_id,) = fresh_ids(session, Pool, 1)
    account = books.open_pool_hours(session, book_id=community.book_id, pool_id=pool_id, actor=actor)
    pool = Pool(
        id=pool_id,
        community_id=community.id,
        name=name,
        purpose=purpose,
        account_id=account.id,
        closed_on=None,
    )
    session.add(pool)
    try:
        session.flush()
    except IntegrityError as clash:
        if violated(clash) == "uq_pool_community_id_name":
            raise PoolThere(name=name) from clash
        raise
    _record(session, pool=pool, what=OPENED, actor=actor)
    return pool


def close_pool(session: Session, *, community: Community, pool: Pool, actor: Actor) -> None:
    """Close a pool that is empty; what was given and granted stays to be read."""
    _lock(session, pool)
    if pool.closed_on is not None:
        return
    today = clock.today(community.time_zone)
    account = pool_hours(pool, community)
    try:
        ledger.close_account(session, account, closed_on=today, actor=str(actor), reason="pool closed")
    except ledger.AccountNotEmpty as left:
        raise PoolNotEmpty(hours=Minutes(left.balance)) from left
    pool.closed_on = today
    _record(session, pool=pool, what=CLOSED, actor=actor)


def reopen_pool(session: Session, *, community: Community, pool: Pool, actor: Actor) -> None:
    """Let a closed pool take gifts again."""
    _lock(session, pool)
    if pool.closed_on is not None:
        ledger.reopen_account(session, pool_hours(pool, community), actor=str(actor), reason="pool reopened")
        pool.closed_on = None
        _record(session, pool=pool, what=REOPENED, actor=actor)


# --- giving and granting ------------------------------------------------------------------------------------


def give(session: Session, *, community: Community, pool: Pool, wish: Wish, actor: Actor) -> Moved:
    """Give a member's hours to a pool, as far as their limit lets them; the caller commits."""
    if not takes_part(wish.member):
        raise YouArePaused if _is_oneself(wish.member, actor) else not_taking_part(wish.member)
    words = clean_text(wish.words, longest=LONGEST_WORDS)
    return move(
        session, community=community, pool=pool, kind=GIFT, wish=replace(wish, words=words), actor=actor
    )


def grant(session: Session, *, community: Community, pool: Pool, wish: Wish, actor: Actor) -> Moved:
    """Grant hours from a pool to a member, for a reason that all members can read."""
    if _is_oneself(wish.member, actor):
        raise GrantToYourself
    if not takes_part(wish.member):
        raise not_taking_part(wish.member)
    words = clean_reason(wish.words)
    return move(
        session, community=community, pool=pool, kind=GRANT, wish=replace(wish, words=words), actor=actor
    )


def move(session: Session, *, community: Community, pool: Pool, kind: str, wish: Wish, actor: Actor) -> Moved:
    """Book hours between a member and a pool, once for a key; rights and clean words are the caller's."""
    _check_minutes(wish.minutes)
    if found := _saved_before(session, community, wish.key):
        return Moved(_the_same(found, pool, kind, wish), repeated=True)
    if pool.closed_on is not None:
        raise PoolClosed
    ours, theirs = pool_hours(pool, community), hours_of(wish.member, community)
    today = clock.today(community.time_zone)
    debit, credit = (theirs, ours) if kind == GIFT else (ours, theirs)
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=KINDS[kind],
        posted_on=today,
        key=wish.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=debit, credit=credit, amount=wish.minutes),),
        memo=f"pool {pool.id}",
    )
    with _refusals(pool, wish.member, actor):
        posted = ledger.post(session, entry)
    if posted.repeated:
        # The same form twice at the same moment: the other one was first.
        found = _saved_before(session, community, wish.key)
        if found is None:
            raise GivenAlready
        return Moved(_the_same(found, pool, kind, wish), repeated=True)
    transfer = PoolTransfer(
        community_id=community.id,
        pool_id=pool.id,
        member_id=wish.member.id,
        kind=kind,
        minutes=wish.minutes,
        done_on=today,
        words=wish.words,
        name_hidden=wish.name_hidden,
        key=wish.key,
        done_at=clock.now(),
        done_person_id=actor.person_id,
        done_member_id=actor.member_id,
        done_how=actor.how,
        entry_id=posted.entry_id,
        reversal_id=None,
    )
    session.add(transfer)
    session.flush()
    return Moved(transfer)


def take_back(
    session: Session,
    *,
    community: Community,
    pool: Pool,
    transfer: PoolTransfer,
    member: Member,
    reason: str,
    actor: Actor,
) -> None:
    """Take a gift or a grant back, for a reason; both lines stay. A member may go past a limit by it."""
    why = clean_reason(reason)
    session.refresh(transfer, with_for_update=True)
    if transfer.reversal_id is not None:
        return
    with _refusals(pool, member, actor):
        reversal = ledger.reverse(
            session,
            book_id=community.book_id,
            entry_id=transfer.entry_id,
            posted_on=clock.today(community.time_zone),
            key=f"reversal:{transfer.entry_id}",
            actor=str(actor),
            memo=f"reversal of entry {transfer.entry_id}",
            waive_limits=True,
        )
    transfer.reversal_id = reversal.entry_id
    _record(session, pool=pool, what=REVERSED, actor=actor, transfer_id=transfer.id, reason=why)


def pool_hours(pool: Pool, community: Community) -> ledger.Account:
    """Name the account of a pool's hours, without asking the database."""
    return books.pool_hours(account_id=pool.account_id, book_id=community.book_id, pool_id=pool.id)


# --- the leaves ---------------------------------------------------------------------------------------------


def _is_oneself(member: Member, actor: Actor) -> bool:
    return member.id == actor.member_id and actor.how == "web"


def _check_minutes(minutes: int) -> None:
    if minutes <= 0:
        raise NoTimeAtAll
    if minutes > MOST_MINUTES:
        raise TooMuchAtOnce(most=MOST_MINUTES // 60)


def _saved_before(session: Session, community: Community, key: str) -> PoolTransfer | None:
    return session.scalar(
        select(PoolTransfer).where(PoolTransfer.community_id == community.id, PoolTransfer.key == key)
    )


def _the_same(found: PoolTransfer, pool: Pool, kind: str, wish: Wish) -> PoolTransfer:
    """Refuse a form that is saved again with other content; a double click has the same."""
    before = (found.pool_id, found.kind, found.member_id, found.minutes)
    if before != (pool.id, kind, wish.member.id, wish.minutes):
        raise GivenAlready
    return found


@contextmanager
def _refusals(pool: Pool, member: Member, actor: Actor) -> Iterator[None]:
    """Say in the members' words what the books refuse."""
    try:
        yield
    except ledger.LimitExceeded as refused:
        if refused.account_id == pool.account_id:
            raise PoolHasLess(missing=Minutes(refused.beyond)) from refused
        raise limit_refusal(refused, [member], actor) from refused
    except ledger.AccountClosed as refused:
        if refused.code == books.pool_hours_code(pool.id):
            raise PoolClosed from refused
        raise not_taking_part(member) from refused
    except ledger.KeyReused as refused:
        raise GivenAlready from refused


def _lock(session: Session, pool: Pool) -> None:
    """Hold the row against somebody who closes or opens it at the same moment."""
    session.refresh(pool, with_for_update=True)


def _record(
    session: Session,
    *,
    pool: Pool,
    what: str,
    actor: Actor,
    transfer_id: int | None = None,
    reason: str | None = None,
) -> None:
    session.add(
        PoolEvent(
            pool_id=pool.id,
            community_id=pool.community_id,
            transfer_id=transfer_id,
            happened_at=clock.now(),
            person_id=actor.person_id,
            member_id=actor.member_id,
            how=actor.how,
            what=what,
            reason=reason,
        )
    )
    session.flush()
