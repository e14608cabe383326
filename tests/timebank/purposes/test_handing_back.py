"""What lies apart of a gift by hand is handed back once, and its receipt has a note of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.timebank.purposes.asking import TODAY
from tests.timebank.purposes.asking import Asking
from tests.timebank.purposes.asking import later
from timebank.days import DayInFuture
from timebank.donations import by_hand
from timebank.donations.handing_back import HandedBack
from timebank.donations.handing_back import NothingToHandBack
from timebank.donations.handing_back import hand_back
from timebank.donations.kept import owed
from timebank.donations.queries import find_gift
from timebank.donations.receipting import ask_for_receipt
from timebank.donations.year_sheets import issue_year
from timebank.receipts.issuer import change_issuer
from timebank.receipts.models import Receipt
from timebank.receipts.queries import notes_of_one

pytestmark = pytest.mark.usefixtures("the_same_day")


@pytest.fixture
def asking(session: Session) -> Asking:
    return Asking(session)


def test_what_lies_apart_is_handed_back_once(asking: Asking) -> None:
    hana = asking.given(3000, "Hana")
    asking.spent(1000)
    asking.stop()
    change = asking.ask()
    known: dict[str, Any] = {"community": asking.community, "donation": hana, "actor": SOMEBODY}
    with pytest.raises(NothingToHandBack):
        hand_back(asking.session, handed=HandedBack(way="cash", handed_on=TODAY), **known)
    asking.answer(change, hana, "back")
    asking.settle(change)
    for way, day, refused in (
        ("post", TODAY, by_hand.WayUnknown),
        ("cash", TODAY + timedelta(days=1), DayInFuture),
    ):
        with pytest.raises(refused):
            hand_back(asking.session, handed=HandedBack(way=way, handed_on=day), **known)
    for _twice in range(2):
        hand_back(asking.session, handed=HandedBack(way="cash", handed_on=TODAY), **known)
    assert asking.balances() == {
        "bank:main": -1000,
        "cash:main": 1000,
        "donations:car": -1000,
        "expenses:car:fuel": 1000,
    }
    gift = find_gift(asking.session, community=asking.community, gift_id=hana.id)
    assert gift
    assert (gift.back, gift.left) == (2000, 1000)
    with pytest.raises(by_hand.GiverWasAsked):
        by_hand.take_back(asking.session, reason="Typed twice", **known)
    assert asking.faults() == []


def test_an_empty_cash_box_hands_nothing_back(asking: Asking) -> None:
    hana = asking.given(3000, "Hana", way="transfer")
    asking.given(500)
    asking.stop()
    change = asking.ask()
    asking.answer(change, hana, "back")
    asking.settle(change)
    with pytest.raises(by_hand.BoxHasLess, match="500"):
        hand_back(
            asking.session,
            community=asking.community,
            donation=hana,
            handed=HandedBack(way="cash", handed_on=TODAY),
            actor=SOMEBODY,
        )
    assert owed(asking.session, community=asking.community, ids=[hana.id]) == {hana.id: 3000}
    assert asking.faults() == []


def test_a_receipt_has_a_note_of_what_was_handed_back_also_where_it_is_issued_later(
    asking: Asking, session: Session
) -> None:
    change_issuer(session, community=asking.community, name="An association", seat="1-2", actor=SOMEBODY)
    wished: dict[str, Any] = {"address": "1-2 Honmachi", "wants_receipt": True}
    hana, taro, all_of_it = (
        asking.given(3000, "Hana", **wished),
        asking.given(3000, "Taro"),
        asking.given(100, "Ken"),
    )
    asking.spent(3000)
    asking.stop()
    change = asking.ask()
    for gift in (hana, taro, all_of_it):
        asking.answer(change, gift, "back")
    asking.settle(change)
    for gift in (hana, taro, all_of_it):
        handed = HandedBack(way="cash", handed_on=TODAY)
        hand_back(session, community=asking.community, donation=gift, handed=handed, actor=SOMEBODY)
    known: dict[str, Any] = {"payment": None, "name": "Taro", "address": "", "actor": SOMEBODY}
    ask_for_receipt(session, donation=taro, **known)
    told = session.scalars(
        select(Receipt).where(Receipt.community_id == asking.community.id).order_by(Receipt.number)
    ).all()
    assert [(one.kind, one.amount_minor, one.source) for one in told] == [
        ("gift", 3000, f"gift:{hana.id}"),
        ("refund", 1525, f"hand-back:gift:{hana.id}"),
        ("gift", 3000, f"gift:{taro.id}"),
        ("refund", 1524, f"hand-back:gift:{taro.id}"),
    ]


def test_the_sheet_of_a_year_counts_what_was_handed_back_before_it(
    asking: Asking, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_issuer(session, community=asking.community, name="An association", seat="1-2", actor=SOMEBODY)
    wished: dict[str, Any] = {"address": "1-2 Honmachi", "wants_receipt": True, "receipt_for_year": True}
    before, after = (asking.given(amount, "Hana", **wished) for amount in (3000, 2000))
    asking.spent(1000)
    asking.stop()
    change = asking.ask()
    for gift in (before, after):
        asking.answer(change, gift, "back")
    asking.settle(change)
    hand_back(
        session,
        community=asking.community,
        donation=before,
        handed=HandedBack(way="cash", handed_on=TODAY),
        actor=SOMEBODY,
    )
    later(monkeypatch, TODAY.replace(year=TODAY.year + 1, month=2, day=1))
    [sheet] = issue_year(session, community=asking.community, year=TODAY.year, actor=SOMEBODY)
    assert (sheet.amount_minor, sheet.last_line) == (5000 - 2400, 3)
    hand_back(
        session,
        community=asking.community,
        donation=after,
        handed=HandedBack(way="cash", handed_on=TODAY),
        actor=SOMEBODY,
    )
    notes = session.scalars(select(Receipt).where(Receipt.about_id == sheet.id)).all()
    assert [(one.amount_minor, one.source) for one in notes] == [(1600, f"hand-back:gift:{after.id}")]
    assert notes_of_one(session, receipt=sheet, source=f"gift:{after.id}") == notes
    assert notes_of_one(session, receipt=sheet, source=f"gift:{before.id}") == []
    assert asking.faults() == []
