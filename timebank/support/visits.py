"""Writing a visit down that is paid for: hours and money in one entry."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import LoggedAlready
from timebank.exchanges.service import Logged
from timebank.exchanges.service import log_exchange
from timebank.hours import Minutes
from timebank.members.queries import hours_of
from timebank.money import Money
from timebank.money import poured
from timebank.prepaid import spending as prepaid
from timebank.rates.models import GROUP
from timebank.support.models import SupportVisit
from timebank.support.planning import Plan
from timebank.tickets.spending import NotPaidForYet
from timebank.tickets.spending import use

#: What support is spent on, by the short names that stand in the codes of the books.
_ACTIVITY, _THANKS, _TRAVEL = "support", "thanks", "travel"


class FundHoldsLess(Refusal):
    """Thanks are to come from what is laid apart for kept hours, and less is there."""

    sentence = N_(
        "Thanks of %(asked)s would come from the fund of kept hours, and it does not hold so much. Let the "
        "giver take hours, or ask a steward whether the group may pay it."
    )
    field = "takes"


def write_down(session: Session, *, community: Community, plan: Plan, actor: Actor) -> Logged:
    """Log a visit and book it, hours and money in one entry, once for each form; the caller commits."""
    if plan.wish.once:
        refuse_twice(session, community, plan)
    with floors_said(plan, community):
        logged = log_exchange(
            session,
            community=community,
            said=plan.said,
            by=None,
            actor=actor,
            money=lambda at, exchange: book(at, community, plan, exchange, actor),
        )
    if logged.repeated and not _is_as_planned(session, plan, logged.exchanges[0]):
        raise FormSavedAlready
    return logged


@contextmanager
def floors_said(plan: Plan, community: Community) -> Iterator[None]:
    """Say in words which money is not there, where the books refuse a visit."""
    try:
        yield
    except ledger.FloorExceeded as refused:
        if books.tickets_of_code(refused.code) is not None:
            raise NotPaidForYet from refused
        if books.prepaid_by_code(refused.code) is not None:
            raise prepaid.BalanceHoldsLess from refused
        raise FundHoldsLess(asked=Money(plan.from_fund_minor, community.currency)) from refused


# --- the leaves ---------------------------------------------------------------------------------------------


def book(
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
        tickets_minor=plan.tickets.worth_minor,
        prepaid_minor=plan.prepaid.amount_minor,
    )
    session.add(visit)
    session.flush()
    use(session, exchange=exchange, chosen=plan.tickets)
    prepaid.use(session, exchange=exchange, drawn=plan.prepaid)
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
    owes = books.receivable_code(plan.wish.receiver.id)
    sources = [*plan.tickets.codes.items(), *plan.prepaid.codes.items(), (owes, plan.bill_minor)]
    owed = books.payable_code(plan.wish.giver.id)
    thanks = books.expenses_code(_ACTIVITY, _THANKS)
    travel = books.expenses_code(_ACTIVITY, _TRAVEL)
    kept = books.fund_code(books.KEPT_FUND)
    if plan.terms.provider == GROUP:
        found = [*poured(sources, [(books.SUPPORT, parts.price_minor)])]
        found += [(thanks, owed, parts.thanks_minor), (travel, owed, parts.way_minor)]
    else:
        sinks = [(books.SUPPORT, parts.price_minor - parts.direct_minor), (owed, parts.direct_minor)]
        found = [*poured(sources, sinks)]
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


def refuse_twice(session: Session, community: Community, plan: Plan) -> None:
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
        and there.tickets_minor == plan.tickets.worth_minor
        and there.prepaid_minor == plan.prepaid.amount_minor
        and (not plan.wish.numbers or tuple(plan.wish.numbers) == plan.tickets.numbers)
    )
