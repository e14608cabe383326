"""Reports of paid support between two days: how help was settled, and what stays with the group.

What was taken back does not count. The day of the help counts, as on bills; the books go by the day on which
it is posted, so what they say stands beside it.
"""

from collections.abc import Mapping
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
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_queries import cancelled_between
from timebank.support.models import BILL
from timebank.support.models import BOOKED
from timebank.support.models import BY_GROUP
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import PREPAID
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.models import SupportExpense
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
    #: With those that were cancelled, which are neither visits nor hours.
    price_minor: int
    thanks_minor: int
    way_minor: int
    #: Laid apart for hours that were kept, and taken from there for hours that were used.
    to_fund_minor: int
    from_fund_minor: int
    #: What the group bears of what givers have laid out.
    outlays_minor: int
    #: Hours that the group owes from then on, and no longer owes.
    kept_minutes: int
    used_minutes: int

    @property
    def apart_minor(self) -> int:
        """What is laid apart, less what came from there."""
        return self.to_fund_minor - self.from_fund_minor

    @property
    def stays_minor(self) -> int:
        """The price less thanks, the way, what is laid apart and what the group bears of expenses."""
        given = self.thanks_minor + self.way_minor + self.outlays_minor
        return self.price_minor - given - self.apart_minor


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


def how_received(session: Session, *, community: Community, span: Span) -> list[Settled]:
    """Tell in which ways whoever received help paid for it."""
    visit, rest = SupportVisit, Exchange.minutes - SupportVisit.paid_minutes
    found = visits_between(
        community,
        span,
        visit.pays_by,
        func.count(),
        func.sum(visit.paid_minutes),
        func.sum(visit.price_minor),
        func.sum(visit.tickets_minor + visit.prepaid_minor),
        func.sum(case((rest > 0, 1), else_=0)),
        func.sum(rest),
    ).group_by(visit.pays_by)
    rows = {row[0]: [int(one) for one in row[1:]] for row in session.execute(found)}
    nothing = [0] * 6
    bill, tickets, prepaid = (rows.get(one, nothing) for one in (BILL, TICKETS, PREPAID))
    return [
        Settled(
            way=BILL,
            visits=bill[0],
            minutes=bill[1],
            # What tickets and balances leave of a price goes on the bill, too.
            amount_minor=sum(row[2] - row[3] for row in (bill, tickets, prepaid)),
        ),
        *(
            Settled(way=way, visits=row[0], minutes=row[1], amount_minor=row[3])
            for way, row in ((TICKETS, tickets), (PREPAID, prepaid))
            # Where nothing was ever paid from balances nobody has to read about them.
            if way == TICKETS or row[0]
        ),
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
    found = visits_between(
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
    """Add up the visits of each month: the money in them, and hours that were kept and used.

    What is paid for visits that were cancelled is in the money, and nothing of it in visits and hours.
    """
    visit = SupportVisit
    more = visit.paid_minutes - visit.thanked_minutes
    sums = {
        "visits": func.count(),
        "minutes": func.sum(Exchange.minutes),
        "price_minor": func.sum(visit.price_minor),
        "thanks_minor": func.sum(visit.thanks_minor),
        "way_minor": func.sum(visit.way_minor),
        "to_fund_minor": func.sum(visit.to_fund_minor),
        "from_fund_minor": func.sum(visit.from_fund_minor),
        "kept_minutes": func.sum(case((more > 0, more), else_=0)),
        "used_minutes": func.sum(case((more < 0, -more), else_=0)),
    }
    year, month = extract("year", Exchange.worked_on), extract("month", Exchange.worked_on)
    found = visits_between(community, span, year, month, *sums.values()).group_by(year, month)
    year, month = extract("year", SupportExpense.spent_on), extract("month", SupportExpense.spent_on)
    outlaid = expenses_between(community, span, year, month, func.sum(SupportExpense.amount_minor))
    outlaid = outlaid.where(SupportExpense.borne_by == BY_GROUP).group_by(year, month)
    row, not_held = SupportCancelled, ("cancelled_minor", "cancelled_thanks_minor")
    year, month = extract("year", row.agreed_on), extract("month", row.agreed_on)
    costs = func.sum(row.price_minor), func.sum(row.thanks_minor)
    cancelled = cancelled_between(community, span.first, span.last, year, month, *costs).group_by(year, month)
    months: dict[date, dict[str, int]] = {}
    for names, query in ((sums, found), (("outlays_minor",), outlaid), (not_held, cancelled)):
        for in_year, in_month, *amounts in session.execute(query):
            known = months.setdefault(date(int(in_year), int(in_month), 1), {})
            known.update(zip(names, map(int, amounts), strict=True))
    shares = []
    for one in sorted(months):
        known = dict.fromkeys((*sums, "outlays_minor", *not_held), 0) | months[one]
        known["price_minor"] += known.pop("cancelled_minor")
        known["thanks_minor"] += known.pop("cancelled_thanks_minor")
        shares.append(MonthShare(month=one, **known))
    return shares


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


def visits_between(community: Community, span: Span, *columns: Any) -> Select[Any]:
    """Ask of the visits of some days that count and have money in them."""
    return (
        select(*columns)
        .select_from(SupportVisit)
        .join(Exchange, Exchange.id == SupportVisit.exchange_id)
        .where(SupportVisit.community_id == community.id, *_counts(span))
    )


def expenses_between(community: Community, span: Span, *columns: Any) -> Select[Any]:
    """Ask of what givers laid out in some days and is paid back."""
    expense = SupportExpense
    return select(*columns).where(
        expense.community_id == community.id,
        expense.state == BOOKED,
        expense.reversal_id.is_(None),
        expense.spent_on.between(span.first, span.last),
    )


def balances_on(session: Session, community: Community, day: date) -> Mapping[str, int]:
    """Read every account of the community's money as it stood on a day: credits less debits."""
    lines = ledger.trial_balance(session, community.book_id, on=day)
    return {one.code: -one.balance for one in lines if one.commodity == community.currency}


# --- the leaves ---------------------------------------------------------------------------------------------


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


def _moved(session: Session, community: Community, span: Span) -> dict[str, int]:
    before, after = (balances_on(session, community, day) for day in (span.before, span.last))
    return {code: amount - before.get(code, 0) for code, amount in after.items()}
