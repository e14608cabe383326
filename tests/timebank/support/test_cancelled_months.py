"""Visits that were cancelled stand in months, bills and reports, and never among hours."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.support.calling_off import EXTRAS
from tests.timebank.support.calling_off import a_place_of
from tests.timebank.support.calling_off import calls_off
from tests.timebank.support.calling_off import lets_off
from tests.timebank.support.calling_off import month
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from timebank import clock
from timebank.actor import Actor
from timebank.days import months_on
from timebank.rates.models import DOOR
from timebank.rates.models import GROUP
from timebank.rates.models import LATE
from timebank.rates.models import MEMBER
from timebank.rates.models import STANDARD
from timebank.rates.rules import Facts
from timebank.rates.service import set_rate
from timebank.support import closing
from timebank.support import reports
from timebank.support.cancelled_queries import cancelled_sums
from timebank.support.models import CASH
from timebank.support.months import thanks_of_year
from timebank.support.paid import Payment
from timebank.support.paid import write_paid
from timebank.support.queries import left_open
from timebank.support.reports import Span
from timebank.support.thanks_report import thanks_by_giver

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
SPAN = Span(APRIL, date(2026, 4, 30))


@pytest.fixture
def place(session: Session) -> Place:
    return a_place_of(session)


def closes(place: Place, first: date = APRIL) -> bool:
    one = Actor(person_id=1, member_id=None, how="web")
    return closing.close_month(place.session, community=place.community, first=first, actor=one)


def test_a_month_holds_it_beside_the_visits(place: Place) -> None:
    place.visit()
    calls_off(place)
    calls_off(place, how=DOOR, takes="nothing", agreed_on=FRIDAY + timedelta(days=1), key="form:2")
    lets_off(place, calls_off(place, agreed_on=FRIDAY + timedelta(days=2), key="form:3"))
    found = month(place, APRIL)
    assert (found.price_minor, found.cancelled_minor, found.thanks_minor) == (2100, 1300, 750)
    assert found.stays_minor == 1350
    (bill,), (thanked,) = found.bills, found.thanked
    assert (len(bill.visits), len(bill.cancelled)) == (1, 2)
    assert (bill.price_minor, bill.cancelled_minor, bill.bill_minor, bill.owes_minor) == (
        *(2100, 1300),
        *(2100, 2100),
    )
    assert bill.other_minor == 0
    # Thanks that are left to the group count for nobody.
    assert (thanked.visits, thanked.cancelled, thanked.thanks_minor) == (1, 1, 750)
    assert thanked.is_owed_minor == 750
    open_ = left_open(place.session, community=place.community, member=place.giver)
    assert open_.is_owed_minor == 750


@pytest.mark.parametrize(("provider", "taxed"), [(GROUP, 400), (MEMBER, 250)])
def test_it_is_taxed_as_a_visit_is(session: Session, provider: str, taxed: int) -> None:
    place = a_place_of(session, provider=provider, standard_permille=100)
    today = clock.today(place.community.time_zone)
    facts = Facts(starts_on=today, price_minor=800, thanks_minor=600, tax_class=STANDARD, extras=EXTRAS)
    set_rate(session, community=place.community, kind=None, facts=facts, actor=SOMEBODY)
    calls_off(place, agreed_on=today, begins=0)
    (bill,) = month(place, today.replace(day=1)).bills
    assert [(tax.permille, tax.of_minor) for tax in bill.taxes] == [(100, taxed)]


def test_what_is_taken_back_after_its_month_was_closed_is_so_much_less(place: Place) -> None:
    early = calls_off(place)
    assert closes(place)
    calls_off(place, how=DOOR, agreed_on=FRIDAY + timedelta(days=1), key="form:a late word")
    assert month(place, APRIL).price_minor == 400
    assert month(place, MAY).price_minor == 900
    lets_off(place, early)
    assert (month(place, APRIL).price_minor, month(place, APRIL).thanks_minor) == (400, 150)
    may = month(place, MAY)
    assert (may.price_minor, may.cancelled_minor, may.thanks_minor) == (500, 500, 550)
    assert [(one.day, one.back) for one in may.bills[0].cancelled] == [
        (FRIDAY + timedelta(days=1), False),
        (FRIDAY, True),
    ]
    (thanked,) = may.thanked
    assert (thanked.cancelled, thanked.thanks_minor) == (0, 550)
    assert closes(place, MAY)
    assert month(place, MAY).price_minor == 500
    assert month(place, JUNE).bills == []
    sums = sum(month(place, first).price_minor for first in (APRIL, MAY, JUNE))
    assert sums == -place.money()["support"] == 900
    assert place.faults() == []


def test_a_line_of_a_closed_month_is_one_of_three(place: Place) -> None:
    visit, row = place.visit(), calls_off(place)
    closes(place)
    both = text(
        "INSERT INTO support_settled (community_id, month_id, exchange_id, cancelled_id, back) "
        "SELECT community_id, month_id, :visit, :row, :back FROM support_settled WHERE cancelled_id = :row"
    )
    with pytest.raises(IntegrityError, match="support_settled_is_one_of_the_three"):
        place.session.execute(both, {"visit": visit.id, "row": row.id, "back": True})


def test_the_proof_finds_a_line_that_was_taken_back_by_nobody(place: Place) -> None:
    row = calls_off(place)
    closes(place)
    place.session.execute(
        text(
            "INSERT INTO support_settled (community_id, month_id, cancelled_id, back) "
            "SELECT community_id, month_id, cancelled_id, :back FROM support_settled WHERE cancelled_id = :id"
        ),
        {"id": row.id, "back": True},
    )
    (fault,) = place.faults()
    assert "is not taken back in the books" in fault


def test_reports_tell_it_by_itself_and_in_the_money_and_never_in_hours(place: Place) -> None:
    place.visit()
    here: dict[str, Any] = {"session": place.session, "community": place.community, "span": SPAN}
    hours = (reports.how_received(**here), reports.how_given(**here))
    calls_off(place)
    calls_off(place, how=DOOR, key="form:2")
    lets_off(place, calls_off(place, agreed_on=APRIL, key="form:3"))
    calls_off(place, agreed_on=MAY, key="form:in may")
    assert (reports.how_received(**here), reports.how_given(**here)) == hours
    (share,) = reports.by_month(**here)
    assert (share.visits, share.minutes) == (1, 60)
    assert (share.price_minor, share.thanks_minor, share.stays_minor) == (2100, 1450, 650)
    # What was taken back later is still in the books of April.
    assert reports.in_the_books(**here).stays_minor == share.stays_minor + 250
    late, door = cancelled_sums(place.session, community=place.community, first=SPAN.first, last=SPAN.last)
    assert (late.how, late.count, late.price_minor, late.thanks_minor, late.stays_minor) == (
        *(LATE, 1),
        *(400, 150, 250),
    )
    assert (door.how, door.stays_minor) == (DOOR, 200)
    (thanks,) = thanks_by_giver(**here)
    assert (thanks.visits, thanks.earned_minor, thanks.cancelled_minor) == (1, 600, 850)
    # Only what was taken back later, or belongs to another month, has moved it otherwise.
    assert (thanks.open_minor, thanks.other_minor) == (1600, 150)


def test_a_month_of_nothing_but_cancelled_visits_is_told_too(place: Place) -> None:
    calls_off(place)
    (share,) = reports.by_month(place.session, community=place.community, span=SPAN)
    assert (share.visits, share.minutes, share.price_minor, share.stays_minor) == (0, 0, 400, 250)
    assert reports.kept_by_month(place.session, community=place.community, last=months_on(APRIL, 3)) == []


def test_the_sheet_of_the_year_says_what_was_for_cancelled_visits(place: Place) -> None:
    place.visit()
    calls_off(place)
    paid = Payment(what="thanks", amount_minor=750, way=CASH, paid_on=FRIDAY, key="form:all")
    owed = Payment(what="owed", amount_minor=1200, way=CASH, paid_on=FRIDAY, key="form:owed")
    for member, one in ((place.receiver, owed), (place.giver, paid)):
        write_paid(place.session, community=place.community, member=member, payment=one, actor=COORDINATOR)
    (sheet,) = thanks_of_year(place.session, community=place.community, year=2026)
    assert (sheet.amount_minor, sheet.cancelled_minor, sheet.expenses_minor) == (750, 150, 0)
    assert place.faults() == []
