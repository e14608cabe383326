"""Fees: somebody wishes to pay one, has paid, and where their money stands in the books.

A fee that is paid makes the terms that it covers at once; the books follow as soon as Stripe has a line for
it. What is for a year that has not begun lies among fees ahead, and goes back first.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.guardians import check_of_age
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.memberships.models import FEE as FEE
from timebank.memberships.models import FREE
from timebank.memberships.models import MOST_YEARS
from timebank.memberships.models import STRIPE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.models import Term
from timebank.memberships.repeating import check_repeats
from timebank.memberships.service import calendar_of
from timebank.memberships.terms import Days
from timebank.payments.booking import Shares
from timebank.payments.models import Payment
from timebank.payments.service import begin_payment
from timebank.queue import enqueue

#: Tells a member until when their fee is paid, once.
TELL_PAID: Final = "tell-of-paid-fee"


class PlanNotTheirs(Refusal):
    """A plan that this member cannot choose, or that nobody can any more."""

    sentence = N_("This plan cannot be chosen for %(name)s. Please choose one of these.")
    field = "plan"


class YearsOutOfReach(Refusal):
    """More years than a fee is taken for."""

    sentence = N_("A fee can be paid for 1 to %(most)s years.")
    field = "years"


class FeeSentBefore(Refusal):
    """The same form was sent before, with other content."""

    sentence = N_(
        "This form was sent before with other content. To pay this as well, please send it once more."
    )


class HasLeft(Refusal):
    """A fee for somebody who is no member any more."""

    sentence = N_("%(name)s has left, so no fee is taken. A coordinator can take them back first.")
    field = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWish:
    """For whom somebody wants to pay, for which plan and how many years."""

    member: Member
    #: Who pays; the member themselves, or another one who makes it a gift.
    payer: Member
    plan: Plan
    years: int
    language: str
    email: str = ""
    #: Stripe takes it again every year, until somebody stops it.
    repeats: bool = False
    key: str


def wish_to_pay(
    session: Session, *, community: Community, wish: FeeWish, actor: Actor
) -> tuple[Fee, Payment]:
    """Write down which fee somebody wants to pay, and the attempt to pay it; the caller commits.

    The same form sent twice is one fee.
    """
    if found := sent_before(session, community, wish.key):
        return _the_same(session, found, wish)
    check_of_age(session, member=wish.payer)
    check_choice(wish.member, wish.plan, wish.years)
    if wish.repeats:
        check_repeats(session, member=wish.member, years=wish.years)
    gift = wish.payer.id != wish.member.id
    fee = new_fee(
        community,
        member=wish.member,
        payer=wish.payer if gift else None,
        plan=wish.plan,
        years=wish.years,
        way=STRIPE,
        language=wish.language,
        key=wish.key,
        actor=actor,
        paid_on=None,
    )
    fee.repeats = wish.repeats
    try:
        with session.begin_nested():
            session.add(fee)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at one moment: the other was first.
        found = sent_before(session, community, wish.key)
        if violated(clash) != "uq_fee_community_id_key" or found is None:
            raise
        return _the_same(session, found, wish)
    return fee, pay_again(session, community=community, fee=fee, email=wish.email)


def pay_again(session: Session, *, community: Community, fee: Fee, email: str = "") -> Payment:
    """Begin an attempt to pay a fee: the first, or one more where those before came to nothing."""
    return begin_payment(
        session,
        community=community,
        purpose=FEE,
        subject_id=fee.id,
        amount_minor=fee.amount_minor,
        currency=fee.currency,
        language=fee.language,
        email=email,
    )


def check_choice(member: Member, plan: Plan, years: int) -> None:
    """Refuse a plan that is not this member's to choose, too many years, and a member who has left."""
    if member.state == LEFT:
        raise HasLeft(name=member.name)
    if not plan.open or plan.for_kind != member.kind:
        raise PlanNotTheirs(name=member.name)
    if not 1 <= years <= MOST_YEARS:
        raise YearsOutOfReach(most=MOST_YEARS)


def newest_attempt(session: Session, *, fee: Fee) -> Payment:
    """Give the last attempt to pay a fee."""
    found = _last_attempt(session, fee)
    assert found is not None
    return found


def fee_of(session: Session, payment: Payment) -> Fee:
    """Find the fee that a payment is for."""
    return session.scalars(
        select(Fee).where(Fee.id == payment.subject_id, Fee.community_id == payment.community_id)
    ).one()


def find_fee(session: Session, *, community: Community, fee_id: int) -> Fee | None:
    """Find a fee of this community; another community's is not found."""
    return session.scalar(select(Fee).where(Fee.id == fee_id, Fee.community_id == community.id))


def terms_of(session: Session, *, fee: Fee) -> Sequence[Term]:
    """List the terms that a fee covers, also those that were given back."""
    return session.scalars(select(Term).where(Term.fee_id == fee.id).order_by(Term.number)).all()


def covered_of(session: Session, *, member: Member) -> list[Days]:
    """List the days that are paid for a member, term by term."""
    counts = select(Term.begins_on, Term.ends_on).where(
        Term.member_id == member.id, Term.given_back_on.is_(None)
    )
    return [Days(first, last) for first, last in session.execute(counts.order_by(Term.begins_on))]


def days_of(
    session: Session, *, community: Community, member: Member, paid_on: date, years: int
) -> list[Days]:
    """Tell which days a fee covers that is paid on a day; the caller holds the member."""
    return calendar_of(session, community=community).terms(
        paid_on=paid_on, covered=covered_of(session, member=member), years=years
    )


def begin_terms(session: Session, *, fee: Fee, days: Sequence[Days]) -> None:
    """Write down which days a fee covers that was just paid, and let the member know."""
    terms = [
        Term(
            community_id=fee.community_id,
            member_id=fee.member_id,
            fee_id=fee.id,
            number=number,
            begins_on=one.first,
            ends_on=one.last,
            amount_minor=fee.amount_minor // fee.years,
            ahead_minor=0,
        )
        for number, one in enumerate(days, start=1)
    ]
    session.add_all(terms)
    session.flush()
    if fee.way != FREE:
        enqueue(
            session,
            community_id=fee.community_id,
            kind=TELL_PAID,
            payload={"fee": fee.id},
            key=f"{TELL_PAID}:{fee.id}",
        )


def bring_over_fees(session: Session, *, member: Member, to: Member) -> None:
    """Give the record that stays the fees that were paid for an older one of the same member.

    What covers days that are paid for there already stays where it is, for a treasurer to give back.
    """
    for one in (member, to):
        hold_alone(session, one)
    for fee in session.scalars(select(Fee).where(Fee.member_id == member.id).order_by(Fee.id)).all():
        terms = terms_of(session, fee=fee)
        if not any(_covered(session, to, one) for one in terms if one.given_back_on is None):
            fee.member_id = to.id
            for term in terms:
                term.member_id = to.id
            session.flush()


def hold_alone(session: Session, member: Member) -> None:
    """Let nobody else pay for this member before this transaction ends; hours are logged meanwhile."""
    session.execute(select(Member.id).where(Member.id == member.id).with_for_update(key_share=True))


def new_fee(
    community: Community,
    *,
    member: Member,
    payer: Member | None,
    plan: Plan,
    years: int,
    way: str,
    language: str,
    key: str,
    actor: Actor,
    paid_on: date | None,
) -> Fee:
    """Put together the row of a fee, at what the plan costs now."""
    return Fee(
        community_id=community.id,
        member_id=member.id,
        payer_id=payer.id if payer else None,
        plan_id=plan.id,
        years=years,
        amount_minor=plan.fee_minor * years,
        currency=community.currency,
        way=way,
        language=language,
        key=key,
        made_at=clock.now(),
        actor=str(actor),
        paid_on=paid_on,
        back_minor=0,
        entry_id=None,
        reversal_id=None,
        taken_back_on=None,
        taken_back_because=None,
    )


def sent_before(session: Session, community: Community, key: str) -> Fee | None:
    """Find the fee that came of a form."""
    return session.scalar(select(Fee).where(Fee.community_id == community.id, Fee.key == key))


# --- where it stands in the books ---------------------------------------------------------------------------


def split(plan: Plan, *, paid_on: date, years: Iterable[tuple[date, int]]) -> Shares:
    """Divide what was paid between the year that has begun, and those that are to begin: days and amounts."""
    known = list(years)
    ahead = sum(amount for begins_on, amount in known if begins_on > paid_on)
    now = sum(amount for _begins_on, amount in known) - ahead
    return ((books.fees_code(plan.slug), now), (books.FEES_AHEAD, ahead))


def put_ahead(session: Session, *, fee: Fee) -> None:
    """Note what of a fee lies among fees ahead; its entry is booked in the same transaction."""
    for term in terms_of(session, fee=fee):
        if fee.paid_on is not None and term.begins_on > fee.paid_on:
            term.ahead_minor = term.amount_minor
    session.flush()


def shares_back(session: Session, *, community: Community, fee: Fee, plan: Plan, amount: int) -> Shares:
    """Divide what goes back: first comes what is for a time to come, from the last year on.

    A year of which everything went back does not count any more.
    """
    # A refund that failed is owed, and a dispute that is lost may come on top of it: more than all is all.
    fee.back_minor = min(fee.back_minor + amount, fee.amount_minor)
    left, covered, from_ahead = amount, 0, 0
    for term in reversed(terms_of(session, fee=fee)):
        taken = min(left, term.ahead_minor)
        term.ahead_minor -= taken
        from_ahead += taken
        left -= taken
        covered += term.amount_minor
        if covered <= fee.back_minor and term.given_back_on is None:
            term.given_back_on = clock.today(community.time_zone)
    session.flush()
    return ((books.FEES_AHEAD, -from_ahead), (books.fees_code(plan.slug), -left))


# --- the leaves ---------------------------------------------------------------------------------------------


def _last_attempt(session: Session, fee: Fee) -> Payment | None:
    attempts = select(Payment).where(
        Payment.community_id == fee.community_id, Payment.purpose == FEE, Payment.subject_id == fee.id
    )
    return session.scalar(attempts.order_by(Payment.attempt.desc()).limit(1))


def _covered(session: Session, member: Member, term: Term) -> bool:
    other = select(Term.id).where(
        Term.member_id == member.id,
        Term.given_back_on.is_(None),
        Term.begins_on <= term.ends_on,
        Term.ends_on >= term.begins_on,
    )
    return session.scalar(other.limit(1)) is not None


def _the_same(session: Session, found: Fee, wish: FeeWish) -> tuple[Fee, Payment]:
    """Refuse a form that is sent again with other content; a double click has the same."""
    known = (found.member_id, found.plan_id, found.years, found.way, found.repeats)
    attempt = _last_attempt(session, found)
    if attempt is None or known != (wish.member.id, wish.plan.id, wish.years, STRIPE, wish.repeats):
        # Without an attempt its payment turned out to be for something else.
        raise FeeSentBefore
    return found, attempt
