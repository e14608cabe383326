"""Gifts in kind are kept in words, once, and stand in no books."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from timebank import clock
from timebank.communities.models import Community
from timebank.days import DayInFuture
from timebank.donations import givers
from timebank.donations import in_kind
from timebank.donations.by_hand import ReasonMissing
from timebank.donations.by_hand import WrittenBefore
from timebank.donations.models import GiftInKind
from timebank.donations.queries import find_in_kind
from timebank.donations.queries import list_in_kind
from timebank.donations.service import FundEnded
from timebank.errors import Refusal
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.text import TextTooLong

pytestmark = pytest.mark.usefixtures("the_same_day")

TODAY = clock.today("Asia/Tokyo")


@pytest.fixture
def community(session: Session) -> Community:
    brought(session, a_community(session), what="Somebody else's rice")
    return a_community(session)


def brought(session: Session, community: Community, **facts: Any) -> GiftInKind:
    known: dict[str, Any] = {"what": "10 kg of rice", "given_on": TODAY, "key": "form:kind"}
    gift = in_kind.BroughtInKind(**known | facts)
    return in_kind.write_down_in_kind(session, community=community, gift=gift, actor=SOMEBODY)


def test_it_is_kept_in_words_and_booked_nowhere(session: Session, community: Community) -> None:
    before = ledger.prove(session).entries
    gift = brought(session, community, name="Hana", activity="Summer festival")
    assert (gift.what, gift.name, gift.activity) == ("10 kg of rice", "Hana", "Summer festival")
    assert ledger.prove(session).entries == before
    (found,) = list_in_kind(session, community=community, year=TODAY.year)
    assert (found.gift, found.fund) == (gift, None)
    assert list_in_kind(session, community=community, year=TODAY.year - 1) == []


def test_the_same_form_twice_is_one_gift_and_another_under_its_key_is_refused(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = brought(session, community, name="Hana")
    assert brought(session, community, name=" Hana ") is first
    for other in ({"what": "20 kg of rice"}, {"name": "Taro"}, {"activity": "Summer festival"}):
        with pytest.raises(WrittenBefore):
            brought(session, community, **{"name": "Hana"} | other)
    # Twice at one moment: the first look of the second finds nothing yet.
    monkeypatch.setattr(in_kind, "_written_before", blind_at_first(in_kind._written_before))
    assert brought(session, community, name="Hana") is first
    here = select(func.count(GiftInKind.id)).where(GiftInKind.community_id == community.id)
    assert session.scalar(here) == 1


def blind_at_first(look: Callable[..., Any]) -> Callable[..., Any]:
    looks: list[int] = []

    def look_again(*facts: Any) -> Any:
        looks.append(1)
        return look(*facts) if len(looks) > 1 else None

    return look_again


def test_a_row_that_clashes_for_another_reason_is_no_gift_written_before(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(session, community)
    monkeypatch.setattr(in_kind, "_written_before", lambda *_facts: None)
    with pytest.raises(IntegrityError):
        brought(session, community)


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"what": "\u3000"}, in_kind.WhatMissing),
        ({"what": "x" * 501}, TextTooLong),
        ({"given_on": date(2100, 1, 1)}, DayInFuture),
        ({"reading": "はな"}, givers.NameForReading),
        ({"name": "x" * 101}, TextTooLong),
        ({"activity": "x" * 101}, TextTooLong),
    ],
)
def test_what_cannot_be_written_down_is_refused(
    session: Session, community: Community, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    with pytest.raises(refused) as told:
        brought(session, community, **facts)
    assert told.value.english()
    assert list_in_kind(session, community=community, year=TODAY.year) == []


def test_it_is_for_a_fund_or_an_activity_and_for_nothing_that_has_stopped(
    session: Session, community: Community
) -> None:
    fund = open_fund(
        session, community=community, slug="meal", name="Meals", purpose="Supper", actor=SOMEBODY
    )
    assert brought(session, community, fund=fund).fund_id == fund.id
    with pytest.raises(in_kind.FundAndActivity):
        brought(session, community, fund=fund, activity="Summer festival", key="form:both")
    end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
    with pytest.raises(FundEnded):
        brought(session, community, fund=fund, key="form:late")


def test_a_members_name_is_taken_over_where_none_is_written(session: Session, community: Community) -> None:
    shop = a_member(session, community, name="森田商店", reading="もりたしょうてん", kind="organisation")
    gift = brought(session, community, member=shop)
    assert (gift.name, gift.reading, gift.organisation) == ("森田商店", "もりたしょうてん", True)


def test_what_was_a_mistake_is_taken_back_with_a_reason_and_the_line_stays(
    session: Session, community: Community
) -> None:
    gift = brought(session, community)
    with pytest.raises(ReasonMissing):
        in_kind.take_back_in_kind(session, gift=gift, reason=" ")
    in_kind.take_back_in_kind(session, gift=gift, reason="Typed twice")
    in_kind.take_back_in_kind(session, gift=gift, reason="Another reason")
    found = find_in_kind(session, community=community, gift_id=gift.id)
    assert found
    assert found.gift.taken_back_because == "Typed twice"
    assert find_in_kind(session, community=a_community(session), gift_id=gift.id) is None


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE gift_in_kind SET what = ''",
        "UPDATE gift_in_kind SET taken_back_because = ''",
        "UPDATE gift_in_kind SET actor = ''",
    ],
)
def test_the_database_refuses_what_is_not_whole(session: Session, community: Community, broken: str) -> None:
    brought(session, community)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(broken))
