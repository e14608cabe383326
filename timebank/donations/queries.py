"""Finding gifts: of a year, by whichever way they came, and one of them with what became of it."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import Text
from sqlalchemy import and_
from sqlalchemy import cast
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.models import DonationHandedBack
from timebank.donations.models import GiftInKind
from timebank.donations.service import DONATION
from timebank.funds.models import Fund
from timebank.money import Money
from timebank.payments.models import CHARGED_BACK
from timebank.payments.models import DISPUTED
from timebank.payments.models import REVERSED
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund

#: By which way a gift came, beside those by hand: paid at Stripe by card or at a konbini, or no money at all.
STRIPE, KIND = "stripe", "kind"


#: Gifts by their numbers: a few, or as the database finds them.
Ids = Sequence[int] | Select[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A gift of money that was given, with what became of it."""

    donation: Donation
    #: None: for whatever is needed most.
    fund: Fund | None
    #: One of them is there: how it came by hand, or the payment that counts for it.
    by_hand: DonationByHand | None
    payment: Payment | None
    #: How much of it went back to whoever gave, or to their bank; all of it where it was a mistake.
    back: int

    @property
    def way(self) -> str:
        """Tell how it came: at Stripe, in cash or by transfer."""
        return self.by_hand.way if self.by_hand else STRIPE

    @property
    def left(self) -> int:
        """Tell how much of it counts."""
        return max(self.donation.amount_minor - self.back, 0)

    @property
    def taken_back(self) -> bool:
        """Say whether it was written down by mistake, so that it never was a gift."""
        return self.by_hand is not None and self.by_hand.reversal_id is not None

    @property
    def disputed(self) -> bool:
        """Say whether a card's owner disputes it: it counts until that is decided."""
        return self.payment is not None and self.payment.state == DISPUTED


@dataclass(frozen=True, slots=True, kw_only=True)
class InKind:
    """A gift that is no money."""

    gift: GiftInKind
    fund: Fund | None


@dataclass(frozen=True, slots=True)
class WaySum:
    """What came by one way in a year, in one currency."""

    way: str
    count: int
    left: Money


def list_gifts(session: Session, *, community: Community, year: int) -> Sequence[Gift]:
    """List the gifts of money of a year, the newest first, with those that were taken back."""
    return _gifts(session, Donation.community_id == community.id, *_in(year, Donation.given_on))


def find_gift(session: Session, *, community: Community, gift_id: int) -> Gift | None:
    """Find a gift of money that was given here; another community's, and what nobody paid, is not found."""
    where = Donation.community_id == community.id, Donation.id == gift_id, Donation.given_on.is_not(None)
    return next(iter(_gifts(session, *where)), None)


def gifts_among(session: Session, *, community: Community, ids: Ids) -> Sequence[Gift]:
    """Find gifts of money by their numbers, the newest first; another community's are not among them."""
    return _gifts(session, Donation.community_id == community.id, Donation.id.in_(ids))


def list_in_kind(session: Session, *, community: Community, year: int) -> Sequence[InKind]:
    """List the gifts in kind of a year, the newest first, with those that were taken back."""
    return _in_kind(session, GiftInKind.community_id == community.id, *_in(year, GiftInKind.given_on))


def find_in_kind(session: Session, *, community: Community, gift_id: int) -> InKind | None:
    """Find a gift in kind of this community; another community's is not found."""
    where = GiftInKind.community_id == community.id, GiftInKind.id == gift_id
    return next(iter(_in_kind(session, *where)), None)


def years_of_gifts(session: Session, *, community: Community) -> Sequence[int]:
    """List the years in which something was given, the newest first."""
    years: set[str] = set()
    for table in (Donation, GiftInKind):
        # The first four signs of a day are the same on both engines.
        year = func.substr(cast(table.given_on, Text), 1, 4)
        given = table.community_id == community.id, table.given_on.is_not(None)
        years.update(session.scalars(select(year).where(*given).distinct()))
    return sorted(map(int, years), reverse=True)


def this_year(community: Community) -> int:
    """Tell which year it is where the community is."""
    return clock.today(community.time_zone).year


def sums_by_way(gifts: Iterable[Gift]) -> list[WaySum]:
    """Add up what counts, by the way it came and by currency."""
    counts: dict[tuple[str, str], list[int]] = {}
    for one in gifts:
        if not one.taken_back:
            counts.setdefault((one.way, one.donation.currency), []).append(one.left)
    return [
        WaySum(way, len(amounts), Money(sum(amounts), currency))
        for (way, currency), amounts in sorted(counts.items())
    ]


def sums(gifts: Iterable[Gift]) -> list[Money]:
    """Add up what counts, by currency."""
    found: dict[str, int] = {}
    for one in gifts:
        found[one.donation.currency] = found.get(one.donation.currency, 0) + one.left
    return [Money(amount, currency) for currency, amount in sorted(found.items())]


# --- the leaves ---------------------------------------------------------------------------------------------

#: The one payment that counts for a gift; those that do not fit are no gifts yet.
_COUNTS: Final = and_(
    Payment.community_id == Donation.community_id,
    Payment.purpose == DONATION,
    Payment.subject_id == Donation.id,
    Payment.paid_at.is_not(None),
    Payment.oddity.is_(None),
)


def _in(
    year: int, day: InstrumentedAttribute[date] | InstrumentedAttribute[date | None]
) -> tuple[ColumnElement[bool], ...]:
    return day >= date(year, 1, 1), day <= date(year, 12, 31)


def _gifts(session: Session, *where: ColumnElement[bool]) -> list[Gift]:
    found = (
        select(Donation, Fund, DonationByHand, Payment, DonationHandedBack.amount_minor)
        .outerjoin(Fund, Fund.id == Donation.fund_id)
        .outerjoin(DonationByHand, DonationByHand.donation_id == Donation.id)
        .outerjoin(DonationHandedBack, DonationHandedBack.donation_id == Donation.id)
        .outerjoin(Payment, _COUNTS)
        .where(*where)
        .order_by(Donation.given_on.desc(), Donation.id.desc())
    )
    refunds = (
        select(StripeRefund.payment_id, func.sum(StripeRefund.amount))
        .join(Payment, Payment.id == StripeRefund.payment_id)
        .join(Donation, _COUNTS)
        .where(StripeRefund.status == "succeeded", *where)
        .group_by(StripeRefund.payment_id)
    )
    refunded = {number: int(amount) for number, amount in session.execute(refunds) if number is not None}
    return [
        Gift(
            donation=donation,
            fund=fund,
            by_hand=by_hand,
            payment=payment,
            back=_back(donation, by_hand, payment, refunded, handed_back or 0),
        )
        for donation, fund, by_hand, payment, handed_back in session.execute(found)
    ]


def _back(
    donation: Donation,
    by_hand: DonationByHand | None,
    payment: Payment | None,
    refunded: dict[int, int],
    handed_back: int,
) -> int:
    if by_hand is not None:
        return donation.amount_minor if by_hand.reversal_id is not None else handed_back
    if payment is None:
        return 0
    if payment.state in {CHARGED_BACK, REVERSED}:
        return donation.amount_minor
    return refunded.get(payment.id, 0) + handed_back


def _in_kind(session: Session, *where: ColumnElement[bool]) -> list[InKind]:
    found = (
        select(GiftInKind, Fund)
        .outerjoin(Fund, Fund.id == GiftInKind.fund_id)
        .where(*where)
        .order_by(GiftInKind.given_on.desc(), GiftInKind.id.desc())
    )
    return [InKind(gift=gift, fund=fund) for gift, fund in session.execute(found)]
