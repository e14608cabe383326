"""What a visit that was cancelled will come to on both sides, worked out and not yet written down."""

from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.days import check_day
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.hours_file import GiverIsReceiver
from timebank.members.models import Member
from timebank.members.same_as import why_not
from timebank.members.taking_part import takes_part
from timebank.rates.models import DOOR as DOOR
from timebank.rates.models import LATE as LATE
from timebank.rates.models import SupportTerms
from timebank.rates.pricing import Rate
from timebank.rates.pricing import Visit
from timebank.rates.pricing import price_of
from timebank.rates.queries import rate_on
from timebank.rates.queries import terms_on
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import THANKS
from timebank.support.models import USUAL
from timebank.support.planning import NothingToSettle
from timebank.support.usual import usual_of

HOWS: Final = (LATE, DOOR)
#: What who was to help may take: never hours, for no hour of help took place.
TAKES: Final = (USUAL, THANKS, NOTHING)


class CancelledInTime(Refusal):
    """A visit is so far away that whoever cancels it now is not late."""

    sentence = N_(
        "By the terms of that day a visit is cancelled late in the last %(hours)s hours before it begins. "
        "Who cancels earlier pays nothing, so there is nothing to write down."
    )
    field = "date"


class NothingPaidThen(Refusal):
    """Help of that kind was for hours only on the day, so that nothing is paid where it is cancelled."""

    sentence = N_(
        "On that day this help is for hours only, so nothing is paid where it is cancelled. A steward enters "
        "prices under Settings, Paid support."
    )
    field = "kind"


class NoPriceForIt(Refusal):
    """The price list of the day has nothing for it."""

    sentence = N_(
        "The price list of that day has no price for a visit that is cancelled so. A steward enters it under "
        "Settings, Paid support, with the price of an hour."
    )
    field = "how"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A visit that was cancelled, as a form tells it."""

    giver: Member
    receiver: Member
    kind: HelpKind | None
    #: The day and the minute of it for which it was agreed.
    agreed_on: date
    begins: int
    how: str
    takes: str = USUAL
    #: Refuse it where the same two have one of that day already: forms ask before they write it down again.
    once: bool = False
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will become of a visit that was cancelled, worked out and not yet written down."""

    wish: Wish
    terms: SupportTerms
    rate: Rate
    price_minor: int
    #: What the list thanks who was to help with, and what of it they take.
    list_thanks_minor: int
    thanks_minor: int
    thanks_left: bool
    #: They usually take hours, and get the thanks of the list here.
    instead_of_hours: bool

    @property
    def mark(self) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        wish = self.wish
        facts = (
            *(wish.giver.id, wish.receiver.id, wish.agreed_on, wish.begins, wish.how, self.rate.row.id),
            *(self.price_minor, self.thanks_minor, self.thanks_left, self.terms.provider),
        )
        return sha256(repr(facts).encode()).hexdigest()[:32]


def plan_of(session: Session, *, community: Community, wish: Wish) -> Plan:
    """Work out what will become of a visit that was cancelled, by the price list of its day."""
    check_people(session, wish)
    for field, chosen, offered in (("how", wish.how, HOWS), ("takes", wish.takes, TAKES)):
        if chosen not in offered:
            raise NothingToSettle(field)
    terms = terms_on(session, community=community, day=wish.agreed_on)
    _check_moment(community, wish, terms)
    rate = rate_on(session, community=community, kind=wish.kind, day=wish.agreed_on)
    if terms is None or rate is None:
        raise NothingPaidThen
    price = price_of(rate, Visit(worked_on=wish.agreed_on, minutes=rate.row.unit_minutes, how=wish.how))
    if not price.price_minor:
        raise NoPriceForIt
    usual = usual_of(session, member=wish.giver)
    takes = usual if wish.takes == USUAL else wish.takes
    left = takes == NOTHING
    return Plan(
        wish=wish,
        terms=terms,
        rate=rate,
        price_minor=price.price_minor,
        list_thanks_minor=price.thanks_minor,
        thanks_minor=0 if left else price.thanks_minor,
        thanks_left=left,
        instead_of_hours=takes == HOURS,
    )


def check_people(session: Session, wish: Wish) -> None:
    """Refuse who does not take part, and somebody on both sides."""
    if wish.giver.id == wish.receiver.id:
        raise GiverIsReceiver
    for member in (wish.giver, wish.receiver):
        if not takes_part(member):
            raise why_not(session, member=member)


# --- the leaves ---------------------------------------------------------------------------------------------


def _check_moment(community: Community, wish: Wish, terms: SupportTerms | None) -> None:
    """Refuse a day before the beginning, and what lies so far ahead that nobody is late or at the door."""
    if wish.how == DOOR or terms is None:
        check_day(wish.agreed_on, community=community)
        return
    check_day(min(wish.agreed_on, clock.today(community.time_zone)), community=community)
    at = time(wish.begins // 60, wish.begins % 60)
    begins = datetime.combine(wish.agreed_on, at, tzinfo=ZoneInfo(community.time_zone))
    if begins - clock.now() >= timedelta(hours=terms.late_hours):
        raise CancelledInTime(hours=terms.late_hours)
