"""How memberships stand: a member's own, and everybody's in one list."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.memberships.fees import FEE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.models import Term
from timebank.memberships.service import calendar_of
from timebank.memberships.service import rule_of
from timebank.memberships.terms import Days
from timebank.memberships.terms import paid_until
from timebank.payments.models import DISPUTED
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment

#: A term runs; it ended and the days of grace run; they are over, too; no fee was ever paid.
PAID, GRACE, LAPSED, NONE = "paid", "grace", "lapsed", "none"
STATES: Final = (PAID, GRACE, LAPSED, NONE)
#: So many members stand on one page; a file has them all.
MOST_LISTED: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeStory:
    """A fee with everything that belongs to it."""

    fee: Fee
    plan: Plan
    terms: Sequence[Term]
    #: Whose membership it is.
    member: Member
    #: Another member who paid it as a gift.
    payer: Member | None
    #: The payment at Stripe that counts, where there is one.
    payment: Payment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a member's membership stands today."""

    state: str
    #: The last day that is paid; None where none ever was.
    paid_until: date | None
    #: The last day on which it counts, with the days of grace.
    counts_until: date | None
    #: The plan of the last term.
    plan: Plan | None
    #: What the next fee would cover, were it paid today.
    next_days: Days
    #: The payment of the term that runs is disputed: whether it counts is open.
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A member on the list, with the last day that is paid and the plan of that term."""

    member: Member
    paid_until: date | None
    plan: Plan | None
    state: str


def standing_of(session: Session, *, community: Community, member: Member) -> Standing:
    """Tell how a member's membership stands today."""
    today, calendar = clock.today(community.time_zone), calendar_of(session, community=community)
    terms = session.scalars(
        select(Term).where(Term.member_id == member.id, Term.given_back_on.is_(None)).order_by(Term.ends_on)
    ).all()
    covered = [Days(one.begins_on, one.ends_on) for one in terms]
    until = paid_until(covered, today)
    last = next((one for one in terms if one.ends_on == until), None)
    counts_until = calendar.counts_through(until) if until else None
    running = next((one for one in terms if one.begins_on <= today <= one.ends_on), None)
    return Standing(
        state=_state(today, until, counts_until),
        paid_until=until,
        counts_until=counts_until,
        plan=_plan_of(session, last) if last else None,
        next_days=calendar.terms(paid_on=today, covered=covered, years=1)[0],
        disputed=running is not None and _is_disputed(session, running),
    )


def stories_of(session: Session, *, community: Community, member: Member) -> list[FeeStory]:
    """List the fees that were paid for a member, or by them for others, the newest first."""
    mine = (Fee.member_id == member.id) | (Fee.payer_id == member.id)
    return _stories(session, Fee.community_id == community.id, mine, Fee.paid_on.is_not(None))


def story_of(session: Session, *, fee: Fee) -> FeeStory:
    """Put together a fee with everything that belongs to it."""
    return _stories(session, Fee.id == fee.id)[0]


def on_their_way(session: Session, *, community: Community, member: Member) -> Sequence[Payment]:
    """List payments of fees that somebody carries to a konbini: for this member, or by them for another."""
    waits = (
        select(Payment)
        .join(Fee, (Fee.id == Payment.subject_id) & (Fee.community_id == Payment.community_id))
        .where(
            Payment.community_id == community.id,
            Payment.purpose == FEE,
            Payment.state == PROCESSING,
            (Fee.member_id == member.id) | (Fee.payer_id == member.id),
        )
    )
    return session.scalars(waits.order_by(Payment.id)).all()


def list_members(session: Session, *, community: Community) -> list[Listed]:
    """List members by name with how their memberships stand; whoever has left is not listed."""
    today, grace = clock.today(community.time_zone), rule_of(session, community=community).grace_days
    covered: dict[int, list[Days]] = {}
    plans: dict[tuple[int, date], Plan] = {}
    counts = (
        select(Term, Plan)
        .join(Fee, Fee.id == Term.fee_id)
        .join(Plan, Plan.id == Fee.plan_id)
        .where(Term.community_id == community.id, Term.given_back_on.is_(None))
    )
    for term, plan in session.execute(counts):
        covered.setdefault(term.member_id, []).append(Days(term.begins_on, term.ends_on))
        plans[term.member_id, term.ends_on] = plan
    here = select(Member).where(Member.community_id == community.id, Member.state != LEFT)
    found = []
    for member in session.scalars(here.order_by(Member.sort_key, Member.number)):
        until = paid_until(covered.get(member.id, ()), today)
        state = _state(today, until, until and until + timedelta(days=grace))
        found.append(Listed(member, until, plans.get((member.id, until)) if until else None, state))
    return found


def of_state(found: Sequence[Listed], state: str | None) -> list[Listed]:
    """Choose those in a state; all of them, where none is given."""
    return [one for one in found if state in {None, one.state}]


def count_states(found: Sequence[Listed]) -> Counter[str]:
    """Count those in each state."""
    return Counter(one.state for one in found)


# --- the leaves ---------------------------------------------------------------------------------------------


def _state(today: date, paid_until: date | None, counts_until: date | None) -> str:
    if paid_until is None or counts_until is None:
        return NONE
    if today <= paid_until:
        return PAID
    return GRACE if today <= counts_until else LAPSED


def _plan_of(session: Session, term: Term) -> Plan:
    return session.scalars(select(Plan).join(Fee, Fee.plan_id == Plan.id).where(Fee.id == term.fee_id)).one()


def _is_disputed(session: Session, term: Term) -> bool:
    state = select(Payment.state).join(Fee, _COUNTS).where(Fee.id == term.fee_id)
    return session.scalar(state) == DISPUTED


#: The one payment that counts for a fee; those that do not fit pay for nothing yet.
_COUNTS: Final = and_(
    Payment.community_id == Fee.community_id,
    Payment.purpose == FEE,
    Payment.subject_id == Fee.id,
    Payment.paid_at.is_not(None),
    Payment.oddity.is_(None),
)


def _stories(session: Session, *which: ColumnElement[bool]) -> list[FeeStory]:
    payer = aliased(Member)
    found = (
        select(Fee, Plan, Member, payer, Payment)
        .join(Plan, Plan.id == Fee.plan_id)
        .join(Member, Member.id == Fee.member_id)
        .outerjoin(payer, payer.id == Fee.payer_id)
        .outerjoin(Payment, _COUNTS)
        .where(*which)
        .order_by(Fee.paid_on.desc(), Fee.id.desc())
    )
    rows = session.execute(found).all()
    terms: dict[int, list[Term]] = {}
    theirs = select(Term).where(Term.fee_id.in_([row[0].id for row in rows]))
    for term in session.scalars(theirs.order_by(Term.number)):
        terms.setdefault(term.fee_id, []).append(term)
    return [
        FeeStory(fee=fee, plan=plan, terms=terms.get(fee.id, []), member=member, payer=who, payment=payment)
        for fee, plan, member, who, payment in rows
    ]
