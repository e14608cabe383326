"""A visit that was cancelled costs what the list of its day says: money in one entry, and never hours."""

from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.support.calling_off import EXTRAS
from tests.timebank.support.calling_off import a_place_of
from tests.timebank.support.calling_off import a_plan
from tests.timebank.support.calling_off import calls_off
from tests.timebank.support.calling_off import lets_off
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from timebank import books
from timebank import clock
from timebank.communities.days import BeforeTheBeginning
from timebank.days import DayInFuture
from timebank.exchanges.hours_file import GiverIsReceiver
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.models import LEFT
from timebank.members.models import SUSPENDED
from timebank.members.taking_part import TheyArePaused
from timebank.members.taking_part import TheyHaveLeft
from timebank.rates.models import DOOR
from timebank.rates.models import LATE
from timebank.rates.models import MEMBER
from timebank.rates.models import NOBODY
from timebank.rates.rules import Facts
from timebank.rates.rules import PaidBySince
from timebank.rates.rules import Terms
from timebank.rates.service import drop_rate
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.support import cancelled
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_planning import CancelledInTime
from timebank.support.cancelled_planning import NoPriceForIt
from timebank.support.cancelled_planning import NothingPaidThen
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import THANKS
from timebank.support.paid import ReasonMissing
from timebank.support.planning import NothingToSettle
from timebank.support.usual import say_usual

TODAY = date(2026, 5, 11)


@pytest.fixture
def place(session: Session, monkeypatch: pytest.MonkeyPatch) -> Place:
    # Noon in Tokyo.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 11, 3, tzinfo=UTC))
    return a_place_of(session)


def posted_on(place: Place, row: SupportCancelled) -> date | None:
    entries = ledger.metadata.tables["entry"]
    return place.session.scalar(select(entries.c.posted_on).where(entries.c.id == row.entry_id))


@pytest.mark.parametrize(("how", "price", "thanks"), [(LATE, 400, 150), (DOOR, 900, 700)])
def test_where_the_group_provides_the_whole_price_is_its_income(
    place: Place, how: str, price: int, thanks: int
) -> None:
    before = place.hours()
    row = calls_off(place, how=how)
    assert (row.price_minor, row.thanks_minor, row.thanks_left) == (price, thanks, False)
    assert place.money() == {
        "receivable:R": price,
        "support": -price,
        "expenses:support:thanks": thanks,
        "payable:G": -thanks,
    }
    # Nothing of it is help.
    assert place.hours() == before
    assert place.session.scalar(select(func.count(Exchange.id))) == 0
    assert place.faults() == []


def test_where_members_provide_their_thanks_go_from_one_to_the_other(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 11, 3, tzinfo=UTC))
    place = a_place_of(session, provider=MEMBER)
    calls_off(place)
    assert place.money() == {"receivable:R": 400, "support": -250, "payable:G": -150}
    calls_off(place, how=DOOR, takes=NOTHING, key="form:left")
    assert place.money() == {"receivable:R": 1300, "support": -1150, "payable:G": -150}
    assert place.faults() == []


@pytest.mark.parametrize(
    ("usual", "takes", "thanks", "left"),
    [
        (THANKS, "usual", 150, False),
        (NOTHING, "usual", 0, True),
        (NOTHING, THANKS, 150, False),
        # Hours are never given for it: no hour of help took place.
        (HOURS, "usual", 150, False),
        (HOURS, NOTHING, 0, True),
    ],
)
def test_they_take_what_they_usually_do_but_never_hours(
    place: Place, usual: str, takes: str, thanks: int, left: bool
) -> None:
    say_usual(place.session, member=place.giver, takes=usual, actor=SOMEBODY)
    before, plan = place.hours(), a_plan(place, takes=takes)
    assert plan.instead_of_hours == (usual == HOURS and takes == "usual")
    row = calls_off(place, takes=takes)
    assert (row.thanks_minor, row.thanks_left) == (thanks, left)
    assert place.hours() == before
    assert place.faults() == []


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"takes": HOURS}, NothingToSettle),
        ({"how": "held"}, NothingToSettle),
        ({"agreed_on": date(2000, 1, 1)}, BeforeTheBeginning),
        # At the door it is cancelled on its day.
        ({"how": DOOR, "agreed_on": TODAY + timedelta(days=1)}, DayInFuture),
        # It is noon: 24 hours before it begins nobody is late.
        ({"agreed_on": TODAY + timedelta(days=1), "begins": 12 * 60}, CancelledInTime),
        ({"agreed_on": date(9999, 12, 31)}, CancelledInTime),
    ],
)
def test_what_was_not_cancelled_late_is_refused(
    place: Place, said: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        calls_off(place, **said)
    assert place.money() == {}


def test_a_visit_to_come_is_written_down_and_stands_today_in_the_books(place: Place) -> None:
    tomorrow = TODAY + timedelta(days=1)
    row = calls_off(place, agreed_on=tomorrow, begins=11 * 60 + 59)
    assert posted_on(place, row) == TODAY
    # Who comes a little early stands at the door, too.
    assert posted_on(place, calls_off(place, how=DOOR, agreed_on=TODAY, begins=1439, key="form:2")) == TODAY
    assert place.faults() == []


def test_who_does_not_take_part_is_refused(place: Place) -> None:
    with pytest.raises(GiverIsReceiver):
        calls_off(place, giver=place.receiver)
    for state, refusal in ((SUSPENDED, TheyArePaused), (LEFT, TheyHaveLeft)):
        place.receiver.state = state
        with pytest.raises(refusal):
            calls_off(place)
    assert place.money() == {}


def test_a_price_has_to_be_in_the_list(place: Place) -> None:
    facts = Facts(starts_on=TODAY, price_minor=800, thanks_minor=600, extras={DOOR: EXTRAS[DOOR]})
    known = {"session": place.session, "community": place.community, "actor": SOMEBODY}
    set_rate(**known, kind=None, facts=facts)  # type: ignore[arg-type]
    with pytest.raises(NoPriceForIt):
        calls_off(place, agreed_on=TODAY)
    # On the day before there was one.
    assert calls_off(place, agreed_on=TODAY - timedelta(days=1)).price_minor == 400
    for_hours = Facts(starts_on=TODAY, price_minor=None)
    set_rate(**known, kind=None, facts=for_hours)  # type: ignore[arg-type]
    with pytest.raises(NothingPaidThen):
        calls_off(place, agreed_on=TODAY, key="form:2")
    set_terms(**known, terms=Terms(starts_on=TODAY, provider=NOBODY))  # type: ignore[arg-type]
    with pytest.raises(NothingPaidThen):
        calls_off(place, agreed_on=TODAY, key="form:3")


def test_a_rate_by_which_something_is_paid_is_not_taken_back(place: Place) -> None:
    tomorrow = TODAY + timedelta(days=1)
    facts = Facts(starts_on=tomorrow, price_minor=1000, thanks_minor=600, extras=EXTRAS)
    known = {"session": place.session, "community": place.community}
    rate = set_rate(**known, kind=None, facts=facts, actor=SOMEBODY)  # type: ignore[arg-type]
    calls_off(place, agreed_on=tomorrow, begins=0)
    with pytest.raises(PaidBySince):
        drop_rate(**known, rate=rate)  # type: ignore[arg-type]
    with pytest.raises(PaidBySince):
        set_rate(**known, kind=None, facts=facts, actor=SOMEBODY)  # type: ignore[arg-type]
    assert place.faults() == []


def test_the_same_form_is_one_and_with_other_content_it_is_refused(place: Place) -> None:
    row = calls_off(place)
    assert calls_off(place).id == row.id
    for said in ({"how": DOOR}, {"takes": NOTHING}, {"begins": 1}, {"agreed_on": TODAY}):
        with pytest.raises(FormSavedAlready):
            calls_off(place, **said)
    assert place.money()["receivable:R"] == 400


def test_another_form_about_the_same_day_asks_first(place: Place) -> None:
    row = calls_off(place, once=True)
    with pytest.raises(cancelled.CancelledAlready):
        calls_off(place, once=True, how=DOOR, key="form:2")
    assert calls_off(place, once=True, agreed_on=TODAY, key="form:3").id != row.id
    assert calls_off(place, once=False, key="form:4").id != row.id
    for each in place.session.scalars(select(SupportCancelled)).all():
        lets_off(place, each)
    # What was taken back is no other one.
    assert calls_off(place, once=True, key="form:5").reversal_id is None
    assert place.faults() == []


def test_a_day_in_closed_books_is_posted_on_the_first_open_one(place: Place) -> None:
    ledger.close_month(
        place.session, book_id=place.community.book_id, month=FRIDAY.replace(day=1), actor=str(COORDINATOR)
    )
    row = calls_off(place)
    assert posted_on(place, row) == date(2026, 5, 1)
    assert row.agreed_on == FRIDAY
    assert place.faults() == []


def test_it_is_taken_back_with_a_reason_and_once(place: Place) -> None:
    row = calls_off(place)
    with pytest.raises(ReasonMissing):
        lets_off(place, row, " ")
    for reason in ("She was in hospital", "once more"):
        lets_off(place, row, reason)
    assert row.taken_back_because == "She was in hospital"
    assert place.money() == {}
    assert place.faults() == []


@pytest.mark.parametrize("change", ["price_minor = 1", "thanks_left = NOT thanks_left", "entry_id = 0"])
def test_what_is_booked_stays(place: Place, change: str) -> None:
    row = calls_off(place)
    for statement in (f"UPDATE support_cancelled SET {change}", "DELETE FROM support_cancelled"):
        with pytest.raises(DatabaseError, match=r"final|stays"), place.session.begin_nested():
            place.session.execute(text(statement))
    lets_off(place, row)
    with pytest.raises(DatabaseError, match=r"final|stays"), place.session.begin_nested():
        place.session.execute(text("UPDATE support_cancelled SET taken_back_because = 'x'"))


def test_the_proof_finds_an_entry_that_no_row_tells_of(place: Place) -> None:
    calls_off(place)

    def account(code: str) -> ledger.Account:
        book_id = place.community.book_id
        return books.money(place.session, book_id=book_id, currency="JPY", code=code, actor=COORDINATOR)

    receivable = account(books.receivable_code(place.receiver.id))
    stray = ledger.Entry(
        book_id=place.community.book_id,
        kind=cancelled.CANCELLED,
        posted_on=FRIDAY,
        key="stray",
        actor="x",
        transfers=(ledger.Transfer(debit=receivable, credit=account(books.SUPPORT), amount=5),),
        memo="stray",
    )
    entry = ledger.post(place.session, stray).entry_id
    assert place.faults() == [f"entry {entry} books a visit that was cancelled, but no row tells of it"]


def test_the_proof_finds_a_reversal_that_the_row_does_not_tell_of(place: Place) -> None:
    row = calls_off(place)
    ledger.reverse(
        place.session,
        book_id=place.community.book_id,
        entry_id=row.entry_id,
        posted_on=TODAY,
        key="by hand",
        actor="x",
        memo="by hand",
        waive_limits=True,
    )
    (fault,) = place.faults()
    assert fault.startswith(f"cancelled visit {row.id}: its entry {row.entry_id} was reversed by entry")
