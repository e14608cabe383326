"""What may happen to a membership: a fee is begun, paid, given back; a plan is opened and changed."""

import re
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import fields
from typing import Final

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import KINDS
from timebank.members.models import Member
from timebank.memberships.models import CHANGED
from timebank.memberships.models import CLOSED
from timebank.memberships.models import FISCAL
from timebank.memberships.models import LONGEST_NAME
from timebank.memberships.models import LONGEST_SLUG
from timebank.memberships.models import LONGEST_WORDS
from timebank.memberships.models import MOST_DAYS
from timebank.memberships.models import MOST_FEE_MINOR
from timebank.memberships.models import OPENED
from timebank.memberships.models import REOPENED
from timebank.memberships.models import ROLLING
from timebank.memberships.models import SUPPORTER
from timebank.memberships.models import VOTE
from timebank.memberships.models import MembershipRule
from timebank.memberships.models import Plan
from timebank.memberships.models import PlanEvent
from timebank.memberships.terms import Calendar
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_visible

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Of early days, and of days before and after the end.
_HALF_A_YEAR: Final = 183


class PlanSlugRefused(Refusal):
    """A short name that cannot stand in an account's code."""

    sentence = N_(
        "“%(typed)s” cannot be a short name: please use lower-case letters, digits and hyphens, 2 to "
        "%(longest)s of them."
    )
    field = "slug"


class PlanSlugThere(Refusal):
    """A short name that another plan has."""

    sentence = N_("Another plan has the short name “%(slug)s”.")
    field = "slug"


class PlanThere(Refusal):
    """A name that another plan has."""

    sentence = N_("Another plan is called so already.")
    field = "name"


class PlanUnnamed(Refusal):
    """A plan without a name."""

    sentence = N_("A plan needs a name.")
    field = "name"


class NoSuchChoice(Refusal):
    """Something that no form offers."""

    sentence = N_("Please choose one of these.")


class DaysOutOfReach(Refusal):
    """More days than make sense, or fewer than none."""

    sentence = N_("Please write a number of days from 0 to %(most)s.")

    def __init__(self, field: str, most: int) -> None:
        super().__init__(most=most)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long a fee lasts, who is reminded when, and where a fee can be sent."""

    years: str = FISCAL
    early_days: int = 60
    grace_days: int = 90
    days_before: int = 30
    days_after: int = 30
    bank: str = ""
    post_office: str = ""
    konbini: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a plan costs, for whom it is and what it carries."""

    name: str
    words: str
    fee_minor: int
    for_kind: str
    carries: str
    refund: str
    open: bool = True


# --- how a community counts years ---------------------------------------------------------------------------


def rule_of(session: Session, *, community: Community) -> Rule:
    """Read how a community counts its years of membership: as its steward says, or as it is until then."""
    row = session.get(MembershipRule, community.id)
    if row is None:
        return Rule()
    return Rule(**{one.name: getattr(row, one.name) for one in fields(Rule)})


def calendar_of(session: Session, *, community: Community) -> Calendar:
    """Give what tells which days a fee covers here."""
    rule = rule_of(session, community=community)
    return Calendar(
        years=rule.years,
        first_month=community.year_begins_month,
        early_days=rule.early_days,
        grace_days=rule.grace_days,
    )


def change_rule(session: Session, *, community: Community, rule: Rule, actor: Actor) -> None:
    """Write anew how years are counted: what was paid for stays as it is, the next fee goes by it."""
    if rule.years not in {FISCAL, ROLLING}:
        raise NoSuchChoice
    for field, most in (
        ("early_days", _HALF_A_YEAR),
        ("grace_days", MOST_DAYS),
        ("days_before", _HALF_A_YEAR),
        ("days_after", _HALF_A_YEAR),
    ):
        if not 0 <= getattr(rule, field) <= most:
            raise DaysOutOfReach(field, most)
    before = rule_of(session, community=community)
    row = session.get(MembershipRule, community.id, with_for_update=True)
    if row is None:
        row = MembershipRule(community_id=community.id)
        session.add(row)
    for one in fields(Rule):
        setattr(row, one.name, getattr(rule, one.name))
    row.bank = clean_text(rule.bank, longest=LONGEST_WORDS)
    row.post_office = clean_text(rule.post_office, longest=LONGEST_WORDS)
    session.flush()
    if before.years != row.years:
        what = f"years-{row.years}"
        record(session, community=community, what=what, before=None, after=None, actor=actor)


# --- plans --------------------------------------------------------------------------------------------------


def open_plan(session: Session, *, community: Community, slug: str, facts: PlanFacts, actor: Actor) -> Plan:
    """Open a plan, and the account of its fees; the caller commits."""
    slug = slug.strip()
    if not 2 <= len(slug) <= LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise PlanSlugRefused(typed=excerpt(slug), longest=LONGEST_SLUG)
    plan = Plan(community_id=community.id, slug=slug, **_cleaned(community, facts))
    with _with_names_of_its_own(session, slug):
        session.add(plan)
    books.money(
        session,
        book_id=community.book_id,
        currency=community.currency,
        code=books.fees_code(slug),
        actor=actor,
    )
    _record(session, plan, OPENED, actor, after_minor=plan.fee_minor)
    return plan


def change_plan(
    session: Session, *, community: Community, plan: Plan, facts: PlanFacts, actor: Actor
) -> None:
    """Write a plan anew: who has begun to pay pays what they were told, everybody after them the new fee."""
    session.refresh(plan, with_for_update=True)
    before = (plan.fee_minor, plan.open)
    cleaned = _cleaned(community, facts)
    if all(getattr(plan, name) == value for name, value in cleaned.items()):
        return
    with _with_names_of_its_own(session, plan.slug):
        for name, value in cleaned.items():
            setattr(plan, name, value)
    if plan.open != before[1]:
        _record(session, plan, REOPENED if plan.open else CLOSED, actor)
    if plan.fee_minor != before[0]:
        _record(session, plan, CHANGED, actor, before_minor=before[0], after_minor=plan.fee_minor)
    elif plan.open == before[1]:
        _record(session, plan, CHANGED, actor)


def find_plan(session: Session, *, community: Community, plan_id: int) -> Plan | None:
    """Find a plan of this community; another community's is not found."""
    return session.scalar(select(Plan).where(Plan.id == plan_id, Plan.community_id == community.id))


def list_plans(session: Session, *, community: Community, closed: bool = False) -> Sequence[Plan]:
    """List the plans that can be chosen, those for one person first; with all others, where asked."""
    found = select(Plan).where(Plan.community_id == community.id)
    if not closed:
        found = found.where(Plan.open)
    plans = session.scalars(found.order_by(Plan.fee_minor.desc(), Plan.name)).all()
    return sorted(plans, key=lambda one: KINDS.index(one.for_kind))


def plans_for(session: Session, *, community: Community, member: Member) -> Sequence[Plan]:
    """List the plans that a member may choose; the free ones are a coordinator's to give."""
    return [
        one
        for one in list_plans(session, community=community)
        if one.for_kind == member.kind and one.fee_minor > 0
    ]


def history_of(session: Session, *, plan: Plan) -> Sequence[PlanEvent]:
    """List what was done about a plan, the newest first."""
    events = select(PlanEvent).where(PlanEvent.plan_id == plan.id)
    return session.scalars(events.order_by(PlanEvent.id.desc())).all()


def has_plans(session: Session, *, community: Community) -> bool:
    """Say whether a membership costs anything here."""
    found = select(func.count(Plan.id)).where(Plan.community_id == community.id, Plan.open)
    return bool(session.scalar(found))


# --- the leaves ---------------------------------------------------------------------------------------------


def _cleaned(community: Community, facts: PlanFacts) -> dict[str, object]:
    name = clean_line(facts.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise PlanUnnamed
    if facts.for_kind not in KINDS or facts.carries not in {VOTE, SUPPORTER}:
        raise NoSuchChoice
    if facts.fee_minor > MOST_FEE_MINOR:
        raise MoneyTooMuch(most=Money(MOST_FEE_MINOR, community.currency))
    return {
        "name": name,
        "words": clean_text(facts.words, longest=LONGEST_WORDS),
        "fee_minor": facts.fee_minor,
        "for_kind": facts.for_kind,
        "carries": facts.carries,
        "refund": clean_text(facts.refund, longest=LONGEST_WORDS),
        "open": facts.open,
    }


@contextmanager
def _with_names_of_its_own(session: Session, slug: str) -> Iterator[None]:
    """Write what is changed in here, and say in words which of two names another plan has."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as clash:
        broken = violated(clash)
        if broken == "uq_plan_community_id_slug":
            raise PlanSlugThere(slug=slug) from clash
        if broken == "uq_plan_community_id_name":
            raise PlanThere from clash
        raise


def _record(
    session: Session,
    plan: Plan,
    what: str,
    actor: Actor,
    *,
    before_minor: int | None = None,
    after_minor: int | None = None,
) -> None:
    session.add(
        PlanEvent(
            plan_id=plan.id,
            community_id=plan.community_id,
            happened_at=clock.now(),
            actor=str(actor),
            what=what,
            before_minor=before_minor,
            after_minor=after_minor,
        )
    )
    session.flush()
