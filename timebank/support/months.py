"""A month of paid support: what each member pays and gets for it, and what stays with the group."""

from collections import Counter
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.rates.models import REDUCED
from timebank.rates.models import STANDARD
from timebank.rates.models import SupportRate
from timebank.rates.queries import list_terms
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_queries import cancelled_between
from timebank.support.closing import CancelledLine
from timebank.support.closing import ExpenseLine
from timebank.support.closing import VisitLine
from timebank.support.closing import cancelled_in
from timebank.support.closing import expenses_in
from timebank.support.closing import visits_in
from timebank.support.expense_queries import list_expenses
from timebank.support.models import THANKS
from timebank.support.models import SupportExpense
from timebank.support.models import SupportPaid
from timebank.support.queries import Owed
from timebank.support.queries import list_owed
from timebank.tickets.came_in import came_in_between
from timebank.tickets.came_in import came_in_by_member


@dataclass(frozen=True, slots=True)
class Tax:
    """What of a bill is tax, at one rate; prices hold it already."""

    permille: int
    #: What it is a part of, with the tax.
    of_minor: int

    @property
    def tax_minor(self) -> int:
        """The tax in it, rounded down (towards nought) once for each rate of a bill."""
        tax = abs(self.of_minor) * self.permille // (1000 + self.permille)
        return tax if self.of_minor >= 0 else -tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a member pays for the help of a month."""

    member: Member
    #: In the order of their days.
    visits: Sequence[VisitLine]
    #: Visits to them that were cancelled late or at the door.
    cancelled: Sequence[CancelledLine]
    #: What was laid out for them, which they pay back; no part of the price, and nothing of it is taxed.
    expenses: Sequence[ExpenseLine]
    taxes: Sequence[Tax]
    #: What they owe by now, for whatever month.
    owes_minor: int
    #: What they paid since the month began with tickets that came in.
    came_in_minor: int

    @property
    def price_minor(self) -> int:
        """What the visits cost, with those that were cancelled."""
        return sum(one.price_minor for one in self.visits) + self.cancelled_minor

    @property
    def cancelled_minor(self) -> int:
        """What of it is for visits that were cancelled."""
        return sum(one.price_minor for one in self.cancelled)

    @property
    def tickets_minor(self) -> int:
        """What of it was paid with tickets."""
        return sum(one.sign * one.visit.tickets_minor for one in self.visits)

    @property
    def prepaid_minor(self) -> int:
        """What of it came from the prepaid balance."""
        return sum(one.sign * one.visit.prepaid_minor for one in self.visits)

    @property
    def expenses_minor(self) -> int:
        """What was laid out for them."""
        return sum(one.amount_minor for one in self.expenses)

    @property
    def bill_minor(self) -> int:
        """What of it is on this bill."""
        return self.price_minor - self.tickets_minor - self.prepaid_minor + self.expenses_minor

    @property
    def other_minor(self) -> int:
        """What is owed from other months; below nought what was paid of this one, unless with tickets."""
        return self.owes_minor - self.bill_minor + self.came_in_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanked:
    """What a member gets for the help of a month."""

    member: Member
    visits: int
    #: Of visits that were cancelled, and with them.
    cancelled: int
    thanks_minor: int
    way_minor: int
    #: What they have laid out for others, and get back.
    expenses_minor: int
    #: What they are owed by now, for whatever month.
    is_owed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month comes to."""

    bills: Sequence[Bill]
    thanked: Sequence[Thanked]
    #: With what visits cost that were cancelled, which is said once more by itself.
    price_minor: int
    cancelled_minor: int
    tickets_minor: int
    prepaid_minor: int
    #: What members paid in its days with tickets that came in, of whatever month.
    came_in_minor: int
    thanks_minor: int
    way_minor: int
    #: Laid apart for hours that are kept, less what came from there.
    apart_minor: int
    #: What was laid out by those who gave and is paid back, and what of it those who received pay.
    expenses_minor: int
    expenses_paid_minor: int

    @property
    def stays_minor(self) -> int:
        """What stays with the group."""
        given = self.thanks_minor + self.way_minor + self.expenses_minor
        return self.price_minor + self.expenses_paid_minor - given - self.apart_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOf:
    """What a member was paid as thanks in a year."""

    member: Member
    paid: Sequence[SupportPaid]
    #: What of it paid back what they had laid out, and is no thanks.
    expenses_minor: int
    #: What they are thanked with for visits of the year that were cancelled, which is in it, too.
    cancelled_minor: int

    @property
    def amount_minor(self) -> int:
        """The sum of what was paid."""
        return sum(one.amount_minor for one in self.paid)


def month_of(session: Session, *, community: Community, first: date, last: date) -> Month:
    """Add up the visits of a month that count, and say how everybody stands by now."""
    visits = visits_in(session, community=community, first=first, last=last)
    expenses = expenses_in(session, community=community, first=first, last=last)
    cancelled = cancelled_in(session, community=community, first=first, last=last)
    owed = {one.member.id: one for one in list_owed(session, community=community)}
    came_in = came_in_by_member(session, community=community, since=first)
    return Month(
        bills=_bills(visits, cancelled, expenses, owed, came_in, _Taxes(session, community)),
        thanked=_thanked(visits, cancelled, expenses, owed),
        price_minor=sum(one.price_minor for one in visits) + sum(one.price_minor for one in cancelled),
        cancelled_minor=sum(one.price_minor for one in cancelled),
        tickets_minor=sum(one.sign * one.visit.tickets_minor for one in visits),
        prepaid_minor=sum(one.sign * one.visit.prepaid_minor for one in visits),
        came_in_minor=came_in_between(session, community=community, first=first, last=last),
        thanks_minor=sum(one.sign * one.visit.thanks_minor for one in visits)
        + sum(one.thanks_minor for one in cancelled),
        way_minor=sum(one.sign * one.visit.way_minor for one in visits),
        apart_minor=sum(one.sign * (one.visit.to_fund_minor - one.visit.from_fund_minor) for one in visits),
        expenses_minor=sum(one.amount_minor for one in expenses),
        expenses_paid_minor=sum(one.amount_minor for one in expenses if one.told.by_receiver),
    )


def has_bill(
    session: Session, *, community: Community, records: Collection[int], first: date, last: date
) -> bool:
    """Say whether a month has a bill for one of a member's records, without adding up what others owe."""
    visits = visits_in(session, community=community, first=first, last=last)
    if any(one.receiver.id in records and one.visit.price_minor for one in visits):
        return True
    cancelled = cancelled_in(session, community=community, first=first, last=last)
    if any(one.told.receiver.id in records for one in cancelled):
        return True
    expenses = expenses_in(session, community=community, first=first, last=last)
    return any(one.told.by_receiver and one.told.receiver.id in records for one in expenses)


def thanks_of_year(session: Session, *, community: Community, year: int) -> list[YearOf]:
    """List what each member was paid as thanks in a year, by name; what was taken back does not count.

    What somebody had laid out by then is paid back first, the rest is thanks.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    outlaid = dict[int, list[SupportExpense]]()
    for each in list_expenses(session, community=community, first=community.started_on, last=last):
        if each.stands:
            outlaid.setdefault(each.giver.id, []).append(each.expense)
    theirs = SupportCancelled.giver_id, func.sum(SupportCancelled.thanks_minor)
    asked = cancelled_between(community, first, last, *theirs).group_by(SupportCancelled.giver_id)
    cancelled = {giver_id: int(thanks) for giver_id, thanks in session.execute(asked)}
    found = session.execute(
        select(SupportPaid, Member)
        .join(Member, Member.id == SupportPaid.member_id)
        .where(
            SupportPaid.community_id == community.id,
            SupportPaid.what == THANKS,
            SupportPaid.reversal_id.is_(None),
            SupportPaid.paid_on <= last,
        )
        .order_by(Member.name, Member.number, SupportPaid.paid_on, SupportPaid.id)
    )
    paid = dict[Member, list[SupportPaid]]()
    for one, member in found:
        paid.setdefault(member, []).append(one)
    sheets = [
        YearOf(
            member=member,
            paid=[one for one in those if one.paid_on >= first],
            expenses_minor=_paid_back(those, outlaid.get(member.id, ()), since=first),
            cancelled_minor=cancelled.get(member.id, 0),
        )
        for member, those in paid.items()
    ]
    return [one for one in sheets if one.paid]


# --- the leaves ---------------------------------------------------------------------------------------------


def _paid_back(paid: Sequence[SupportPaid], outlaid: Sequence[SupportExpense], *, since: date) -> int:
    """Tell what of payments since a day paid back what somebody had laid out; the oldest come first."""
    back = found = 0
    for one in paid:
        due = sum(each.amount_minor for each in outlaid if each.spent_on <= one.paid_on) - back
        part = min(one.amount_minor, due)
        back += part
        found += part if one.paid_on >= since else 0
    return found


def _bills(
    visits: Sequence[VisitLine],
    cancelled: Sequence[CancelledLine],
    expenses: Sequence[ExpenseLine],
    owed: Mapping[int, Owed],
    came_in: Mapping[int, int],
    taxes: "_Taxes",
) -> list[Bill]:
    """Put together who pays what, by name."""
    members, theirs = dict[int, Member](), dict[int, list[VisitLine]]()
    outlaid, not_held = dict[int, list[ExpenseLine]](), dict[int, list[CancelledLine]]()
    for one in visits:
        if one.visit.price_minor:
            members[one.receiver.id] = one.receiver
            theirs.setdefault(one.receiver.id, []).append(one)
    for line in cancelled:
        members[line.told.receiver.id] = line.told.receiver
        not_held.setdefault(line.told.receiver.id, []).append(line)
    for each in expenses:
        if each.told.by_receiver:
            members[each.told.receiver.id] = each.told.receiver
            outlaid.setdefault(each.told.receiver.id, []).append(each)
    found = [
        Bill(
            member=member,
            visits=theirs.get(number, ()),
            cancelled=not_held.get(number, ()),
            expenses=outlaid.get(number, ()),
            taxes=taxes.of([*theirs.get(number, ()), *not_held.get(number, ())]),
            owes_minor=owed[number].owes_minor if number in owed else 0,
            came_in_minor=came_in.get(number, 0),
        )
        for number, member in members.items()
    ]
    return sorted(found, key=lambda one: (one.member.name, one.member.number))


def _thanked(
    visits: Sequence[VisitLine],
    cancelled: Sequence[CancelledLine],
    expenses: Sequence[ExpenseLine],
    owed: Mapping[int, Owed],
) -> list[Thanked]:
    """Put together who gets what, by name."""
    members, counted, not_held = dict[int, Member](), Counter[int](), Counter[int]()
    thanks, way, outlaid = Counter[int](), Counter[int](), Counter[int]()
    for one in visits:
        if one.visit.thanks_minor or one.visit.way_minor:
            members[one.giver.id] = one.giver
            counted[one.giver.id] += one.sign
            thanks[one.giver.id] += one.sign * one.visit.thanks_minor
            way[one.giver.id] += one.sign * one.visit.way_minor
    for line in cancelled:
        if line.thanks_minor:
            members[line.told.giver.id] = line.told.giver
            not_held[line.told.giver.id] += line.sign
            thanks[line.told.giver.id] += line.thanks_minor
    for each in expenses:
        members[each.told.giver.id] = each.told.giver
        outlaid[each.told.giver.id] += each.amount_minor
    found = [
        Thanked(
            member=member,
            visits=counted[number],
            cancelled=not_held[number],
            thanks_minor=thanks[number],
            way_minor=way[number],
            expenses_minor=outlaid[number],
            is_owed_minor=owed[number].is_owed_minor if number in owed else 0,
        )
        for number, member in members.items()
    ]
    return sorted(found, key=lambda one: (one.member.name, one.member.number))


class _Taxes:
    """Tells what of visits is taxed at which rate: by the class of their rate, and the terms of their day."""

    def __init__(self, session: Session, community: Community) -> None:
        self._terms = list_terms(session, community=community)
        rates = select(SupportRate.id, SupportRate.tax_class).where(SupportRate.community_id == community.id)
        self._classes: dict[int, str] = dict(session.execute(rates).all())

    def of(self, lines: Sequence[VisitLine | CancelledLine]) -> list[Tax]:
        """Add up what is taxed, by its rate. Where members provide the help it is the group's part only."""
        taxed = Counter[int]()
        for one in lines:
            taxed[self._permille(self._classes[one.rate_id], one.day)] += one.taxed_minor
        return [Tax(permille, amount) for permille, amount in sorted(taxed.items()) if permille and amount]

    def _permille(self, tax_class: str, day: date) -> int:
        terms = next((one for one in self._terms if one.starts_on <= day), None)
        if terms is None:
            return 0
        return {STANDARD: terms.standard_permille, REDUCED: terms.reduced_permille}.get(tax_class, 0)
