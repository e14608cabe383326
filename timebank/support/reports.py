"""Reports of paid support between two days: how help was settled, thanks by giver, and what the group keeps.

What was taken back does not count. The day of the help counts, as on bills; the books go by the day on which
it is posted, so what they say stands beside it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Any
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import case
from sqlalchemy import extract
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.donations.models import THANKS as GIVEN_THANKS
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.models import SupportPaid
from timebank.support.models import SupportVisit

#: Help for hours with no money in it.
ALONE: Final = "alone"


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are reported on, both included."""

    first: date
    last: date

    @property
    def before(self) -> date:
        """The day before the first."""
        return self.first - timedelta(days=1) if self.first > date.min else self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What of the help was settled in one way."""

    way: str
    visits: int
    minutes: int
    #: None where no money is in it.
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthShare:
    """What the visits of a month come to, and what of it stays with the group."""

    #: The first of the month.
    month: date
    visits: int
    minutes: int
    price_minor: int
    thanks_minor: int
    way_minor: int
    #: Laid apart for hours that were kept, and taken from there for hours that were used.
    to_fund_minor: int
    from_fund_minor: int
    #: Hours that the group owes from then on, and no longer owes.
    kept_minutes: int
    used_minutes: int

    @property
    def apart_minor(self) -> int:
        """What is laid apart, less what came from there."""
        return self.to_fund_minor - self.from_fund_minor

    @property
    def stays_minor(self) -> int:
        """The price less thanks, the way and what is laid apart."""
        return self.price_minor - self.thanks_minor - self.way_minor - self.apart_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMonth:
    """What was kept and used in a month, and how it stands at the end of it."""

    month: MonthShare
    #: Hours that the group owes and no member does, and what is laid apart for them.
    minutes: int
    fund_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksShare:
    """What the accounts of the books moved in the same days, by the day on which it was posted."""

    support_minor: int
    expenses_minor: int
    fund_minor: int

    @property
    def stays_minor(self) -> int:
        """What stays by the books."""
        return self.support_minor - self.expenses_minor - self.fund_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanksOf:
    """What a member earned as thanks, and what became of it."""

    member: Member
    #: What they were owed on the day before, and are on the last, by the books.
    before_minor: int
    open_minor: int
    visits: int = 0
    earned_minor: int = 0
    way_minor: int = 0
    #: Of so much help the thanks were left to the group: no amount stands for it.
    left_minutes: int = 0
    given_minor: int = 0
    paid_minor: int = 0

    @property
    def other_minor(self) -> int:
        """What else moved it: visits that were taken back later, or posted in another month than given."""
        known = self.earned_minor + self.way_minor - self.given_minor - self.paid_minor
        return self.open_minor - self.before_minor - known


def how_received(session: Session, *, community: Community, span: Span) -> list[Settled]:
    """Tell in which ways whoever received help paid for it."""
    visit, rest = SupportVisit, Exchange.minutes - SupportVisit.paid_minutes
    found = _visits(
        community,
        span,
        visit.pays_by,
        func.count(),
        func.sum(visit.paid_minutes),
        func.sum(visit.price_minor),
        func.sum(visit.tickets_minor),
        func.sum(case((rest > 0, 1), else_=0)),
        func.sum(rest),
    ).group_by(visit.pays_by)
    rows = {row[0]: [int(one) for one in row[1:]] for row in session.execute(found)}
    nothing = [0] * 6
    bill, tickets = rows.get(BILL, nothing), rows.get(TICKETS, nothing)
    with_tickets = tickets[3]
    return [
        Settled(
            way=BILL,
            visits=bill[0],
            minutes=bill[1],
            # What tickets leave of a price goes on the bill, too.
            amount_minor=bill[2] + tickets[2] - with_tickets,
        ),
        Settled(way=TICKETS, visits=tickets[0], minutes=tickets[1], amount_minor=with_tickets),
        Settled(
            way=HOURS,
            visits=sum(row[4] for row in rows.values()),
            minutes=sum(row[5] for row in rows.values()),
        ),
        _alone(session, community, span),
    ]


def how_given(session: Session, *, community: Community, span: Span) -> list[Settled]:
    """Tell what whoever gave help took for it."""
    visit, rest = SupportVisit, Exchange.minutes - SupportVisit.thanked_minutes
    takes = case((visit.thanked_minutes == 0, HOURS), (visit.thanks_minor == 0, NOTHING), else_=THANKS)
    found = _visits(
        community,
        span,
        takes,
        func.count(),
        func.sum(visit.thanked_minutes),
        func.sum(visit.thanks_minor),
        func.sum(case((rest > 0, 1), else_=0)),
        func.sum(rest),
    ).group_by(takes)
    rows = {row[0]: [int(one) for one in row[1:]] for row in session.execute(found)}
    nothing = [0] * 5
    thanks, left = rows.get(THANKS, nothing), rows.get(NOTHING, nothing)
    return [
        Settled(way=THANKS, visits=thanks[0], minutes=thanks[1], amount_minor=thanks[2]),
        Settled(
            way=HOURS,
            visits=sum(row[3] for row in rows.values()),
            minutes=sum(row[4] for row in rows.values()),
        ),
        Settled(way=NOTHING, visits=left[0], minutes=left[1]),
        _alone(session, community, span),
    ]


def by_month(session: Session, *, community: Community, span: Span) -> list[MonthShare]:
    """Add up the visits of each month: the money in them, and hours that were kept and used."""
    visit, day = SupportVisit, Exchange.worked_on
    more = visit.paid_minutes - visit.thanked_minutes
    year, month = extract("year", day), extract("month", day)
    found = _visits(
        community,
        span,
        year,
        month,
        func.count(),
        func.sum(Exchange.minutes),
        *(func.sum(one) for one in (visit.price_minor, visit.thanks_minor, visit.way_minor)),
        *(func.sum(one) for one in (visit.to_fund_minor, visit.from_fund_minor)),
        func.sum(case((more > 0, more), else_=0)),
        func.sum(case((more < 0, -more), else_=0)),
    )
    rows = session.execute(found.group_by(year, month).order_by(year, month))
    return [
        MonthShare(
            month=date(int(row[0]), int(row[1]), 1),
            visits=int(row[2]),
            minutes=int(row[3]),
            price_minor=int(row[4]),
            thanks_minor=int(row[5]),
            way_minor=int(row[6]),
            to_fund_minor=int(row[7]),
            from_fund_minor=int(row[8]),
            kept_minutes=int(row[9]),
            used_minutes=int(row[10]),
        )
        for row in rows
    ]


def kept_by_month(session: Session, *, community: Community, last: date) -> list[KeptMonth]:
    """Tell month by month what was kept and used, the newest first, in which there was any of it."""
    minutes = fund = 0
    found = []
    for one in by_month(session, community=community, span=Span(date.min, last)):
        minutes += one.kept_minutes - one.used_minutes
        fund += one.apart_minor
        if one.kept_minutes or one.used_minutes or one.to_fund_minor or one.from_fund_minor:
            found.append(KeptMonth(month=one, minutes=minutes, fund_minor=fund))
    return found[::-1]


def in_the_books(session: Session, *, community: Community, span: Span) -> BooksShare:
    """Tell what the accounts of paid support moved in the books, to compare."""
    moved = _moved(session, community, span)
    spent = (-amount for code, amount in moved.items() if code.startswith(books.expenses_code("support", "")))
    return BooksShare(
        support_minor=moved.get(books.SUPPORT, 0),
        expenses_minor=sum(spent),
        fund_minor=moved.get(books.fund_code(books.KEPT_FUND), 0),
    )


def thanks_by_giver(session: Session, *, community: Community, span: Span) -> list[ThanksOf]:
    """Tell by giver, by name, what was earned as thanks and what became of it."""
    sums: dict[int, dict[str, int]] = {}
    for names, query in _thanks(community, span):
        for member_id, *amounts in session.execute(query):
            known = sums.setdefault(member_id, {})
            known.update(zip(names, map(int, amounts), strict=True))
    before, after = (_owed_on(session, community, day) for day in (span.before, span.last))
    for member_id in before.keys() | after.keys():
        sums.setdefault(member_id, {})
    members = session.scalars(
        select(Member)
        .where(Member.community_id == community.id, Member.id.in_(sums))
        .order_by(Member.name, Member.number)
    )
    return [
        ThanksOf(
            member=one, before_minor=before.get(one.id, 0), open_minor=after.get(one.id, 0), **sums[one.id]
        )
        for one in members
    ]


# --- the leaves ---------------------------------------------------------------------------------------------


def _visits(community: Community, span: Span, *columns: Any) -> Select[Any]:
    """Ask of the visits of some days that count and have money in them."""
    return (
        select(*columns)
        .select_from(SupportVisit)
        .join(Exchange, Exchange.id == SupportVisit.exchange_id)
        .where(SupportVisit.community_id == community.id, *_counts(span))
    )


def _counts(span: Span) -> tuple[ColumnElement[bool], ...]:
    return Exchange.state == CONFIRMED, Exchange.worked_on.between(span.first, span.last)


def _alone(session: Session, community: Community, span: Span) -> Settled:
    """Count help for hours with no money in it."""
    found = (
        select(func.count(), func.coalesce(func.sum(Exchange.minutes), 0))
        .outerjoin(SupportVisit, SupportVisit.exchange_id == Exchange.id)
        .where(Exchange.community_id == community.id, SupportVisit.exchange_id.is_(None), *_counts(span))
    )
    visits, minutes = session.execute(found).one()
    return Settled(way=ALONE, visits=int(visits), minutes=int(minutes))


def _thanks(community: Community, span: Span) -> Sequence[tuple[tuple[str, ...], Any]]:
    """Ask, table by table, what became of thanks; each query gives a member and what it is called by."""
    visit = SupportVisit
    left = (visit.thanked_minutes > 0) & (visit.thanks_minor == 0)
    earned = _visits(
        community,
        span,
        Exchange.giver_id,
        func.count(),
        func.sum(visit.thanks_minor),
        func.sum(visit.way_minor),
        func.sum(case((left, visit.thanked_minutes), else_=0)),
    ).where((visit.thanks_minor > 0) | (visit.way_minor > 0) | left)
    given = (
        select(Donation.member_id, func.sum(Donation.amount_minor))
        .join(DonationByHand, DonationByHand.donation_id == Donation.id)
        .where(
            Donation.community_id == community.id,
            DonationByHand.way == GIVEN_THANKS,
            DonationByHand.reversal_id.is_(None),
            Donation.given_on.between(span.first, span.last),
        )
    )
    paid = select(SupportPaid.member_id, func.sum(SupportPaid.amount_minor)).where(
        SupportPaid.community_id == community.id,
        SupportPaid.what == THANKS,
        SupportPaid.reversal_id.is_(None),
        SupportPaid.paid_on.between(span.first, span.last),
    )
    names = ("visits", "earned_minor", "way_minor", "left_minutes")
    return (
        (names, earned.group_by(Exchange.giver_id)),
        (("given_minor",), given.group_by(Donation.member_id)),
        (("paid_minor",), paid.group_by(SupportPaid.member_id)),
    )


def _balances(session: Session, community: Community, day: date) -> Mapping[str, int]:
    """Read every account of the community's money as it stood on a day: credits less debits."""
    lines = ledger.trial_balance(session, community.book_id, on=day)
    return {one.code: -one.balance for one in lines if one.commodity == community.currency}


def _moved(session: Session, community: Community, span: Span) -> dict[str, int]:
    before, after = (_balances(session, community, day) for day in (span.before, span.last))
    return {code: amount - before.get(code, 0) for code, amount in after.items()}


def _owed_on(session: Session, community: Community, day: date) -> dict[int, int]:
    """Tell what each member was owed as thanks on a day."""
    balances = _balances(session, community, day).items()
    found = ((books.is_owed_by_code(code), amount) for code, amount in balances)
    return {member_id: amount for member_id, amount in found if member_id is not None and amount}
