"""What members pay for help and are paid as thanks: booked once, never more than is owed, and taken back."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.days import DayInFuture
from timebank.exchanges.service import reverse_exchange
from timebank.money import NoMoneyAtAll
from timebank.support import paid
from timebank.support import queries
from timebank.support.models import CASH
from timebank.support.models import OWED
from timebank.support.models import THANKS
from timebank.support.models import TRANSFER
from timebank.support.models import SupportPaid


@pytest.fixture
def place(session: Session) -> Place:
    made = a_place(session)
    made.visit()
    return made


def pays(place: Place, amount: int = 800, what: str = OWED, **facts: Any) -> SupportPaid:
    known: dict[str, Any] = {
        "what": what,
        "amount_minor": amount,
        "way": CASH,
        "paid_on": FRIDAY,
        "key": f"form:{what}-{amount}",
    }
    member = place.receiver if what == OWED else place.giver
    return paid.write_paid(
        place.session,
        community=place.community,
        member=member,
        payment=paid.Payment(**known | facts),
        actor=COORDINATOR,
    )


def test_what_is_owed_is_paid_and_thanks_are_paid_out(place: Place) -> None:
    (first, second) = queries.list_owed(place.session, community=place.community)
    assert [(one.member, one.owes_minor, one.is_owed_minor) for one in (first, second)] == [
        (place.giver, 0, 600),
        (place.receiver, 800, 0),
    ]
    pays(place, 500)
    pays(place, 300, way=TRANSFER)
    pays(place, 200, THANKS)
    pays(place, 400, THANKS, way=TRANSFER)
    assert place.money() == {
        "cash:main": 300,
        "bank:main": -100,
        "support": -800,
        "expenses:support:thanks": 600,
    }
    assert queries.list_owed(place.session, community=place.community) == []
    assert place.faults() == []


@pytest.mark.parametrize(("what", "owed"), [(OWED, "800"), (THANKS, "600")])
def test_nobody_pays_or_is_paid_more_than_is_owed(place: Place, what: str, owed: str) -> None:
    with pytest.raises(paid.MoreThanIsOwed, match=owed):
        pays(place, int(owed) + 1, what, way=TRANSFER)
    pays(place, int(owed), what, way=TRANSFER)
    with pytest.raises(paid.MoreThanIsOwed, match="¥0"):
        pays(place, 1, what, way=TRANSFER)
    assert place.faults() == []


def test_thanks_in_cash_come_out_of_what_is_in_the_box(place: Place) -> None:
    with pytest.raises(paid.BoxHoldsLess):
        pays(place, 600, THANKS)
    pays(place, 700)
    pays(place, 600, THANKS)
    assert place.money()["cash:main"] == 100


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"amount_minor": 0}, NoMoneyAtAll),
        ({"paid_on": FRIDAY.replace(year=2100)}, DayInFuture),
    ],
)
def test_what_cannot_be_is_refused(place: Place, facts: dict[str, Any], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        pays(place, **facts)
    assert place.money()["receivable:R"] == 800


def test_the_same_form_is_booked_once(place: Place) -> None:
    assert pays(place, 300).id == pays(place, 300).id
    assert place.money()["receivable:R"] == 500
    with pytest.raises(paid.PaidBefore):
        pays(place, 300, way=TRANSFER)


def test_a_mistake_is_taken_back_once_with_a_reason(place: Place) -> None:
    row = pays(place)
    with pytest.raises(paid.ReasonMissing):
        paid.take_back(place.session, community=place.community, paid=row, reason=" ", actor=COORDINATOR)
    for _twice in range(2):
        paid.take_back(
            place.session, community=place.community, paid=row, reason="Typed twice", actor=COORDINATOR
        )
    assert place.money()["receivable:R"] == 800
    assert "cash:main" not in place.money()
    assert place.faults() == []


def test_what_has_left_the_box_is_not_taken_back(place: Place) -> None:
    row = pays(place, 700)
    pays(place, 600, THANKS)
    with pytest.raises(paid.BoxHoldsLess):
        paid.take_back(place.session, community=place.community, paid=row, reason="No", actor=COORDINATOR)
    assert place.faults() == []


def test_a_visit_that_was_paid_and_is_taken_back_is_owed_the_other_way_round(session: Session) -> None:
    place = a_place(session)
    exchange = place.visit()
    pays(place)
    reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="Never was", actor=COORDINATOR
    )
    owed = queries.owed_of(place.session, community=place.community, member=place.receiver)
    assert (owed.owes_minor, owed.is_owed_minor) == (-800, 0)
    assert place.faults() == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE support_paid SET amount_minor = 700", "does not book its 700"),
        ("UPDATE support_paid SET way = 'transfer'", "does not book its 800"),
        ("UPDATE support_paid SET what = 'thanks'", "does not book its 800"),
        ("DELETE FROM support_paid", "pays for help, but no row tells of it"),
    ],
)
def test_what_does_not_agree_is_named(place: Place, broken: str, fault: str) -> None:
    pays(place)
    assert place.faults() == []
    place.session.execute(text(broken))
    assert any(fault in one for one in place.faults())
