"""What payments ask of gifts: where their money belongs, what is done once they are paid, and again."""

from typing import Final

from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.communities.models import Community
from timebank.donations.models import MEMORY
from timebank.donations.models import Donation
from timebank.donations.models import DonationHandedBack
from timebank.donations.models import DonationKept
from timebank.donations.receipting import given_back
from timebank.donations.receipting import issue_receipt
from timebank.donations.service import MOST_BY_CARD
from timebank.donations.service import donation_of
from timebank.donations.service import fund_of
from timebank.donations.service import rule_of
from timebank.donations.service import thank_later
from timebank.errors import N_
from timebank.funds.models import Fund
from timebank.payments.booking import BY_STRIPE
from timebank.payments.booking import Earmark
from timebank.payments.booking import Purpose
from timebank.payments.booking import Renewal
from timebank.payments.booking import Shares
from timebank.payments.models import Payment


def _shares(session: Session, payment: Payment, amount: int) -> Shares:
    fund = fund_of(session, donation_of(session, payment))
    return ((books.donations_code(fund.slug if fund else None), amount),)


def _earmark(session: Session, payment: Payment) -> Earmark | None:
    donation = donation_of(session, payment)
    fund = fund_of(session, donation)
    if fund is None:
        return None
    kept = session.get(DonationKept, donation.id)
    if kept is None:
        return Earmark(books.fund_code(fund.slug), bears_fee=donation.fee_from_fund)
    # Its giver was asked: what is left of it lies elsewhere, and all else of it is spent.
    slug = session.get_one(Fund, kept.fund_id).slug
    code = books.back_code(slug) if kept.to_give_back else books.fund_code(slug)
    return Earmark(code, bears_fee=donation.fee_from_fund, gone=kept.gone_minor)


def _paid(session: Session, payment: Payment) -> None:
    donation = donation_of(session, payment)
    donation.given_on = payment.paid_on
    if donation.wants_receipt and not donation.receipt_for_year:
        issue_receipt(session, donation=donation, payment=payment, actor=BY_STRIPE)
    thank_later(session, donation=donation)


def _renewed(session: Session, payment: Payment, renewal: Renewal) -> int:
    """Write down the gift that was given once more, as whoever gives said it the first time."""
    first = donation_of(session, payment)
    same = (
        *("fund_id", "name", "name_hidden", "email", "address", "wants_receipt", "member_id", "language"),
        *("fee_from_fund", "reading", "organisation", "dedication", "dedicated_to", "every"),
        "receipt_for_year",
    )
    donation = Donation(
        **{name: getattr(first, name) for name in same},
        community_id=first.community_id,
        amount_minor=renewal.amount_minor,
        currency=renewal.currency,
        message="",
        made_at=clock.now(),
        key=f"renewal:{renewal.invoice_id}",
        given_on=None,
    )
    session.add(donation)
    session.flush()
    return donation.id


def _what(session: Session, payment: Payment) -> str:
    fund = fund_of(session, donation_of(session, payment))
    return fund.name if fund else ""


def _by_hand(session: Session, payment: Payment) -> int:
    """Tell how much of a gift was handed back in cash or by transfer."""
    back = session.get(DonationHandedBack, payment.subject_id)
    return back.amount_minor if back is not None else 0


def _bounds(session: Session, payment: Payment) -> tuple[int, int]:
    community = session.get_one(Community, payment.community_id)
    return rule_of(session, community=community).least_minor, MOST_BY_CARD


def _about(session: Session, payment: Payment) -> list[tuple[str, str]]:
    """Tell a treasurer what whoever gave wrote, as far as they wrote anything."""
    donation = donation_of(session, payment)
    fund = fund_of(session, donation)
    dedication = N_("In memory of") if donation.dedication == MEMORY else N_("In honour of")
    told = (
        (N_("For"), fund.name if fund else ""),
        (N_("Name"), donation.name),
        (N_("Reading of the name"), donation.reading),
        (N_("E-mail address"), donation.email),
        (N_("Postal address"), donation.address),
        (dedication, donation.dedicated_to),
        (N_("A word to us"), donation.message),
    )
    wish = N_("One receipt for the whole year") if donation.receipt_for_year else N_("I would like a receipt")
    wishes = [(wish, "✓")] if donation.wants_receipt else []
    return [(label, value) for label, value in told if value] + wishes


#: What a payment of a gift is for.
PURPOSE: Final = Purpose(
    label=N_("Gift"),
    shares=_shares,
    earmark=_earmark,
    about=_about,
    paid=_paid,
    given_back=given_back,
    renewed=_renewed,
    what=_what,
    bounds=_bounds,
    by_hand=_by_hand,
)
