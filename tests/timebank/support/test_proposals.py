"""Visits that members tell of: booked with their money when the other has answered, and by nothing else."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.prepaid.balances import all_faults
from tests.timebank.prepaid.balances import offered
from tests.timebank.prepaid.balances import on_balance
from tests.timebank.prepaid.balances import topped_up
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.support.telling import answers
from tests.timebank.support.telling import tells
from timebank.errors import Refusal
from timebank.exchanges import service
from timebank.exchanges.booking import IsPaidFor
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import LoggedAlready
from timebank.prepaid.spending import NothingPrepaid
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.rules import Facts
from timebank.rates.service import set_rate
from timebank.support import proposals
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import PREPAID
from timebank.support.models import TICKETS
from timebank.support.models import SupportVisit
from timebank.support.planning import ForHoursAlone
from timebank.support.planning import NumbersForNothing
from timebank.support.proposal_models import SupportProposal
from timebank.support.usual import say_usual


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def test_what_the_giver_tells_is_booked_when_the_receiver_has_answered(place: Place) -> None:
    exchange = tells(place, place.giver)
    assert exchange.state == "proposed"
    assert place.money() == {}
    answers(place, exchange, by=place.receiver, pays=BILL)
    assert exchange.state == "confirmed"
    assert place.hours() == (0, 0, 0)
    assert place.money() == {
        "receivable:R": 800,
        "support": -800,
        "expenses:support:thanks": 600,
        "payable:G": -600,
    }
    assert place.faults() == []
    service.reverse_exchange(
        place.session, community=place.community, exchange=exchange, reason="Wrong", actor=COORDINATOR
    )
    assert place.money() == {}
    assert place.faults() == []


def test_what_the_receiver_tells_waits_for_the_giver_who_says_what_they_take(place: Place) -> None:
    exchange = tells(place, place.receiver)
    assert exchange.state == "agreed"
    assert place.money() == {}
    answers(place, exchange, by=place.giver, takes=NOTHING)
    assert place.money() == {"receivable:R": 800, "support": -800}
    assert place.faults() == []


def test_the_giver_takes_what_they_usually_take_where_they_say_nothing_else(place: Place) -> None:
    say_usual(place.session, member=place.giver, takes=HOURS, actor=SOMEBODY)
    exchange = tells(place, place.receiver)
    answers(place, exchange)
    assert place.hours() == (60, 0, 60)
    assert place.faults() == []


def test_where_both_settle_on_hours_it_is_an_exchange_as_any_other(place: Place) -> None:
    exchange = tells(place, place.giver, takes=HOURS)
    assert answers(place, exchange, by=place.receiver, pays=HOURS) is None
    assert exchange.state == "confirmed"
    assert place.session.get(SupportVisit, exchange.id) is None
    assert place.hours() == (60, -60, 0)
    assert place.money() == {}
    assert place.faults() == []


def test_what_has_changed_since_it_was_seen_is_shown_again(place: Place) -> None:
    exchange = tells(place, place.giver)
    proposal = proposals.find_proposal(place.session, exchange=exchange)
    assert proposal is not None
    seen = proposals.mark_of(
        proposals.plan_to_answer(
            place.session,
            community=place.community,
            exchange=exchange,
            proposal=proposal,
            answer=proposals.Answer(pays=BILL),
        )
    )
    # As if the rate of that day had been entered anew.
    place.session.execute(text("DELETE FROM support_rate"))
    facts = Facts(starts_on=FRIDAY, price_minor=900, thanks_minor=600)
    set_rate(place.session, community=place.community, kind=None, facts=facts, actor=SOMEBODY)
    plan = answers(place, exchange, seen=seen, by=place.receiver, pays=BILL)
    assert exchange.state == "proposed"
    assert plan.parts.price_minor == 900
    answers(place, exchange, by=place.receiver, pays=BILL)
    assert place.money()["receivable:R"] == 900
    assert place.faults() == []


def _settles(place: Place, exchange: Exchange) -> None:
    service.settle_exchange(
        place.session,
        community=place.community,
        exchange=exchange,
        minutes=60,
        worked_on=FRIDAY,
        reason="Both say so",
        actor=COORDINATOR,
    )


def _confirms(place: Place, exchange: Exchange) -> None:
    service.confirm_exchange(place.session, community=place.community, exchange=exchange, actor=COORDINATOR)


def _closes(place: Place, exchange: Exchange) -> None:
    exchange.state = "agreed"
    service.close_joint(
        place.session, community=place.community, exchange=exchange, reason="Late", actor=COORDINATOR
    )


@pytest.mark.parametrize("way", [_settles, _confirms, _closes])
def test_nothing_books_it_as_hours_alone(place: Place, way: Callable[[Place, Exchange], None]) -> None:
    exchange = tells(place, place.giver)
    place.session.flush()
    with pytest.raises(IsPaidFor), place.session.begin_nested():
        way(place, exchange)
    place.session.refresh(exchange)
    assert exchange.state == "proposed"
    assert place.hours() == (0, 0, 0)
    assert place.faults() == []


def test_a_coordinator_books_a_dispute_with_its_money_when_both_have_said_so(place: Place) -> None:
    exchange = tells(place, place.giver)
    session, community = place.session, place.community
    service.decline_exchange(session, community=community, exchange=exchange, reason="No", actor=SOMEBODY)
    with pytest.raises(AnsweredAlready):
        answers(place, exchange, by=place.receiver)
    service.dispute_exchange(session, exchange=exchange, reason="It was so", actor=SOMEBODY)
    session.flush()
    with pytest.raises(IsPaidFor), session.begin_nested():
        _settles(place, exchange)
    session.refresh(exchange)
    answers(place, exchange)
    assert place.money()["receivable:R"] == 800
    assert place.faults() == []


def test_the_giver_says_that_it_is_not_right(place: Place) -> None:
    exchange = tells(place, place.receiver)
    proposals.decline(place.session, exchange=exchange, reason="Not me", actor=SOMEBODY, by=place.giver)
    assert exchange.state == "withdrawn"
    with pytest.raises(AnsweredAlready):
        answers(place, exchange, by=place.giver)
    assert place.money() == {}


def test_a_form_that_is_saved_twice_is_one_visit_and_the_answer_is_booked_once(place: Place) -> None:
    exchange = tells(place, place.giver)
    assert tells(place, place.giver).id == exchange.id
    with pytest.raises(FormSavedAlready):
        tells(place, place.giver, km=3)
    answers(place, exchange, by=place.receiver)
    answers(place, exchange, by=place.receiver)
    assert place.money()["receivable:R"] == 800
    assert tells(place, place.giver).id == exchange.id


def test_the_same_told_by_both_is_asked_about(place: Place) -> None:
    exchange = tells(place, place.giver)
    with pytest.raises(LoggedAlready):
        tells(place, place.receiver, key="form:the-other-side")
    answers(place, exchange, by=place.receiver)
    with pytest.raises(LoggedAlready):
        tells(place, place.receiver, key="form:the-other-side")
    other = tells(place, place.receiver, key="form:once-more", once=False)
    with pytest.raises(LoggedAlready):
        answers(place, other, by=place.giver)
    answers(place, other, by=place.giver, once=False)
    assert place.money()["receivable:R"] == 1600
    assert place.faults() == []


def test_whoever_leaves_lets_go_of_what_is_open(place: Place) -> None:
    exchange = tells(place, place.receiver)
    service.drop_open(
        place.session, community=place.community, member=place.receiver, reason="Left", actor=COORDINATOR
    )
    assert exchange.state == "withdrawn"
    assert proposals.find_proposal(place.session, exchange=exchange) is None
    assert place.faults() == []


def test_where_help_is_paid_no_longer_on_its_day_it_says_so_and_stays_open(place: Place) -> None:
    exchange = tells(place, place.giver)
    place.session.execute(text("DELETE FROM support_terms"))
    with pytest.raises(ForHoursOnly):
        answers(place, exchange, seen="what was seen", by=place.receiver)
    assert exchange.state == "proposed"


@pytest.mark.parametrize(
    ("gave", "facts", "refusal"),
    [
        (True, {"pays": HOURS, "takes": HOURS}, ForHoursAlone),
        (True, {"worked_on": date(2025, 12, 31)}, ForHoursOnly),
        (True, {"numbers": (101,)}, NumbersForNothing),
        (False, {"takes": HOURS}, proposals.TheirsToSay),
        (False, {"thanked_minutes": 30}, proposals.TheirsToSay),
    ],
)
def test_what_cannot_be_told(
    place: Place, gave: bool, facts: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        tells(place, place.giver if gave else place.receiver, **facts)


def test_the_giver_learns_nothing_of_the_tickets_of_the_receiver(place: Place) -> None:
    # None were ever sold: whoever gave is not told so, and whoever received is when they confirm.
    exchange = tells(place, place.giver, pays=TICKETS)
    with pytest.raises(Refusal, match="ticket"):
        answers(place, exchange, by=place.receiver, pays=TICKETS)
    answers(place, exchange, by=place.receiver, pays=BILL)
    assert place.money()["receivable:R"] == 800


def test_the_row_says_what_was_wished_and_when_it_was_answered(place: Place) -> None:
    exchange = tells(place, place.giver, km=4, first=True, begins=600)
    row = place.session.get_one(SupportProposal, exchange.id)
    assert (row.told_by, row.pays, row.takes, row.km, row.first) == ("giver", "bill", "thanks", 4, True)
    assert row.answered_at is None
    answers(place, exchange, by=place.receiver)
    assert row.answered_at is not None
    visit = place.session.get_one(SupportVisit, exchange.id)
    assert (visit.km, visit.first, visit.begins_minute) == (4, True, 600)


def test_the_giver_learns_nothing_of_the_balance_of_the_receiver(place: Place) -> None:
    told = tells(place, place.giver, pays=PREPAID)
    with pytest.raises(NothingPrepaid):
        answers(place, told, by=place.receiver, pays=PREPAID)
    answers(place, told, by=place.receiver, pays=BILL)
    offered(place.session, place.community)
    topped_up(place, 1200)
    theirs = tells(place, place.receiver, pays=PREPAID, minutes=90, key="form:from-the-balance")
    assert on_balance(place) == 1200
    answers(place, theirs, by=place.giver)
    assert on_balance(place) == 0
    assert all_faults(place) == []
    topped_up(place, 1000, key="form:once-more-ahead")
    another = tells(place, place.receiver, pays=PREPAID, minutes=120, key="form:another")
    place.visit(150, pays=PREPAID)
    with pytest.raises(proposals.PaysOtherwise):
        answers(place, another, by=place.giver)
    assert another.state == "agreed"
