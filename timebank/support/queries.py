"""What is read of paid support: visits with money in them, what members owe and are owed, and kept hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select
from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

import ledger
from timebank import books
from timebank import clock
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.same_as import older_records
from timebank.members.same_as import record_ids
from timebank.rates.models import NOBODY
from timebank.rates.models import SupportTerms
from timebank.support.models import SupportPaid
from timebank.support.models import SupportVisit

_Giver, _Receiver = aliased(Member, name="giver"), aliased(Member, name="receiver")


@dataclass(frozen=True, slots=True)
class Told:
    """A visit with the exchange that it is about, and its two members."""

    visit: SupportVisit
    exchange: Exchange
    giver: Member
    receiver: Member

    @property
    def stands(self) -> bool:
        """It counts: nobody took it back."""
        return self.exchange.state == CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a member owes for help, and is owed as thanks; below nought where too much was paid."""

    member: Member
    owes_minor: int
    is_owed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpen:
    """What of a member's money is open: owed for help or as thanks, and paid ahead and not used."""

    owes_minor: int
    is_owed_minor: int
    tickets_minor: int
    prepaid_minor: int

    def __bool__(self) -> bool:
        return any((self.owes_minor, self.is_owed_minor, self.tickets_minor, self.prepaid_minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many hours the community owes that no member owes it, and what is laid apart for them."""

    minutes: int
    fund_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOf:
    """What a member has kept through visits that were paid for, and has paid such visits with, in minutes."""

    kept: int
    used: int


def kept_of(session: Session, community: Community, member: Member) -> KeptOf | None:
    """Tell what of a member's hours was kept and used through paid visits; None where none ever were."""
    if not was_ever_on(session, community=community):
        return None
    more = SupportVisit.paid_minutes - SupportVisit.thanked_minutes
    theirs = record_ids(session, member=member)
    kept = case((and_(Exchange.giver_id.in_(theirs), more > 0), more), else_=0)
    used = case((and_(Exchange.receiver_id.in_(theirs), more < 0), -more), else_=0)
    found = (
        select(func.coalesce(func.sum(kept), 0), func.coalesce(func.sum(used), 0))
        .select_from(SupportVisit)
        .join(Exchange, Exchange.id == SupportVisit.exchange_id)
        .where(
            SupportVisit.community_id == community.id,
            Exchange.state == CONFIRMED,
            or_(Exchange.giver_id.in_(theirs), Exchange.receiver_id.in_(theirs)),
        )
    )
    sums = session.execute(found).one()
    return KeptOf(kept=int(sums[0]), used=int(sums[1]))


def was_ever_on(session: Session, *, community: Community) -> bool:
    """Say whether help was ever paid for here: until then there are no pages about it."""
    found = select(SupportTerms.id).where(
        SupportTerms.community_id == community.id,
        SupportTerms.provider != NOBODY,
        SupportTerms.starts_on <= clock.today(community.time_zone),
    )
    return session.scalar(found.limit(1)) is not None


def list_visits(
    session: Session,
    *,
    community: Community,
    first: date,
    last: date,
    member: Member | None = None,
    limit: int,
) -> Sequence[Told]:
    """List the visits of some days that have money in them, the newest first; of one member where asked."""
    found = told_visits(community).where(Exchange.worked_on.between(first, last))
    if member is not None:
        theirs = record_ids(session, member=member)
        found = found.where(or_(Exchange.giver_id.in_(theirs), Exchange.receiver_id.in_(theirs)))
    rows = session.execute(found.order_by(Exchange.worked_on.desc(), Exchange.id.desc()).limit(limit))
    return [Told(*row) for row in rows]


def find_visit(session: Session, *, community: Community, exchange_id: int) -> Told | None:
    """Find what was agreed about the money of an exchange; None where it is for hours alone."""
    row = session.execute(told_visits(community).where(SupportVisit.exchange_id == exchange_id)).one_or_none()
    return Told(*row) if row else None


def exchange_pages(session: Session, exchange: Exchange) -> list[tuple[str, str]]:
    """Name the pages about the money of an exchange: what it costs, and what was laid out for it."""
    if not was_ever_on(session, community=session.get_one(Community, exchange.community_id)):
        return []
    pages = [("expenses.of_exchange", N_("Expenses of this exchange"))] if exchange.entry_id else []
    if session.get(SupportVisit, exchange.id) is not None:
        pages.insert(0, ("visits.show", N_("What it costs, and what becomes of the money")))
    return pages


def list_owed(session: Session, *, community: Community) -> Sequence[Owed]:
    """List everybody who owes something or is owed something, by name."""
    owes, is_owed = dict[int, int](), dict[int, int]()
    for line in ledger.trial_balance(session, community.book_id):
        if line.commodity != community.currency or not line.balance:
            continue
        if (member_id := books.owes_by_code(line.code)) is not None:
            owes[member_id] = line.balance
        elif (member_id := books.is_owed_by_code(line.code)) is not None:
            is_owed[member_id] = -line.balance
    members = session.scalars(
        select(Member)
        .where(Member.community_id == community.id, Member.id.in_(owes.keys() | is_owed.keys()))
        .order_by(Member.name, Member.number)
    )
    return [
        Owed(member=one, owes_minor=owes.get(one.id, 0), is_owed_minor=is_owed.get(one.id, 0))
        for one in members
    ]


def owed_of(session: Session, *, community: Community, member: Member) -> Owed:
    """Tell what one member owes, and is owed."""
    owes = _balance(session, community, books.receivable_code(member.id))
    is_owed = _balance(session, community, books.payable_code(member.id))
    return Owed(member=member, owes_minor=-owes, is_owed_minor=is_owed)


def left_open(session: Session, *, community: Community, member: Member) -> LeftOpen:
    """Tell what of a member's money is open: it stays so when they leave, until it is settled."""
    owed = owed_of(session, community=community, member=member)
    tickets = _balance(session, community, books.tickets_code(member.id))
    prepaid = _balance(session, community, books.prepaid_code(member.id))
    return LeftOpen(
        owes_minor=owed.owes_minor,
        is_owed_minor=owed.is_owed_minor,
        tickets_minor=tickets,
        prepaid_minor=prepaid,
    )


def left_on_records(
    session: Session, *, community: Community, member: Member
) -> list[tuple[Member, LeftOpen]]:
    """Tell what is open on records that were joined into a member's: money stays where it was booked."""
    records = older_records(session, member=member)
    found = [(one, left_open(session, community=community, member=one)) for one in records]
    return [(one, left) for one, left in found if left.owes_minor or left.is_owed_minor]


def kept_hours(session: Session, *, community: Community) -> Kept:
    """Tell what is kept, and what is laid apart for it: so that nobody promises more than is there."""
    lines = {(one.code, one.commodity): one for one in ledger.trial_balance(session, community.book_id)}
    hours = lines.get((books.HOURS_KEPT, books.MINUTES))
    fund = lines.get((books.fund_code(books.KEPT_FUND), community.currency))
    return Kept(minutes=hours.balance if hours else 0, fund_minor=-fund.balance if fund else 0)


def list_paid(session: Session, *, community: Community, member: Member) -> Sequence[SupportPaid]:
    """List what a member paid or was paid, also on records that were joined into theirs, the newest first."""
    theirs = record_ids(session, member=member)
    found = select(SupportPaid).where(
        SupportPaid.community_id == community.id, SupportPaid.member_id.in_(theirs)
    )
    return session.scalars(found.order_by(SupportPaid.paid_on.desc(), SupportPaid.id.desc())).all()


def find_paid(session: Session, *, community: Community, paid_id: int) -> SupportPaid | None:
    """Find what was paid in this community; another's is not found."""
    return session.scalar(
        select(SupportPaid).where(SupportPaid.id == paid_id, SupportPaid.community_id == community.id)
    )


def told_visits(community: Community) -> Select[SupportVisit, Exchange, Member, Member]:
    """Ask for the visits of a community with money in them, as ``Told`` holds them."""
    return (
        select(SupportVisit, Exchange, _Giver, _Receiver)
        .join(Exchange, Exchange.id == SupportVisit.exchange_id)
        .join(_Giver, _Giver.id == Exchange.giver_id)
        .join(_Receiver, _Receiver.id == Exchange.receiver_id)
        .where(SupportVisit.community_id == community.id)
    )


def _balance(session: Session, community: Community, code: str) -> int:
    """Give the balance of an account of money; nought where nothing was ever booked to it."""
    try:
        account = ledger.find_account(
            session, book_id=community.book_id, code=code, commodity=community.currency
        )
    except ledger.AccountUnknown:
        return 0
    return ledger.balance(session, account).balance
