"""What tests of visits that were cancelled are made of: a place with prices for them, and one of them."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank.days import month_bounds
from timebank.rates.models import DOOR
from timebank.rates.models import LATE
from timebank.rates.rules import Extra
from timebank.support import cancelled
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_planning import Plan
from timebank.support.cancelled_planning import Wish
from timebank.support.cancelled_planning import plan_of
from timebank.support.months import Month
from timebank.support.months import month_of

EXTRAS = {
    LATE: Extra(price_minor=400, thanks_minor=150),
    DOOR: Extra(price_minor=900, thanks_minor=700),
}


def a_place_of(session: Session, **terms: Any) -> Place:
    """Have a visit that is cancelled late cost 400, and at the door 900."""
    return a_place(session, extras=EXTRAS, **terms)


def a_plan(place: Place, **said: Any) -> Plan:
    """Work out what a visit that was cancelled late comes to, unless something else is said."""
    known: dict[str, Any] = {
        "giver": place.giver,
        "receiver": place.receiver,
        "kind": None,
        "agreed_on": FRIDAY,
        "begins": 10 * 60,
        "how": LATE,
        "key": "form:cancelled",
    }
    return plan_of(place.session, community=place.community, wish=Wish(**known | said))


def calls_off(place: Place, **said: Any) -> SupportCancelled:
    """Write it down."""
    plan = a_plan(place, **said)
    return cancelled.write_down(
        place.session, community=place.community, plan=plan, actor=COORDINATOR
    ).cancelled


def lets_off(place: Place, row: SupportCancelled, reason: str = "She was in hospital") -> None:
    """Take it back."""
    cancelled.take_back(
        place.session, community=place.community, cancelled=row, reason=reason, actor=COORDINATOR
    )


def month(place: Place, first: date) -> Month:
    """Add a month up."""
    _first, last = month_bounds(first)
    return month_of(place.session, community=place.community, first=first, last=last)
