"""What is done about memberships every day: years that were paid early begin, and members are reminded."""

from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.memberships.by_hand import FEE_BEGINS
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.models import Term
from timebank.memberships.service import rule_of
from timebank.queue import Task
from timebank.queue import enqueue

#: Makes what was paid early a fee of its year.
BEGIN_YEARS: Final = "begin-years-of-membership"
#: Looks for memberships that end or have ended, and reminds of one.
REMIND_OF_FEES, REMIND_OF_FEE = "remind-of-fees", "remind-of-fee"
BEFORE, AFTER = "before", "after"

_BY_TIMETABLE: Final = Actor(person_id=None, member_id=None, how="job")


def begin_years(session: Session, task: Task) -> None:
    """Book, of every term that has begun, what lay among fees ahead as a fee of that year."""
    community = session.get_one(Community, task.community_id)
    today = clock.today(community.time_zone)
    begun = (
        select(Term)
        .where(Term.community_id == community.id, Term.ahead_minor > 0, Term.begins_on <= today)
        .order_by(Term.begins_on, Term.id)
        .with_for_update()
    )
    for term in session.scalars(begun).all():
        fee = session.get_one(Fee, term.fee_id)
        plan = session.get_one(Plan, fee.plan_id)
        term.begun_entry_id = _post(session, community, term, fee, plan, today)
        term.ahead_minor = 0
    session.flush()


def remind_of_fees(session: Session, task: Task) -> None:
    """Look for memberships that end soon, or ended a while ago, and remind of each once."""
    community = session.get_one(Community, task.community_id)
    rule, today = rule_of(session, community=community), clock.today(community.time_zone)
    if rule.days_before:
        soon = Term.ends_on.between(today, today + timedelta(days=rule.days_before))
        for term in _last_terms(session, community, soon & Term.reminded_before_at.is_(None)):
            _ask_for(session, term, BEFORE)
    if rule.days_after:
        # Whoever has not paid for very long is not written to any more.
        first, last = today - timedelta(days=rule.days_after + rule.grace_days), rule.days_after
        over = Term.ends_on.between(first, today - timedelta(days=last))
        for term in _last_terms(session, community, over & Term.reminded_after_at.is_(None)):
            _ask_for(session, term, AFTER)


def _last_terms(session: Session, community: Community, which: object) -> list[Term]:
    """List terms of members who have not left, of which this is true, and which no other one follows."""
    found = (
        select(Term)
        .join(Member, Member.id == Term.member_id)
        .where(
            Term.community_id == community.id,
            Term.given_back_on.is_(None),
            Member.state != LEFT,
            which,  # type: ignore[arg-type]
        )
    )
    terms = session.scalars(found.order_by(Term.id)).all()
    return [one for one in terms if not _goes_on(session, one)]


def _goes_on(session: Session, term: Term) -> bool:
    next_day = term.ends_on + timedelta(days=1)
    follows = select(Term.id).where(
        Term.member_id == term.member_id, Term.given_back_on.is_(None), Term.begins_on == next_day
    )
    return session.scalar(follows) is not None


def _ask_for(session: Session, term: Term, when: str) -> None:
    if when == BEFORE:
        term.reminded_before_at = clock.now()
    else:
        term.reminded_after_at = clock.now()
    enqueue(
        session,
        community_id=term.community_id,
        kind=REMIND_OF_FEE,
        payload={"term": term.id, "when": when},
        key=f"{REMIND_OF_FEE}:{term.id}:{when}",
    )


def _post(session: Session, community: Community, term: Term, fee: Fee, plan: Plan, today: date) -> int:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=fee.currency, code=code, actor=_BY_TIMETABLE
        )

    ahead, own = account(books.FEES_AHEAD), account(books.fees_code(plan.slug))
    closed = ledger.closed_through(session, community.book_id)
    late = closed is not None and term.begins_on <= closed
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=FEE_BEGINS,
        posted_on=today if late else term.begins_on,
        key=f"fee-begins:{term.id}",
        actor=str(_BY_TIMETABLE),
        transfers=(ledger.Transfer(debit=ahead, credit=own, amount=term.ahead_minor),),
        memo=f"fee {fee.id} of {term.begins_on}" if late else f"fee {fee.id}",
    )
    return ledger.post(session, entry).entry_id
