"""What tests of memberships are made of."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from timebank.communities.models import Community
from timebank.members.models import PERSON
from timebank.members.models import Member
from timebank.memberships import by_hand
from timebank.memberships import service
from timebank.memberships.models import CASH
from timebank.memberships.models import VOTE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.models import Term

FACTS: dict[str, Any] = {
    "name": "Full",
    "words": "",
    "fee_minor": 3000,
    "for_kind": PERSON,
    "carries": VOTE,
    "refund": "",
}


def a_plan(session: Session, community: Community, slug: str = "full", **facts: Any) -> Plan:
    known = FACTS | ({"name": slug.title()} if slug != "full" else {}) | facts
    return service.open_plan(
        session, community=community, slug=slug, facts=service.PlanFacts(**known), actor=SOMEBODY
    )


def counts(session: Session, community: Community, **facts: Any) -> None:
    service.change_rule(session, community=community, rule=service.Rule(**facts), actor=SOMEBODY)


def hand_over(
    session: Session, community: Community, member: Member, plan: Plan, years: int = 1, **facts: Any
) -> Fee:
    """A fee that somebody handed over to the treasurer."""
    known: dict[str, Any] = {
        "amount_minor": plan.fee_minor * years,
        "way": CASH,
        "paid_on": date(2026, 4, 3),
        "key": f"form:fee-{member.id}-{years}",
    }
    taken = by_hand.Taken(member=member, plan=plan, years=years, **known | facts)
    return by_hand.take_fee(session, community=community, taken=taken, actor=SOMEBODY)


def days(session: Session, member: Member) -> list[tuple[str, str]]:
    """The terms of a member that count."""
    found = select(Term).where(Term.member_id == member.id, Term.given_back_on.is_(None))
    return [
        (one.begins_on.isoformat(), one.ends_on.isoformat())
        for one in session.scalars(found.order_by(Term.begins_on))
    ]


def balances(session: Session, community: Community) -> dict[str, int]:
    """Every account of money that is not at nought, debits less credits."""
    lines = ledger.trial_balance(session, community.book_id)
    return {one.code: one.balance for one in lines if one.commodity == community.currency and one.balance}
