"""What may be said of paid support: terms and rates as forms bring them, and what is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import date
from typing import Final

from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.rates.models import BY_KM
from timebank.rates.models import BY_TRIP
from timebank.rates.models import EVENING
from timebank.rates.models import EXTRAS
from timebank.rates.models import GROUP
from timebank.rates.models import LONGEST_REGISTRATION
from timebank.rates.models import LONGEST_TAX_NUMBER
from timebank.rates.models import LONGEST_WORDS
from timebank.rates.models import MEMBER
from timebank.rates.models import MOST_LATE_HOURS
from timebank.rates.models import MOST_LEAST_MINUTES
from timebank.rates.models import MOST_MINOR
from timebank.rates.models import MOST_PERMILLE
from timebank.rates.models import NO_WAY
from timebank.rates.models import NOBODY
from timebank.rates.models import OUTSIDE
from timebank.rates.models import PER_HOUR
from timebank.rates.models import TAX_CLASSES
from timebank.rates.models import UNITS
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import half_width

#: How Japan writes the number under which bills may be deducted from.
_TAX_NUMBER: Final = re.compile(r"T[0-9]{13}")
#: Until a steward says it: cancelled on the day before is not late.
LATE_HOURS: Final = 24
_DAY_MINUTES: Final = 24 * 60


class NoSuchAnswer(Refusal):
    """Something that no form offers."""

    sentence = N_("Please choose one of these.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class OutOfReach(Refusal):
    """A number that is too large, or below nought."""

    sentence = N_("Please write a number from 0 to %(most)s.")

    def __init__(self, field: str, most: object) -> None:
        super().__init__(most=most)
        self.field = field


class BegunAlready(Refusal):
    """Terms or a rate for days that are over, while others held on them."""

    sentence = N_("On %(day)s another one held already. Please write today or a later day.")
    field = "starts_on"


class NotTakenBack(Refusal):
    """Terms or a rate that hold already, or held."""

    sentence = N_("This holds since %(day)s and stays in the history. Enter a new one from a later day.")
    status = 409


class PaidBySince(Refusal):
    """A rate by which something is paid already, as a visit of today, or one to come that was cancelled."""

    sentence = N_(
        "Something is paid by what holds from %(day)s already, so it stays. Please enter a new one from a "
        "later day."
    )
    status = 409
    field = "starts_on"


class TaxNumberNotRead(Refusal):
    """Not as the number under which bills may be deducted from is written."""

    sentence = N_("“%(typed)s” is not such a number: it is a T and 13 digits.")
    field = "tax_number"


class PriceMissing(Refusal):
    """Nobody said what an hour costs."""

    sentence = N_("Please write what an hour costs, or choose that it is for hours only.")
    field = "price"


class MoreThanIsPaid(Refusal):
    """Whoever gives is to be thanked with more than whoever receives pays."""

    sentence = N_("Whoever gives cannot be thanked with more than is paid.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class PartsOfACoin(Refusal):
    """A unit of a price that cannot be paid with whole coins."""

    sentence = N_(
        "%(amount)s an hour does not go up into units of %(unit)s minutes. "
        "Please write %(below)s or %(above)s."
    )

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class NotWholeUnits(Refusal):
    """A least time that is no number of whole units."""

    sentence = N_("The least time has to be whole units of %(unit)s minutes, and at most %(most)s minutes.")
    field = "least"


class HoursOfDayMissing(Refusal):
    """Something for the evening, and nobody says when that is."""

    sentence = N_("Please write from when until when, for example 18:00 and 8:00.")
    field = "evening_from"


class ExtraPriceMissing(Refusal):
    """Thanks, or hours of the day, of something that costs nothing."""

    sentence = N_("Please write what it costs, too.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who provides the help from a day on, and what goes with it."""

    starts_on: date
    provider: str
    registration: str = ""
    tax_number: str = ""
    standard_permille: int = 0
    reduced_permille: int = 0
    late_hours: int = LATE_HOURS
    wage_minor: int | None = None
    general_pays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What comes on top, or instead: its price and the thanks of it."""

    price_minor: int
    thanks_minor: int = 0
    #: Minutes of the day, of an evening only.
    from_minute: int | None = None
    until_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an hour costs from a day on; nothing more is looked at where it is for hours only."""

    starts_on: date
    #: None: from this day it is for hours only.
    price_minor: int | None
    thanks_minor: int = 0
    unit_minutes: int = 30
    least_minutes: int = 0
    way_by: str = NO_WAY
    way_minor: int = 0
    tax_class: str = OUTSIDE
    is_business: bool = False
    words: str = ""
    #: By the names in ``EXTRAS``.
    extras: Mapping[str, Extra] = field(default_factory=dict)


def check_terms(community: Community, terms: Terms) -> Terms:
    """Refuse terms that cannot be; return them as they are stored."""
    if terms.provider not in (GROUP, MEMBER, NOBODY):
        raise NoSuchAnswer("provider")
    for field_name, value, most, told in (
        ("late_hours", terms.late_hours, MOST_LATE_HOURS, MOST_LATE_HOURS),
        ("standard", terms.standard_permille, MOST_PERMILLE, MOST_PERMILLE // 10),
        ("reduced", terms.reduced_permille, MOST_PERMILLE, MOST_PERMILLE // 10),
    ):
        if not 0 <= value <= most:
            raise OutOfReach(field_name, told)
    if terms.wage_minor is not None:
        _check_amount(community, "wage", terms.wage_minor)
    return replace(
        terms,
        registration=clean_line(terms.registration, longest=LONGEST_REGISTRATION),
        tax_number=_tax_number(community, terms.tax_number),
    )


def check_rate(community: Community, facts: Facts) -> Facts:
    """Refuse a rate that cannot be; return it as it is stored: bare, where it is for hours only."""
    if facts.price_minor is None:
        return Facts(starts_on=facts.starts_on, price_minor=None)
    if not facts.price_minor:
        raise PriceMissing
    _check_unit(facts)
    _check_pair(community, facts, "", facts.price_minor, facts.thanks_minor)
    for name, value, choices in (
        ("way_by", facts.way_by, (NO_WAY, BY_KM, BY_TRIP)),
        ("tax_class", facts.tax_class, TAX_CLASSES),
    ):
        if value not in choices:
            raise NoSuchAnswer(name)
    if facts.way_by != NO_WAY:
        _check_amount(community, "way", facts.way_minor)
    elif facts.way_minor:
        raise NoSuchAnswer("way_by")
    for what, extra in facts.extras.items():
        if what not in EXTRAS:
            raise NoSuchAnswer(what)
        _check_pair(
            community, facts, f"{what}_", extra.price_minor, extra.thanks_minor, by_the_hour=what in PER_HOUR
        )
        if what == EVENING:
            _check_evening(extra)
    return replace(facts, words=clean_text(facts.words, longest=LONGEST_WORDS))


# --- the leaves ---------------------------------------------------------------------------------------------


def _tax_number(community: Community, typed: str) -> str:
    number = clean_line(
        half_width(typed).upper().replace(" ", "").replace("-", ""), longest=LONGEST_TAX_NUMBER
    )
    if number and community.currency == "JPY" and not _TAX_NUMBER.fullmatch(number):
        raise TaxNumberNotRead(typed=excerpt(typed))
    return number


def _check_unit(facts: Facts) -> None:
    if facts.unit_minutes not in UNITS:
        raise NoSuchAnswer("unit")
    if not 0 <= facts.least_minutes <= MOST_LEAST_MINUTES or facts.least_minutes % facts.unit_minutes:
        raise NotWholeUnits(unit=facts.unit_minutes, most=MOST_LEAST_MINUTES)


def _check_pair(
    community: Community, facts: Facts, prefix: str, price: int, thanks: int, *, by_the_hour: bool = True
) -> None:
    """Check a price and the thanks of it, which stand in two fields with the same beginning."""
    if prefix and not price:
        raise ExtraPriceMissing(f"{prefix}price")
    _check_amount(community, f"{prefix}price", price)
    if not 0 <= thanks <= price:
        raise MoreThanIsPaid(f"{prefix}thanks")
    if by_the_hour:
        for name, amount in (("price", price), ("thanks", thanks)):
            _check_coins(community, f"{prefix}{name}", amount, facts.unit_minutes)


def _check_amount(community: Community, name: str, amount: int) -> None:
    if 0 < amount <= MOST_MINOR:
        return
    too_much = MoneyTooMuch(most=Money(MOST_MINOR, community.currency))
    refused: Refusal = too_much if amount > 0 else NoMoneyAtAll()
    refused.field = name
    raise refused


def _check_coins(community: Community, name: str, amount: int, unit: int) -> None:
    coins = 60 // unit
    if amount % coins:
        below = amount // coins * coins
        raise PartsOfACoin(
            name,
            amount=Money(amount, community.currency),
            unit=unit,
            below=Money(below, community.currency),
            above=Money(below + coins, community.currency),
        )


def _check_evening(extra: Extra) -> None:
    first, last = extra.from_minute, extra.until_minute
    if first is None or last is None or first == last:
        raise HoursOfDayMissing
    if not (0 <= first < _DAY_MINUTES and 0 <= last < _DAY_MINUTES):
        raise HoursOfDayMissing
