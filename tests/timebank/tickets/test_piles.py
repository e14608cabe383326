"""A pile of paper tickets pays what several members owe: all of it or nothing, each ticket once."""

from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_member
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
from timebank.doubles.service import join
from timebank.exchanges.service import reverse_exchange
from timebank.members.models import Member
from timebank.support.models import TICKETS
from timebank.tickets import giving_back
from timebank.tickets import paying
from timebank.tickets import piles
from timebank.tickets import spending
from timebank.tickets.came_in import list_came_in
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.models import TicketUse
from timebank.tickets.queries import find_ticket
from timebank.tickets.queries import unused_on

MONDAY = date(2026, 4, 6)


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


@pytest.fixture
def offer(place: Place) -> TicketOffer:
    return a_booklet(place.session, place.community, on_paper=True)


def enters(place: Place, numbers: Sequence[int], **facts: Any) -> list[TicketPaid]:
    """Look at a pile and book it as it was shown."""
    came_on, key = facts.get("came_on", MONDAY), facts.get("key", "form:a pile")
    here: dict[str, Any] = {"session": place.session, "community": place.community}
    pile = paying.look_at(**here, numbers=sorted(numbers), came_on=came_on, key=key)
    if pile is not None:
        paying.book(**here, pile=pile, key=key, actor=COORDINATOR)
    return list(place.session.scalars(select(TicketPaid).order_by(TicketPaid.id)))


def refused(place: Place, numbers: Sequence[int], **facts: Any) -> list[str]:
    with pytest.raises(piles.PileRefused) as told:
        enters(place, numbers, **facts)
    return [str(one) for one in told.value.reasons]


def owes(place: Place, member: Member) -> int:
    return piles.owed_by(place.session, community=place.community, member=member)


def taken_back(place: Place, paid: TicketPaid, reason: str = "Typed wrong") -> None:
    paying.take_back(place.session, community=place.community, paid=paid, reason=reason, actor=COORDINATOR)


def test_each_member_pays_what_they_owe_with_their_own(place: Place, offer: TicketOffer) -> None:
    jiro = a_member(place.session, place.community, name="Jiro")
    taros, jiros = (numbers_of(place.session, sold(place, offer, who)) for who in (place.receiver, jiro))
    place.visit(120)
    place.visit(60, receiver=jiro, key="form:jiro's")
    first, second = enters(place, [jiros[0], *taros[:2]])
    assert (first.member_id, first.amount_minor, first.paid_on) == (place.receiver.id, 1600, MONDAY)
    assert (second.member_id, second.amount_minor) == (jiro.id, 800)
    assert (owes(place, place.receiver), owes(place, jiro)) == (0, 0)
    money = place.money()
    assert money[books.tickets_code(place.receiver.id)] == -2400
    assert money[books.tickets_code(jiro.id)] == -3200
    (told,) = list_came_in(place.session, community=place.community, member=place.receiver)
    assert told.numbers == f"{taros[0]}-{taros[1]}"
    assert all_faults(place) == []


def test_what_is_shown_is_what_is_owed_before_and_after(place: Place, offer: TicketOffer) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(90)
    pile = piles.pile_of(place.session, community=place.community, numbers=numbers[:1], came_on=MONDAY)
    (part,) = pile.parts
    assert (part.owes_minor, part.worth_minor, part.left_minor) == (1200, 800, 400)
    assert (pile.count, pile.worth_minor) == (1, 800)
    assert place.session.scalars(select(TicketPaid)).all() == []


def test_everything_that_is_wrong_is_named_at_once_and_nothing_booked(
    place: Place, offer: TicketOffer
) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    late = numbers_of(place.session, sold(place, offer, paid_on=date(2026, 4, 8), key="form:late"))
    old = a_booklet(place.session, place.community, valid_months=1, on_paper=True)
    over = numbers_of(place.session, sold(place, old, paid_on=date(2026, 2, 1), key="form:old"))
    card = numbers_of(place.session, by_card(place, offer))
    gone = sold(place, offer, key="form:gone")
    missing = numbers_of(place.session, gone)
    giving_back.take_back(place.session, community=place.community, sale=gone, reason="No", actor=COORDINATOR)
    place.visit(60, pays=TICKETS, numbers=numbers[:1])
    place.visit(120)
    enters(place, numbers[1:2])
    typed = [
        numbers[0],
        numbers[1],
        numbers[2],
        late[0],
        over[0],
        card[0],
        missing[0],
        missing[1],
        9998,
        9999,
    ]
    assert sorted(refused(place, typed, key="form:another")) == sorted(
        [
            f"Used already, for help on {FRIDAY}: {numbers[0]}.",
            f"Used already, as they came in on {MONDAY}: {numbers[1]}.",
            f"Sold on 2026-04-08 only, after they are said to have come in: {late[0]}.",
            f"Their last day was 2026-02-28: {over[0]}.",
            f"The money for them is not in the books yet; please try again tomorrow: {card[0]}.",
            f"Money for them went back, or their time is over: {missing[0]}-{missing[1]}.",
            "Never sold: 9998-9999.",
        ]
    )
    assert owes(place, place.receiver) == 800
    assert len(place.session.scalars(select(TicketPaidUse)).all()) == 1
    assert all_faults(place) == []


def test_no_change_is_given_and_what_is_too_much_is_named(place: Place, offer: TicketOffer) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(90)
    (told,) = refused(place, numbers[:3])
    assert told.endswith(f"Please leave out: {numbers[1]}-{numbers[2]}.")
    assert "1200" in told.replace(",", "")
    enters(place, numbers[:1])
    assert owes(place, place.receiver) == 400
    assert all_faults(place) == []


def test_what_is_no_number_is_named_all_of_it() -> None:
    with pytest.raises(piles.PileRefused) as told:
        piles.read_pile("101, abc; 5-3, 102")
    assert len(told.value.reasons) == 2
    with pytest.raises(piles.NoNumbers):
        piles.read_pile(" , ")
    assert piles.read_pile("１０１-103、 107\n205") == [101, 102, 103, 107, 205]
    assert len(piles.read_pile("1-500")) == 500
    for typed in ("1-501", "1-400, 401-501", "1-999999999"):
        with pytest.raises(spending.TooManyAtOnce):
            piles.read_pile(typed)


def test_the_same_form_is_saved_once(place: Place, offer: TicketOffer) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(120)
    assert len(enters(place, numbers[:1])) == 1
    assert len(enters(place, numbers[:1])) == 1
    with pytest.raises(paying.PileSavedBefore):
        enters(place, numbers[:2])
    with pytest.raises(paying.PileSavedBefore):
        enters(place, numbers[:1], came_on=SOLD_ON)
    assert owes(place, place.receiver) == 800


def test_what_was_shown_has_to_be_so_still(place: Place, offer: TicketOffer) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(120)
    here: dict[str, Any] = {"session": place.session, "community": place.community}
    pile = paying.look_at(**here, numbers=numbers[:1], came_on=MONDAY, key="form:slow")
    assert pile
    enters(place, numbers[1:2])
    with pytest.raises(paying.OtherwiseNow):
        paying.book(**here, pile=pile, key="form:slow", actor=COORDINATOR)
    assert owes(place, place.receiver) == 800


def test_a_mistake_is_taken_back_with_a_reason_and_the_tickets_are_good(
    place: Place, offer: TicketOffer
) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(60)
    (paid,) = enters(place, numbers[:1])
    with pytest.raises(giving_back.ReasonWanted):
        taken_back(place, paid, "  ")
    taken_back(place, paid)
    taken_back(place, paid, "Once more")
    assert paid.taken_back_because == "Typed wrong"
    assert owes(place, place.receiver) == 800
    told = find_ticket(place.session, community=place.community, number=numbers[0])
    assert told
    assert told.paid_id is None
    enters(place, numbers[:1], key="form:again")
    assert owes(place, place.receiver) == 0
    assert all_faults(place) == []


def test_a_ticket_that_came_in_pays_no_visit_until_it_is_taken_back(place: Place, offer: TicketOffer) -> None:
    sale = sold(place, offer)
    numbers = numbers_of(place.session, sale)
    place.visit(60)
    (paid,) = enters(place, numbers[:1])
    with pytest.raises(spending.HandedInAlready) as told:
        place.visit(60, pays=TICKETS, numbers=numbers[:1], once=False, key="form:with it")
    assert str(numbers[0]) in str(told.value)
    with pytest.raises(giving_back.SomeAreUsed):
        giving_back.take_back(
            place.session, community=place.community, sale=sale, reason="No", actor=COORDINATOR
        )
    here = unused_on(place.session, community=place.community, day=MONDAY)
    assert here.all_minor == 3200
    assert unused_on(place.session, community=place.community, day=FRIDAY).all_minor == 4000
    taken_back(place, paid)
    visit = place.visit(60, pays=TICKETS, numbers=numbers[:1], once=False, key="form:with it now")
    reverse_exchange(
        place.session, community=place.community, exchange=visit, reason="Wrong", actor=COORDINATOR
    )
    enters(place, numbers[:1], key="form:after")
    assert all_faults(place) == []


def test_the_database_refuses_what_the_program_forgot(place: Place, offer: TicketOffer) -> None:
    session = place.session
    numbers = numbers_of(session, sold(place, offer))
    place.visit(60)
    visit = place.visit(60, pays=TICKETS, numbers=numbers[1:2], once=False, key="form:with one")
    (paid,) = enters(place, numbers[:1])
    ids = {one.number: one.id for one in session.scalars(select(Ticket))}
    for row in (
        TicketUse(ticket_id=ids[numbers[0]], exchange_id=visit.id, community_id=place.community.id),
        TicketPaidUse(ticket_id=ids[numbers[1]], paid_id=paid.id, community_id=place.community.id),
    ):
        with pytest.raises(IntegrityError, match="ticket_is_used_once"), session.begin_nested():
            session.add(row)
    taken_back(place, paid)
    for change in (
        "UPDATE ticket_paid SET reversal_id = NULL, taken_back_because = NULL, taken_back_at = NULL",
        "UPDATE ticket_paid SET amount_minor = 1",
        "DELETE FROM ticket_paid_use",
    ):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(change))


def test_where_its_month_is_closed_it_stands_on_the_first_open_day(place: Place, offer: TicketOffer) -> None:
    numbers = numbers_of(place.session, sold(place, offer))
    place.visit(60)
    month = date(2026, 4, 1)
    ledger.close_month(place.session, book_id=place.community.book_id, month=month, actor=str(COORDINATOR))
    enters(place, numbers[:1])
    day = place.session.scalar(text("SELECT posted_on FROM entry WHERE kind = 'tickets-pay'"))
    assert str(day) == "2026-05-01"
    assert all_faults(place) == []


def test_records_that_were_joined_pay_with_the_tickets_of_both(place: Place, offer: TicketOffer) -> None:
    older = a_member(place.session, place.community, name="Taro")
    numbers = numbers_of(place.session, sold(place, offer, older))
    place.visit(60, receiver=older, key="form:the older's")
    place.visit(60)
    join(
        place.session,
        community=place.community,
        stays=place.receiver,
        goes=older,
        reason="Twice",
        actor=COORDINATOR,
    )
    enters(place, numbers[:2])
    assert (owes(place, place.receiver), owes(place, older)) == (0, 0)
    told = list_came_in(place.session, community=place.community, member=place.receiver)
    assert sorted(one.numbers for one in told) == [str(numbers[0]), str(numbers[1])]
    assert str(numbers[2]) in refused(place, numbers[2:3], key="form:more")[0]
    assert all_faults(place) == []


def test_what_was_taken_back_lately_does_not_lapse(place: Place) -> None:
    today = clock.today(place.community.time_zone)
    old = a_booklet(place.session, place.community, valid_months=1, on_paper=True)
    day = today - timedelta(days=200)
    sale = sold(place, old, paid_on=day)
    numbers = numbers_of(place.session, sale)
    place.visit(60, worked_on=day)
    (paid,) = enters(place, numbers[:1], came_on=day)
    taken_back(place, paid)
    assert giving_back.lapse(place.session, community=place.community) == 4
    assert all_faults(place) == []


def test_verify_finds_what_does_not_agree(place: Place, offer: TicketOffer) -> None:
    session = place.session
    numbers = numbers_of(session, sold(place, offer))
    place.visit(60)
    (paid,) = enters(place, numbers[:1])
    entry = ledger.reverse(
        session,
        book_id=place.community.book_id,
        entry_id=paid.entry_id,
        posted_on=clock.today("Asia/Tokyo"),
        key="behind its back",
        actor=str(COORDINATOR),
    )
    assert any(f"reversed by entry {entry.entry_id}" in one for one in all_faults(place))
