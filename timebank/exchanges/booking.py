"""From exchanges to the books: the entry they make, and what the books refuse said in the members' words."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import REVERSED
from timebank.exchanges.models import Exchange
from timebank.members.limits import limit_refusal
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.same_as import GoesOnAsAnother
from timebank.members.same_as import joined_into
from timebank.members.taking_part import TheyHaveLeft

#: What an entry of confirmed exchanges is.
EXCHANGE = "exchange"
#: What the entry of an exchange is that money is paid for, or thanked with; others say which lines it has.
VISIT = "visit"

#: By this name the database refuses to book as hours what waits for a word about money, too.
WAITS_FOR_MONEY = "exchange_waits_for_money"

#: Which lines book an exchange that is not for hours alone, the first of them the exchange's own.
Lines = Callable[[Session, Exchange], tuple[ledger.Transfer, ...]]


class IsPaidFor(Refusal):
    """Hours alone would be booked of a visit for which money is paid."""

    sentence = N_(
        "This visit is paid for: please confirm it on its page that says what it costs. Where the time or "
        "the day was another one, please withdraw it and write it down anew."
    )
    status = 409


class NotThereAnyMore(Refusal):
    """What an entry had set aside has gone on since, so that it cannot be taken back."""

    sentence = N_(
        "This cannot be taken back: money that was set aside by it is no longer there. Please ask a "
        "treasurer."
    )
    status = 409


def book(
    session: Session,
    *,
    community: Community,
    exchanges: Sequence[Exchange],
    key: str,
    actor: Actor,
    lines: Lines | None = None,
) -> None:
    """Post exchanges of one day as one entry, a transfer each: debit the receiver, credit the giver.

    On that day or, where its month is closed by now, on the first day that is open. With ``lines`` it is one
    exchange, booked as they say; a limit of an account that is no member's hours is left to who said them.
    """
    ordered = sorted(exchanges, key=lambda one: one.id)
    members = _members_of(session, ordered)
    go_on = _going_on(session, members.values())
    transfers = tuple(
        ledger.Transfer(
            debit=hours_of(members[one.receiver_id], community),
            credit=hours_of(members[one.giver_id], community),
            amount=one.minutes,
        )
        for one in ordered
    )
    if lines is not None:
        transfers = lines(session, ordered[0])
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=VISIT if lines else EXCHANGE,
        posted_on=open_day(session, ordered[0].worked_on, community=community),
        key=key,
        actor=str(actor),
        transfers=transfers,
        memo=f"exchange {ordered[0].id}",
    )
    try:
        posted = ledger.post(session, entry)
    except ledger.LimitExceeded as refused:
        if books.member_of_code(refused.code) is None:
            raise
        raise limit_refusal(refused, members.values(), actor) from refused
    except ledger.AccountClosed as refused:
        raise _closed(refused, members.values(), go_on) from refused
    for line, one in enumerate(ordered, 1):
        one.state, one.entry_id, one.line = CONFIRMED, posted.entry_id, line
    try:
        session.flush()
    except IntegrityError as clash:
        if WAITS_FOR_MONEY not in str(clash.orig):
            raise
        raise IsPaidFor from clash


def unbook(session: Session, *, community: Community, entry_id: int, actor: Actor) -> list[Exchange]:
    """Reverse an entry today and mark every exchange it booked; members may go outside their limits by it."""
    booked = select(Exchange).where(Exchange.entry_id == entry_id, Exchange.community_id == community.id)
    exchanges = list(session.scalars(booked.order_by(Exchange.line)))
    # Read before: after a refusal PostgreSQL answers nothing more.
    members = _members_of(session, exchanges)
    go_on = _going_on(session, members.values())
    try:
        reversal = ledger.reverse(
            session,
            book_id=community.book_id,
            entry_id=entry_id,
            posted_on=clock.today(community.time_zone),
            key=f"reversal:{entry_id}",
            actor=str(actor),
            memo=f"reversal of entry {entry_id}",
            waive_limits=True,
        )
    except ledger.AccountClosed as refused:
        raise _closed(refused, members.values(), go_on) from refused
    except ledger.LimitExceeded as refused:
        raise NotThereAnyMore from refused
    for one in exchanges:
        one.state, one.reversal_id = REVERSED, reversal.entry_id
    session.flush()
    return exchanges


def _members_of(session: Session, exchanges: Sequence[Exchange]) -> dict[int, Member]:
    ids = {member_id for one in exchanges for member_id in (one.giver_id, one.receiver_id)}
    return {member.id: member for member in session.scalars(select(Member).where(Member.id.in_(ids)))}


def _going_on(session: Session, members: Iterable[Member]) -> dict[int, Member]:
    """Tell which records go on for those who were entered twice, by the id of the older one."""
    found = {one.id: joined_into(session, member=one) for one in members}
    return {member_id: stays for member_id, stays in found.items() if stays is not None}


def _closed(refused: ledger.AccountClosed, members: Iterable[Member], go_on: Mapping[int, Member]) -> Refusal:
    """Say whose account is closed: somebody has left with nothing on it, or goes on as another record."""
    member_id = books.member_of_code(refused.code)
    member = next(one for one in members if one.id == member_id)
    if stays := go_on.get(member.id):
        return GoesOnAsAnother(name=member.name, number=stays.number)
    return TheyHaveLeft(name=member.name)
