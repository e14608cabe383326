"""What tests of standing arrangements are made of."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.timebank.support.paying import Place
from timebank.days import month_bounds
from timebank.exchanges.models import Exchange
from timebank.standing.confirming import Happened
from timebank.standing.confirming import Outcome
from timebank.standing.confirming import Sheet
from timebank.standing.confirming import confirm
from timebank.standing.models import Arrangement
from timebank.standing.proof import check_standing
from timebank.standing.queries import DayOf
from timebank.standing.queries import days_of
from timebank.standing.rhythm import WEEKLY
from timebank.standing.service import Facts
from timebank.standing.service import arrange

TUESDAY = 1
#: A Wednesday; the Tuesdays of April 2026 are the 7th, 14th, 21st and 28th.
FIRST = date(2026, 4, 1)
APRIL = [date(2026, 4, day) for day in (7, 14, 21, 28)]

_counted = count(1)


def facts(place: Place, **facts: Any) -> Facts:
    """An hour and a half every Tuesday, for hours alone."""
    known: dict[str, Any] = {
        "giver": place.giver,
        "receiver": place.receiver,
        "every": WEEKLY,
        "weekdays": frozenset({TUESDAY}),
        "minutes": 90,
        "first_on": FIRST,
    }
    return Facts(**known | facts)


def arranged(place: Place, **known: Any) -> Arrangement:
    return arrange(
        place.session,
        community=place.community,
        facts=facts(place, **known),
        key=f"form:arranged-{next(_counted)}",
        actor=SOMEBODY,
    )


def sheet(*days: date, minutes: int = 90, km: int = 0, month: date = FIRST, **known: Any) -> Sheet:
    first, last = month_bounds(month)
    lines = [Happened(day=day, minutes=minutes, km=km) for day in days]
    return Sheet(first=first, last=last, happened=lines, **{"key": f"form:sheet-{next(_counted)}"} | known)


def tried(place: Place, what: Arrangement, typed: Sheet) -> Outcome:
    """Type a sheet for the first time: it is shown what it comes to."""
    return confirm(place.session, community=place.community, arrangement=what, sheet=typed, actor=COORDINATOR)


def confirmed(place: Place, what: Arrangement, typed: Sheet) -> Outcome:
    """Type a sheet, and once more as it was shown."""
    shown = tried(place, what, typed)
    return tried(place, what, replace(typed, seen=shown.mark))


def said_of(place: Place, what: Arrangement, month: date = FIRST) -> list[DayOf]:
    first, last = month_bounds(month)
    return days_of(place.session, community=place.community, arrangement=what, first=first, last=last)


def exchanges(place: Place) -> list[Exchange]:
    return list(place.session.scalars(select(Exchange).order_by(Exchange.worked_on, Exchange.id)))


def all_faults(place: Place) -> list[str]:
    return [*place.faults(), *check_standing(place.session)]
