"""Booklets are sold at the desk, numbered without a gap, given back for a reason, and lapse in the end."""

from dataclasses import replace
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.timebank.mydata.test_service import let_leave
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import SOLD_ON
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import all_faults
from tests.timebank.tickets.booklets import by_card
from tests.timebank.tickets.booklets import numbers_of
from tests.timebank.tickets.booklets import sold
from timebank import books
from timebank import clock
from timebank.days import DayInFuture
from timebank.errors import Refusal
from timebank.exchanges.service import reverse_exchange
from timebank.rates.models import MEMBER
from timebank.support.models import TICKETS
from timebank.tickets import giving_back
from timebank.tickets import offers
from timebank.tickets import queries
from timebank.tickets import selling
from timebank.tickets.giving_back import Back
from timebank.tickets.models import CASH
from timebank.tickets.models import TRANSFER
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketSale


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def owed(place: Place) -> int:
    return -place.money().get(books.tickets_code(place.receiver.id), 0)


def back(place: Place, sale: TicketSale, tickets: int, **facts: Any) -> None:
    known: dict[str, Any] = {"way": CASH, "reason": "moves away", "given_on": FRIDAY, "key": "form:back"}
    giving_back.give_back(
        place.session,
        community=place.community,
        sale=sale,
        back=Back(tickets=tickets, **known | facts),
        actor=COORDINATOR,
    )


def allowed(place: Place) -> None:
    offers.change_rule(place.session, community=place.community, rule=offers.Rule(refunds=True))


# --- selling ------------------------------------------------------------------------------------------------


def test_a_booklet_is_owed_until_it_is_used(place: Place) -> None:
    offer = a_booklet(place.session, place.community)
    sale = sold(place, offer)
    assert place.money() == {"cash:main": 4000, books.tickets_code(place.receiver.id): -4000}
    assert (sale.paid_on, sale.last_on) == (SOLD_ON, date(2026, 9, 30))
    assert all_faults(place) == []


def test_numbers_follow_each_other_in_every_community_of_its_own(place: Place, session: Session) -> None:
    offer = a_booklet(session, place.community)
    assert numbers_of(session, sold(place, offer)) == [1, 2, 3, 4, 5]
    assert numbers_of(session, sold(place, offer, place.giver)) == [6, 7, 8, 9, 10]
    other = a_place(session)
    assert numbers_of(session, sold(other, a_booklet(session, other.community))) == [1, 2, 3, 4, 5]


def test_the_same_form_sells_once(place: Place) -> None:
    offer = a_booklet(place.session, place.community)
    assert sold(place, offer).id == sold(place, offer).id
    assert owed(place) == 4000
    with pytest.raises(selling.BoughtBefore):
        sold(place, offer, way=TRANSFER)
    assert sold(place, offer, way=TRANSFER, key="form:another").id
    assert place.money()["bank:main"] == 4000


@pytest.mark.parametrize(
    ("paid_on", "months", "last"),
    [
        (date(2026, 4, 3), 6, date(2026, 10, 2)),
        (date(2026, 8, 28), 6, date(2027, 2, 27)),
        # February has no such day, so its last one ends the time.
        (date(2026, 8, 29), 6, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 8, 31), 120, date(2036, 8, 30)),
        (date(2026, 8, 31), None, None),
    ],
)
def test_the_last_day_is_the_one_before_the_same_day_again(
    place: Place, paid_on: date, months: int | None, last: date | None
) -> None:
    offer = a_booklet(place.session, place.community, valid_months=months)
    assert selling.last_day(offer, paid_on) == last


def test_nobody_sells_tickets_for_what_members_provide_without_a_registration(session: Session) -> None:
    place = a_place(session, provider=MEMBER)
    offer = a_booklet(session, place.community)
    with pytest.raises(offers.TicketsNotHere):
        sold(place, offer)
    assert not offers.are_sold(session, community=place.community)
    plain = a_community(session, slug="plain", currency="JPY")
    assert not offers.are_sold(session, community=plain)
    assert not queries.was_ever_sold(session, community=plain)


def test_what_cannot_be_sold_is_told(place: Place) -> None:
    session, community = place.session, place.community
    offer = a_booklet(session, community)
    with pytest.raises(DayInFuture):
        sold(place, offer, paid_on=clock.today(community.time_zone) + timedelta(days=1))
    with pytest.raises(selling.WayUnknown):
        sold(place, offer, way="stripe")
    gone = a_member(session, community, name="Gone")
    let_leave(session, community, gone)
    with pytest.raises(selling.BuyerHasLeft):
        sold(place, offer, gone)
    offers.close_offer(session, offer=offer)
    with pytest.raises(offers.BookletUnknown):
        sold(place, offer)
    assert offers.list_offers(session, community=community) == []
    assert [one.id for one in offers.list_offers(session, community=community, closed=True)] == [offer.id]
    assert place.money() == {}


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": " "}, offers.NameMissing),
        ({"tickets": 0}, offers.TicketsOutOfReach),
        ({"tickets": 101}, offers.TicketsOutOfReach),
        ({"face_minor": 0}, offers.FaceOutOfReach),
        ({"face_minor": 1_000_001}, offers.FaceOutOfReach),
        ({"valid_months": 0}, offers.MonthsOutOfReach),
        ({"valid_months": 121}, offers.MonthsOutOfReach),
    ],
)
def test_a_booklet_is_something(place: Place, facts: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        a_booklet(place.session, place.community, **facts)


@pytest.mark.parametrize(
    "days", [(), ("02-29",), ("13-01",), ("3/31",), ("03-31", "x"), tuple(f"01-{n:02}" for n in range(1, 14))]
)
def test_days_of_the_year_are_read(place: Place, days: tuple[str, ...]) -> None:
    session, community = place.session, place.community
    with pytest.raises(offers.DaysNotRead):
        offers.change_rule(session, community=community, rule=offers.Rule(report_days=days))
    offers.change_rule(session, community=community, rule=offers.Rule(report_days=("9-30", "3-31")))
    assert offers.rule_of(session, community=community).report_days == ("03-31", "09-30")
    with pytest.raises(offers.LimitOutOfReach):
        offers.change_rule(session, community=community, rule=offers.Rule(limit_minor=0))


# --- giving back --------------------------------------------------------------------------------------------


def test_money_goes_back_only_where_a_steward_allows_it(place: Place) -> None:
    sale = sold(place, a_booklet(place.session, place.community))
    with pytest.raises(giving_back.RefundsAreOff):
        back(place, sale, 2)
    allowed(place)
    place.visit(60, pays=TICKETS)
    back(place, sale, 2)
    # The last numbers go: what was used stays used.
    (booklet,) = queries.booklets_of(place.session, community=place.community, member=place.receiver)
    assert (booklet.unused, booklet.worth_minor) == (2, 1600)
    assert owed(place) == 1600
    assert place.money()["cash:main"] == 2400
    with pytest.raises(giving_back.NotSoManyLeft) as refused:
        back(place, sale, 3, key="form:too many")
    assert "Of this booklet 2 are unused" in str(refused.value)
    assert all_faults(place) == []


def test_the_same_form_gives_back_once(place: Place) -> None:
    allowed(place)
    sale = sold(place, a_booklet(place.session, place.community))
    back(place, sale, 2)
    back(place, sale, 2)
    assert owed(place) == 2400
    with pytest.raises(selling.BoughtBefore):
        back(place, sale, 1)
    with pytest.raises(selling.BoughtBefore):
        back(place, sale, 2, reason="another reason")
    with pytest.raises(selling.BoughtBefore):
        back(place, sale, 2, given_on=FRIDAY + timedelta(days=1))
    back(place, sale, 2, key="form:more")
    assert owed(place) == 800
    assert all_faults(place) == []


def test_nothing_goes_back_without_a_reason_or_that_is_not_in_the_box(place: Place) -> None:
    allowed(place)
    sale = sold(place, a_booklet(place.session, place.community), way=TRANSFER)
    facts = Back(tickets=1, way=CASH, reason=" ", given_on=FRIDAY, key="form:why")
    for one, refusal in (
        (facts, giving_back.ReasonWanted),
        (replace(facts, reason="moves"), giving_back.BoxTooEmpty),
        (replace(facts, reason="moves", way="stripe"), selling.WayUnknown),
        (replace(facts, reason="moves", tickets=0, way=TRANSFER), giving_back.NotSoManyLeft),
    ):
        with pytest.raises(refusal):
            giving_back.give_back(
                place.session, community=place.community, sale=sale, back=one, actor=COORDINATOR
            )
    assert owed(place) == 4000
    assert all_faults(place) == []


def test_money_that_is_not_in_the_books_yet_does_not_go_back(place: Place) -> None:
    allowed(place)
    offer = a_booklet(place.session, place.community)
    sale = by_card(place, offer)
    sold(place, offer)
    with pytest.raises(giving_back.MoneyNotThereYet):
        back(place, sale, 1)
    assert owed(place) == 4000
    assert all_faults(place) == []


def test_a_mistake_of_the_desk_is_taken_back_while_nothing_is_used(place: Place) -> None:
    session, community = place.session, place.community
    offer = a_booklet(session, community)
    sale = sold(place, offer)
    with pytest.raises(giving_back.ReasonWanted):
        giving_back.take_back(session, community=community, sale=sale, reason=" ", actor=COORDINATOR)
    for _press in range(2):
        giving_back.take_back(session, community=community, sale=sale, reason="twice", actor=COORDINATOR)
    assert place.money() == {}
    assert set(session.scalars(select(Ticket.gone))) == {"mistake"}
    used = sold(place, offer, key="form:used")
    place.visit(60, pays=TICKETS)
    with pytest.raises(giving_back.SomeAreUsed):
        giving_back.take_back(session, community=community, sale=used, reason="no", actor=COORDINATOR)
    assert all_faults(place) == []


# --- lapsing ------------------------------------------------------------------------------------------------


def test_tickets_lapse_once_their_time_is_long_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    session, community = place.session, place.community
    short, lasting = a_booklet(session, community, valid_months=1), a_booklet(session, community)
    sale = sold(place, short)
    sold(place, lasting)
    exchange = place.visit(60, pays=TICKETS)
    last = sale.last_on
    assert last == date(2026, 4, 30)

    def on(day: date) -> int:
        monkeypatch.setattr(clock, "today", lambda _zone: day)
        return giving_back.lapse(session, community=community)

    assert on(last + timedelta(days=62)) == 0
    assert on(last + timedelta(days=63)) == 4
    assert on(last + timedelta(days=64)) == 0
    assert place.money()["tickets-lapsed"] == -3200
    assert owed(place) == 4000
    # A visit that is taken back after that gives its ticket free, for as long again: it may be put right.
    reverse_exchange(session, community=community, exchange=exchange, reason="x", actor=COORDINATOR)
    assert owed(place) == 4800
    assert on(last + timedelta(days=65)) == 0
    later = clock.now() + timedelta(days=63)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert on(last + timedelta(days=66)) == 1
    assert place.money()["tickets-lapsed"] == -4000
    assert all_faults(place) == []


# --- what is unused -----------------------------------------------------------------------------------------


def test_what_is_unused_on_a_day_follows_the_days_of_paying_and_of_help(place: Place) -> None:
    session, community = place.session, place.community
    sold(place, a_booklet(session, community, valid_months=6))
    sold(place, a_booklet(session, community, valid_months=7, tickets=2))
    place.visit(60, pays=TICKETS)

    def on(day: date) -> tuple[int, int, bool]:
        found = queries.unused_on(session, community=community, day=day)
        return found.all_minor, found.long_minor, found.above

    assert on(SOLD_ON - timedelta(days=1)) == (0, 0, False)
    assert on(SOLD_ON) == (5600, 1600, False)
    assert on(FRIDAY) == (4800, 1600, False)
    offers.change_rule(session, community=community, rule=offers.Rule(limit_minor=1599))
    assert on(FRIDAY) == (4800, 1600, True)
    days = queries.unused_on_report_days(session, community=community)
    today = clock.today(community.time_zone)
    assert days[0].day == today
    assert [one.day for one in days[1:]] == sorted({one.day for one in days[1:]}, reverse=True)
    assert all(one.day < today for one in days[1:])
