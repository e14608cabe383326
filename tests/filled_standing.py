"""The forms of standing arrangements, filled in."""

from tests.filled import Filled
from tests.filled import key
from tests.house import House
from timebank import clock

ARRANGED: dict[str, str | list[str]] = {
    "giver": "002",
    "receiver": "003",
    "kind": "0",
    "words": "The garden",
    "every": "monthly",
    "weekdays": ["0", "1", "2", "3", "4", "5", "6"],
    "nths": ["1", "5"],
    "begins": "09:00",
    "hours": "1",
    "km": "3",
    "pays": "bill",
    "takes": "usual",
    "last_on": "",
}


def _today(_house: House) -> dict[str, str]:
    return {"first_on": clock.today("Asia/Tokyo").isoformat()}


def _sheet(_house: House) -> dict[str, str]:
    """Tick today: the only day that there is on the first of a month."""
    number = clock.today("Asia/Tokyo").day
    return {f"on_{number}": "y", f"hours_{number}": "1", f"km_{number}": "3"}


#: In an order in which each of them succeeds.
STANDING: dict[str, Filled] = {
    "standing.new": Filled("coordinator", {**key(61), **ARRANGED}, fresh=_today),
    "standing_month.confirm": Filled("coordinator", key(62) | {"heard": "slip"}, fresh=_sheet),
    "standing.change": Filled("coordinator", {**key(63), **ARRANGED}, on="to be changed", fresh=_today),
    "standing.end": Filled(
        "coordinator",
        {"reason": "Moves away"},
        on="to be ended",
        fresh=lambda house: {"over_from": _today(house)["first_on"]},
    ),
}
