"""Visits that are paid for: every row of the table is one entry, hours and money each balanced by itself."""

from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.house_rates import EXTRAS
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.errors import Refusal
from timebank.exchanges.booking import NotThereAnyMore
from timebank.exchanges.exports import AccountNames
from timebank.exchanges.queries import statement_of
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.members.limits import TheirLimitReached
from timebank.rates.models import BY_KM
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.pricing import NoSuchPart
from timebank.rates.pricing import NoThanksForIt
from timebank.rates.rules import Facts
from timebank.rates.service import set_rate
from timebank.support.models import BILL
from timebank.support.models import SupportVisit
from timebank.support.planning import HOURS
from timebank.support.planning import NOTHING
from timebank.support.planning import THANKS
from timebank.support.planning import LeftInPart
from timebank.support.planning import NothingToSettle
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.visits import FundHoldsLess


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def lays_apart(place: Place) -> None:
    """Have an hour be kept, so that the fund holds something."""
    place.visit(120, takes=HOURS, key="form:an hour that is kept")


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_money_for_money(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    place.visit()
    assert place.hours() == (0, 0, 0)
    assert place.money() == (
        {"receivable:R": 800, "support": -800, "expenses:support:thanks": 600, "payable:G": -600}
        if provider == GROUP
        else {"receivable:R": 800, "support": -200, "payable:G": -600}
    )
    assert place.faults() == []


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_thanks_that_are_left_stay_with_the_group(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    exchange = place.visit(takes=NOTHING)
    assert place.hours() == (0, 0, 0)
    assert place.money() == {"receivable:R": 800, "support": -800}
    assert session.get_one(SupportVisit, exchange.id).thanks_are_left
    assert place.faults() == []


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_the_way_is_no_thanks_that_could_be_left(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    # Of a day before today, as only the first one of a kind may be.
    session.execute(text("DELETE FROM support_rate"))
    set_rate(
        session,
        community=place.community,
        kind=None,
        facts=Facts(starts_on=FRIDAY, price_minor=800, thanks_minor=600, way_by=BY_KM, way_minor=20),
        actor=COORDINATOR,
    )
    place.visit(takes=NOTHING, km=10)
    money = place.money()
    assert (money["receivable:R"], money["payable:G"]) == (1000, -200)
    assert place.faults() == []


@pytest.mark.parametrize(
    "facts", [{"pays": HOURS}, {"paid_minutes": 30}, {"thanked_minutes": 30}], ids=["hours", "paid", "left"]
)
def test_thanks_are_left_of_a_whole_visit_that_is_paid_with_money(
    place: Place, facts: dict[str, Any]
) -> None:
    with pytest.raises(LeftInPart):
        place.visit(takes=NOTHING, **facts)


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_paid_with_money_and_kept_as_hours(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    place.visit(takes=HOURS)
    assert place.hours() == (60, 0, 60)
    assert place.money() == {"receivable:R": 800, "support": -800, "general": 600, "fund:hours-kept": -600}
    assert place.faults() == []


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_paid_with_hours_and_thanked_with_money(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    lays_apart(place)
    before, hours = place.money(), place.hours()
    place.visit(pays=HOURS)
    moved = {code: amount - before.get(code, 0) for code, amount in place.money().items()}
    assert {code: amount for code, amount in moved.items() if amount} == {
        "expenses:support:thanks": 600,
        "payable:G": -600,
        "fund:hours-kept": 600,
        "general": -600,
    }
    assert place.hours() == (hours[0], hours[1] - 60, hours[2] - 60)
    assert place.faults() == []


def test_hours_for_hours_are_an_exchange_as_any_other(place: Place) -> None:
    wish = Wish(
        giver=place.giver,
        receiver=place.receiver,
        kind=None,
        worked_on=FRIDAY,
        minutes=60,
        pays=HOURS,
        takes=HOURS,
        key="form:plain",
    )
    assert plan_of(place.session, community=place.community, wish=wish) is None


@pytest.mark.parametrize(
    ("paid", "thanked", "hours", "money"),
    [
        # More is paid than thanked with money: the rest of the giver's is kept.
        (60, 30, (60, -30, 30), {"support": 800, "payable": 300, "fund": 300}),
        # Less is paid than thanked with money: it comes from the fund.
        (30, 60, (30, -60, -30), {"support": 400, "payable": 600, "fund": -300}),
        (60, 60, (30, -30, 0), {"support": 800, "payable": 600, "fund": 0}),
        (None, 30, (60, 0, 60), {"support": 1200, "payable": 300, "fund": 600}),
        (30, None, (0, -60, -60), {"support": 400, "payable": 900, "fund": -600}),
    ],
)
def test_part_and_part_are_the_parts(
    place: Place, paid: int | None, thanked: int | None, hours: tuple[int, ...], money: dict[str, int]
) -> None:
    lays_apart(place)
    before, first = place.money(), place.hours()
    place.visit(90, paid_minutes=paid, thanked_minutes=thanked)
    after = place.money()
    assert tuple(now - then for now, then in zip(place.hours(), first, strict=True)) == hours
    told = {"support": "support", "payable": "payable:G", "fund": "fund:hours-kept"}
    assert {name: before.get(code, 0) - after.get(code, 0) for name, code in told.items()} == money
    assert place.faults() == []


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_the_road_and_what_comes_on_top(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider)
    dear = Facts(
        starts_on=FRIDAY, price_minor=800, thanks_minor=600, way_by=BY_KM, way_minor=20, extras=EXTRAS
    )
    # Of a day before today, as only the first one of a kind may be.
    place.session.execute(text("DELETE FROM support_rate"))
    set_rate(place.session, community=place.community, kind=None, facts=dear, actor=COORDINATOR)
    place.visit(begins=18 * 60, km=5, first=True)
    # An hour 800, the evening 200, the first visit 500, the way 100; thanks 600 and 100.
    assert place.money() == (
        {"receivable:R": 1600, "support": -1600, "expenses:support:thanks": 700}
        | {"expenses:support:travel": 100, "payable:G": -800}
        if provider == GROUP
        else {"receivable:R": 1600, "support": -800, "payable:G": -800}
    )
    place.visit(begins=18 * 60, km=5, takes=HOURS, key="form:second")
    # Whoever keeps the hour has their way paid all the same, and what stands for it is what an hour is.
    assert place.money()["fund:hours-kept"] == -600
    assert place.money()["payable:G"] == -900
    assert place.faults() == []


def test_what_the_fund_does_not_hold_is_refused_unless_the_group_pays(place: Place) -> None:
    with pytest.raises(FundHoldsLess), place.session.begin_nested():
        place.visit(pays=HOURS)
    assert (place.money(), place.hours()) == ({}, (0, 0, 0))
    place.visit(30, takes=HOURS, key="form:half an hour")
    with pytest.raises(FundHoldsLess), place.session.begin_nested():
        place.visit(pays=HOURS)


def test_where_the_group_pays_it_bears_what_the_fund_does_not_hold(session: Session) -> None:
    place = a_place(session, general_pays=True)
    place.visit(30, takes=HOURS)
    place.visit(pays=HOURS)
    # What the fund holds comes from it, and the group bears the rest.
    assert place.money() == {
        "receivable:R": 400,
        "support": -400,
        "expenses:support:thanks": 600,
        "payable:G": -600,
    }
    assert place.hours() == (30, -60, -30)
    assert place.faults() == []


@pytest.mark.parametrize("facts", [{}, {"takes": HOURS}, {"paid_minutes": 60, "thanked_minutes": 30}])
def test_what_is_taken_back_takes_back_both(place: Place, facts: dict[str, Any]) -> None:
    exchange = place.visit(90, **facts)
    reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="Both say so", actor=COORDINATOR
    )
    assert (place.money(), place.hours()) == ({}, (0, 0, 0))
    assert place.faults() == []


def test_what_has_gone_on_is_not_taken_back(place: Place) -> None:
    kept = place.visit(takes=HOURS, key="form:kept")
    place.visit(pays=HOURS, key="form:taken")
    with pytest.raises(NotThereAnyMore), place.session.begin_nested():
        reverse_exchange(
            place.session, community=place.community, exchange=kept, reason="A mistake", actor=COORDINATOR
        )
    assert place.faults() == []


def test_the_statement_tells_with_whom_it_was(place: Place) -> None:
    place.visit(90, paid_minutes=60, thanked_minutes=30)
    lays_apart(place)
    page = statement_of(place.session, community=place.community, member=place.giver, limit=10)
    told = [(one.line.change, one.other, one.kept, one.exchange is not None) for one in page.lines]
    assert told == [
        (120, place.receiver, True, True),
        (30, place.receiver, True, True),
        (30, place.receiver, False, True),
    ]
    (mine,) = statement_of(place.session, community=place.community, member=place.receiver, limit=10).lines
    assert (mine.line.change, mine.other, mine.kept) == (-30, place.giver, False)


def test_the_same_form_is_booked_once_and_never_with_other_money(place: Place) -> None:
    first, second = place.visit(key="form:twice"), place.visit(key="form:twice")
    assert first.id == second.id
    assert place.money()["support"] == -800
    with pytest.raises(FormSavedAlready), place.session.begin_nested():
        place.visit(key="form:twice", takes=HOURS)
    with pytest.raises(FormSavedAlready), place.session.begin_nested():
        place.visit(90, key="form:twice")
    assert place.session.query(SupportVisit).count() == 1


@pytest.mark.parametrize(
    ("facts", "refused", "field"),
    [
        ({"pays": "gold"}, NothingToSettle, "pays"),
        ({"takes": "gold"}, NothingToSettle, "takes"),
        ({"paid_minutes": 90}, NoSuchPart, "paid_hours"),
        ({"paid_minutes": 20}, NoSuchPart, "paid_hours"),
        ({"thanked_minutes": -30}, NoSuchPart, "paid_hours"),
        ({"worked_on": FRIDAY.replace(year=2025)}, ForHoursOnly, "pays"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    place: Place, facts: dict[str, Any], refused: type[Refusal], field: str
) -> None:
    with pytest.raises(refused) as told, place.session.begin_nested():
        place.visit(**facts)
    assert told.value.field == field
    assert (place.money(), place.hours()) == ({}, (0, 0, 0))


def test_where_there_are_no_thanks_nobody_takes_them(place: Place) -> None:
    place.session.execute(text("DELETE FROM support_rate"))
    facts = Facts(starts_on=FRIDAY, price_minor=800)
    set_rate(place.session, community=place.community, kind=None, facts=facts, actor=COORDINATOR)
    with pytest.raises(NoThanksForIt):
        place.visit()
    place.visit(takes=HOURS)
    assert place.money() == {"receivable:R": 800, "support": -800}
    assert place.faults() == []


def test_hours_that_are_paid_with_still_have_a_limit(place: Place) -> None:
    with pytest.raises(TheirLimitReached), place.session.begin_nested():
        place.visit(24 * 60, pays=BILL, takes=THANKS, paid_minutes=30, thanked_minutes=30)
    assert place.money() == {}


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (None, "books a visit that is paid for, but no row tells of it"),
        ({"price_minor": 900}, "and its visit says"),
        ({"thanks_minor": 700}, "and its visit says"),
        ({"paid_minutes": 30}, "and its visit says"),
        ({"to_fund_minor": 1, "thanked_minutes": 30}, "and its visit says"),
    ],
)
def test_what_does_not_agree_is_named(place: Place, broken: dict[str, int] | None, fault: str) -> None:
    place.visit()
    assert place.faults() == []
    (row,) = place.session.execute(text("SELECT * FROM support_visit")).mappings().all()
    place.session.execute(text("DELETE FROM support_visit"))
    if broken is not None:
        place.session.execute(insert(SupportVisit).values(**dict(row) | broken))
    assert any(fault in one for one in place.faults())


def test_the_database_keeps_what_was_agreed(place: Place) -> None:
    place.visit()
    with pytest.raises(Exception, match=r"stays|final"), place.session.begin_nested():
        place.session.execute(text("UPDATE support_visit SET km = 5"))
    assert ledger.prove(place.session).faults == ()


def test_lists_and_files_name_the_member_by_number(place: Place) -> None:
    place.visit(takes=HOURS)
    place.visit(30)
    names = AccountNames(place.session, place.community)
    told = {names.path(one.code) for one in ledger.trial_balance(place.session, place.community.book_id)}
    assert {f"receivable:{place.receiver.number}", f"payable:{place.giver.number}", "hours:kept"} <= told
    code = f"payable:{place.giver.id}"
    assert names.holder(code) == "Hana"
    assert list(names.capitals(code)) == ["Payable", place.giver.number]
