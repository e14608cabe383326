"""Making, ending and changing an arrangement."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import at
from tests.timebank.standing.arranged import APRIL
from tests.timebank.standing.arranged import FIRST
from tests.timebank.standing.arranged import arranged
from tests.timebank.standing.arranged import confirmed
from tests.timebank.standing.arranged import facts
from tests.timebank.standing.arranged import said_of
from tests.timebank.standing.arranged import sheet
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.communities.days import BeforeTheBeginning
from timebank.errors import Refusal
from timebank.exchanges.hours_file import GiverIsReceiver
from timebank.exchanges.rules import FormSavedAlready
from timebank.hours import MoreThanADay
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyArePaused
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.pricing import TooFar
from timebank.standing import service
from timebank.standing.models import Arrangement
from timebank.standing.queries import by_pair
from timebank.standing.queries import find
from timebank.standing.queries import list_all
from timebank.standing.queries import of_month
from timebank.standing.rhythm import FORTNIGHTLY
from timebank.standing.rhythm import MONTHLY
from timebank.support.planning import LeftInPart
from timebank.support.planning import NothingToSettle


@pytest.fixture(autouse=True)
def _end_of_april(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 30, 3)


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def test_the_same_form_makes_one_arrangement_and_with_other_content_is_refused(place: Place) -> None:
    def make(**known: Any) -> Arrangement:
        return service.arrange(
            place.session,
            community=place.community,
            facts=facts(place, **known),
            key="form:once",
            actor=SOMEBODY,
        )

    assert make().id == make().id
    with pytest.raises(FormSavedAlready):
        make(minutes=60)


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        ({"every": "daily"}, service.NoRhythmKnown),
        ({"weekdays": frozenset()}, service.NoWeekday),
        ({"weekdays": frozenset({7})}, service.NoWeekday),
        ({"every": MONTHLY}, service.NoneOfTheMonth),
        ({"every": MONTHLY, "nths": frozenset({6})}, service.NoneOfTheMonth),
        ({"minutes": 24 * 60 + 1}, MoreThanADay),
        ({"km": 1001}, TooFar),
        ({"km": -1}, TooFar),
        ({"first_on": date(2018, 1, 1)}, BeforeTheBeginning),
        ({"first_on": date(2062, 4, 1)}, service.TooFarAhead),
        ({"last_on": date.max}, service.TooFarAhead),
        ({"last_on": date(2026, 3, 31)}, service.EndsBeforeItBegins),
        ({"last_on": date(2026, 4, 6)}, service.NeverFalls),
        ({"pays": "gold"}, NothingToSettle),
        ({"takes": "gold"}, NothingToSettle),
        ({"takes": "nothing"}, LeftInPart),
    ],
)
def test_what_cannot_be_arranged_is_refused(
    place: Place, known: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        arranged(place, **known)


def test_nobody_arranges_anything_with_themselves_nor_with_who_is_paused(place: Place) -> None:
    with pytest.raises(GiverIsReceiver):
        arranged(place, receiver=place.giver)
    suspend_member(place.session, member=place.receiver, reason="asked for a pause", actor=SOMEBODY)
    with pytest.raises(TheyArePaused):
        arranged(place)


def test_help_is_paid_only_where_there_is_a_rate_for_it(session: Session) -> None:
    community = a_community(session)
    giver, receiver = a_member(session, community), a_member(session, community)
    pure = Place(session, community, giver, receiver)
    with pytest.raises(ForHoursOnly):
        arranged(pure, pays="bill", takes="usual")
    assert arranged(pure).is_for_hours


def test_it_ends_from_a_day_on_and_not_where_it_is_confirmed(place: Place) -> None:
    what = arranged(place)
    confirmed(place, what, sheet(*APRIL[:2]))
    with pytest.raises(service.ConfirmedLater, match="2026-04-14"):
        service.end(place.session, arrangement=what, over_from=APRIL[1])
    with pytest.raises(service.NotBegunThen):
        service.end(place.session, arrangement=what, over_from=date(2026, 3, 31))
    service.end(place.session, arrangement=what, over_from=date(2026, 4, 15), reason=" moved  away ")
    assert [one.day for one in said_of(place, what)] == APRIL[:2]
    assert (what.last_on, what.ended_because) == (APRIL[1], "moved  away")
    with pytest.raises(service.OverAlready):
        service.end(place.session, arrangement=what, over_from=date(2026, 5, 1))


def test_a_change_ends_it_and_begins_another_so_that_what_was_stays(place: Place) -> None:
    what = arranged(place)
    confirmed(place, what, sheet(*APRIL[:1]))

    def changed(**known: Any) -> Arrangement:
        return service.change(
            place.session,
            community=place.community,
            arrangement=what,
            facts=facts(place, **{"minutes": 60, "first_on": date(2026, 4, 20)} | known),
            key="form:changed",
            actor=SOMEBODY,
        )

    with pytest.raises(service.ConfirmedLater) as refused:
        changed(first_on=APRIL[0])
    assert refused.value.field == "first_on"
    new = changed()
    assert changed().id == new.id
    assert new.follows_id == what.id
    assert [one.day for one in said_of(place, what)] == APRIL[:2]
    assert [one.day for one in said_of(place, new)] == APRIL[2:]
    with pytest.raises(service.ChangedMeanwhile):
        service.change(
            place.session,
            community=place.community,
            arrangement=what,
            facts=facts(place, first_on=date(2026, 4, 16)),
            key="form:changed-by-another",
            actor=SOMEBODY,
        )


def test_a_refused_change_leaves_it_as_it_was(place: Place) -> None:
    what = arranged(place)
    with pytest.raises(service.NoWeekday), place.session.begin_nested():
        service.change(
            place.session,
            community=place.community,
            arrangement=what,
            facts=facts(place, weekdays=frozenset(), first_on=APRIL[1]),
            key="form:refused",
            actor=SOMEBODY,
        )
    assert what.over_from is None


def test_the_database_keeps_what_was_arranged(place: Place) -> None:
    what = arranged(place)
    confirmed(place, what, sheet(APRIL[0]))
    for statement in (
        "UPDATE standing_arrangement SET minutes = 600 WHERE id = :id",
        "UPDATE standing_arrangement SET first_on = '2020-01-01' WHERE id = :id",
        "DELETE FROM standing_arrangement WHERE id = :id",
        "UPDATE standing_day SET exchange_id = NULL WHERE arrangement_id = :id",
        "DELETE FROM standing_day WHERE arrangement_id = :id",
    ):
        with pytest.raises((IntegrityError, ProgrammingError)), place.session.begin_nested():
            place.session.execute(text(statement), {"id": what.id})


def test_a_month_lists_what_falls_in_it_by_who_gives_to_whom(place: Place) -> None:
    two = arranged(place), arranged(place, every=FORTNIGHTLY, weekdays=frozenset({3}))
    arranged(place, first_on=date(2026, 5, 1))
    elsewhere = a_place(place.session)
    arranged(elsewhere)

    def listed(month: int) -> list[int]:
        found = of_month(
            place.session,
            community=place.community,
            first=date(2026, month, 1),
            last=date(2026, month, 28),
        )
        return [one.what.id for one in found]

    assert listed(4) == [one.id for one in two]
    assert len(listed(5)) == 3
    assert listed(3) == []
    found = of_month(place.session, community=place.community, first=FIRST, last=date(2026, 4, 30))
    assert [len(one) for one in by_pair(found)] == [2]
    assert by_pair([]) == []
    assert find(place.session, community=elsewhere.community, arrangement_id=two[0].id) is None
    everything = list_all(place.session, community=place.community, since=FIRST, member=place.giver)
    assert len(everything) == 3
