"""A month of paid support: what each member pays and gets for it, and what stays with the group."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.rates.models import GROUP
from timebank.rates.models import REDUCED
from timebank.rates.models import STANDARD
from timebank.rates.models import SupportRate
from timebank.rates.queries import list_terms
from timebank.support.models import THANKS
from timebank.support.models import SupportPaid
from timebank.support.queries import Told
from timebank.support.queries import list_owed
from timebank.support.queries import list_visits

#: More visits than a month has in any group that this is for.
_MOST_VISITS = 10_000


@dataclass(frozen=True, slots=True)
class Tax:
    """What of a bill is tax, at one rate; prices hold it already."""

    permille: int
    #: What it is a part of, with the tax.
    of_minor: int

    @property
    def tax_minor(self) -> int:
        """The tax in it, rounded down once for each rate of a bill."""
        return self.of_minor * self.permille // (1000 + self.permille)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a member pays for the help of a month."""

    member: Member
    #: In the order of their days.
    visits: Sequence[Told]
    taxes: Sequence[Tax]
    #: What they owe by now, for whatever month.
    owes_minor: int

    @property
    def price_minor(self) -> int:
        """What the visits cost."""
        return sum(one.visit.price_minor for one in self.visits)

    @property
    def tickets_minor(self) -> int:
        """What of it was paid with tickets."""
        return sum(one.visit.tickets_minor for one in self.visits)

    @property
    def bill_minor(self) -> int:
        """What of it is on this bill."""
        return self.price_minor - self.tickets_minor

    @property
    def other_minor(self) -> int:
        """What is owed from other months; below nought what was paid of this one."""
        return self.owes_minor - self.bill_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanked:
    """What a member gets for the help of a month."""

    member: Member
    visits: int
    thanks_minor: int
    way_minor: int
    #: What they are owed by now, for whatever month.
    is_owed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month comes to."""

    bills: Sequence[Bill]
    thanked: Sequence[Thanked]
    price_minor: int
    tickets_minor: int
    thanks_minor: int
    way_minor: int
    #: Laid apart for hours that are kept, less what came from there.
    apart_minor: int

    @property
    def stays_minor(self) -> int:
        """What stays with the group."""
        return self.price_minor - self.thanks_minor - self.way_minor - self.apart_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOf:
    """What a member was paid as thanks in a year."""

    member: Member
    paid: Sequence[SupportPaid]

    @property
    def amount_minor(self) -> int:
        """The sum of it."""
        return sum(one.amount_minor for one in self.paid)


def month_of(session: Session, *, community: Community, first: date, last: date) -> Month:
    """Add up the visits of a month that count, and say how everybody stands by now."""
    found = list_visits(session, community=community, first=first, last=last, limit=_MOST_VISITS)
    visits = [one for one in reversed(found) if one.stands]
    receiving, giving = dict[int, list[Told]](), dict[int, list[Told]]()
    for one in visits:
        if one.visit.price_minor:
            receiving.setdefault(one.receiver.id, []).append(one)
        if one.visit.thanks_minor or one.visit.way_minor:
            giving.setdefault(one.giver.id, []).append(one)
    owed = {one.member.id: one for one in list_owed(session, community=community)}
    taxes = _Taxes(session, community)
    bills = [
        Bill(
            member=theirs[0].receiver,
            visits=theirs,
            taxes=taxes.of(theirs),
            owes_minor=owed[number].owes_minor if number in owed else 0,
        )
        for number, theirs in receiving.items()
    ]
    thanked = [
        Thanked(
            member=theirs[0].giver,
            visits=len(theirs),
            thanks_minor=sum(one.visit.thanks_minor for one in theirs),
            way_minor=sum(one.visit.way_minor for one in theirs),
            is_owed_minor=owed[number].is_owed_minor if number in owed else 0,
        )
        for number, theirs in giving.items()
    ]
    return Month(
        bills=sorted(bills, key=lambda one: (one.member.name, one.member.number)),
        thanked=sorted(thanked, key=lambda one: (one.member.name, one.member.number)),
        price_minor=sum(one.visit.price_minor for one in visits),
        tickets_minor=sum(one.visit.tickets_minor for one in visits),
        thanks_minor=sum(one.visit.thanks_minor for one in visits),
        way_minor=sum(one.visit.way_minor for one in visits),
        apart_minor=sum(one.visit.to_fund_minor - one.visit.from_fund_minor for one in visits),
    )


def thanks_of_year(session: Session, *, community: Community, year: int) -> list[YearOf]:
    """List what each member was paid as thanks in a year, by name; what was taken back does not count."""
    found = session.execute(
        select(SupportPaid, Member)
        .join(Member, Member.id == SupportPaid.member_id)
        .where(
            SupportPaid.community_id == community.id,
            SupportPaid.what == THANKS,
            SupportPaid.reversal_id.is_(None),
            SupportPaid.paid_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(Member.name, Member.number, SupportPaid.paid_on, SupportPaid.id)
    )
    paid = dict[Member, list[SupportPaid]]()
    for one, member in found:
        paid.setdefault(member, []).append(one)
    return [YearOf(member=member, paid=theirs) for member, theirs in paid.items()]


# --- the leaves ---------------------------------------------------------------------------------------------


class _Taxes:
    """Tells what of visits is taxed at which rate: by the class of their rate, and the terms of their day."""

    def __init__(self, session: Session, community: Community) -> None:
        self._terms = list_terms(session, community=community)
        rates = select(SupportRate.id, SupportRate.tax_class).where(SupportRate.community_id == community.id)
        self._classes: dict[int, str] = dict(session.execute(rates).all())

    def of(self, visits: Sequence[Told]) -> list[Tax]:
        """Add up what is taxed, by its rate. Where members provide the help it is the group's part only."""
        taxed = Counter[int]()
        for one in visits:
            visit = one.visit
            permille = self._permille(self._classes[visit.rate_id], one.exchange.worked_on)
            taxed[permille] += visit.price_minor - (visit.direct_minor if visit.provider != GROUP else 0)
        return [Tax(permille, amount) for permille, amount in sorted(taxed.items()) if permille and amount]

    def _permille(self, tax_class: str, day: date) -> int:
        terms = next((one for one in self._terms if one.starts_on <= day), None)
        if terms is None:
            return 0
        return {STANDARD: terms.standard_permille, REDUCED: terms.reduced_permille}.get(tax_class, 0)
