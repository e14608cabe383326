"""Fees that an officer writes down: paid in cash or by transfer, or not asked of somebody who cannot pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.memberships.fees import FeeSentBefore
from timebank.memberships.fees import begin_terms
from timebank.memberships.fees import check_choice
from timebank.memberships.fees import days_of
from timebank.memberships.fees import hold_alone
from timebank.memberships.fees import new_fee
from timebank.memberships.fees import put_ahead
from timebank.memberships.fees import sent_before
from timebank.memberships.fees import split
from timebank.memberships.fees import terms_of
from timebank.memberships.models import BY_HAND
from timebank.memberships.models import CASH
from timebank.memberships.models import FREE
from timebank.memberships.models import LONGEST_REASON
from timebank.memberships.models import STRIPE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.receipting import taken_back
from timebank.memberships.service import NoSuchChoice
from timebank.memberships.terms import Days
from timebank.money import Money
from timebank.text import clean_line
from timebank.text import is_visible

#: What entries are by which a fee comes in by hand, and by which a year that was paid early begins.
FEE_BY_HAND: Final = "fee"
FEE_BEGINS: Final = "fee-begins"
#: What stands in place of a reason where none is written down.
NO_REASON: Final = "–"


class AnotherAmount(Refusal):
    """What was handed over is not what the plan costs."""

    sentence = N_(
        "For these years of this plan %(amount)s are due. Please choose the plan and the years that were "
        "paid; what is more than that is a gift."
    )
    field = "amount"


class WhyMissing(Refusal):
    """A fee is taken back without a word."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


class PaidByStripe(Refusal):
    """A fee that was paid by card or at a konbini is to be taken back by hand."""

    sentence = N_("This fee was paid by way of Stripe. It is given back on the page of its payment.")
    status = 409


class NotInTheBox(Refusal):
    """Cash is to go back that is not there any more."""

    sentence = N_("There is not so much in the cash box, so it cannot be given back from it.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A fee that was handed over or transferred, as an officer writes it down."""

    member: Member
    #: Another member who paid it as a gift.
    payer: Member | None = None
    plan: Plan
    years: int
    #: What was counted; it has to be what the plan costs.
    amount_minor: int
    way: str
    paid_on: date
    key: str


def take_fee(session: Session, *, community: Community, taken: Taken, actor: Actor) -> Fee:
    """Book a fee that came in cash or by transfer, once for each form; the caller commits."""
    if taken.way not in BY_HAND:
        raise NoSuchChoice
    hold_alone(session, taken.member)
    if found := sent_before(session, community, taken.key):
        return _the_same(found, taken)
    check_choice(taken.member, taken.plan, taken.years)
    due = taken.plan.fee_minor * taken.years
    if taken.amount_minor != due or not due:
        raise AnotherAmount(amount=Money(due, community.currency))
    check_open_day(session, taken.paid_on, community=community, field="paid_on")
    fee = new_fee(
        community,
        member=taken.member,
        payer=taken.payer if taken.payer and taken.payer.id != taken.member.id else None,
        plan=taken.plan,
        years=taken.years,
        way=taken.way,
        language=community.language,
        key=taken.key,
        actor=actor,
        paid_on=taken.paid_on,
    )
    days = days_of(
        session, community=community, member=taken.member, paid_on=taken.paid_on, years=taken.years
    )
    fee.entry_id = _post(session, community, taken, days, actor)
    session.add(fee)
    session.flush()
    begin_terms(session, fee=fee, days=days)
    put_ahead(session, fee=fee)
    return fee


def let_off(
    session: Session, *, community: Community, member: Member, plan: Plan, key: str, actor: Actor
) -> Fee:
    """Ask no fee of a member for a year, as a coordinator decides; nobody is asked why."""
    hold_alone(session, member)
    if found := sent_before(session, community, key):
        if (found.member_id, found.plan_id, found.way) != (member.id, plan.id, FREE):
            raise FeeSentBefore
        return found
    check_choice(member, plan, 1)
    if plan.fee_minor:
        raise NoSuchChoice
    today = clock.today(community.time_zone)
    fee = new_fee(
        community,
        member=member,
        payer=None,
        plan=plan,
        years=1,
        way=FREE,
        language=community.language,
        key=key,
        actor=actor,
        paid_on=today,
    )
    session.add(fee)
    session.flush()
    days = days_of(session, community=community, member=member, paid_on=today, years=1)
    begin_terms(session, fee=fee, days=days)
    return fee


def take_back(session: Session, *, community: Community, fee: Fee, reason: str, actor: Actor) -> None:
    """Take back a fee that was written down by mistake, or handed back; both lines stay, its terms end.

    Once: a second click changes nothing. Where no fee was asked no reason is kept.
    """
    # Of whom no fee was asked nobody says why: neither then, nor when it is taken back.
    why = NO_REASON if fee.way == FREE else clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise WhyMissing
    hold_alone(session, session.get_one(Member, fee.member_id))
    session.refresh(fee, with_for_update=True)
    if fee.way == STRIPE:
        raise PaidByStripe
    if fee.taken_back_on is not None:
        return
    today = clock.today(community.time_zone)
    for term in terms_of(session, fee=fee):
        if term.begun_entry_id is not None:
            _reverse(session, community, term.begun_entry_id, today, actor)
        term.ahead_minor, term.given_back_on = 0, today
    if fee.entry_id is not None:
        fee.reversal_id = _reverse(session, community, fee.entry_id, today, actor)
    fee.taken_back_on, fee.taken_back_because = today, why
    session.flush()
    taken_back(session, community=community, fee=fee, actor=actor)


# --- the leaves ---------------------------------------------------------------------------------------------


def _the_same(found: Fee, taken: Taken) -> Fee:
    """Refuse a form that is sent again with other content; a double click has the same."""
    known = (found.member_id, found.plan_id, found.years, found.way, found.paid_on)
    if known != (taken.member.id, taken.plan.id, taken.years, taken.way, taken.paid_on):
        raise FeeSentBefore
    return found


def _post(session: Session, community: Community, taken: Taken, days: Sequence[Days], actor: Actor) -> int:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    into = account(books.CASH if taken.way == CASH else books.BANK)
    years = ((one.first, taken.plan.fee_minor) for one in days)
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=FEE_BY_HAND,
        posted_on=taken.paid_on,
        key=taken.key,
        actor=str(actor),
        transfers=tuple(
            ledger.Transfer(debit=into, credit=account(code), amount=part)
            for code, part in split(taken.plan, paid_on=taken.paid_on, years=years)
            if part
        ),
        memo=f"plan {taken.plan.id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry).entry_id
    except ledger.KeyReused as refused:
        raise FeeSentBefore from refused


def _reverse(session: Session, community: Community, entry_id: int, day: date, actor: Actor) -> int:
    try:
        with session.begin_nested():
            return ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=entry_id,
                posted_on=day,
                key=f"reversal:{entry_id}",
                actor=str(actor),
                memo=f"entry {entry_id}",
            ).entry_id
    except ledger.CeilingExceeded as refused:
        raise NotInTheBox from refused
