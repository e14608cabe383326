"""What a visit costs and what of it whoever gives gets, line by line and never in parts of a coin."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import check_span
from timebank.rates.models import BY_KM
from timebank.rates.models import BY_TRIP
from timebank.rates.models import DOOR
from timebank.rates.models import EVENING
from timebank.rates.models import FIRST
from timebank.rates.models import LATE
from timebank.rates.models import SECOND
from timebank.rates.models import WEEKEND
from timebank.rates.models import SupportExtra
from timebank.rates.models import SupportRate

#: The hour itself, and the way of whoever gives.
HOURS, WAY = "hours", "way"
#: It took place, or it was cancelled late, or at the door.
HELD: Final = "held"
MOST_KM: Final = 1_000
_SATURDAY = 5
_DAY = 24 * 60


class BeginMissing(Refusal):
    """It costs more at some hours, and nobody said when it began."""

    sentence = N_("Please write when it began, for example 17:30: at some hours it costs more.")
    field = "begins"


class TooFar(Refusal):
    """A way below nought, or further than anybody goes for a visit."""

    sentence = N_("Please write a number of kilometres from 0 to %(most)s.")
    field = "km"


class ForHoursOnly(Refusal):
    """Money for help that is for hours only, or on a day on which nothing was paid."""

    sentence = N_("On that day this help was for hours only.")
    field = "pays"


class NoSuchPart(Refusal):
    """A part of a visit that is longer than it, or no number of whole units."""

    sentence = N_("A part has to be whole units of %(unit)s minutes, and no longer than the visit.")
    field = "paid_hours"


class NoThanksForIt(Refusal):
    """Whoever gives is to be thanked with money for help for which there are no thanks."""

    sentence = N_("For this help nobody is thanked with money. Please choose hours.")
    field = "takes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate with what comes on top of it, by its name."""

    row: SupportRate
    extras: Mapping[str, SupportExtra]

    @property
    def price_minor(self) -> int:
        """What an hour costs; nought where it is for hours only."""
        return self.row.price_minor or 0

    @property
    def stays_minor(self) -> int:
        """What of an hour stays with the group."""
        return self.price_minor - self.row.thanks_minor

    @property
    def most_thanks_minor(self) -> int:
        """What whoever gives is thanked with for the dearest hour."""
        thanks = {what: one.thanks_minor for what, one in self.extras.items()}
        an_hour = max(self.row.thanks_minor, thanks.get(SECOND, 0))
        return an_hour + thanks.get(EVENING, 0) + thanks.get(WEEKEND, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What has to be known of a visit to tell what it costs."""

    worked_on: date
    minutes: int
    #: The minute of the day at which it began; it need not be said where no hour costs more.
    begins: int | None = None
    #: It is about the hours of a second one who came along.
    second: bool = False
    #: Whoever receives is helped for the first time.
    first: bool = False
    #: Held, or cancelled late or at the door.
    how: str = HELD
    #: The way there and back, in whole kilometres.
    km: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A line of what a visit costs."""

    #: ``hours``, ``way``, or the name of an extra.
    what: str
    #: How long it counts for; None where it counts once.
    minutes: int | None
    price_minor: int
    #: What of it whoever gives gets: thanks, or what the way cost them.
    giver_minor: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a visit costs whoever receives, and what whoever gives gets of it."""

    items: Sequence[Item]

    @property
    def price_minor(self) -> int:
        """What whoever receives pays."""
        return sum(one.price_minor for one in self.items)

    @property
    def thanks_minor(self) -> int:
        """What whoever gives is thanked with, without their way."""
        return sum(one.giver_minor for one in self.items if one.what != WAY)

    @property
    def way_minor(self) -> int:
        """What whoever gives gets for their way."""
        return sum(one.giver_minor for one in self.items if one.what == WAY)

    @property
    def stays_minor(self) -> int:
        """What stays with the group."""
        return self.price_minor - self.thanks_minor - self.way_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of a visit is paid and thanked with money, where the rest of it is hours."""

    #: What whoever receives pays, in all.
    price_minor: int
    #: What whoever gives is thanked with, without their way.
    thanks_minor: int
    way_minor: int
    #: What of these two is paid for by what whoever receives pays; the rest comes from the group.
    direct_minor: int
    #: What stands for hours that are kept: above nought it is laid apart, below nought it comes from there.
    kept_minor: int


def parts_of(rate: Rate, visit: Visit, *, paid_minutes: int, thanked_minutes: int) -> Parts:
    """Work out what comes of a visit of which so many minutes are paid, and so many thanked, with money.

    A part counts in whole units. What comes on top is paid as soon as any of it is paid, and thanked with as
    soon as any of that is thanked with money, too; the giver's way is paid with any of it.
    """
    price = price_of(rate, visit)
    if not price.items:
        raise ForHoursOnly
    hour, unit = price.items[0], rate.row.unit_minutes
    for minutes in (paid_minutes, thanked_minutes):
        if not 0 <= minutes <= visit.minutes or (minutes % unit and minutes != visit.minutes):
            raise NoSuchPart(unit=unit)
    on_top = [one for one in price.items[1:] if one.what != WAY]

    def of_hours(minutes: int, amount: int) -> int:
        if minutes == visit.minutes:
            return amount
        return amount * minutes // (hour.minutes or 1)

    thanks = of_hours(thanked_minutes, hour.giver_minor)
    paid_thanks = of_hours(paid_minutes, hour.giver_minor)
    way = price.way_minor if paid_minutes else 0
    paid_on_top = sum(one.price_minor for one in on_top) if paid_minutes else 0
    thanks_on_top = sum(one.giver_minor for one in on_top) if paid_minutes and thanked_minutes else 0
    if thanked_minutes and not thanks:
        raise NoThanksForIt
    return Parts(
        price_minor=of_hours(paid_minutes, hour.price_minor) + paid_on_top + way,
        thanks_minor=thanks + thanks_on_top,
        way_minor=way,
        direct_minor=min(thanks, paid_thanks) + thanks_on_top + way,
        kept_minor=paid_thanks - thanks,
    )


def price_of(rate: Rate, visit: Visit) -> Price:
    """Work out what a visit costs by the rate of its day.

    Counted are whole units, and at least as many as the rate says. An hour of the evening is paid for each
    unit of which at least half lies in it; what is only counted, because the visit was short, is in none.
    """
    check_span(visit.minutes)
    if not 0 <= visit.km <= MOST_KM:
        raise TooFar(most=MOST_KM)
    if rate.row.price_minor is None:
        return Price(())
    if visit.how in (LATE, DOOR):
        return Price(tuple(_once(rate, visit.how)))
    return Price(tuple(_items(rate, visit)))


def counted_minutes(rate: SupportRate, minutes: int) -> int:
    """Count a visit in whole units, begun ones as whole ones, and no fewer than the rate says."""
    return max(rate.least_minutes, -(-minutes // rate.unit_minutes) * rate.unit_minutes)


# --- the leaves ---------------------------------------------------------------------------------------------


def _items(rate: Rate, visit: Visit) -> Iterator[Item]:
    row = rate.row
    counted = counted_minutes(row, visit.minutes)
    if visit.second and SECOND in rate.extras:
        yield _extra(rate.extras[SECOND], counted)
    else:
        yield _by_the_hour(HOURS, counted, rate.price_minor, row.thanks_minor)
    in_the_evening = _evening_minutes(rate, visit)
    if in_the_evening:
        yield _extra(rate.extras[EVENING], in_the_evening)
    if WEEKEND in rate.extras and visit.worked_on.weekday() >= _SATURDAY:
        yield _extra(rate.extras[WEEKEND], counted)
    if visit.first:
        yield from _once(rate, FIRST)
    way = {BY_KM: visit.km, BY_TRIP: 1}.get(row.way_by, 0) * row.way_minor
    if way:
        yield Item(WAY, None, way, way)


def _evening_minutes(rate: Rate, visit: Visit) -> int:
    extra = rate.extras.get(EVENING)
    if extra is None or extra.from_minute is None or extra.until_minute is None:
        return 0
    if visit.begins is None:
        raise BeginMissing
    unit, window = rate.row.unit_minutes, (extra.from_minute, extra.until_minute)
    units = range(visit.begins, visit.begins + visit.minutes, unit)
    return sum(unit for begin in units if 2 * _overlap(begin, begin + unit, window) >= unit)


def _overlap(begin: int, end: int, window: tuple[int, int]) -> int:
    """Tell how many minutes lie in hours that come every day, and may go over midnight."""
    first, last = window
    length = (last - first) % _DAY
    # A visit may begin before midnight and end after it, and the hours may, too.
    starts = range(first - _DAY, end, _DAY)
    return sum(max(0, min(end, start + length) - max(begin, start)) for start in starts)


def _extra(extra: SupportExtra, minutes: int) -> Item:
    return _by_the_hour(extra.what, minutes, extra.price_minor, extra.thanks_minor)


def _by_the_hour(what: str, minutes: int, price_minor: int, thanks_minor: int) -> Item:
    # The rate holds that a unit costs whole coins, so nothing is left over here.
    return Item(what, minutes, price_minor * minutes // 60, thanks_minor * minutes // 60)


def _once(rate: Rate, what: str) -> Iterator[Item]:
    extra = rate.extras.get(what)
    if extra is not None:
        yield Item(what, None, extra.price_minor, extra.thanks_minor)
