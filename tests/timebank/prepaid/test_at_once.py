"""Visits, top-ups and what goes back at the same moment: the same yen is used once, and the books agree."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import written
from tests.timebank.prepaid.balances import PAID_ON
from tests.timebank.prepaid.balances import all_faults
from tests.timebank.prepaid.balances import offered
from tests.timebank.prepaid.balances import on_balance
from tests.timebank.prepaid.balances import topped_up
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.test_at_once import MANY
from tests.timebank.tickets.test_at_once import at_once
from timebank import books
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.prepaid import giving_back
from timebank.prepaid import spending
from timebank.prepaid.giving_back import shares_back
from timebank.prepaid.models import CASH
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.models import PrepaidUse
from timebank.support.models import PREPAID
from timebank.support.planning import THANKS
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.visits import write_down

Ids = tuple[int, int, int]


@pytest.fixture
def ids(engine: Engine) -> Ids:
    """A place in which whoever receives has paid 1000 ahead."""

    def made(session: Session) -> Ids:
        place = a_place(session)
        offered(session, place.community, refunds=True)
        topped_up(place, 1000)
        return place.community.id, place.giver.id, place.receiver.id

    return written(engine, made)


def look(engine: Engine, ids: Ids, work: Callable[[Place], None]) -> None:
    def looked(session: Session) -> None:
        place = Place(
            session,
            session.get_one(Community, ids[0]),
            session.get_one(Member, ids[1]),
            session.get_one(Member, ids[2]),
        )
        work(place)
        assert all_faults(place) == []

    written(engine, looked)


def plans(place: Place, number: int, minutes: int = 60) -> Plan:
    wish = Wish(
        giver=place.giver,
        receiver=place.receiver,
        kind=None,
        worked_on=FRIDAY,
        minutes=minutes,
        pays=PREPAID,
        takes=THANKS,
        key=f"form:visit-{number}",
    )
    plan = plan_of(place.session, community=place.community, wish=wish)
    assert plan
    return plan


def test_visits_at_one_moment_never_spend_the_same_yen(engine: Engine, ids: Ids) -> None:
    # What each was shown: that there are 1000 on the balance.
    def write(place: Place, number: int) -> None:
        plan = plans(place, number)
        write_down(place.session, community=place.community, plan=plan, actor=COORDINATOR)

    refused = at_once(engine, ids, write)
    assert set(refused) <= {None, spending.BalanceHoldsLess, spending.NothingPrepaid}

    def after(place: Place) -> None:
        used = place.session.scalars(select(PrepaidUse.amount_minor)).all()
        assert sum(used) + on_balance(place) == 1000
        assert len(used) == refused.count(None)

    look(engine, ids, after)


def test_the_same_form_at_one_moment_is_one_top_up(engine: Engine, ids: Ids) -> None:
    def tops_up(place: Place, _number: int) -> None:
        topped_up(place, 500, key="form:at once")

    assert at_once(engine, ids, tops_up) == [None] * MANY

    def after(place: Place) -> None:
        assert len(place.session.scalars(select(PrepaidTopup)).all()) == 2
        assert on_balance(place) == 1500

    look(engine, ids, after)


def test_what_goes_back_at_one_moment_is_no_more_than_there_is(engine: Engine, ids: Ids) -> None:
    def goes(place: Place, number: int) -> None:
        back = giving_back.Back(
            amount_minor=600, way=CASH, reason="x", given_on=PAID_ON, key=f"form:back-{number % 2}"
        )
        giving_back.give_back(
            place.session, community=place.community, member=place.receiver, back=back, actor=COORDINATOR
        )

    refused = at_once(engine, ids, goes)
    # Two forms: one of them has its money, whoever sent it, and the other is told.
    assert set(refused) == {None, giving_back.NotSoMuchLeft}
    look(engine, ids, lambda place: _is(place, 400))


def _is(place: Place, amount: int) -> None:
    assert on_balance(place) == amount


def test_what_stripe_takes_beside_visits_takes_what_is_left(engine: Engine, ids: Ids) -> None:
    """Whoever holds the balance first goes first, and the others see what is left; nobody is stopped."""

    def both(place: Place, number: int) -> None:
        if number == 0:
            _by_stripe(place, 1000)
        else:
            plan = plans(place, number)
            write_down(place.session, community=place.community, plan=plan, actor=COORDINATOR)

    refused = at_once(engine, ids, both)
    assert refused[0] is None
    assert set(refused) <= {None, spending.BalanceHoldsLess, spending.NothingPrepaid}

    def after(place: Place) -> None:
        used = sum(place.session.scalars(select(PrepaidUse.amount_minor)))
        back = place.session.scalars(select(PrepaidBack)).one()
        assert on_balance(place) == 0
        # What had been used when the money went back is owed.
        assert (used, back.amount_minor) == (back.billed_minor, 1000)

    look(engine, ids, after)


def _by_stripe(place: Place, amount: int) -> None:
    """Book that money went back for the first top-up, as a line of Stripe's does."""
    topup = place.session.scalars(select(PrepaidTopup)).one()
    shares = shares_back(place.session, topup=topup, amount=amount)
    assert sum(part for _code, part in shares) == -amount

    def account(code: str) -> ledger.Account:
        return books.money(
            place.session, book_id=place.community.book_id, currency="JPY", code=code, actor=COORDINATOR
        )

    entry = ledger.Entry(
        book_id=place.community.book_id,
        kind="stripe-refund",
        posted_on=FRIDAY,
        key="stripe:back",
        actor=str(COORDINATOR),
        transfers=tuple(
            ledger.Transfer(debit=account(code), credit=account(books.STRIPE), amount=-part)
            for code, part in shares
            if part
        ),
        memo="stripe",
    )
    ledger.post(place.session, entry)
