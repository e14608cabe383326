"""What a visit that is paid for will come to on both sides, worked out and not yet written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import Said
from timebank.exchanges.rules import check_said
from timebank.exchanges.rules import lines_of
from timebank.members.models import Member
from timebank.prepaid.spending import Drawn
from timebank.prepaid.spending import draw
from timebank.prepaid.spending import used_for as prepaid_for
from timebank.rates.models import SupportTerms
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.pricing import Parts
from timebank.rates.pricing import Price
from timebank.rates.pricing import Rate
from timebank.rates.pricing import Visit
from timebank.rates.pricing import parts_of
from timebank.rates.pricing import price_of
from timebank.rates.queries import rate_on
from timebank.rates.queries import terms_on
from timebank.support.models import HOURS as HOURS
from timebank.support.models import NOTHING as NOTHING
from timebank.support.models import PAYS
from timebank.support.models import PREPAID
from timebank.support.models import TAKES
from timebank.support.models import THANKS as THANKS
from timebank.support.models import TICKETS
from timebank.support.models import USUAL as USUAL
from timebank.support.models import SupportVisit
from timebank.support.usual import usual_of
from timebank.tickets.spending import Chosen
from timebank.tickets.spending import choose
from timebank.tickets.spending import used_for


class ForHoursAlone(Refusal):
    """A visit without money, which has a form of its own."""

    sentence = N_("Hours for hours: please log it with the form for hours, so that both can answer.")
    field = "pays"


class NothingToSettle(Refusal):
    """Somebody pays or takes in a way that nobody offers."""

    sentence = N_("Please choose one of these.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class NumbersForNothing(Refusal):
    """Numbers of tickets were typed, and nothing is paid with tickets."""

    sentence = N_("Numbers of tickets are written here. Please choose “With tickets”, or clear them.")
    field = "numbers"


class LeftInPart(Refusal):
    """Thanks are left to the group where a part of the visit is hours, so that nobody could tell of what."""

    sentence = N_(
        "Thanks can be left to the group where the whole visit is paid with money. Let the giver take hours, "
        "or have all of it be paid with money."
    )
    field = "takes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A visit as a form tells it."""

    giver: Member
    receiver: Member
    kind: HelpKind | None
    worked_on: date
    #: As it was typed, not yet rounded.
    minutes: int
    description: str = ""
    begins: int | None = None
    km: int = 0
    first: bool = False
    second: bool = False
    #: By what whoever receives pays: ``hours``, or one of ``PAYS``; and what whoever gives takes.
    pays: str
    takes: str
    #: How much of it is paid, or thanked, with money; None: all of it.
    paid_minutes: int | None = None
    thanked_minutes: int | None = None
    #: The tickets that were handed over; none: those on the account that run out first.
    numbers: Sequence[int] = ()
    once: bool = False
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will become of a visit on both sides, worked out and not yet written down."""

    wish: Wish
    said: Said
    #: As the community rounds it.
    minutes: int
    terms: SupportTerms
    rate: Rate
    price: Price
    parts: Parts
    paid_minutes: int
    thanked_minutes: int
    to_fund_minor: int
    from_fund_minor: int
    #: What of the thanks the general account bears, because no kept hour stands for it.
    general_minor: int
    #: What pays a part of the price, or all of it, before anything is on the bill.
    tickets: Chosen
    prepaid: Drawn

    @property
    def bill_minor(self) -> int:
        """What of the price goes on the bill of the month."""
        return self.parts.price_minor - self.tickets.worth_minor - self.prepaid.amount_minor

    @property
    def thanks_are_left(self) -> bool:
        """Whoever gives leaves the thanks to the group."""
        return self.wish.takes == NOTHING

    @property
    def received_minutes(self) -> int:
        """By how much the hours of whoever receives go down."""
        return self.minutes - self.paid_minutes

    @property
    def given_minutes(self) -> int:
        """By how much the hours of whoever gives go up."""
        return self.minutes - self.thanked_minutes

    @property
    def mark(self) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        facts = (
            *(self.wish.giver.id, self.wish.receiver.id, self.wish.worked_on, self.rate.row.id),
            *(self.minutes, self.paid_minutes, self.thanked_minutes, self.wish.pays),
            *(self.parts, self.to_fund_minor, self.from_fund_minor, self.tickets.numbers),
            sorted(self.prepaid.parts.items()),
        )
        return sha256(repr(facts).encode()).hexdigest()[:32]


def plan_of(session: Session, *, community: Community, wish: Wish) -> Plan | None:
    """Work out what will become of a visit; None where it is for hours alone."""
    if wish.takes == USUAL:
        wish = replace(wish, takes=usual_of(session, member=wish.giver))
    said = _said(wish)
    check_said(said, community=community, by=None)
    (line,) = lines_of(said, community=community)
    paid = _part("pays", wish.pays, (HOURS, *PAYS), wish.paid_minutes, line.minutes)
    thanked = _part("takes", wish.takes, TAKES, wish.thanked_minutes, line.minutes)
    if wish.takes == NOTHING and not paid == thanked == line.minutes:
        raise LeftInPart
    if wish.numbers and (wish.pays != TICKETS or not paid):
        raise NumbersForNothing
    if not paid and not thanked:
        return None
    terms = terms_on(session, community=community, day=wish.worked_on)
    rate = rate_on(session, community=community, kind=wish.kind, day=wish.worked_on)
    if terms is None or rate is None:
        raise ForHoursOnly
    visit = Visit(
        worked_on=wish.worked_on,
        minutes=line.minutes,
        begins=wish.begins,
        second=wish.second,
        first=wish.first,
        km=wish.km,
    )
    parts = parts_of(rate, visit, paid_minutes=paid, thanked_minutes=thanked)
    if wish.takes == NOTHING:
        # The way is no thanks: it has cost something, and whoever receives pays it.
        parts = replace(parts, thanks_minor=0, direct_minor=parts.way_minor)
    tickets = _tickets(session, community, wish, parts.price_minor if paid else 0)
    prepaid = _prepaid(session, community, wish, parts.price_minor if paid else 0)
    needed = max(0, -parts.kept_minor)
    held = min(needed, _held(session, community)) if terms.general_pays else needed
    return Plan(
        wish=wish,
        said=said,
        minutes=line.minutes,
        terms=terms,
        rate=rate,
        price=price_of(rate, visit),
        parts=parts,
        paid_minutes=paid,
        thanked_minutes=thanked,
        to_fund_minor=max(0, parts.kept_minor),
        from_fund_minor=held,
        general_minor=needed - held,
        tickets=tickets,
        prepaid=prepaid,
    )


# --- the leaves -------------------------------------------------------------------------------------------


def _said(wish: Wish) -> Said:
    return Said(
        givers=[wish.giver],
        receivers=[wish.receiver],
        minutes=wish.minutes,
        worked_on=wish.worked_on,
        description=wish.description,
        kind=wish.kind,
        once=wish.once,
        key=wish.key,
    )


def _part(field: str, chosen: str, offered: tuple[str, ...], part: int | None, whole: int) -> int:
    """Tell how much of a visit is money on one side: nothing, a part, or all of it."""
    if chosen not in offered:
        raise NothingToSettle(field)
    if chosen == HOURS:
        return 0
    return whole if part is None else part


def _tickets(session: Session, community: Community, wish: Wish, price: int) -> Chosen:
    """Choose what pays with tickets: as many as fit; no change is given.

    Where the same form was saved before it is what it has used.
    """
    if wish.pays != TICKETS or not price:
        return Chosen()
    if (exchange_id := _saved(session, community, wish)) is not None:
        return used_for(session, community=community, exchange_id=exchange_id)
    return choose(
        session,
        community=community,
        member=wish.receiver,
        day=wish.worked_on,
        price_minor=price,
        numbers=wish.numbers,
    )


def _prepaid(session: Session, community: Community, wish: Wish, price: int) -> Drawn:
    """Tell what comes from the prepaid balance; where the form was saved before it is what it has used."""
    if wish.pays != PREPAID or not price:
        return Drawn()
    if (exchange_id := _saved(session, community, wish)) is not None:
        return prepaid_for(session, exchange_id=exchange_id)
    return draw(session, community=community, member=wish.receiver, price_minor=price)


def _saved(session: Session, community: Community, wish: Wish) -> int | None:
    """Find the visit that the same form has made before; what only waits has used nothing yet."""
    found = select(SupportVisit.exchange_id).join(Exchange, Exchange.id == SupportVisit.exchange_id)
    return session.scalar(found.where(Exchange.community_id == community.id, Exchange.key == wish.key))


def _held(session: Session, community: Community) -> int:
    """Tell what lies apart for kept hours."""
    try:
        fund = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.fund_code(books.KEPT_FUND),
            commodity=community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    return max(0, ledger.balance(session, fund).balance)
