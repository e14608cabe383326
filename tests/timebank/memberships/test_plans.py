"""Plans and the way years are counted: opened, changed, told, and refused in a sentence."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.timebank.memberships.things import FACTS
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import counts
from timebank.communities.models import Community
from timebank.communities.service import history
from timebank.errors import Refusal
from timebank.memberships import service
from timebank.memberships.models import FISCAL
from timebank.memberships.models import ROLLING
from timebank.memberships.service import PlanFacts
from timebank.money import MoneyTooMuch
from timebank.text import TextTooLong


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session, currency="JPY")


def test_a_plan_has_an_account_and_a_history(session: Session, community: Community) -> None:
    plan = a_plan(session, community)
    ledger.find_account(session, book_id=community.book_id, code="fees:full", commodity="JPY")
    facts = PlanFacts(**FACTS)
    for changed in (facts, replace(facts, fee_minor=3500), replace(facts, fee_minor=3500, open=False)):
        service.change_plan(session, community=community, plan=plan, facts=changed, actor=SOMEBODY)
    told = [(one.what, one.before_minor, one.after_minor) for one in service.history_of(session, plan=plan)]
    assert told == [("closed", None, None), ("changed", 3000, 3500), ("opened", None, 3000)]
    assert not service.has_plans(session, community=community)
    service.change_plan(session, community=community, plan=plan, facts=facts, actor=SOMEBODY)
    told = [(one.what, one.before_minor, one.after_minor) for one in service.history_of(session, plan=plan)]
    assert told[:2] == [("changed", 3500, 3000), ("reopened", None, None)]
    service.change_plan(
        session, community=community, plan=plan, facts=replace(facts, words="New words"), actor=SOMEBODY
    )
    assert next(one.what for one in service.history_of(session, plan=plan)) == "changed"


@pytest.mark.parametrize(
    ("slug", "facts", "refused"),
    [
        ("f", {}, service.PlanSlugRefused),
        ("Full", {}, service.PlanSlugRefused),
        ("full/", {}, service.PlanSlugRefused),
        ("a" * 41, {}, service.PlanSlugRefused),
        ("full", {}, service.PlanSlugThere),
        ("other", {"name": "Full"}, service.PlanThere),
        ("other", {"name": " \u200b "}, service.PlanUnnamed),
        ("other", {"name": "a" * 61}, TextTooLong),
        ("other", {"for_kind": "child"}, service.NoSuchChoice),
        ("other", {"carries": "nothing"}, service.NoSuchChoice),
        ("other", {"fee_minor": 100_000_001}, MoneyTooMuch),
    ],
)
def test_what_cannot_be_a_plan_is_refused(
    session: Session, community: Community, slug: str, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    a_plan(session, community)
    known = FACTS | {"name": "Another"} | facts
    with pytest.raises(refused):
        service.open_plan(session, community=community, slug=slug, facts=PlanFacts(**known), actor=SOMEBODY)
    assert len(service.list_plans(session, community=community, closed=True)) == 1


def test_members_choose_among_the_plans_for_their_kind_that_cost_something(
    session: Session, community: Community
) -> None:
    for slug, facts in (
        ("full", {}),
        ("reduced", {"fee_minor": 1000}),
        ("free", {"fee_minor": 0}),
        ("house", {"for_kind": "household"}),
        ("old", {"open": False}),
    ):
        a_plan(session, community, slug, **facts)
    hana = a_member(session, community)
    offered = service.plans_for(session, community=community, member=hana)
    assert [one.slug for one in offered] == ["full", "reduced"]
    assert service.find_plan(session, community=a_community(session), plan_id=offered[0].id) is None


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"early_days": -1}, "early_days"),
        ({"early_days": 184}, "early_days"),
        ({"grace_days": 367}, "grace_days"),
        ({"days_before": 10**30}, "days_before"),
        ({"days_after": -5}, "days_after"),
        ({"years": "lunar"}, None),
    ],
)
def test_days_out_of_reach_are_refused(
    session: Session, community: Community, facts: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(Refusal) as refused:
        counts(session, community, **facts)
    assert refused.value.field == field
    assert service.rule_of(session, community=community) == service.Rule()


def test_a_change_of_years_is_in_the_communitys_history(session: Session, community: Community) -> None:
    for years in (ROLLING, ROLLING, FISCAL):
        counts(session, community, years=years, bank=" Kadoma Bank ")
    told = [one.what for one in history(session, community=community)]
    assert told[:2] == ["years-fiscal", "years-rolling"]
    assert "years-rolling" not in told[2:]
    assert service.rule_of(session, community=community).bank == "Kadoma Bank"


@pytest.mark.parametrize("broken", ["fee_minor = -1", "slug = 'FULL'", "carries = 'x'", "for_kind = 'x'"])
def test_the_table_holds_it_too(session: Session, community: Community, broken: str) -> None:
    a_plan(session, community)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE plan SET {broken}"))
