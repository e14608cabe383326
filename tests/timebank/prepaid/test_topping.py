"""A sum is paid ahead at the desk, taken back where it was a mistake, and given back where it may be."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.timebank.prepaid.balances import PAID_ON
from tests.timebank.prepaid.balances import all_faults
from tests.timebank.prepaid.balances import offered
from tests.timebank.prepaid.balances import on_balance
from tests.timebank.prepaid.balances import topped_up
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.days import DayInFuture
from timebank.members.models import LEFT
from timebank.money import NoMoneyAtAll
from timebank.prepaid import giving_back
from timebank.prepaid import rules
from timebank.prepaid import topping
from timebank.prepaid.models import CASH
from timebank.prepaid.models import STRIPE
from timebank.prepaid.models import TRANSFER
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.proof import check_prepaid
from timebank.rates.models import MEMBER
from timebank.support.models import PREPAID


@pytest.fixture
def place(session: Session) -> Place:
    place = a_place(session)
    offered(session, place.community, refunds=True)
    return place


def goes_back(place: Place, amount: int = 500, **facts: Any) -> PrepaidBack:
    known: dict[str, Any] = {
        "way": CASH,
        "reason": "Moves away",
        "given_on": PAID_ON,
        "key": f"form:back-{amount}",
    }
    back = giving_back.Back(amount_minor=amount, **known | facts)
    return giving_back.give_back(
        place.session, community=place.community, member=place.receiver, back=back, actor=COORDINATOR
    )


def taken_back(place: Place, topup: PrepaidTopup, reason: str = "Of another member") -> None:
    topping.take_back(place.session, community=place.community, topup=topup, reason=reason, actor=COORDINATOR)


@pytest.mark.parametrize(("way", "where"), [(CASH, "cash:main"), (TRANSFER, "bank:main")])
def test_what_is_paid_ahead_is_owed_to_whoever_paid_it(place: Place, way: str, where: str) -> None:
    topped_up(place, way=way)
    assert place.money() == {where: 2000, f"prepaid:{place.receiver.id}": -2000}
    assert all_faults(place) == []


def test_the_same_form_is_one_top_up_and_another_content_is_told(place: Place) -> None:
    first = topped_up(place, key="form:once")
    assert topped_up(place, key="form:once").id == first.id
    assert on_balance(place) == 2000
    for facts in ({"way": TRANSFER}, {"paid_on": date(2026, 4, 2)}, {"member": place.giver}):
        with pytest.raises(topping.ToppedUpBefore):
            topped_up(place, key="form:once", **facts)
    with pytest.raises(topping.ToppedUpBefore):
        topped_up(place, 3000, key="form:once")
    with pytest.raises(topping.ToppedUpBefore):
        # A key that an entry of something else has.
        goes_back(place, key="form:once")


@pytest.mark.parametrize("amount", [499, 20_001, 0, -800])
def test_other_sums_than_are_offered_are_refused(place: Place, amount: int) -> None:
    with pytest.raises(rules.SumOutOfReach) as refused:
        topped_up(place, amount)
    assert "500" in str(refused.value)
    assert place.money() == {}


def test_it_is_off_until_a_steward_offers_it(session: Session) -> None:
    place = a_place(session)
    assert not rules.were_ever_offered(session, community=place.community)
    with pytest.raises(rules.BalancesAreOff):
        topped_up(place)
    offered(session, place.community)
    topped_up(place)
    offered(session, place.community, offered=False)
    assert rules.were_ever_offered(session, community=place.community)
    with pytest.raises(rules.BalancesAreOff):
        topped_up(place, key="form:one more")
    # What is there can be used all the same.
    place.visit(pays=PREPAID)
    assert on_balance(place) == 1200


def test_it_is_offered_where_tickets_may_be_sold(session: Session) -> None:
    place = a_place(session, provider=MEMBER)
    with pytest.raises(rules.BalancesNotHere):
        offered(session, place.community)
    registered = a_place(session, provider=MEMBER, registration="No. 7 of the Bureau")
    offered(session, registered.community)
    topped_up(registered)
    registered.visit(90, pays=PREPAID)
    # 900 of it are the giver's, and 300 the group's.
    money = registered.money()
    assert (money["payable:G"], money["support"], on_balance(registered)) == (-900, -300, 800)
    assert all_faults(registered) == []


@pytest.mark.parametrize(("least", "most"), [(0, 100), (200, 100), (1, 100_000_001), (-5, -1)])
def test_sums_that_make_no_sense_are_refused(place: Place, least: int, most: int) -> None:
    with pytest.raises(rules.SumsOutOfReach):
        offered(place.session, place.community, least_minor=least, most_minor=most)


def test_who_has_left_tops_nothing_up_and_a_way_has_to_be_known(place: Place) -> None:
    with pytest.raises(topping.WayNotKnown):
        topped_up(place, way=STRIPE)
    with pytest.raises(DayInFuture):
        topped_up(place, paid_on=date(2099, 1, 1))
    place.receiver.state = LEFT
    with pytest.raises(topping.HolderHasLeft):
        topped_up(place)


def test_a_mistake_is_taken_back_while_the_balance_holds_it(place: Place) -> None:
    kept, mistake = topped_up(place, 1000), topped_up(place, 2000)
    with pytest.raises(topping.WhyIsMissing):
        taken_back(place, mistake, " \u200b")
    taken_back(place, mistake)
    taken_back(place, mistake)
    assert on_balance(place) == 1000
    assert all_faults(place) == []
    place.visit(pays=PREPAID)
    with pytest.raises(topping.UsedMeanwhile):
        taken_back(place, kept)
    assert on_balance(place) == 200
    assert all_faults(place) == []


def test_a_mistake_cannot_be_paid_out_of_an_empty_box(place: Place) -> None:
    topup = topped_up(place, 1000)
    topped_up(place, 1000, way=TRANSFER, key="form:by transfer")
    goes_back(place, 600)
    with pytest.raises(topping.BoxIsTooEmpty):
        taken_back(place, topup)
    with pytest.raises(topping.BoxIsTooEmpty):
        goes_back(place, 700)
    assert on_balance(place) == 1400
    assert all_faults(place) == []


def test_what_is_left_goes_back_once_and_no_more_than_there_is(place: Place) -> None:
    topped_up(place)
    place.visit(pays=PREPAID)
    goes_back(place, 1200, key="form:back")
    goes_back(place, 1200, key="form:back")
    assert place.money()["cash:main"] == 800
    assert on_balance(place) == 0
    with pytest.raises(giving_back.NotSoMuchLeft) as refused:
        goes_back(place, 1)
    assert "0" in str(refused.value)
    with pytest.raises(topping.ToppedUpBefore):
        goes_back(place, 1100, key="form:back")
    assert all_faults(place) == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"way": STRIPE}, topping.WayNotKnown),
        ({"reason": " "}, topping.WhyIsMissing),
        ({"amount": 0}, NoMoneyAtAll),
        ({"amount": -5}, NoMoneyAtAll),
        ({"given_on": date(2099, 1, 1)}, DayInFuture),
    ],
)
def test_what_cannot_go_back_is_told(place: Place, facts: dict[str, Any], refusal: type[Exception]) -> None:
    topped_up(place)
    with pytest.raises(refusal):
        goes_back(place, **facts)
    assert on_balance(place) == 2000


def test_nothing_goes_back_where_the_steward_does_not_allow_it(place: Place) -> None:
    topped_up(place)
    offered(place.session, place.community)
    with pytest.raises(giving_back.NothingGoesBack):
        goes_back(place)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("UPDATE prepaid_topup SET amount_minor = 1999", "does not book its 1999"),
        ("UPDATE prepaid_topup SET way = 'transfer'", "does not book its 2000"),
        ("UPDATE prepaid_topup SET paid_on = '2026-04-02'", "does not book its 2000"),
        ("DELETE FROM prepaid_topup", "no row tells of it"),
        ("UPDATE prepaid_back SET amount_minor = 400", "does not book its 400"),
        ("DELETE FROM prepaid_back", "comes to 2000, and the books say 1500"),
        (
            "UPDATE prepaid_topup SET reversal_id = entry_id, taken_back_because = 'x'",
            "and it says otherwise",
        ),
    ],
)
def test_the_proof_finds_what_does_not_agree(place: Place, wrong: str, fault: str) -> None:
    topped_up(place)
    goes_back(place, 500)
    assert check_prepaid(place.session) == []
    place.session.execute(text(wrong))
    assert any(fault in one for one in check_prepaid(place.session)), check_prepaid(place.session)
