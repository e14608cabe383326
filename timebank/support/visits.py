"""Visits that are paid for: what will become of one, and writing it down, hours and money in one entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import LoggedAlready
from timebank.exchanges.rules import Said
from timebank.exchanges.rules import check_said
from timebank.exchanges.rules import lines_of
from timebank.exchanges.service import Logged
from timebank.exchanges.service import log_exchange
from timebank.hours import Minutes
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.money import Money
from timebank.rates.models import GROUP
from timebank.rates.models import SupportTerms
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.pricing import Parts
from timebank.rates.pricing import Price
from timebank.rates.pricing import Rate
from timebank.rates.pricing import Visit
from timebank.rates.pricing import parts_of
from timebank.rates.pricing import price_of
from timebank.rates.queries import rate_on
from timebank.rates.queries import terms_on
from timebank.support.models import PAYS
from timebank.support.models import SupportVisit

#: Paid, or taken, as hours.
HOURS: Final = "hours"
#: Taken as thank-you money.
THANKS: Final = "thanks"

#: What support is spent on, by the short names that stand in the codes of the books.
_ACTIVITY, _THANKS, _TRAVEL = "support", "thanks", "travel"


class FundHoldsLess(Refusal):
    """Thanks are to come from what is laid apart for kept hours, and less is there."""

    sentence = N_(
        "Thanks of %(asked)s would come from the fund of kept hours, and it does not hold so much. Let the "
        "giver take hours, or ask a steward whether the group may pay it."
    )
    field = "takes"


class ForHoursAlone(Refusal):
    """A visit without money, which has a form of its own."""

    sentence = N_("Hours for hours: please log it with the form for hours, so that both can answer.")
    field = "pays"


class NothingToSettle(Refusal):
    """Somebody pays or takes in a way that nobody offers."""

    sentence = N_("Please choose one of these.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A visit as a form tells it."""

    giver: Member
    receiver: Member
    kind: HelpKind | None
    worked_on: date
    #: As it was typed, not yet rounded.
    minutes: int
    description: str = ""
    begins: int | None = None
    km: int = 0
    first: bool = False
    second: bool = False
    #: By what whoever receives pays: ``hours``, or one of ``PAYS``; and what whoever gives takes.
    pays: str
    takes: str
    #: How much of it is paid, or thanked, with money; None: all of it.
    paid_minutes: int | None = None
    thanked_minutes: int | None = None
    once: bool = False
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will become of a visit on both sides, worked out and not yet written down."""

    wish: Wish
    said: Said
    #: As the community rounds it.
    minutes: int
    terms: SupportTerms
    rate: Rate
    price: Price
    parts: Parts
    paid_minutes: int
    thanked_minutes: int
    to_fund_minor: int
    from_fund_minor: int
    #: What of the thanks the general account bears, because no kept hour stands for it.
    general_minor: int

    @property
    def received_minutes(self) -> int:
        """By how much the hours of whoever receives go down."""
        return self.minutes - self.paid_minutes

    @property
    def given_minutes(self) -> int:
        """By how much the hours of whoever gives go up."""
        return self.minutes - self.thanked_minutes

    @property
    def mark(self) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        facts = (
            *(self.wish.giver.id, self.wish.receiver.id, self.wish.worked_on, self.rate.row.id),
            *(self.minutes, self.paid_minutes, self.thanked_minutes, self.wish.pays),
            *(self.parts, self.to_fund_minor, self.from_fund_minor),
        )
        return sha256(repr(facts).encode()).hexdigest()[:32]


def plan_of(session: Session, *, community: Community, wish: Wish) -> Plan | None:
    """Work out what will become of a visit; None where it is for hours alone."""
    said = _said(wish)
    check_said(said, community=community, by=None)
    (line,) = lines_of(said, community=community)
    paid = _part("pays", wish.pays, (HOURS, *PAYS), wish.paid_minutes, line.minutes)
    thanked = _part("takes", wish.takes, (HOURS, THANKS), wish.thanked_minutes, line.minutes)
    if not paid and not thanked:
        return None
    terms = terms_on(session, community=community, day=wish.worked_on)
    rate = rate_on(session, community=community, kind=wish.kind, day=wish.worked_on)
    if terms is None or rate is None:
        raise ForHoursOnly
    visit = Visit(
        worked_on=wish.worked_on,
        minutes=line.minutes,
        begins=wish.begins,
        second=wish.second,
        first=wish.first,
        km=wish.km,
    )
    parts = parts_of(rate, visit, paid_minutes=paid, thanked_minutes=thanked)
    needed = max(0, -parts.kept_minor)
    held = min(needed, _held(session, community)) if terms.general_pays else needed
    return Plan(
        wish=wish,
        said=said,
        minutes=line.minutes,
        terms=terms,
        rate=rate,
        price=price_of(rate, visit),
        parts=parts,
        paid_minutes=paid,
        thanked_minutes=thanked,
        to_fund_minor=max(0, parts.kept_minor),
        from_fund_minor=held,
        general_minor=needed - held,
    )


def write_down(session: Session, *, community: Community, plan: Plan, actor: Actor) -> Logged:
    """Log a visit and book it, hours and money in one entry, once for each form; the caller commits."""
    if plan.wish.once:
        _refuse_twice(session, community, plan)
    try:
        logged = log_exchange(
            session,
            community=community,
            said=plan.said,
            by=None,
            actor=actor,
            money=lambda at, exchange: _book(at, community, plan, exchange, actor),
        )
    except ledger.FloorExceeded as refused:
        raise FundHoldsLess(asked=Money(plan.from_fund_minor, community.currency)) from refused
    if logged.repeated and not _is_as_planned(session, plan, logged.exchanges[0]):
        raise FormSavedAlready
    return logged


# --- the leaves ---------------------------------------------------------------------------------------------


def _said(wish: Wish) -> Said:
    return Said(
        givers=[wish.giver],
        receivers=[wish.receiver],
        minutes=wish.minutes,
        worked_on=wish.worked_on,
        description=wish.description,
        kind=wish.kind,
        once=wish.once,
        key=wish.key,
    )


def _part(field: str, chosen: str, offered: tuple[str, ...], part: int | None, whole: int) -> int:
    """Tell how much of a visit is money on one side: nothing, a part, or all of it."""
    if chosen not in offered:
        raise NothingToSettle(field)
    if chosen == HOURS:
        return 0
    return whole if part is None else part


def _held(session: Session, community: Community) -> int:
    """Tell what lies apart for kept hours."""
    try:
        fund = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.fund_code(books.KEPT_FUND),
            commodity=community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    return max(0, ledger.balance(session, fund).balance)


def _book(
    session: Session, community: Community, plan: Plan, exchange: Exchange, actor: Actor
) -> tuple[ledger.Transfer, ...]:
    """Write down what was agreed about money, and give the lines that book it."""
    wish, parts = plan.wish, plan.parts
    visit = SupportVisit(
        exchange_id=exchange.id,
        community_id=community.id,
        rate_id=plan.rate.row.id,
        provider=plan.terms.provider,
        pays_by=wish.pays if plan.paid_minutes else None,
        paid_minutes=plan.paid_minutes,
        thanked_minutes=plan.thanked_minutes,
        begins_minute=wish.begins,
        km=wish.km,
        first=wish.first,
        second=wish.second,
        currency=community.currency,
        price_minor=parts.price_minor,
        thanks_minor=parts.thanks_minor,
        way_minor=parts.way_minor,
        direct_minor=parts.direct_minor,
        to_fund_minor=plan.to_fund_minor,
        from_fund_minor=plan.from_fund_minor,
    )
    session.add(visit)
    session.flush()
    hours = _hours(session, community, plan, actor)
    return (*hours, *_money(session, community, plan, actor))


def _hours(session: Session, community: Community, plan: Plan, actor: Actor) -> Iterator[ledger.Transfer]:
    """Give the lines of hours: between the two, and what is kept or comes from what was."""
    receiver, giver = hours_of(plan.wish.receiver, community), hours_of(plan.wish.giver, community)
    both = min(plan.received_minutes, plan.given_minutes)
    if both:
        yield ledger.Transfer(debit=receiver, credit=giver, amount=both)
    if plan.paid_minutes == plan.thanked_minutes:
        return
    kept = books.hours_kept(session, book_id=community.book_id, actor=actor)
    if plan.paid_minutes > plan.thanked_minutes:
        yield ledger.Transfer(debit=kept, credit=giver, amount=plan.given_minutes - both)
    else:
        yield ledger.Transfer(debit=receiver, credit=kept, amount=plan.received_minutes - both)


def _money(session: Session, community: Community, plan: Plan, actor: Actor) -> Iterator[ledger.Transfer]:
    """Give the lines of money, without those of nothing.

    Where the group provides the help the whole price is its income, and thanks its expense. Where the member
    does, what whoever receives pays for whoever gives goes from the one to the other.
    """
    parts = plan.parts
    bill = books.receivable_code(plan.wish.receiver.id)
    owed = books.payable_code(plan.wish.giver.id)
    thanks = books.expenses_code(_ACTIVITY, _THANKS)
    travel = books.expenses_code(_ACTIVITY, _TRAVEL)
    kept = books.fund_code(books.KEPT_FUND)
    if plan.terms.provider == GROUP:
        found = [(bill, books.SUPPORT, parts.price_minor), (thanks, owed, parts.thanks_minor)]
        found.append((travel, owed, parts.way_minor))
    else:
        found = [(bill, books.SUPPORT, parts.price_minor - parts.direct_minor)]
        found.append((bill, owed, parts.direct_minor))
        found.append((thanks, owed, parts.thanks_minor + parts.way_minor - parts.direct_minor))
    found.append((books.GENERAL, kept, plan.to_fund_minor))
    found.append((kept, books.GENERAL, plan.from_fund_minor))

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    for debit, credit, amount in found:
        if amount:
            yield ledger.Transfer(debit=account(debit), credit=account(credit), amount=amount)


def _refuse_twice(session: Session, community: Community, plan: Plan) -> None:
    """Refuse the same visit once more by another form; where hours move, the statements would tell, too."""
    wish = plan.wish
    there = (
        select(Exchange.id)
        .join(SupportVisit, SupportVisit.exchange_id == Exchange.id)
        .where(
            Exchange.community_id == community.id,
            Exchange.giver_id == wish.giver.id,
            Exchange.receiver_id == wish.receiver.id,
            Exchange.minutes == plan.minutes,
            Exchange.worked_on == wish.worked_on,
            Exchange.state == CONFIRMED,
            Exchange.key != wish.key,
        )
    )
    if session.scalar(there.limit(1)) is not None:
        raise LoggedAlready(
            giver=wish.giver.name,
            receiver=wish.receiver.name,
            hours=Minutes(plan.minutes),
            day=wish.worked_on,
        )


def _is_as_planned(session: Session, plan: Plan, exchange: Exchange) -> bool:
    """Say whether a form that was saved before had the same content."""
    there = session.get(SupportVisit, exchange.id)
    return (
        there is not None
        and (there.paid_minutes, there.thanked_minutes) == (plan.paid_minutes, plan.thanked_minutes)
        and (there.price_minor, there.thanks_minor) == (plan.parts.price_minor, plan.parts.thanks_minor)
        and there.pays_by == (plan.wish.pays if plan.paid_minutes else None)
    )
