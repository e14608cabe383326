"""Balances pay for help: as much as they hold, for whoever paid it ahead, and the rest is on the bill."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.timebank.doubles.together import joined
from tests.timebank.prepaid.balances import all_faults
from tests.timebank.prepaid.balances import offered
from tests.timebank.prepaid.balances import on_balance
from tests.timebank.prepaid.balances import topped_up
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import sold
from timebank import books
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.prepaid import queries
from timebank.prepaid import spending
from timebank.prepaid.proof import check_prepaid
from timebank.support.models import BILL
from timebank.support.models import PREPAID
from timebank.support.models import SupportVisit
from timebank.support.months import month_of
from timebank.support.planning import HOURS
from timebank.support.planning import THANKS
from timebank.support.planning import NumbersForNothing
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.queries import left_open
from timebank.support.reports import Span
from timebank.support.reports import how_received
from timebank.support.visits import write_down
from timebank.tickets import queries as tickets
from timebank.tickets.offers import Rule
from timebank.tickets.offers import change_rule

APRIL = Span(date(2026, 4, 1), date(2026, 4, 30))


@pytest.fixture
def place(session: Session) -> Place:
    place = a_place(session)
    offered(session, place.community)
    return place


def visit_of(place: Place, exchange: Exchange) -> SupportVisit:
    return place.session.get_one(SupportVisit, exchange.id)


def goes(place: Place, exchange: Exchange) -> None:
    reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="x", actor=COORDINATOR
    )


def test_a_visit_is_paid_from_the_balance(place: Place) -> None:
    topped_up(place)
    visit = visit_of(place, place.visit(pays=PREPAID))
    assert (visit.pays_by, visit.price_minor, visit.prepaid_minor, visit.tickets_minor) == (
        PREPAID,
        800,
        800,
        0,
    )
    assert place.money() == {
        "cash:main": 2000,
        f"prepaid:{place.receiver.id}": -1200,
        "support": -800,
        "expenses:support:thanks": 600,
        "payable:G": -600,
    }
    assert all_faults(place) == []


def test_what_the_balance_does_not_hold_is_on_the_bill(place: Place) -> None:
    topped_up(place, 1000)
    visit = visit_of(place, place.visit(90, pays=PREPAID))
    assert (visit.price_minor, visit.prepaid_minor) == (1200, 1000)
    assert (on_balance(place), place.money()["receivable:R"]) == (0, 200)
    assert all_faults(place) == []
    with pytest.raises(spending.NothingPrepaid) as refused:
        place.visit(60, pays=PREPAID, key="form:nothing left")
    assert "Taro has nothing on the prepaid balance" in str(refused.value)
    assert refused.value.field == "pays"


def test_a_part_in_hours_leaves_the_balance_alone(place: Place) -> None:
    topped_up(place)
    place.visit(120, pays=PREPAID, paid_minutes=60, thanked_minutes=60)
    assert (on_balance(place), place.hours()[1]) == (1200, -60)
    assert all_faults(place) == []


def test_nobody_pays_from_the_balance_of_somebody_else(place: Place) -> None:
    topped_up(place, member=place.giver)
    with pytest.raises(spending.NothingPrepaid):
        place.visit(pays=PREPAID)
    with pytest.raises(NumbersForNothing):
        place.visit(pays=PREPAID, numbers=[1], key="form:numbers")
    assert on_balance(place, place.giver) == 2000


def test_a_visit_that_is_taken_back_gives_it_back(place: Place) -> None:
    topped_up(place)
    exchange = place.visit(pays=PREPAID)
    goes(place, exchange)
    assert on_balance(place) == 2000
    assert all_faults(place) == []
    place.visit(pays=PREPAID, key="form:anew")
    assert on_balance(place) == 1200
    assert all_faults(place) == []


def test_the_same_form_pays_once(place: Place) -> None:
    topped_up(place, 1000)
    first = place.visit(pays=PREPAID, key="form:once")
    # Less is there by now than it has paid.
    assert place.visit(pays=PREPAID, key="form:once").id == first.id
    assert on_balance(place) == 200
    with pytest.raises(FormSavedAlready):
        place.visit(pays=BILL, key="form:once")
    with pytest.raises(FormSavedAlready):
        place.visit(90, pays=PREPAID, key="form:once")


def test_what_was_used_since_it_was_shown_is_refused_in_words(place: Place) -> None:
    topped_up(place, 1000)
    wish = Wish(
        giver=place.giver,
        receiver=place.receiver,
        kind=None,
        worked_on=FRIDAY,
        minutes=60,
        pays=PREPAID,
        takes=THANKS,
        key="form:shown before",
    )
    plan = plan_of(place.session, community=place.community, wish=wish)
    assert plan
    assert (plan.prepaid.amount_minor, plan.bill_minor) == (800, 0)
    place.visit(90, pays=PREPAID, worked_on=date(2026, 4, 4), key="form:meanwhile")
    with pytest.raises(spending.BalanceHoldsLess), place.session.begin_nested():
        write_down(place.session, community=place.community, plan=plan, actor=COORDINATOR)
    assert all_faults(place) == []
    # Looked at again it is another plan.
    with pytest.raises(spending.NothingPrepaid):
        plan_of(place.session, community=place.community, wish=wish)


def test_what_stands_on_an_older_record_pays_first(place: Place) -> None:
    older = place.receiver
    topped_up(place, 500, older)
    new = a_member(place.session, place.community, name="Taro again")
    topped_up(place, 1000, new)
    joined(place.session, place.community, older, new)
    assert queries.balance_of(place.session, community=place.community, member=new) == 1500
    place.visit(pays=PREPAID, receiver=new)
    assert (on_balance(place, older), on_balance(place, new)) == (0, 700)
    (use,) = [one for one in queries.history_of(place.session, community=place.community, member=new)
              if one.what == queries.USED]  # fmt: skip
    assert use.amount_minor == -800
    assert all_faults(place) == []


def test_what_an_exchange_was_paid_with_stays(place: Place) -> None:
    topped_up(place)
    place.visit(pays=PREPAID)
    for wrong in ("UPDATE prepaid_use SET amount_minor = 1", "DELETE FROM prepaid_use"):
        with pytest.raises(IntegrityError), place.session.begin_nested():
            place.session.execute(text(wrong))
    with pytest.raises(IntegrityError), place.session.begin_nested():
        place.session.execute(text("UPDATE support_visit SET prepaid_minor = 0"))


def test_the_proof_finds_a_use_that_no_visit_tells_of(place: Place) -> None:
    topped_up(place)
    exchange = place.visit()
    place.session.execute(
        text(f"INSERT INTO prepaid_use VALUES ({exchange.id}, {place.giver.id}, {place.community.id}, 5)")
    )
    found = check_prepaid(place.session)
    assert f"exchange {exchange.id} is paid from balances with 5, and says 0" in found
    assert any("who was not helped" in one for one in found)
    assert any("comes to -5, and the books say 0" in one for one in found)


def test_a_month_and_its_bills_tell_of_it(place: Place) -> None:
    topped_up(place, 1000)
    place.visit(90, pays=PREPAID)
    place.visit(60, worked_on=date(2026, 4, 10), key="form:on the bill")
    gone = place.visit(30, worked_on=date(2026, 4, 11), pays=BILL, key="form:gone")
    goes(place, gone)
    found = month_of(place.session, community=place.community, first=APRIL.first, last=APRIL.last)
    assert (found.price_minor, found.prepaid_minor, found.tickets_minor) == (2000, 1000, 0)
    (bill,) = found.bills
    assert (bill.prepaid_minor, bill.bill_minor, bill.owes_minor, bill.other_minor) == (1000, 1000, 1000, 0)


def test_the_report_tells_of_it(place: Place) -> None:
    here = {"session": place.session, "community": place.community}
    assert PREPAID not in {one.way for one in how_received(**here, span=APRIL)}  # type: ignore[arg-type]
    topped_up(place, 1000)
    place.visit(90, pays=PREPAID)
    place.visit(60, takes=HOURS, key="form:kept")
    ways = {one.way: one for one in how_received(**here, span=APRIL)}  # type: ignore[arg-type]
    assert (ways[PREPAID].visits, ways[PREPAID].minutes, ways[PREPAID].amount_minor) == (1, 90, 1000)
    assert (ways[BILL].visits, ways[BILL].amount_minor) == (1, 1000)
    moved = queries.moved_between(**here, first=APRIL.first, last=APRIL.last)  # type: ignore[arg-type]
    assert [one.amount_minor for one in moved] == [0, 1000, 1000, 0, 0]
    later = queries.moved_between(**here, first=date(2026, 4, 2), last=APRIL.last)  # type: ignore[arg-type]
    assert [one.amount_minor for one in later] == [1000, 0, 1000, 0, 0]


def test_what_is_on_balances_counts_for_the_figure_of_the_law(place: Place) -> None:
    change_rule(place.session, community=place.community, rule=Rule(limit_minor=2500))
    topped_up(place)
    sold(place, a_booklet(place.session, place.community))
    place.visit(pays=PREPAID)

    def unused(day: int) -> tuple[int, int, int, bool]:
        found = tickets.unused_on(place.session, community=place.community, day=date(2026, 4, day))
        return found.all_minor, found.long_minor, found.prepaid_minor, found.above

    assert unused(2) == (6000, 2000, 2000, False)
    assert unused(3) == (5200, 1200, 1200, False)
    # What somebody topped up after the help makes nobody else's less.
    topped_up(place, 5000, place.giver, paid_on=date(2026, 4, 6))
    place.visit(
        120,
        giver=place.receiver,
        receiver=place.giver,
        worked_on=date(2026, 4, 4),
        pays=PREPAID,
        key="form:late",
    )
    assert unused(5) == (5200, 1200, 1200, False)
    assert unused(6) == (8600, 4600, 4600, True)


def test_it_is_open_before_somebody_leaves(place: Place) -> None:
    topped_up(place)
    left = left_open(place.session, community=place.community, member=place.receiver)
    assert (left.prepaid_minor, bool(left)) == (2000, True)
    assert not left_open(place.session, community=place.community, member=place.giver)


def test_an_account_of_a_balance_is_somebodys() -> None:
    assert books.prepaid_by_code("prepaid:7") == books.holder_of_code("prepaid:7") == 7
    assert books.prepaid_by_code("tickets:7") is None
