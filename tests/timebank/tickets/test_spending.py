"""Tickets pay for help: each once, for the member who bought it, by number or from the account."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

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
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.service import reverse_exchange
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.support.models import BILL
from timebank.support.models import TICKETS
from timebank.support.models import SupportVisit
from timebank.support.planning import HOURS
from timebank.support.planning import NumbersForNothing
from timebank.tickets import spending
from timebank.tickets.giving_back import take_back
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketSale
from timebank.tickets.models import TicketUse
from timebank.tickets.proof import check_tickets


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def on_account(place: Place, **facts: Any) -> TicketSale:
    return sold(place, a_booklet(place.session, place.community, **facts))


def tickets(place: Place) -> int:
    """What the receiver's tickets still pay, by the books."""
    return -place.money().get(books.tickets_code(place.receiver.id), 0)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ("  ", []),
        ("101-104, 107", [101, 102, 103, 104, 107]),
        ("107 101", [101, 107]),
        ("１０１、１０２", [101, 102]),
        ("#7;#7", [7]),
        ("3〜5", [3, 4, 5]),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, read: list[int]) -> None:
    assert spending.read_numbers(typed) == read


@pytest.mark.parametrize("typed", ["x", "0", "5-3", "-5", "1.5", "12345678901", "9999999999", "1-", "1--2"])
def test_what_is_no_number_is_told(typed: str) -> None:
    with pytest.raises(spending.NumbersNotRead) as refused:
        spending.read_numbers(typed)
    assert typed in str(refused.value)


@pytest.mark.parametrize("typed", ["1-1000000", "1-60 100-160"])
def test_nobody_hands_over_so_many(typed: str) -> None:
    with pytest.raises(spending.TooManyAtOnce):
        spending.read_numbers(typed)


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_a_visit_is_paid_with_tickets_and_what_they_leave_is_on_the_bill(
    session: Session, provider: str
) -> None:
    place = a_place(session, provider=provider, registration="Registered")
    on_account(place)
    assert tickets(place) == 4000
    place.visit(150, pays=TICKETS)
    # Two hours and a half are 2000: two tickets, and half an hour on the bill.
    assert tickets(place) == 2400
    money = place.money()
    assert money["receivable:R"] == 400
    assert money["payable:G"] == -1500
    assert money["support"] == (-2000 if provider == GROUP else -500)
    assert money.get("expenses:support:thanks", 0) == (1500 if provider == GROUP else 0)
    assert all_faults(place) == []


def test_the_giver_may_keep_the_hour(place: Place) -> None:
    on_account(place)
    place.visit(60, pays=TICKETS, takes=HOURS)
    assert place.hours() == (60, 0, 60)
    assert place.money()["fund:hours-kept"] == -600
    assert "receivable:R" not in place.money()
    assert all_faults(place) == []


def test_what_runs_out_first_is_used_first(place: Place) -> None:
    lasting = on_account(place, valid_months=None)
    later = sold(place, a_booklet(place.session, place.community, valid_months=6))
    sooner = sold(place, a_booklet(place.session, place.community, valid_months=1, tickets=1))
    place.visit(120, pays=TICKETS)
    used = set(place.session.scalars(select(Ticket.sale_id).join(TicketUse)))
    assert used == {sooner.id, later.id}
    assert lasting.id not in used


def test_paper_is_used_by_its_numbers_only(place: Place) -> None:
    sale = on_account(place, on_paper=True)
    with pytest.raises(spending.NoTickets) as refused:
        place.visit(60, pays=TICKETS)
    assert place.receiver.name in str(refused.value)
    numbers = numbers_of(place.session, sale)
    exchange = place.visit(120, pays=TICKETS, numbers=numbers[1:3], key="form:by number")
    used = spending.used_for(place.session, community=place.community, exchange_id=exchange.id)
    assert used.numbers == tuple(numbers[1:3])
    assert used.worth_minor == 1600
    assert all_faults(place) == []


def test_each_ticket_that_cannot_be_used_is_named(place: Place) -> None:
    session, community = place.session, place.community
    mine = numbers_of(session, on_account(place))
    other = a_member(session, community, name="Jiro")
    theirs = numbers_of(session, sold(place, a_booklet(session, community), other))
    over = numbers_of(session, sold(place, a_booklet(session, community, valid_months=1)))
    mistake = sold(place, a_booklet(session, community, tickets=1))
    gone = numbers_of(session, mistake)
    take_back(session, community=community, sale=mistake, reason="typo", actor=COORDINATOR)
    place.visit(60, pays=TICKETS, numbers=mine[:1], key="form:used")
    for number, day, refusal, told in (
        (mine[0], FRIDAY, spending.UsedAlready, str(FRIDAY)),
        (99_999, FRIDAY, spending.NeverSold, "99999"),
        (theirs[0], FRIDAY, spending.SomebodyElses, "Taro"),
        (over[0], date(2026, 5, 1), spending.RanOut, "2026-04-30"),
        (mine[1], date(2026, 3, 31), spending.SoldLater, str(SOLD_ON)),
        (gone[0], FRIDAY, spending.GoneTicket, str(gone[0])),
    ):
        with pytest.raises(refusal) as refused:
            place.visit(60, pays=TICKETS, numbers=[number], worked_on=day, key=f"form:refused-{number}")
        assert told in str(refused.value)
        assert str(number) in str(refused.value)
    # The last day itself still counts.
    place.visit(60, pays=TICKETS, numbers=over[:1], worked_on=date(2026, 4, 30), key="form:last day")
    assert all_faults(place) == []


def test_no_change_is_given(place: Place) -> None:
    numbers = numbers_of(place.session, on_account(place))
    with pytest.raises(spending.MoreThanThePrice):
        place.visit(90, pays=TICKETS, numbers=numbers[:2])
    place.visit(90, pays=TICKETS, numbers=numbers[:1], key="form:one")
    assert place.money()["receivable:R"] == 400


def test_tickets_of_a_visit_that_is_taken_back_can_be_used_again(place: Place) -> None:
    numbers = numbers_of(place.session, on_account(place))
    exchange = place.visit(60, pays=TICKETS, numbers=numbers[:1])
    reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="x", actor=COORDINATOR
    )
    assert tickets(place) == 4000
    assert all_faults(place) == []
    place.visit(60, pays=TICKETS, numbers=numbers[:1], once=False, key="form:again")
    assert tickets(place) == 3200
    assert all_faults(place) == []


def test_the_same_form_is_one_visit_with_the_same_tickets(place: Place) -> None:
    numbers = numbers_of(place.session, on_account(place))
    first = place.visit(60, pays=TICKETS, numbers=numbers[:1], key="form:same")
    assert place.visit(60, pays=TICKETS, numbers=numbers[:1], key="form:same").id == first.id
    assert place.visit(60, pays=TICKETS, key="form:same").id == first.id
    with pytest.raises(FormSavedAlready):
        place.visit(60, pays=TICKETS, numbers=numbers[1:2], key="form:same")
    assert tickets(place) == 3200


def test_the_database_itself_lets_nobody_spend_a_ticket_twice(place: Place) -> None:
    session = place.session
    numbers = numbers_of(session, on_account(place))
    place.visit(60, pays=TICKETS, numbers=numbers[:1], key="form:first")
    other = place.visit(60, key="form:second")
    used = session.scalars(select(TicketUse)).one()
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(
            insert(TicketUse).values(
                ticket_id=used.ticket_id, exchange_id=other.id, community_id=place.community.id
            )
        )
    assert "ticket_is_used_once" in str(refused.value)
    for statement in (
        update(TicketUse).values(exchange_id=other.id),
        text("DELETE FROM ticket_use"),
        update(Ticket).values(number=Ticket.number + 1000),
        text("DELETE FROM ticket"),
    ):
        with pytest.raises(Exception, match=r"stays|final"), session.begin_nested():
            session.execute(statement)


def test_money_that_is_not_in_the_books_yet_pays_nothing_whatever_else_there_is(place: Place) -> None:
    offer = a_booklet(place.session, place.community)
    waiting = numbers_of(place.session, by_card(place, offer))
    with pytest.raises(spending.NoTickets):
        place.visit(60, pays=TICKETS)
    paid = numbers_of(place.session, sold(place, offer))
    # One account stands for both booklets, and pays for the one whose money is there.
    with pytest.raises(spending.NotPaidForYet):
        place.visit(60, pays=TICKETS, numbers=waiting[:1])
    exchange = place.visit(60, pays=TICKETS, key="form:the one that is paid")
    used = spending.used_for(place.session, community=place.community, exchange_id=exchange.id)
    assert used.numbers == (paid[0],)
    assert all_faults(place) == []


@pytest.mark.parametrize("facts", [{"pays": BILL}, {"pays": HOURS}, {"pays": TICKETS, "paid_minutes": 0}])
def test_numbers_that_would_be_forgotten_are_told(place: Place, facts: dict[str, Any]) -> None:
    numbers = numbers_of(place.session, on_account(place))
    with pytest.raises(NumbersForNothing):
        place.visit(60, numbers=numbers[:1], **facts)


def test_the_proof_finds_what_does_not_agree(place: Place) -> None:
    session = place.session
    numbers = numbers_of(session, on_account(place))
    place.visit(60, pays=TICKETS, numbers=numbers[:1])
    assert all_faults(place) == []
    session.execute(update(Ticket).where(Ticket.number == numbers[4]).values(gone="back", gone_on=FRIDAY))
    (fault,) = check_tickets(session)
    assert "are good are worth 2400, and the books say 3200" in fault
    session.execute(update(Ticket).values(gone=None, gone_on=None))
    session.execute(update(Ticket).where(Ticket.number == numbers[0]).values(gone="back", gone_on=FRIDAY))
    assert any("was used, and is gone all the same" in one for one in check_tickets(session))


def test_a_visit_says_what_of_it_tickets_paid(place: Place) -> None:
    on_account(place)
    exchange = place.visit(90, pays=TICKETS)
    visit = place.session.get_one(SupportVisit, exchange.id)
    assert (visit.pays_by, visit.price_minor, visit.tickets_minor) == (TICKETS, 1200, 800)
    assert place.session.get_one(Exchange, exchange.id).minutes == 90
