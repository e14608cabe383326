"""Confirming a month: all lines are booked or none, each once, and what was taken back anew."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import at
from tests.timebank.standing.arranged import APRIL
from tests.timebank.standing.arranged import FIRST
from tests.timebank.standing.arranged import all_faults
from tests.timebank.standing.arranged import arranged
from tests.timebank.standing.arranged import confirmed
from tests.timebank.standing.arranged import exchanges
from tests.timebank.standing.arranged import said_of
from tests.timebank.standing.arranged import sheet
from tests.timebank.standing.arranged import tried
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import sold
from timebank.communities.months import close_month
from timebank.days import DayInFuture
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import LoggedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.members.models import LEFT
from timebank.members.queries import hours_of
from timebank.members.service import set_own_limit
from timebank.members.taking_part import TheyHaveLeft
from timebank.rates.rules import Facts as RateFacts
from timebank.rates.service import set_rate
from timebank.standing import confirming
from timebank.standing.models import ArrangedDay
from timebank.standing.proof import check_standing
from timebank.standing.service import end
from timebank.standing.service import follow
from timebank.support.amending import Amended
from timebank.support.amending import amend
from timebank.support.amending import wish_of
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import TICKETS
from timebank.support.models import USUAL
from timebank.support.models import SupportVisit
from timebank.support.queries import find_visit

IN_MAY = date(2026, 5, 5)


@pytest.fixture(autouse=True)
def _end_of_april(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 30, 3)


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


@pytest.fixture
def pure(session: Session) -> Place:
    """A time bank in which nothing was ever paid for."""
    community = a_community(session, started_on=date(2026, 1, 1))
    a_member(session, community, name="Jiro")
    giver, receiver = (a_member(session, community, name=name) for name in ("Hana", "Taro"))
    return Place(session, community, giver, receiver)


def test_hours_alone_become_ordinary_exchanges_that_both_signed(pure: Place) -> None:
    what = arranged(pure, words="The garden")
    shown = tried(pure, what, sheet(*APRIL[:3]))
    assert (shown.kept, shown.minutes, shown.left_out) == (False, 270, [APRIL[3]])
    assert exchanges(pure) == []
    done = confirmed(pure, what, sheet(*APRIL[:3]))
    assert done.kept
    found = exchanges(pure)
    assert [one.worked_on for one in found] == APRIL[:3]
    assert {(one.state, one.description, one.logged_how) for one in found} == {
        ("confirmed", "The garden", COORDINATOR.how)
    }
    assert pure.hours() == (270, -270, 0)
    assert [one.is_confirmed for one in said_of(pure, what)] == [True, True, True, False]
    assert said_of(pure, what)[3].did_not_happen
    assert all_faults(pure) == []


def test_paid_help_becomes_visits(place: Place) -> None:
    what = arranged(place, pays=BILL, takes=USUAL, begins=9 * 60, km=3)
    done = confirmed(place, what, sheet(*APRIL[:2], minutes=60, km=3))
    assert (done.bill_minor, done.thanks_minor, done.received_minutes) == (1600, 1200, 0)
    assert place.money()["receivable:R"] == 1600
    visits = place.session.scalars(select(SupportVisit)).all()
    assert [(one.begins_minute, one.km) for one in visits] == [(540, 3), (540, 3)]
    assert all_faults(place) == []


def test_a_month_in_which_nothing_happened_can_be_said(pure: Place) -> None:
    what = arranged(pure)
    done = confirmed(pure, what, sheet())
    assert (done.kept, done.lines, done.left_out) == (True, [], APRIL)
    assert exchanges(pure) == []
    with pytest.raises(confirming.NothingNew):
        tried(pure, what, sheet())
    # It did happen after all.
    assert confirmed(pure, what, sheet(APRIL[1])).left_out == []
    assert [one.is_confirmed for one in said_of(pure, what)] == [False, True, False, False]


def test_the_same_form_books_once_and_with_other_content_is_refused(pure: Place) -> None:
    what = arranged(pure)
    typed = sheet(*APRIL[:2])
    confirmed(pure, what, typed)
    again = tried(pure, what, typed)
    assert (again.repeated, again.kept, len(exchanges(pure))) == (True, True, 2)
    for other in (
        replace(typed, happened=typed.happened[:1]),
        replace(typed, happened=sheet(*APRIL[:3]).happened),
    ):
        with pytest.raises(FormSavedAlready):
            tried(pure, what, other)
    longer = [replace(one, minutes=60) for one in typed.happened]
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, replace(typed, happened=longer))
    assert isinstance(refused.value.why, FormSavedAlready)


def test_the_same_sheet_typed_by_another_is_refused_with_the_day(pure: Place) -> None:
    what = arranged(pure)
    confirmed(pure, what, sheet(APRIL[1]))
    with pytest.raises(confirming.LineRefused, match="2026-04-14: This is confirmed already") as refused:
        tried(pure, what, sheet(*APRIL))
    assert isinstance(refused.value.why, confirming.ConfirmedAlready)
    assert len(exchanges(pure)) == 1


def test_what_was_taken_back_is_open_and_confirmed_anew(pure: Place) -> None:
    what = arranged(pure)
    confirmed(pure, what, sheet(*APRIL))

    def take_back() -> None:
        first = exchanges(pure)[0] if exchanges(pure)[0].state == "confirmed" else exchanges(pure)[1]
        reverse_exchange(
            pure.session, community=pure.community, exchange=first, reason="a mistake", actor=SOMEBODY
        )

    take_back()
    day = said_of(pure, what)[0]
    assert (day.is_open, day.was_taken_back) == (True, True)
    confirmed(pure, what, sheet(APRIL[0], minutes=60))
    assert said_of(pure, what)[0].is_confirmed
    take_back()
    confirmed(pure, what, sheet(APRIL[0], minutes=30))
    assert pure.hours() == (300, -300, 0)
    assert len(exchanges(pure)) == 6
    assert all_faults(pure) == []


def test_what_was_amended_is_the_day_of_its_arrangement_still(place: Place) -> None:
    what = arranged(place, pays=BILL, takes=USUAL)
    confirmed(place, what, sheet(*APRIL))
    old = exchanges(place)[0]
    told = find_visit(place.session, community=place.community, exchange_id=old.id)
    assert told
    wish = replace(wish_of(place.session, community=place.community, told=told, key="form:am"), minutes=60)
    known = {"community": place.community, "told": told, "wish": wish, "actor": SOMEBODY}
    done = amend(place.session, reason="It was shorter", **known)  # type: ignore[arg-type]
    assert isinstance(done, Amended)
    follow(place.session, old, done.exchange)
    assert said_of(place, what)[0].is_confirmed
    assert all_faults(place) == []


def test_the_database_refuses_a_second_time_that_counts(pure: Place) -> None:
    what = arranged(pure)
    confirmed(pure, what, sheet(APRIL[0]))
    other = an_exchange(
        pure.session, pure.community, pure.giver, pure.receiver, worked_on=APRIL[0], minutes=5
    )
    strange = an_exchange(pure.session, pure.community, pure.receiver, pure.giver, worked_on=APRIL[1])

    def say(day: date, exchange_id: int | None) -> None:
        with pure.session.begin_nested():
            row = ArrangedDay(
                community_id=pure.community.id,
                arrangement_id=what.id,
                worked_on=day,
                exchange_id=exchange_id,
                said_at=what.made_at,
                actor="cli",
            )
            pure.session.add(row)
            pure.session.flush()

    for exchange_id in (other.id, None):
        with pytest.raises(IntegrityError, match="standing_day_is_confirmed_once"):
            say(APRIL[0], exchange_id)
    for day, exchange_id in ((APRIL[1], strange.id), (APRIL[2], other.id)):
        with pytest.raises(IntegrityError, match="standing_day_is_of_its_exchange"):
            say(day, exchange_id)


def test_all_or_none_and_the_line_is_named(pure: Place) -> None:
    what = arranged(pure)
    set_own_limit(
        pure.session,
        community=pure.community,
        member=pure.receiver,
        minutes=100,
        reason="careful",
        actor=SOMEBODY,
    )
    with pytest.raises(confirming.LineRefused, match="2026-04-14") as refused:
        tried(pure, what, sheet(*APRIL))
    assert refused.value.day == APRIL[1]
    assert exchanges(pure) == []
    assert all(one.is_open for one in said_of(pure, what))
    assert pure.hours() == (0, 0, 0)


def test_days_to_come_and_days_of_others_are_refused(pure: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    what = arranged(pure)
    at(monkeypatch, 2026, 4, 20, 3)
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, sheet(*APRIL))
    assert (refused.value.day, type(refused.value.why)) == (APRIL[2], DayInFuture)
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, sheet(date(2026, 4, 8)))
    assert isinstance(refused.value.why, confirming.NotItsDay)
    # What is to come is not said not to have happened.
    assert confirmed(pure, what, sheet(APRIL[0])).left_out == [APRIL[1]]
    end(pure.session, arrangement=what, over_from=APRIL[1])
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, sheet(APRIL[1]))
    assert isinstance(refused.value.why, confirming.NotItsDay)


def test_somebody_who_has_left_meanwhile_is_named(pure: Place) -> None:
    what = arranged(pure)
    pure.giver.state = LEFT
    pure.session.flush()
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, sheet(*APRIL))
    assert isinstance(refused.value.why, TheyHaveLeft)


def test_what_is_logged_by_other_ways_is_asked_for_first(pure: Place) -> None:
    what = arranged(pure)
    an_exchange(pure.session, pure.community, pure.giver, pure.receiver, worked_on=APRIL[1], minutes=90)
    with pytest.raises(confirming.LineRefused) as refused:
        tried(pure, what, sheet(*APRIL))
    assert isinstance(refused.value.why, LoggedAlready)
    assert refused.value.field == "again"
    assert confirmed(pure, what, sheet(*APRIL, again=True)).kept
    assert len(exchanges(pure)) == 5


def test_a_rate_that_changes_in_the_middle_of_the_month_counts_by_the_day(place: Place) -> None:
    set_rate(
        place.session,
        community=place.community,
        kind=None,
        facts=RateFacts(starts_on=date(2026, 4, 30), price_minor=1000, thanks_minor=600),
        actor=SOMEBODY,
    )
    what = arranged(place, pays=BILL, takes=USUAL, weekdays=frozenset({3}))
    days = [date(2026, 4, 23), date(2026, 4, 30)]
    assert confirmed(place, what, sheet(*days, minutes=60)).bill_minor == 800 + 1000
    assert place.money()["receivable:R"] == 1800


def test_a_closed_month_is_booked_on_the_first_open_day_as_every_slip_is(
    pure: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = arranged(pure)
    at(monkeypatch, 2026, 5, 10, 3)
    for month in range(1, 5):
        _close(pure, month)
    assert confirmed(pure, what, sheet(*APRIL)).kept
    lines = ledger.statement(pure.session, _account(pure), limit=10).lines
    assert {one.posted_on for one in lines} == {date(2026, 5, 1)}
    assert [one.worked_on for one in exchanges(pure)] == APRIL
    assert all_faults(pure) == []


def test_tickets_pay_as_far_as_they_go_and_the_rest_is_on_the_bill(place: Place) -> None:
    sold(place, a_booklet(place.session, place.community, tickets=3))
    what = arranged(place, pays=TICKETS, takes=USUAL)
    done = confirmed(place, what, sheet(*APRIL, minutes=60))
    assert (done.tickets_minor, done.bill_minor) == (2400, 800)
    assert len(done.tickets) == 3
    money = place.money()
    assert money["receivable:R"] == 800
    assert f"tickets:{place.receiver.id}" not in money
    assert all_faults(place) == []


def test_tickets_that_are_sent_twice_are_used_once(place: Place) -> None:
    sold(place, a_booklet(place.session, place.community, tickets=3))
    what = arranged(place, pays=TICKETS, takes=USUAL)
    typed = sheet(*APRIL, minutes=60)
    confirmed(place, what, typed)
    again = tried(place, what, typed)
    assert (again.repeated, again.tickets_minor, again.bill_minor) == (True, 2400, 800)
    assert place.money()["receivable:R"] == 800


def test_hours_for_hours_where_help_is_paid_are_hours_alone(place: Place) -> None:
    what = arranged(place, pays=HOURS, takes=HOURS)
    confirmed(place, what, sheet(APRIL[0]))
    assert place.hours() == (90, -90, 0)
    assert place.session.scalars(select(SupportVisit)).all() == []


def test_what_was_shown_is_booked_and_nothing_else(place: Place) -> None:
    what = arranged(place, pays=BILL, takes=USUAL)
    typed = sheet(*APRIL, minutes=60)
    shown = tried(place, what, typed)
    set_rate(
        place.session,
        community=place.community,
        kind=None,
        facts=RateFacts(starts_on=date(2026, 4, 30), price_minor=1000, thanks_minor=600),
        actor=SOMEBODY,
    )
    other = tried(place, what, replace(typed, seen=shown.mark, happened=typed.happened[:2]))
    assert (other.kept, exchanges(place)) == (False, [])


def test_the_proof_notices_what_does_not_agree(pure: Place) -> None:
    what = arranged(pure)
    confirmed(pure, what, sheet(APRIL[0]))
    assert check_standing(pure.session) == []
    pure.session.execute(text("UPDATE exchange SET worked_on = '2026-04-08'"))
    assert "is between others or of another day" in check_standing(pure.session)[0]


def test_another_month_is_not_touched(pure: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    what = arranged(pure)
    at(monkeypatch, 2026, 5, 10, 3)
    done = confirmed(pure, what, sheet(IN_MAY, month=IN_MAY))
    assert done.left_out == []
    assert all(one.is_open for one in said_of(pure, what, FIRST))


def _close(place: Place, month: int) -> None:
    close_month(place.session, community=place.community, month=date(2026, month, 1), actor=SOMEBODY)


def _account(place: Place) -> ledger.Account:
    return hours_of(place.giver, place.community)
