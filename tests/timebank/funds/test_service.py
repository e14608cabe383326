"""Funds are opened, renamed, ended and taken up again; nothing of it moves money."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from timebank import books
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.funds import queries
from timebank.funds import service
from timebank.funds.models import Fund
from timebank.funds.models import FundEvent


@pytest.fixture
def community(session: Session) -> Community:
    a_fund(session, a_community(session), slug="noise")
    return a_community(session)


def a_fund(session: Session, community: Community, slug: str = "meal", name: str = "Meals") -> Fund:
    return service.open_fund(
        session, community=community, slug=slug, name=name, purpose="Supper for all", actor=SOMEBODY
    )


def test_a_new_fund_has_its_accounts_and_nothing_in_them(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    codes = {one.code for one in ledger.trial_balance(session, community.book_id) if one.commodity == "JPY"}
    assert codes == {"donations:meal", "fund:meal"}
    (shown,) = queries.show_funds(session, community=community)
    (standing,) = shown.standings
    assert (shown.fund, standing.given, standing.spent, standing.left) == (fund, 0, 0, 0)
    account = ledger.find_account(
        session, book_id=community.book_id, code=books.fund_code("meal"), commodity="JPY"
    )
    assert ledger.balance(session, account).floor == 0


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"slug": "Meal"}, service.FundSlugRefused),
        ({"slug": "m"}, service.FundSlugRefused),
        ({"slug": "meal round"}, service.FundSlugRefused),
        ({"slug": "x" * 41}, service.FundSlugRefused),
        ({"slug": "食"}, service.FundSlugRefused),
        ({"slug": "general"}, service.FundSlugKept),
        ({"name": "\u3000"}, service.FundUnnamed),
        ({"purpose": " \n "}, service.FundPurposeMissing),
        ({"slug": "there", "name": "Another"}, service.FundSlugThere),
        ({"name": "There"}, service.FundThere),
    ],
)
def test_what_cannot_be_a_fund_is_refused(
    session: Session, community: Community, facts: dict[str, str], refused: type[Refusal]
) -> None:
    a_fund(session, community, slug="there", name="There")
    known = {"slug": "meal", "name": "Meals", "purpose": "Supper"} | facts
    with pytest.raises(refused) as told, session.begin_nested():
        service.open_fund(session, community=community, actor=SOMEBODY, **known)
    assert told.value.english()
    assert len(queries.list_funds(session, community=community)) == 1


def test_words_are_changed_and_the_old_ones_are_kept(session: Session, community: Community) -> None:
    fund, other = a_fund(session, community), a_fund(session, community, slug="car", name="Car")
    change: dict[str, Any] = {"session": session, "actor": SOMEBODY, "fund": fund}
    service.change_fund(name="Suppers", purpose="Supper on Tuesdays", **change)
    service.change_fund(name="Suppers", purpose="Supper on Tuesdays", **change)
    with pytest.raises(service.FundThere), session.begin_nested():
        service.change_fund(name="Car", purpose="Supper", **change)
    kept = session.scalars(select(FundEvent).where(FundEvent.fund_id == fund.id).order_by(FundEvent.id)).all()
    assert [(one.what, one.words) for one in kept] == [
        ("opened", None),
        ("changed", "Meals\nSupper for all"),
    ]
    session.refresh(fund)
    assert (fund.name, other.name) == ("Suppers", "Car")


def test_what_stops_takes_no_gifts_says_why_and_can_be_taken_up_again(
    session: Session, community: Community
) -> None:
    fund = a_fund(session, community)
    with pytest.raises(service.FundReasonMissing):
        service.end_fund(session, community=community, fund=fund, reason=" ", actor=SOMEBODY)
    for _twice in range(2):
        service.end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
    assert queries.list_funds(session, community=community) == []
    (shown,) = queries.show_funds(session, community=community)
    assert (shown.why_ended, shown.fund.ended_on is None) == ("No cook", False)
    for _twice in range(2):
        service.take_up_fund(session, fund=fund, actor=SOMEBODY)
    assert queries.list_funds(session, community=community) == [fund]
    (shown,) = queries.show_funds(session, community=community)
    assert shown.why_ended == ""


def test_anothers_fund_is_not_found(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    assert queries.find_fund(session, community=community, fund_id=fund.id) is fund
    assert queries.find_fund(session, community=a_community(session), fund_id=fund.id) is None
