"""What was laid out for an exchange is owed to whoever gave; whoever received pays it back, or the group."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import at
from tests.pictures import a_png
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank import books
from timebank.communities.days import MonthIsClosed
from timebank.days import DayInFuture
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import reverse_exchange
from timebank.money import NoMoneyAtAll
from timebank.rates.models import MEMBER
from timebank.support import expense_queries
from timebank.support import expenses
from timebank.support.models import BOOKED
from timebank.support.models import BY_GROUP
from timebank.support.models import CASH
from timebank.support.models import DECLINED
from timebank.support.models import FUEL
from timebank.support.models import OWED
from timebank.support.models import RECEIVER
from timebank.support.models import THANKS
from timebank.support.models import TOLD
from timebank.support.models import TRANSFER
from timebank.support.models import SupportExpense
from timebank.support.months import month_of
from timebank.support.months import thanks_of_year
from timebank.support.paid import Payment
from timebank.support.paid import ReasonMissing
from timebank.support.paid import write_paid
from timebank.support.planning import HOURS


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def facts(**said: Any) -> expenses.Facts:
    known: dict[str, Any] = {
        "what": "Bread and milk",
        "amount_minor": 480,
        "spent_on": FRIDAY,
        "borne_by": RECEIVER,
        "content": a_png(),
        "no_receipt_because": "",
        "key": "form:expense",
    }
    return expenses.Facts(**known | said)


def tells(place: Place, exchange: Exchange, **said: Any) -> SupportExpense:
    return expenses.tell(
        place.session, community=place.community, exchange=exchange, facts=facts(**said), actor=SOMEBODY
    )


def lays_out(place: Place, exchange: Exchange, **said: Any) -> SupportExpense:
    return expenses.write_down(
        place.session, community=place.community, exchange=exchange, facts=facts(**said), actor=COORDINATOR
    )


def books_it(place: Place, told: SupportExpense, borne_by: str = RECEIVER) -> None:
    expenses.book(
        place.session, community=place.community, expense=told, borne_by=borne_by, actor=COORDINATOR
    )


@pytest.mark.parametrize(
    ("borne_by", "bearer"), [(RECEIVER, "receivable:R"), (BY_GROUP, "expenses:support:outlays")]
)
def test_an_expense_is_owed_to_whoever_gave(place: Place, borne_by: str, bearer: str) -> None:
    before = place.hours()
    visit = place.visit()
    money = place.money()
    told = lays_out(place, visit, borne_by=borne_by)
    assert told.state == BOOKED
    wanted = {bearer: money.get(bearer, 0) + 480, "payable:G": -1080}
    assert place.money() == money | wanted
    assert place.hours() == before
    assert place.faults() == []


def test_where_members_provide_the_help_an_expense_is_the_same(session: Session) -> None:
    place = a_place(session, provider=MEMBER)
    lays_out(place, place.visit())
    assert place.money() == {"receivable:R": 1280, "support": -200, "payable:G": -1080}
    assert place.faults() == []


def test_an_exchange_for_hours_alone_can_have_expenses_too(place: Place) -> None:
    visit = place.visit(takes=HOURS)
    lays_out(place, visit)
    assert place.money()["payable:G"] == -480
    assert place.faults() == []


def test_what_whoever_gave_tells_waits_until_a_coordinator_decides(place: Place) -> None:
    visit = place.visit()
    before = place.money()
    told = tells(place, visit)
    other = tells(place, visit, key="form:another", amount_minor=90)
    assert place.money() == before
    assert expense_queries.count_waiting(place.session, place.community) == 2
    books_it(place, told, BY_GROUP)
    books_it(place, told, BY_GROUP)
    assert (told.state, told.borne_by) == (BOOKED, BY_GROUP)
    with pytest.raises(ReasonMissing):
        expenses.decline(place.session, expense=other, reason=" ")
    expenses.decline(place.session, expense=other, reason="For herself")
    expenses.decline(place.session, expense=other, reason="Twice")
    assert (other.state, other.declined_because) == (DECLINED, "For herself")
    for decided in (told, other):
        with pytest.raises(expenses.DecidedMeanwhile):
            books_it(place, decided, RECEIVER)
    with pytest.raises(expenses.DecidedMeanwhile):
        expenses.decline(place.session, expense=told, reason="Too late")
    assert place.money()["payable:G"] == -1080
    assert expense_queries.list_waiting(place.session, community=place.community) == []
    assert place.faults() == []


def test_the_same_form_is_one_expense(place: Place) -> None:
    visit = place.visit()
    assert lays_out(place, visit).id == lays_out(place, visit).id
    with pytest.raises(expenses.ExpenseToldBefore):
        lays_out(place, visit, amount_minor=481)
    assert place.money()["payable:G"] == -1080


def test_it_is_taken_back_even_after_it_was_paid(place: Place) -> None:
    visit = place.visit()
    told = lays_out(place, visit)
    paid = Payment(what=OWED, amount_minor=1280, way=CASH, paid_on=FRIDAY, key="form:all")
    write_paid(
        place.session, community=place.community, member=place.receiver, payment=paid, actor=COORDINATOR
    )
    for reason in ("It was for herself", "once more"):
        expenses.take_back(
            place.session, community=place.community, expense=told, reason=reason, actor=COORDINATOR
        )
    assert told.taken_back_because == "It was for herself"
    # What was paid too much is owed back to her.
    assert place.money()["receivable:R"] == -480
    assert place.money()["payable:G"] == -600
    assert place.faults() == []


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"what": " "}, expenses.NothingBought),
        ({"amount_minor": 0}, NoMoneyAtAll),
        ({"amount_minor": -5}, NoMoneyAtAll),
        ({"spent_on": date(2999, 1, 1)}, DayInFuture),
        ({"content": b""}, expenses.ReceiptMissing),
        ({"carrying": True, "note": "for the way"}, expenses.NoCostOfCarrying),
        ({"carrying": True, "kind": FUEL}, expenses.CostUnexplained),
        ({"no_receipt_because": "a meter"}, expenses.ReceiptAndReason),
    ],
)
def test_what_is_no_expense_is_refused(place: Place, said: dict[str, Any], refusal: type[Exception]) -> None:
    visit = place.visit()
    before = place.money()
    with pytest.raises(refusal):
        tells(place, visit, **said)
    assert place.money() == before


def test_for_carrying_a_person_nothing_but_the_cost_is_asked(place: Place) -> None:
    visit = place.visit()
    told = lays_out(place, visit, kind=FUEL, carrying=True, note="18 km")
    assert (told.kind, told.carrying, told.note) == (FUEL, True, "18 km")
    wrong = text("UPDATE support_expense SET note = ''")
    with (
        pytest.raises(DatabaseError, match="support_expense_of_carrying_is_cost"),
        place.session.begin_nested(),
    ):
        place.session.execute(wrong)
    assert place.faults() == []


def test_a_day_that_has_nothing_to_do_with_it_is_refused(place: Place) -> None:
    visit = place.visit()
    place.community.started_on = FRIDAY - timedelta(days=2000)
    with pytest.raises(expenses.LongBefore):
        tells(place, visit, spent_on=FRIDAY - timedelta(days=367))
    assert tells(place, visit, spent_on=FRIDAY - timedelta(days=366)).state == TOLD


def test_help_that_is_not_in_the_books_has_no_expenses(place: Place) -> None:
    visit = place.visit()
    told = tells(place, visit)
    reverse_exchange(
        place.session, community=place.community, exchange=visit, reason="A mistake", actor=COORDINATOR
    )
    with pytest.raises(expenses.NotBookedYet):
        tells(place, visit, key="form:another")
    with pytest.raises(expenses.NotBookedYet):
        books_it(place, told)
    assert place.faults() == []


def test_what_is_told_of_a_month_that_is_closed_meanwhile_is_booked_today(place: Place) -> None:
    visit = place.visit()
    told = tells(place, visit)
    ledger.close_month(
        place.session, book_id=place.community.book_id, month=FRIDAY.replace(day=1), actor=str(COORDINATOR)
    )
    books_it(place, told)
    assert place.money()["payable:G"] == -1080
    with pytest.raises(MonthIsClosed):
        lays_out(place, visit, key="form:another")
    assert place.faults() == []


def test_the_month_holds_what_was_laid_out(place: Place) -> None:
    visit = place.visit()
    lays_out(place, visit)
    lays_out(place, visit, key="form:2", amount_minor=100, borne_by=BY_GROUP)
    tells(place, visit, key="form:3", amount_minor=7)
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    month = month_of(place.session, community=place.community, first=first, last=last)
    (bill,), (thanked,) = month.bills, month.thanked
    assert (bill.price_minor, bill.expenses_minor, bill.bill_minor, bill.other_minor) == (800, 480, 1280, 0)
    assert [tax.of_minor for tax in bill.taxes] in ([], [800])
    assert (thanked.thanks_minor, thanked.expenses_minor, thanked.is_owed_minor) == (600, 580, 1180)
    # 800 less 600 of thanks, and 100 that the group has borne.
    assert month.stays_minor == 100


def test_the_sheet_of_the_year_tells_what_was_no_thanks(place: Place) -> None:
    visit = place.visit()
    lays_out(place, visit)
    paid = Payment(what="thanks", amount_minor=1080, way="transfer", paid_on=FRIDAY, key="form:all")
    write_paid(place.session, community=place.community, member=place.giver, payment=paid, actor=COORDINATOR)
    (sheet,) = thanks_of_year(place.session, community=place.community, year=2026)
    assert (sheet.amount_minor, sheet.expenses_minor) == (1080, 480)


def test_a_photograph_that_is_there_twice_is_told(place: Place) -> None:
    visit = place.visit()
    one, two = tells(place, visit), tells(place, visit, key="form:2")
    assert [other.id for other in expense_queries.others_with(place.session, expense=one)] == [two.id]
    expenses.decline(place.session, expense=two, reason="Twice")
    assert expense_queries.others_with(place.session, expense=one) == []
    without = tells(place, visit, key="form:3", content=b"", no_receipt_because="a meter")
    assert expense_queries.others_with(place.session, expense=without) == []


@pytest.mark.parametrize(
    "change",
    ["amount_minor = 1", "borne_by = 'group'", "state = 'told'", "entry_id = NULL", "voucher_id = NULL"],
)
def test_what_is_booked_stays(place: Place, change: str) -> None:
    lays_out(place, place.visit())
    with pytest.raises(DatabaseError, match=r"final|stays"), place.session.begin_nested():
        place.session.execute(text(f"UPDATE support_expense SET {change}"))
    with pytest.raises(DatabaseError, match=r"final|stays"), place.session.begin_nested():
        place.session.execute(text("DELETE FROM support_expense"))


def test_the_proof_finds_an_expense_that_was_booked_to_somebody_else(place: Place) -> None:
    visit = place.visit()
    lays_out(place, visit)
    account = books.money(
        place.session,
        book_id=place.community.book_id,
        currency="JPY",
        code=books.payable_code(place.receiver.id),
        actor=COORDINATOR,
    )
    general = books.money(
        place.session, book_id=place.community.book_id, currency="JPY", code="general", actor=COORDINATOR
    )
    stray = ledger.Entry(
        book_id=place.community.book_id,
        kind=expenses.EXPENSE,
        posted_on=FRIDAY,
        key="stray",
        actor="x",
        transfers=(ledger.Transfer(debit=general, credit=account, amount=5),),
        memo="stray",
    )
    entry = ledger.post(place.session, stray).entry_id
    assert place.faults() == [f"entry {entry} books an expense, but no row tells of it"]


def test_what_was_laid_out_before_the_turn_of_the_year_is_no_thanks_of_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 12, 31, 3)
    visit = place.visit(worked_on=date(2026, 12, 30))
    lays_out(place, visit, spent_on=date(2026, 12, 30))
    at(monkeypatch, 2027, 1, 20, 3)
    for amount, day in ((200, 5), (880, 10)):
        payment = Payment(
            what=THANKS, amount_minor=amount, way=TRANSFER, paid_on=date(2027, 1, day), key=f"form:{day}"
        )
        write_paid(
            place.session, community=place.community, member=place.giver, payment=payment, actor=COORDINATOR
        )
    assert thanks_of_year(place.session, community=place.community, year=2026) == []
    (sheet,) = thanks_of_year(place.session, community=place.community, year=2027)
    assert (sheet.amount_minor, sheet.expenses_minor) == (1080, 480)
