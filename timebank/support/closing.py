"""Which visits and expenses a month of paid support holds, and closing it: from then on it stays as it was.

What comes in late, or is taken back after its month was closed, belongs to the first month that is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.days import month_bounds
from timebank.days import months_on
from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import REVERSED
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.rates.models import GROUP
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_queries import ToldCancelled
from timebank.support.cancelled_queries import told_cancelled
from timebank.support.expense_queries import ToldExpense
from timebank.support.expense_queries import told_expenses
from timebank.support.models import BOOKED
from timebank.support.models import SupportExpense
from timebank.support.models import SupportVisit
from timebank.support.month_models import SupportMonth
from timebank.support.month_models import SupportRule
from timebank.support.month_models import SupportSettled
from timebank.support.queries import Told
from timebank.support.queries import told_visits


class MonthNotOver(Refusal):
    """A month in which help may still be given."""

    sentence = N_("This month is not over. It can be closed from %(day)s on.")


class NoMonthOfOurs(Refusal):
    """A month before the community began."""

    sentence = N_("The community began on %(day)s. There is nothing to close before.")


class MonthBefore(Refusal):
    """A month before one that is closed."""

    sentence = N_(
        "A later month is closed already. What was left of this one stands in the first month that is open."
    )


class AnotherHasToClose(Refusal):
    """Whoever has looked at a month is not to close it, too."""

    sentence = N_("You have looked at this month. Another treasurer has to close it.")


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit in a month; where it was taken back after its month was closed, all of it less."""

    told: Told
    back: bool

    @property
    def sign(self) -> int:
        """Once more, or once less."""
        return -1 if self.back else 1

    @property
    def visit(self) -> SupportVisit:
        """What was agreed about its money."""
        return self.told.visit

    @property
    def exchange(self) -> Exchange:
        """The exchange that it is about."""
        return self.told.exchange

    @property
    def giver(self) -> Member:
        """Who gave."""
        return self.told.giver

    @property
    def receiver(self) -> Member:
        """Who received."""
        return self.told.receiver

    @property
    def price_minor(self) -> int:
        """What it costs."""
        return self.sign * self.visit.price_minor

    @property
    def day(self) -> date:
        """The day of the help."""
        return self.exchange.worked_on

    @property
    def rate_id(self) -> int:
        """By which rate it costs that."""
        return self.visit.rate_id

    @property
    def taxed_minor(self) -> int:
        """What of its price is the group's; where members provide the help, without what goes to them."""
        return self.price_minor - (self.sign * self.visit.direct_minor if self.visit.provider != GROUP else 0)


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """An expense in a month, or that it was taken back after its month was closed."""

    told: ToldExpense
    back: bool

    @property
    def amount_minor(self) -> int:
        """How much it is."""
        return -self.told.expense.amount_minor if self.back else self.told.expense.amount_minor


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """A visit that was cancelled in a month, or that this was taken back after its month was closed."""

    told: ToldCancelled
    back: bool

    @property
    def sign(self) -> int:
        """Once more, or once less."""
        return -1 if self.back else 1

    @property
    def price_minor(self) -> int:
        """What it costs."""
        return self.sign * self.told.cancelled.price_minor

    @property
    def thanks_minor(self) -> int:
        """What who was to help gets."""
        return self.sign * self.told.cancelled.thanks_minor

    @property
    def day(self) -> date:
        """The day for which it was agreed."""
        return self.told.cancelled.agreed_on

    @property
    def rate_id(self) -> int:
        """By which rate it costs that."""
        return self.told.cancelled.rate_id

    @property
    def taxed_minor(self) -> int:
        """What of its price is the group's."""
        return self.price_minor - (self.thanks_minor if self.told.cancelled.provider != GROUP else 0)


def is_settled(session: Session, *, exchange_id: int) -> bool:
    """Say whether a visit stands in a month that is closed."""
    found = select(SupportSettled.id).where(SupportSettled.exchange_id == exchange_id).limit(1)
    return session.scalar(found) is not None


def second_officer(session: Session, *, community: Community) -> bool:
    """Say whether who has looked at a month and who closes it have to be two."""
    rule = session.get(SupportRule, community.id)
    return rule is not None and rule.second_officer


def want_second_officer(session: Session, *, community: Community, wanted: bool) -> None:
    """Say whether a second treasurer has to close a month; the caller commits."""
    new = insert_into(session, SupportRule).values(community_id=community.id, second_officer=wanted)
    session.execute(
        new.on_conflict_do_update(index_elements=["community_id"], set_={"second_officer": wanted})
    )
    session.expire_all()


def find_month(session: Session, *, community: Community, first: date) -> SupportMonth | None:
    """Find what was said about closing a month; None where nobody has said anything."""
    return session.scalar(
        select(SupportMonth).where(SupportMonth.community_id == community.id, SupportMonth.month == first)
    )


def last_closed(session: Session, *, community: Community) -> date | None:
    """Tell which month was closed last."""
    closed = SupportMonth.closed_at.is_not(None)
    found = select(func.max(SupportMonth.month)).where(SupportMonth.community_id == community.id, closed)
    return session.scalar(found)


def close_month(session: Session, *, community: Community, first: date, actor: Actor) -> bool:
    """Close a month, once. Where a second officer has to, the first to come says that it is ready.

    True where it is closed. Raises MonthNotOver, MonthBefore, AnotherHasToClose.
    """
    day, last = month_bounds(first)
    if last < community.started_on:
        raise NoMonthOfOurs(day=community.started_on)
    if clock.today(community.time_zone) <= last:
        raise MonthNotOver(day=months_on(day, 1))
    closed = last_closed(session, community=community)
    if closed is not None and day < closed:
        raise MonthBefore
    two = second_officer(session, community=community)
    found = _held(session, community, day)
    if found.closed_at is not None:
        return True
    if two and found.asked_by is None:
        found.asked_at, found.asked_by = clock.now(), str(actor)
        session.flush()
        return False
    if two and _who(found.asked_by) == _who(str(actor)):
        raise AnotherHasToClose
    visits = visits_in(session, community=community, first=day, last=last)
    expenses = expenses_in(session, community=community, first=day, last=last)
    for visit in visits:
        row = SupportSettled(month_id=found.id, exchange_id=visit.exchange.id, back=visit.back)
        row.community_id = community.id
        session.add(row)
    for expense in expenses:
        row = SupportSettled(month_id=found.id, expense_id=expense.told.expense.id, back=expense.back)
        row.community_id = community.id
        session.add(row)
    for one in cancelled_in(session, community=community, first=day, last=last):
        row = SupportSettled(month_id=found.id, cancelled_id=one.told.cancelled.id, back=one.back)
        row.community_id = community.id
        session.add(row)
    session.flush()
    found.closed_at, found.closed_by = clock.now(), str(actor)
    session.flush()
    return True


def withdraw(session: Session, *, community: Community, first: date) -> None:
    """Take back that a month is ready, as long as nobody has closed it."""
    session.execute(
        delete(SupportMonth).where(
            SupportMonth.community_id == community.id,
            SupportMonth.month == first,
            SupportMonth.closed_at.is_(None),
        )
    )


def visits_in(session: Session, *, community: Community, first: date, last: date) -> Sequence[VisitLine]:
    """List what visits a month holds, in the order of their days: what was closed, or what would be, now."""
    month = find_month(session, community=community, first=first)
    told = told_visits(community).order_by(Exchange.worked_on, Exchange.id)
    if month is not None and month.closed_at is not None:
        held = told.add_columns(SupportSettled.back).join(
            SupportSettled,
            and_(SupportSettled.exchange_id == SupportVisit.exchange_id, SupportSettled.month_id == month.id),
        )
        return [VisitLine(Told(*row[:4]), row[4]) for row in session.execute(held)]
    closed = last_closed(session, community=community)
    mine = SupportSettled.exchange_id == SupportVisit.exchange_id
    new = Exchange.state == CONFIRMED
    asked = told.where(new, _days(Exchange.worked_on, closed, first, last), ~_settled(mine, back=False))
    found = [VisitLine(Told(*row), back=False) for row in session.execute(asked)]
    if _is_first_open(closed, first):
        gone = Exchange.state == REVERSED
        late = told.where(gone, _settled(mine, back=False), ~_settled(mine, back=True))
        found += [VisitLine(Told(*row), back=True) for row in session.execute(late)]
    return found


def expenses_in(session: Session, *, community: Community, first: date, last: date) -> Sequence[ExpenseLine]:
    """List what expenses a month holds, as ``visits_in`` does visits."""
    month = find_month(session, community=community, first=first)
    told = told_expenses(community).order_by(SupportExpense.spent_on, SupportExpense.id)
    if month is not None and month.closed_at is not None:
        held = told.add_columns(SupportSettled.back).join(
            SupportSettled,
            and_(SupportSettled.expense_id == SupportExpense.id, SupportSettled.month_id == month.id),
        )
        return [ExpenseLine(ToldExpense(*row[:4]), row[4]) for row in session.execute(held)]
    closed = last_closed(session, community=community)
    mine, booked = SupportSettled.expense_id == SupportExpense.id, SupportExpense.state == BOOKED
    asked = told.where(
        booked,
        SupportExpense.reversal_id.is_(None),
        _days(SupportExpense.spent_on, closed, first, last),
        ~_settled(mine, back=False),
    )
    found = [ExpenseLine(ToldExpense(*row), back=False) for row in session.execute(asked)]
    if _is_first_open(closed, first):
        gone = SupportExpense.reversal_id.is_not(None)
        late = told.where(gone, _settled(mine, back=False), ~_settled(mine, back=True))
        found += [ExpenseLine(ToldExpense(*row), back=True) for row in session.execute(late)]
    return found


def cancelled_in(
    session: Session, *, community: Community, first: date, last: date
) -> Sequence[CancelledLine]:
    """List what visits of a month were cancelled, as ``visits_in`` does those that took place."""
    month = find_month(session, community=community, first=first)
    told = told_cancelled(community).order_by(SupportCancelled.agreed_on, SupportCancelled.id)
    mine = SupportSettled.cancelled_id == SupportCancelled.id
    if month is not None and month.closed_at is not None:
        held = told.add_columns(SupportSettled.back).join(
            SupportSettled, and_(mine, SupportSettled.month_id == month.id)
        )
        return [CancelledLine(ToldCancelled(*row[:4]), row[4]) for row in session.execute(held)]
    closed = last_closed(session, community=community)
    asked = told.where(
        SupportCancelled.reversal_id.is_(None),
        _days(SupportCancelled.agreed_on, closed, first, last),
        ~_settled(mine, back=False),
    )
    found = [CancelledLine(ToldCancelled(*row), back=False) for row in session.execute(asked)]
    if _is_first_open(closed, first):
        gone = SupportCancelled.reversal_id.is_not(None)
        late = told.where(gone, _settled(mine, back=False), ~_settled(mine, back=True))
        found += [CancelledLine(ToldCancelled(*row), back=True) for row in session.execute(late)]
    return found


# --- the leaves ---------------------------------------------------------------------------------------------


def _held(session: Session, community: Community, first: date) -> SupportMonth:
    """Hold the row of a month, made where there is none: whoever closes it at the same moment waits here."""
    values = {"community_id": community.id, "month": first}
    new = insert_into(session, SupportMonth).values(values)
    session.execute(new.on_conflict_do_nothing(index_elements=["community_id", "month"]))
    return session.scalars(
        select(SupportMonth)
        .where(SupportMonth.community_id == community.id, SupportMonth.month == first)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _days(
    column: InstrumentedAttribute[date], closed: date | None, first: date, last: date
) -> ColumnElement[bool]:
    """Say which days a month that is open is about: the first open one also about all that came in late."""
    if _is_first_open(closed, first):
        return column <= last
    if closed is not None and first <= closed:
        # What was left of it stands in the month that was closed after it.
        return column.is_(None)
    return column.between(first, last)


def _is_first_open(closed: date | None, first: date) -> bool:
    return closed is not None and first == months_on(closed, 1)


def _settled(mine: ColumnElement[bool], *, back: bool) -> ColumnElement[bool]:
    return exists().where(mine, SupportSettled.back if back else ~SupportSettled.back)


def _who(actor: str | None) -> str:
    """Give the person of an actor, whoever they did it for and however."""
    return (actor or "").split("/", maxsplit=1)[0]
