"""A closed month stays as it was; what is late or taken back stands in the first open one."""

import re
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.pictures import a_png
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank import clock
from timebank.actor import Actor
from timebank.communities.service import find_community
from timebank.days import month_bounds
from timebank.days import months_on
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import reverse_exchange
from timebank.rates.models import NOBODY
from timebank.rates.queries import tax_number_until
from timebank.rates.rules import Terms
from timebank.rates.service import set_terms
from timebank.support import closing
from timebank.support import expenses
from timebank.support import sending
from timebank.support.models import RECEIVER
from timebank.support.months import Month
from timebank.support.months import month_of

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
ONE, TWO = (Actor(person_id=number, member_id=None, how="web") for number in (1, 2))


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def closes(place: Place, first: date = APRIL, actor: Actor = ONE) -> bool:
    return closing.close_month(place.session, community=place.community, first=first, actor=actor)


def month(place: Place, first: date) -> Month:
    _first, last = month_bounds(first)
    return month_of(place.session, community=place.community, first=first, last=last)


def visit(place: Place, day: date, key: str = "form:a visit", **facts: Any) -> Exchange:
    return place.visit(worked_on=day, key=key, **facts)


def takes_back(place: Place, exchange: Exchange) -> None:
    reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="A mistake", actor=COORDINATOR
    )


def sums(found: Month) -> tuple[int, int, int, int]:
    return found.price_minor, found.thanks_minor, found.expenses_paid_minor, found.stays_minor


def test_a_closed_month_stays_and_what_is_late_stands_in_the_next(place: Place) -> None:
    early = visit(place, APRIL)
    visit(place, MAY, "form:in may")
    assert closes(place)
    assert closes(place)
    before = sums(month(place, APRIL))
    visit(place, APRIL + timedelta(days=9), "form:a late slip", minutes=120)
    takes_back(place, early)
    assert sums(month(place, APRIL)) == before == (800, 600, 0, 200)
    may = month(place, MAY)
    assert sums(may) == (800 + 1600 - 800, 600 + 1200 - 600, 0, 400)
    (bill,) = may.bills
    assert [(one.exchange.worked_on, one.back) for one in bill.visits] == [
        (date(2026, 4, 10), False),
        (MAY, False),
        (APRIL, True),
    ]
    assert bill.bill_minor == bill.owes_minor - before[0] == 1600
    # A month further on holds only its own days until May is closed.
    assert sums(month(place, JUNE)) == (0, 0, 0, 0)
    assert closes(place, MAY)
    assert sums(month(place, MAY)) == (1600, 1200, 0, 400)
    assert sums(month(place, JUNE)) == (0, 0, 0, 0)
    assert place.faults() == []


def test_all_months_together_are_what_the_books_say(place: Place) -> None:
    kept = [visit(place, APRIL + timedelta(days=7 * n), f"form:{n}", minutes=60 + 30 * n) for n in range(8)]
    closes(place, APRIL)
    takes_back(place, kept[0])
    closes(place, MAY)
    takes_back(place, kept[6])
    visit(place, APRIL, "form:very late")
    months = [month(place, first) for first in (APRIL, MAY, JUNE)]
    assert sum(one.price_minor for one in months) == -place.money()["support"]
    assert sum(one.thanks_minor for one in months) == place.money()["expenses:support:thanks"]
    assert place.faults() == []


def test_expenses_are_closed_with_their_month(place: Place) -> None:
    told = expenses.Facts(
        what="Bread",
        amount_minor=480,
        spent_on=APRIL,
        borne_by=RECEIVER,
        content=a_png(),
        no_receipt_because="",
        key="form:bread",
    )
    here = {"session": place.session, "community": place.community, "actor": COORDINATOR}
    bread = expenses.write_down(exchange=visit(place, APRIL), facts=told, **here)  # type: ignore[arg-type]
    closes(place)
    expenses.take_back(expense=bread, reason="For herself", **here)  # type: ignore[arg-type]
    assert month(place, APRIL).expenses_paid_minor == 480
    may = month(place, MAY)
    assert (may.expenses_minor, may.expenses_paid_minor) == (-480, -480)
    assert [bill.bill_minor for bill in may.bills] == [-480]
    assert closes(place, MAY)
    assert month(place, JUNE).bills == []
    assert place.faults() == []


def test_what_is_left_of_a_month_before_goes_with_the_one_that_is_closed(place: Place) -> None:
    visit(place, APRIL)
    visit(place, MAY, "form:in may")
    closes(place, MAY)
    with pytest.raises(closing.MonthBefore):
        closes(place, APRIL)
    # Nobody has closed April, and what it held was never in an open month before May.
    assert sums(month(place, MAY))[0] == 800
    assert sums(month(place, APRIL))[0] == 0
    assert sums(month(place, JUNE))[0] == 800
    assert place.faults() == []


def test_a_month_that_is_not_over_stays_open(place: Place) -> None:
    today = clock.today(place.community.time_zone)
    with pytest.raises(closing.MonthNotOver):
        closes(place, today.replace(day=1))
    assert closes(place, months_on(today.replace(day=1), -1))


def test_where_two_have_to_one_of_them_alone_closes_nothing(place: Place) -> None:
    closing.want_second_officer(place.session, community=place.community, wanted=True)
    visit(place, APRIL)
    assert not closes(place)
    for how in ("web", "telephone"):
        with pytest.raises(closing.AnotherHasToClose):
            closes(place, actor=Actor(person_id=1, member_id=None, how=how))
    takes = visit(place, APRIL, "form:another", minutes=90)
    closing.withdraw(place.session, community=place.community, first=APRIL)
    assert not closes(place, actor=TWO)
    assert closes(place)
    assert month(place, APRIL).price_minor == 800 + 1200
    closing.withdraw(place.session, community=place.community, first=APRIL)
    takes_back(place, takes)
    assert month(place, APRIL).price_minor == 800 + 1200
    assert place.faults() == []


def test_a_bill_that_takes_back_more_than_it_adds_is_sent_all_the_same(place: Place) -> None:
    early = visit(place, APRIL)
    closes(place)
    takes_back(place, early)
    visit(place, JUNE, "form:in june", minutes=120)
    (bill,) = month(place, MAY).bills
    assert (bill.bill_minor, bill.owes_minor) == (-800, 1600)
    sent = sending.send(
        place.session,
        community=place.community,
        one=sending.ToSend(bill=bill, by_mail=True, last=None),
        first=MAY,
        by_link=True,
        actor=COORDINATOR,
    )
    assert sent is not None
    assert (sent.bill_minor, sent.owes_minor) == (-800, 1600)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE support_month SET closed_by = 'x'",
        "DELETE FROM support_month",
        "UPDATE support_settled SET back = NOT back",
        "DELETE FROM support_settled",
    ],
)
def test_nobody_changes_a_closed_month(place: Place, statement: str) -> None:
    visit(place, APRIL)
    closes(place)
    with pytest.raises(DatabaseError, match=r"closed|final"), place.session.begin_nested():
        place.session.execute(text(statement))


def test_the_pages_close_a_month_by_two(app: Flask) -> None:
    desk = Desk(app, on=True)
    another = written(
        app,
        lambda session: an_officer(
            session, find_community(session, SLUG) or pytest.fail("nothing there"), "treasurer"
        ),
    )
    second = signed_in(app, another)
    second.post("/language", data={"language": "en"})
    steward = written(
        app,
        lambda session: an_officer(
            session, find_community(session, SLUG) or pytest.fail("nothing there"), "steward"
        ),
    )
    settings = signed_in(app, steward)
    assert settings.post(f"/{SLUG}/settings/rates/months", data={"second_officer": "y"}).status_code == 303
    today = clock.today("Asia/Tokyo").replace(day=1)
    this, last = today.strftime("%Y-%m"), months_on(today, -1).strftime("%Y-%m")
    page, close = f"/{SLUG}/support/months/?month={last}", f"/{SLUG}/support/months/close"
    refused = desk["treasurer"].post(close, data={"month": this})
    assert refused.status_code == 422
    assert "This month is not over." in text_of(refused.text)
    assert "Close this month" not in desk["treasurer"].get(f"/{SLUG}/support/months/?month={this}").text
    assert "It is right: let another treasurer close it" in desk["treasurer"].get(page).text
    assert desk["treasurer"].post(close, data={"month": last}).status_code == 303
    assert desk["treasurer"].post(close, data={"month": last}).status_code == 422
    assert "Another one closes it." in text_of(second.get(page).text)
    assert second.post(close, data={"month": last}).status_code == 303
    shown = text_of(desk["auditor"].get(page).text)
    assert re.search(r"This month is closed, since", shown)
    assert desk["coordinator"].post(close, data={"month": last}).status_code == 403


def test_no_month_is_closed_in_which_there_was_no_community(place: Place) -> None:
    with pytest.raises(closing.NoMonthOfOurs, match="The community began on"):
        closing.close_month(place.session, community=place.community, first=date(1, 1, 1), actor=COORDINATOR)


def test_the_number_for_tax_stands_on_bills_of_a_month_in_which_it_ended(session: Session) -> None:
    place = a_place(session, standard_permille=100, tax_number="T1234567890123")
    today = clock.today(place.community.time_zone)
    ended = Terms(starts_on=today, provider=NOBODY)
    set_terms(session, community=place.community, terms=ended, actor=SOMEBODY)
    number = tax_number_until(session, community=place.community, day=today)
    assert number == "T1234567890123"
    assert tax_number_until(session, community=place.community, day=date(2025, 1, 1)) == ""
