"""A visit that is amended is taken back and written down anew: both or neither, and each once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.builders import at
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import sold
from timebank import books
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import REVERSED
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.members.service import ReasonMissing
from timebank.support import amended
from timebank.support import amending
from timebank.support import expense_queries
from timebank.support import expenses
from timebank.support.amending import Amended
from timebank.support.amending import amend
from timebank.support.amending import wish_of
from timebank.support.closing import close_month
from timebank.support.models import RECEIVER
from timebank.support.models import TICKETS
from timebank.support.models import TRANSFER
from timebank.support.months import month_of
from timebank.support.paid import Payment
from timebank.support.paid import write_paid
from timebank.support.planning import HOURS
from timebank.support.planning import NOTHING
from timebank.support.planning import THANKS
from timebank.support.planning import ForHoursAlone
from timebank.support.planning import Plan
from timebank.support.queries import find_visit
from timebank.support.visits import FundHoldsLess
from timebank.tickets.spending import read_numbers
from timebank.tickets.spending import spelled_numbers
from timebank.tickets.spending import used_for


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def amends(place: Place, exchange: Exchange, **facts: Any) -> Exchange:
    known = {"reason": "It was shorter", "key": "form:amended"} | facts
    told = find_visit(place.session, community=place.community, exchange_id=exchange.id)
    assert told
    reason, key = known.pop("reason"), known.pop("key")
    wish = replace(wish_of(place.session, community=place.community, told=told, key=key), **known)
    done = amend(
        place.session, community=place.community, told=told, wish=wish, reason=reason, actor=COORDINATOR
    )
    assert isinstance(done, Amended)
    return done.exchange


def test_what_was_wrong_is_taken_back_and_what_is_right_is_booked(place: Place) -> None:
    old = place.visit(120)
    new = amends(place, old, minutes=60)
    assert (old.state, new.state) == (REVERSED, CONFIRMED)
    assert place.money() == {
        "receivable:R": 800,
        "support": -800,
        "expenses:support:thanks": 600,
        "payable:G": -600,
    }
    assert amended.before(place.session, exchange_id=new.id) == [old.id]
    assert amended.after(place.session, exchange_id=old.id) == new.id
    # Once more, from what it is now.
    third = amends(place, new, takes=HOURS, key="form:once more")
    assert amended.before(place.session, exchange_id=third.id) == [new.id, old.id]
    assert amended.as_it_is_now(place.session, exchange=old) == third
    assert place.hours() == (60, 0, 60)
    assert place.faults() == []


def test_nothing_is_done_where_something_else_was_shown(place: Place) -> None:
    old = place.visit(120)
    told = find_visit(place.session, community=place.community, exchange_id=old.id)
    assert told
    before = place.money()
    wish = replace(wish_of(place.session, community=place.community, told=told, key="form:x"), minutes=60)
    known: dict[str, Any] = {"community": place.community, "told": told, "wish": wish, "reason": "Shorter"}
    shown = amend(place.session, **known, actor=COORDINATOR, seen=lambda _plan: False)
    assert isinstance(shown, Plan)
    assert (place.money(), old.state) == (before, CONFIRMED)
    # What was shown is what is done, and the same form once more does nothing more.
    done = amend(place.session, **known, actor=COORDINATOR, seen=lambda plan: plan.mark == shown.mark)
    again = amend(place.session, **known, actor=COORDINATOR)
    assert isinstance(done, Amended)
    assert isinstance(again, Amended)
    assert (done.repeated, again.repeated) == (False, True)
    assert done.exchange == again.exchange
    assert place.faults() == []


def test_tickets_of_the_old_one_pay_the_new_one(place: Place) -> None:
    sold(place, a_booklet(place.session, place.community, on_paper=True))
    old = place.visit(120, pays=TICKETS, numbers=[3, 4])
    new = amends(place, old, minutes=90, numbers=[4])
    used = used_for(place.session, community=place.community, exchange_id=new.id)
    assert used.numbers == (4,)
    assert place.money()["receivable:R"] == 400
    assert place.faults() == []
    assert spelled_numbers([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
    assert read_numbers("1-3, 7, 9-10") == [1, 2, 3, 7, 9, 10]


def test_kept_hours_are_laid_apart_as_if_the_old_one_had_never_been(place: Place) -> None:
    old = place.visit(120, takes=HOURS)
    new = amends(place, old, takes=THANKS)
    assert (place.hours(), place.money().get("fund:hours-kept")) == ((0, 0, 0), None)
    # Hours for thanks would come from the fund, which holds nothing once the old one is back.
    with pytest.raises(FundHoldsLess), place.session.begin_nested():
        amends(place, new, pays=HOURS, key="form:from the fund")
    place.session.refresh(new)
    assert new.state == CONFIRMED
    assert place.faults() == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, amending.NothingChanged),
        ({"minutes": 60, "reason": " "}, ReasonMissing),
        ({"pays": HOURS, "takes": HOURS}, ForHoursAlone),
    ],
    ids=("nothing", "no reason", "hours for hours"),
)
def test_what_is_no_amendment_is_refused(place: Place, facts: Any, refusal: type[Refusal]) -> None:
    old = place.visit(120)
    before = place.money()
    with pytest.raises(refusal), place.session.begin_nested():
        amends(place, old, **facts)
    place.session.refresh(old)
    assert (place.money(), old.state) == (before, CONFIRMED)
    assert place.faults() == []


def test_each_is_amended_once(place: Place) -> None:
    old = place.visit(120)
    amends(place, old, minutes=60)
    with pytest.raises(amending.GoneAlready), place.session.begin_nested():
        amends(place, old, minutes=30, key="form:another")
    other = place.visit(30, key="form:another visit")
    reverse_exchange(
        place.session, community=place.community, exchange=other, reason="Never", actor=COORDINATOR
    )
    with pytest.raises(amending.GoneAlready), place.session.begin_nested():
        amends(place, other, minutes=60, key="form:yet another")
    third = place.visit(90, key="form:a third visit")
    with pytest.raises(FormSavedAlready), place.session.begin_nested():
        amends(place, third, minutes=60, key="form:amended")
    assert place.faults() == []


def test_what_comes_after_its_month_was_closed_stands_in_the_first_open_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = place.visit(120)
    april, may = (date(2026, month, 1) for month in (4, 5))
    at(monkeypatch, 2026, 5, 10)
    close_month(place.session, community=place.community, first=april, actor=COORDINATOR)
    new = amends(place, old, minutes=60)
    found = month_of(place.session, community=place.community, first=may, last=may.replace(day=31))
    (bill,) = found.bills
    assert {(one.exchange.id, one.price_minor) for one in bill.visits} == {(new.id, 800), (old.id, -1600)}
    assert bill.bill_minor == -800
    assert place.faults() == []


def test_expenses_stay_with_it_and_keep_it_between_the_same_two(place: Place) -> None:
    old = place.visit(120)
    facts = expenses.Facts(
        what="Milk",
        amount_minor=300,
        spent_on=old.worked_on,
        borne_by=RECEIVER,
        content=b"",
        no_receipt_because="Lost",
        key="form:milk",
    )
    told = expenses.tell(
        place.session, community=place.community, exchange=old, facts=facts, actor=COORDINATOR
    )
    somebody = a_member(place.session, place.community, name="Jiro")
    with pytest.raises(amending.ExpensesHang), place.session.begin_nested():
        amends(place, old, giver=somebody)
    new = amends(place, old, minutes=60)
    expenses.book(
        place.session, community=place.community, expense=told, borne_by=RECEIVER, actor=COORDINATOR
    )
    found = expense_queries.expenses_of(place.session, community=place.community, exchange=new)
    assert [one.expense.id for one in found] == [told.id]
    assert place.money()["receivable:R"] == 1100
    assert place.faults() == []
    # Once it is taken back, the visit may have been somebody else's.
    expenses.take_back(
        place.session, community=place.community, expense=told, reason="Never", actor=COORDINATOR
    )
    third = amends(place, new, giver=somebody, key="form:somebody else")
    assert place.money()[books.payable_code(somebody.id)] == -600
    assert third.giver_id == somebody.id
    assert place.faults() == []


def test_whoever_gave_takes_something_else_until_the_month_is_closed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks(exchange: Exchange, takes: str) -> Any:
        told = find_visit(place.session, community=place.community, exchange_id=exchange.id)
        assert told
        return amending.takes_instead(
            place.session, community=place.community, told=told, takes=takes, key=f"form:{takes}"
        )

    old = place.visit(120)
    new = amends(place, old, takes=asks(old, NOTHING).takes, reason="They leave it")
    assert place.money() == {"receivable:R": 1600, "support": -1600}
    new = amends(place, new, takes=asks(new, THANKS).takes, key="form:back")
    payment = Payment(what=THANKS, amount_minor=1200, way=TRANSFER, paid_on=FRIDAY, key="form:paid out")
    write_paid(
        place.session, community=place.community, member=place.giver, payment=payment, actor=COORDINATOR
    )
    with pytest.raises(amending.PaidOutAlready):
        asks(new, HOURS)
    at(monkeypatch, 2026, 5, 10)
    close_month(place.session, community=place.community, first=date(2026, 4, 1), actor=COORDINATOR)
    with pytest.raises(amending.MonthIsClosed):
        asks(new, HOURS)
    assert place.faults() == []
