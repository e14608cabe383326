"""Where what was answered and the books do not agree, the first fault of each kind is named."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.timebank.purposes.asking import TODAY
from tests.timebank.purposes.asking import Asking
from timebank.donations.handing_back import HandedBack
from timebank.donations.handing_back import hand_back


@pytest.fixture
def asking(session: Session) -> Asking:
    return Asking(session)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE purpose_change SET moved_minor = moved_minor + 1 WHERE state = 'settled'", "does not move"),
        ("UPDATE purpose_change SET back_minor = back_minor + 1 WHERE state = 'settled'", "does not move"),
        ("UPDATE purpose_gift SET settled_minor = settled_minor + 1 WHERE settled_minor = 1500", "agreed to"),
        ("DELETE FROM donation_kept WHERE NOT to_give_back", "nothing says where it is kept"),
        ("UPDATE donation_kept SET gone_minor = gone_minor + 1 WHERE to_give_back", "lie apart"),
        ("UPDATE purpose_giver SET answer = 'back' WHERE answer = 'agreed'", "nobody was asked"),
        ("UPDATE donation_handed_back SET way = 'transfer'", "does not hand back"),
        ("DELETE FROM donation_handed_back", "no row tells of it"),
    ],
)
def test_what_does_not_agree_is_named(asking: Asking, broken: str, fault: str) -> None:
    hana, taro = asking.given(3000, "Hana"), asking.given(2000, "Taro")
    asking.spent(2500)
    asking.stop()
    change = asking.ask()
    asking.answer(change, hana, "agreed")
    asking.answer(change, taro, "back")
    asking.settle(change)
    hand_back(
        asking.session,
        community=asking.community,
        donation=taro,
        handed=HandedBack(way="cash", handed_on=TODAY),
        actor=SOMEBODY,
    )
    assert asking.faults() == []
    asking.session.execute(text(broken))
    assert any(fault in one for one in asking.faults()), asking.faults()


def test_a_decision_that_is_gone_is_named(asking: Asking) -> None:
    gift = asking.given(3000, "Hana")
    asking.stop()
    change = asking.ask()
    asking.answer(change, gift, "agreed")
    asking.settle(change)
    asking.session.execute(text("UPDATE purpose_change SET entry_id = NULL, moved_minor = 0"))
    assert any("no decision tells of it" in one for one in asking.faults())
