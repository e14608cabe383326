"""What a fund still holds of each gift, and where that is kept once its giver was asked.

What was spent of a fund was spent of all gifts in it alike: what it holds is shared out in proportion to what
each gift has brought and not had back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.communities.models import Community
from timebank.donations.models import DONATION
from timebank.donations.models import Donation
from timebank.donations.models import DonationKept
from timebank.donations.queries import Gift
from timebank.donations.queries import Ids
from timebank.donations.queries import gifts_among
from timebank.funds.models import Fund
from timebank.payments.models import Payment
from timebank.payments.models import StripeMovement


@dataclass(frozen=True, slots=True)
class Held:
    """A gift of which a fund holds something."""

    gift: Gift
    #: What it has brought in all, by whichever way, less what went back.
    brought: int
    #: Its part of what the fund holds now.
    left: int


def held_in(session: Session, *, community: Community, fund: Fund) -> list[Held]:
    """Share out what a fund holds among the gifts that are kept in it, the oldest first.

    A gift that is disputed has no part in it until that is decided. What the fund holds is read first:
    whoever books by it can see afterwards whether it has changed meanwhile.
    """
    there = holds(session, community=community, fund=fund)
    ids = (
        select(Donation.id)
        .outerjoin(DonationKept, DonationKept.donation_id == Donation.id)
        .where(
            Donation.community_id == community.id,
            Donation.currency == community.currency,
            Donation.given_on.is_not(None),
            or_(Donation.fund_id == fund.id, DonationKept.fund_id == fund.id),
        )
    )
    kept, found = _kept(session, ids), []
    gifts = gifts_among(session, community=community, ids=ids)
    brought = _brought(session, gifts, ids)
    for gift in reversed(gifts):
        number = gift.donation.id
        row = kept.get(number)
        elsewhere = row is not None and (row.fund_id != fund.id or row.to_give_back)
        gone = row.gone_minor if row else 0
        own = min(brought[number] - gone, gift.left)
        if own > 0 and not elsewhere and not gift.disputed:
            found.append((gift, brought[number], own))
    lefts = shared_out(there, [own for _gift, _brought, own in found])
    return [Held(gift, whole, left) for (gift, whole, _own), left in zip(found, lefts, strict=True)]


def holds(session: Session, *, community: Community, fund: Fund) -> int:
    """Tell what a fund holds by the books."""
    try:
        account = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.fund_code(fund.slug),
            commodity=community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    return ledger.balance(session, account).balance


def shared_out(held: int, parts: Sequence[int]) -> list[int]:
    """Share out what is held in proportion to parts, in whole coins: none gets more than its part.

    Coins that are over go where most of one was cut off; so the sum is what is held, or that of all parts.
    """
    whole = sum(parts)
    there = min(held, whole)
    if there <= 0:
        return [0] * len(parts)
    shares = [there * part // whole for part in parts]
    most_cut = sorted(range(len(parts)), key=lambda one: (-(there * parts[one] % whole), one))
    for one in most_cut[: there - sum(shares)]:
        shares[one] += 1
    return shares


def keep(session: Session, *, held: Held, fund: Fund, to_give_back: bool) -> None:
    """Say where what is left of a gift is kept from now on; the entry that moves it is the caller's."""
    donation = held.gift.donation
    row = session.get(DonationKept, donation.id, with_for_update=True)
    if row is None:
        row = DonationKept(donation_id=donation.id, community_id=donation.community_id)
        session.add(row)
    row.fund_id, row.to_give_back, row.since = fund.id, to_give_back, clock.now()
    row.gone_minor = held.brought - held.left
    session.flush()


def kept_by(session: Session, *, donation: Donation) -> tuple[Fund, bool] | None:
    """Tell which fund keeps what is left of a gift, and whether it goes back; None: as it was given."""
    row = session.get(DonationKept, donation.id)
    return None if row is None else (session.get_one(Fund, row.fund_id), row.to_give_back)


def owed(session: Session, *, community: Community, ids: Ids) -> dict[int, int]:
    """Tell, by gift, how much of it still lies apart to be given back."""
    apart = select(DonationKept.donation_id).where(
        DonationKept.donation_id.in_(ids), DonationKept.to_give_back == true()
    )
    kept, gifts = _kept(session, apart), gifts_among(session, community=community, ids=apart)
    brought, found = _brought(session, gifts, apart), {}
    for gift in gifts:
        number = gift.donation.id
        left = brought[number] - kept[number].gone_minor
        if left > 0:
            found[number] = left
    return found


# --- the leaves ---------------------------------------------------------------------------------------------


def _kept(session: Session, ids: Ids) -> dict[int, DonationKept]:
    found = select(DonationKept).where(DonationKept.donation_id.in_(ids))
    rows = session.scalars(found.execution_options(populate_existing=True))
    return {one.donation_id: one for one in rows}


def _brought(session: Session, gifts: Sequence[Gift], ids: Ids) -> dict[int, int]:
    """Tell, by gift, what it has brought to its fund: by Stripe as its lines say, less what left again."""
    payments = {one.payment.id: one.donation.id for one in gifts if one.payment}
    sums = (
        select(StripeMovement.payment_id, func.sum(StripeMovement.earmarked))
        .join(Payment, Payment.id == StripeMovement.payment_id)
        .where(Payment.purpose == DONATION, Payment.subject_id.in_(ids))
        .group_by(StripeMovement.payment_id)
    )
    earmarked = {
        payments[number]: int(amount) for number, amount in session.execute(sums) if number in payments
    }
    by_hand = {
        one.donation.id: one.donation.amount_minor for one in gifts if one.by_hand and not one.taken_back
    }
    return {one.donation.id: earmarked.get(one.donation.id, by_hand.get(one.donation.id, 0)) for one in gifts}
