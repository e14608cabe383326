"""Reports of paid support add up to the books, whoever provides the help, and can be taken along."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import at
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import by_card
from tests.timebank.tickets.booklets import sold
from timebank import books
from timebank.donations import by_hand
from timebank.donations.models import THANKS as GIVEN_THANKS
from timebank.exchanges.service import reverse_exchange
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.support import expenses
from timebank.support import paid
from timebank.support import reports
from timebank.support.models import BY_GROUP
from timebank.support.models import CASH
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import OWED
from timebank.support.models import RECEIVER
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.queries import KeptOf
from timebank.support.queries import kept_hours
from timebank.support.queries import kept_of
from timebank.support.reports import Settled
from timebank.support.reports import Span
from timebank.support.thanks_report import ThanksOf
from timebank.support.thanks_report import thanks_by_giver
from timebank.tickets import giving_back
from timebank.tickets import offers
from timebank.tickets import reports as ticket_reports
from timebank.tickets.reports import tickets_between

pytestmark = pytest.mark.usefixtures("the_same_day")

APRIL = Span(date(2026, 4, 1), date(2026, 4, 30))
ALWAYS = Span(date(2026, 1, 1), date(2027, 12, 31))
REPORT = f"/{SLUG}/support/report"


@pytest.fixture(params=[GROUP, MEMBER])
def place(session: Session, request: pytest.FixtureRequest) -> Place:
    """A community in which the group provides the help, or members do, where tickets may be sold, too."""
    return a_place(session, provider=request.param, registration="Registered")


def lived(place: Place) -> None:
    """Help of every kind, some of it taken back; thanks that were paid out and given away; and May."""
    sold(place, a_booklet(place.session, place.community))
    place.visit(60)
    place.visit(90, pays=TICKETS, worked_on=date(2026, 4, 10), key="form:tickets")
    place.visit(60, takes=HOURS, worked_on=date(2026, 4, 11), key="form:kept")
    place.visit(30, pays=HOURS, worked_on=date(2026, 4, 12), key="form:used")
    place.visit(60, takes=NOTHING, worked_on=date(2026, 4, 13), key="form:left")
    place.visit(90, paid_minutes=60, thanked_minutes=30, worked_on=date(2026, 4, 14), key="form:parts")
    place.visit(60, worked_on=date(2026, 5, 1), key="form:of May")
    gone = place.visit(60, pays=TICKETS, worked_on=date(2026, 4, 15), key="form:taken back")
    reverse_exchange(place.session, community=place.community, exchange=gone, reason="x", actor=COORDINATOR)
    an_exchange(place.session, place.community, place.receiver, place.giver, minutes=45)
    noise(place)
    settle(place)


def lay_out(place: Place) -> None:
    """Lay money out for help of March and have it paid back in part by the group; some is only told of."""
    first = place.visit(60, worked_on=date(2026, 3, 30), key="form:with bread")
    for amount, borne_by in ((480, RECEIVER), (120, BY_GROUP), (30, BY_GROUP)):
        facts = expenses.Facts(
            what="Bread",
            amount_minor=amount,
            spent_on=FRIDAY,
            borne_by=borne_by,
            content=b"",
            no_receipt_because="a meter",
            key=f"form:expense {amount}",
        )
        verb = expenses.tell if amount == 30 else expenses.write_down
        verb(place.session, community=place.community, exchange=first, facts=facts, actor=COORDINATOR)


def noise(place: Place) -> None:
    """The same elsewhere."""
    other = a_place(place.session)
    sold(other, a_booklet(place.session, other.community))
    other.visit(60, pays=TICKETS)
    other.visit(60, takes=HOURS, key="form:elsewhere")


def settle(place: Place) -> None:
    """Pay a part of what is owed, and give a part of it away; one payment was a mistake."""
    taken = ((OWED, 2000, place.receiver), (THANKS, 700, place.giver), (THANKS, 1, place.giver))
    rows = [
        paid.write_paid(
            place.session,
            community=place.community,
            member=member,
            payment=paid.Payment(
                what=what,
                amount_minor=amount,
                way=CASH,
                paid_on=date(2026, 4, 20),
                key=f"form:paid {amount}",
            ),
            actor=COORDINATOR,
        )
        for what, amount, member in taken
    ]
    paid.take_back(
        place.session, community=place.community, paid=rows[-1], reason="a mistake", actor=COORDINATOR
    )
    gift = by_hand.Brought(
        amount_minor=200,
        way=GIVEN_THANKS,
        given_on=date(2026, 4, 21),
        fund=None,
        member=place.giver,
        key="form:given away",
    )
    by_hand.write_down(place.session, community=place.community, gift=gift, actor=COORDINATOR)


def facts(one: ThanksOf) -> tuple[int, int, int, int]:
    return one.before_minor, one.earned_minor, one.other_minor, one.open_minor


def by_way(found: list[Settled]) -> dict[str, tuple[int, int, int | None]]:
    return {one.way: (one.visits, one.minutes, one.amount_minor) for one in found}


def test_hours_are_told_by_the_way_in_which_they_were_settled(place: Place) -> None:
    lived(place)
    received = reports.how_received(place.session, community=place.community, span=APRIL)
    assert by_way(received) == {
        # Of 1200 for the visit with tickets one ticket paid 800.
        "bill": (4, 240, 800 + 800 + 800 + 800 + 400),
        "tickets": (1, 90, 800),
        "hours": (2, 60, None),
        "alone": (1, 45, None),
    }
    given = reports.how_given(place.session, community=place.community, span=APRIL)
    assert by_way(given) == {
        "thanks": (4, 210, 600 + 900 + 300 + 300),
        "hours": (2, 120, None),
        "nothing": (1, 60, None),
        "alone": (1, 45, None),
    }


def test_the_groups_share_is_what_the_books_say_stays(place: Place) -> None:
    lived(place)
    months = reports.by_month(place.session, community=place.community, span=ALWAYS)
    assert [(one.month, one.visits, one.minutes) for one in months] == [
        (date(2026, 4, 1), 6, 390),
        (date(2026, 5, 1), 1, 60),
    ]
    april = months[0]
    assert (april.price_minor, april.thanks_minor, april.way_minor) == (4400, 2100, 0)
    assert (april.to_fund_minor, april.from_fund_minor, april.stays_minor) == (900, 300, 1700)
    assert (april.kept_minutes, april.used_minutes) == (90, 30)
    found = reports.in_the_books(place.session, community=place.community, span=ALWAYS)
    money = place.money()
    assert found.support_minor == -money["support"]
    assert found.expenses_minor == money.get("expenses:support:thanks", 0)
    assert found.fund_minor == -money["fund:hours-kept"] == sum(one.apart_minor for one in months)
    assert found.stays_minor == sum(one.stays_minor for one in months)
    assert place.hours()[2] == sum(one.kept_minutes - one.used_minutes for one in months)
    # What was posted in April and taken back later is no part of either.
    only = reports.in_the_books(place.session, community=place.community, span=APRIL)
    assert only.stays_minor - april.stays_minor == 200


def test_hours_that_are_kept_have_a_history_that_ends_at_what_the_books_keep(place: Place) -> None:
    lived(place)
    place.visit(30, takes=HOURS, worked_on=date(2026, 6, 5), key="form:of June")
    june, april = reports.kept_by_month(place.session, community=place.community, last=date(2026, 12, 31))
    assert (april.month.month, april.minutes, april.fund_minor) == (date(2026, 4, 1), 60, 600)
    assert (june.month.kept_minutes, june.month.used_minutes, june.month.apart_minor) == (30, 0, 300)
    assert (june.minutes, june.fund_minor) == (90, 900)
    kept = kept_hours(place.session, community=place.community)
    assert (kept.minutes, kept.fund_minor) == (june.minutes, june.fund_minor)


def test_a_member_has_kept_and_used_what_the_fund_of_all_says(place: Place) -> None:
    lived(place)
    giver, receiver = (kept_of(place.session, place.community, one) for one in (place.giver, place.receiver))
    assert giver == KeptOf(kept=90, used=0)
    assert receiver == KeptOf(kept=0, used=30)


def test_thanks_by_giver_end_at_what_the_books_owe(place: Place) -> None:
    lived(place)
    (one,) = thanks_by_giver(place.session, community=place.community, span=ALWAYS)
    assert one.member is place.giver
    assert (one.before_minor, one.visits, one.earned_minor, one.way_minor) == (0, 6, 2700, 0)
    assert (one.left_minutes, one.given_minor, one.paid_minor, one.other_minor) == (60, 200, 700, 0)
    assert one.open_minor == -place.money()["payable:G"] == 1800
    may = Span(date(2026, 5, 1), date(2026, 5, 31))
    (later,) = thanks_by_giver(place.session, community=place.community, span=may)
    assert (later.before_minor, later.earned_minor, later.other_minor, later.open_minor) == (
        1799,
        600,
        0,
        2399,
    )
    # By the books a visit and a payment of April stood until they were taken back, long after it.
    (first,) = thanks_by_giver(place.session, community=place.community, span=APRIL)
    assert (first.before_minor, first.earned_minor, first.other_minor, first.open_minor) == (
        0,
        2100,
        599,
        1799,
    )
    early = Span(date(2026, 1, 1), date(2026, 1, 31))
    assert thanks_by_giver(place.session, community=place.community, span=early) == []


def test_what_was_laid_out_is_owed_to_the_giver_and_borne_by_whoever_pays_it(place: Place) -> None:
    lay_out(place)
    (one,) = thanks_by_giver(place.session, community=place.community, span=APRIL)
    assert (one.before_minor, one.outlaid_minor, one.other_minor, one.open_minor) == (600, 600, 0, 1200)
    march, april = reports.by_month(place.session, community=place.community, span=ALWAYS)
    assert (march.visits, march.outlays_minor, march.stays_minor) == (1, 0, 200)
    # A month in which nothing was given has its expenses all the same.
    assert (april.visits, april.price_minor, april.outlays_minor, april.stays_minor) == (0, 0, 120, -120)
    found = reports.in_the_books(place.session, community=place.community, span=ALWAYS)
    assert found.stays_minor == march.stays_minor + april.stays_minor == 80


def test_tickets_go_from_what_was_unused_to_what_is_left(place: Place) -> None:
    lived(place)
    session, community = place.session, place.community
    offers.change_rule(session, community=community, rule=offers.Rule(refunds=True))
    more = sold(place, a_booklet(session, community, name="More", face_minor=500), paid_on=date(2026, 5, 2))
    back = giving_back.Back(
        tickets=2, way=CASH, reason="Moves away", given_on=date(2026, 5, 3), key="form:back"
    )
    giving_back.give_back(session, community=community, sale=more, back=back, actor=COORDINATOR)
    wrong = sold(
        place,
        a_booklet(session, community, name="Wrong"),
        a_member(session, community),
        paid_on=date(2026, 5, 4),
    )
    giving_back.take_back(session, community=community, sale=wrong, reason="x", actor=COORDINATOR)

    def counted(first: date, last: date) -> dict[str, tuple[int, int]]:
        found = tickets_between(session, community=community, first=first, last=last)
        assert [one.what for one in found] == list(ticket_reports.LINES)
        return {one.what: (one.tickets, one.worth_minor) for one in found if one.tickets}

    assert counted(APRIL.first, APRIL.last) == {"sold": (5, 4000), "used": (1, 800), "left": (4, 3200)}
    may = counted(date(2026, 5, 1), date(2026, 12, 31))
    assert may == {
        "opening": (4, 3200),
        "sold": (10, 6500),
        "back": (2, 1000),
        "mistake": (5, 4000),
        "left": (7, 4700),
    }
    codes = {books.tickets_code(place.receiver.id)}
    owed = -sum(amount for code, amount in place.money().items() if code in codes)
    assert may["left"][1] == owed == 4700


def test_tickets_that_lapsed_are_counted_where_they_are_income(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(place, a_booklet(place.session, place.community))
    place.visit(60, pays=TICKETS)
    at(monkeypatch, 2027, 4, 10)
    assert giving_back.lapse(place.session, community=place.community) == 4
    found = tickets_between(place.session, community=place.community, first=ALWAYS.first, last=ALWAYS.last)
    counts = {one.what: one.worth_minor for one in found if one.tickets}
    assert counts == {"sold": 4000, "used": 800, "lapsed": 3200}
    assert -place.money()["tickets-lapsed"] == 3200


def test_where_there_was_nothing_there_is_nothing_to_report(place: Place) -> None:
    here: Any = {"community": place.community, "span": APRIL}
    assert all(one.visits == 0 for one in reports.how_received(place.session, **here))
    assert all(one.minutes == 0 for one in reports.how_given(place.session, **here))
    assert reports.by_month(place.session, **here) == []
    assert reports.in_the_books(place.session, **here).stays_minor == 0
    by_card(place, a_booklet(place.session, place.community))
    found = tickets_between(place.session, community=place.community, first=FRIDAY, last=FRIDAY)
    # What Stripe has taken is sold, though its line is not in the books yet.
    assert {one.what: one.tickets for one in found if one.tickets} == {"opening": 5, "left": 5}


# --- the pages ----------------------------------------------------------------------------------------------


def test_the_page_shows_every_table_and_gives_each_to_a_spreadsheet(app: Flask) -> None:
    desk = Desk(app, on=True)
    desk.writes(hours="1")
    desk.writes(hours="2", takes="hours")
    for who in ("coordinator", "treasurer", "auditor"):
        page = text_of(desk[who].get(REPORT).text)
        assert "How whoever received has paid" in page
        assert "With money, on the bill 2 3:00 ¥2,400" in page
        assert "Thanks in money 1 1:00 ¥600" in page
        assert "Stays with the group" in page
    assert desk["Hana"].get(REPORT).status_code == 403
    month = f"first={TODAY:%Y-%m}&last={TODAY:%Y-%m}"
    files = {
        table: desk["treasurer"].get(f"{REPORT}.csv?table={table}&{month}").text
        for table in ("settlement", "tickets", "thanks", "share")
    }
    lines = {table: list(csv.reader(io.StringIO(text))) for table, text in files.items()}
    assert lines["settlement"][1] == ["Whoever received", "With money, on the bill", "2", "180", "2400"]
    assert lines["tickets"][-1] == ["Unused at the end", "0", "0"]
    assert lines["thanks"][1][1:6] == ["Hana", "1", "0", "600", "0"]
    assert lines["share"][1] == [f"{TODAY:%Y-%m}", "2", "3:00", "2400", "600", "0", "1200", "0", "600"]
    assert desk["treasurer"].get(f"{REPORT}.csv?table=secrets").status_code == 404


def test_the_page_is_empty_where_nothing_was_and_says_what_is_no_month(app: Flask) -> None:
    desk = Desk(app, on=True)
    empty = desk["treasurer"].get(f"{REPORT}?first=2026-01&last=2026/2").text
    assert "There was no help in these months" in empty
    for query in ("first=x&last=2026-02", "first=2026-05&last=2026-04", "first=9999-99&last="):
        answer = desk["treasurer"].get(f"{REPORT}?{query}")
        assert answer.status_code == 422
        assert "There was no help" not in answer.text
        assert desk["treasurer"].get(f"{REPORT}.csv?{query}").status_code == 422
    one = desk["treasurer"].get(f"{REPORT}?first=&last=2026年1月").text
    assert 'value="2026年1月"' in one
    assert "There was no help in these months" in one


def test_where_nothing_was_ever_paid_there_is_no_report(app: Flask) -> None:
    assert Desk(app, on=False)["treasurer"].get(REPORT).status_code == 404
