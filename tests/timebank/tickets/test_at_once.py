"""One ticket on two slips at the same moment, and two who buy at once: each ticket is one, and used once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import written
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import all_faults
from tests.timebank.tickets.booklets import numbers_of
from tests.timebank.tickets.booklets import sold
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.support.models import TICKETS
from timebank.tickets import paying
from timebank.tickets import spending
from timebank.tickets.models import Ticket
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketPaidUse
from timebank.tickets.models import TicketUse
from timebank.tickets.piles import PileRefused

MANY = 5
PILE_ON = date(2026, 4, 6)


def at_once(engine: Engine, ids: tuple[int, int, int], work: Callable[[Place, int], None]) -> list[object]:
    """Do it several times at one moment, each on a connection of its own; gives the refusals."""
    ready = Barrier(MANY)

    def one(number: int) -> object:
        ready.wait()
        try:
            written(engine, lambda session: work(_place(session, ids), number))
        except Refusal as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def _place(session: Session, ids: tuple[int, int, int]) -> Place:
    community, giver, receiver = ids
    return Place(
        session,
        session.get_one(Community, community),
        session.get_one(Member, giver),
        session.get_one(Member, receiver),
    )


def _made(session: Session) -> tuple[tuple[int, int, int], list[int]]:
    place = a_place(session)
    sale = sold(place, a_booklet(session, place.community, on_paper=True))
    ids = (place.community.id, place.giver.id, place.receiver.id)
    return ids, numbers_of(session, sale)


def test_one_ticket_on_several_slips_at_the_same_moment_is_used_once(engine: Engine) -> None:
    ids, numbers = written(engine, _made)

    def slip(place: Place, number: int) -> None:
        place.visit(60, pays=TICKETS, numbers=numbers[:1], once=False, key=f"form:slip-{number}")

    refused = at_once(engine, ids, slip)
    assert sorted(map(str, refused)) == sorted(map(str, [None, *[spending.UsedAlready] * (MANY - 1)]))

    def look(session: Session) -> None:
        place = _place(session, ids)
        assert len(session.scalars(select(TicketUse)).all()) == 1
        assert place.money()[f"tickets:{ids[2]}"] == -3200
        assert all_faults(place) == []

    written(engine, look)


def test_booklets_that_are_sold_at_the_same_moment_have_numbers_of_their_own(engine: Engine) -> None:
    ids, numbers = written(engine, _made)

    def sells(place: Place, number: int) -> None:
        offer = place.session.scalars(select(TicketOffer)).one()
        sold(place, offer, key=f"form:sold-{number}")

    assert at_once(engine, ids, sells) == [None] * MANY

    def look(session: Session) -> None:
        found = list(session.scalars(select(Ticket.number).order_by(Ticket.number)))
        assert found == list(range(numbers[0], numbers[0] + 5 * (MANY + 1)))
        assert all_faults(_place(session, ids)) == []

    written(engine, look)


def test_one_ticket_in_several_piles_and_on_a_slip_at_one_moment_is_used_once(engine: Engine) -> None:
    ids, numbers = written(engine, _made)
    written(engine, lambda session: _place(session, ids).visit(300, key="form:owed"))

    def enters(place: Place, number: int) -> None:
        if number == 0:
            place.visit(60, pays=TICKETS, numbers=numbers[:1], once=False, key="form:a slip")
            return
        here: dict[str, Any] = {"session": place.session, "community": place.community}
        key = f"form:pile-{number}"
        pile = paying.look_at(**here, numbers=numbers[:1], came_on=PILE_ON, key=key)
        assert pile
        paying.book(**here, pile=pile, key=key, actor=COORDINATOR)

    refused = at_once(engine, ids, enters)
    assert refused.count(None) == 1
    words = {PileRefused, spending.HandedInAlready, spending.UsedAlready}
    assert {one for one in refused if one is not None} <= words

    def look(session: Session) -> None:
        place = _place(session, ids)
        uses = [*session.scalars(select(TicketUse)), *session.scalars(select(TicketPaidUse))]
        assert len(uses) == 1
        assert place.money()[f"tickets:{ids[2]}"] == -3200
        assert all_faults(place) == []

    written(engine, look)


def test_one_form_of_a_pile_sent_several_times_at_one_moment_is_saved_once(engine: Engine) -> None:
    ids, numbers = written(engine, _made)
    written(engine, lambda session: _place(session, ids).visit(300, key="form:owed"))

    def enters(place: Place, _number: int) -> None:
        here: dict[str, Any] = {"session": place.session, "community": place.community}
        pile = paying.look_at(**here, numbers=numbers[:2], came_on=PILE_ON, key="form:one pile")
        if pile is not None:
            paying.book(**here, pile=pile, key="form:one pile", actor=COORDINATOR)

    assert at_once(engine, ids, enters) == [None] * MANY

    def look(session: Session) -> None:
        assert len(session.scalars(select(TicketPaid)).all()) == 1
        assert all_faults(_place(session, ids)) == []

    written(engine, look)
