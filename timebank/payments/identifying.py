"""Money that Stripe took and nobody knows what for, until a treasurer says what it is.

It becomes a payment as any other: what was taken is then booked where it belongs, out of what is not
identified, and what goes back of it later is booked there, too.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

import ledger
from ledger import Account
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.booking import ABOUT_PAYMENTS
from timebank.payments.booking import TAKEN
from timebank.payments.booking import Earmark
from timebank.payments.booking import Purpose
from timebank.payments.booking import into
from timebank.payments.booking import local_day
from timebank.payments.booking import page_and_memo
from timebank.payments.models import PAID
from timebank.payments.models import Payment
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeIdentified
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund
from timebank.payments.service import hold_account
from timebank.payments.taking import LOST
from timebank.payments.taking import UNDECIDED
from timebank.payments.taking import follow

#: What entries are by which money leaves what is not identified.
IDENTIFIED: Final = "stripe-identified"


class IdentifiedBefore(Refusal):
    """Somebody has said already what it is, or it was given back meanwhile."""

    sentence = N_(
        "This is not among what is not identified any more. Somebody has said what it is, or it went back."
    )
    status = 409


class DisputedMoney(Refusal):
    """A card's owner disputes it, so nobody knows whether it stays."""

    sentence = N_("The card's owner disputes this payment. Please wait until that is decided.")
    status = 409


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Money that was taken, and counts for nothing."""

    #: The line of the balance by which it came.
    movement: StripeMovement
    #: Where it was asked for by us, and does not fit.
    payment: Payment | None
    #: How much of it is there.
    left: int
    #: A card's owner disputes it, so nobody knows yet whether it stays.
    disputed: bool


def list_unidentified(session: Session, *, community: Community) -> list[Unidentified]:
    """List what is not identified and is still there, the oldest first."""
    found = _found(community).order_by(StripeMovement.made_at, StripeMovement.id)
    return [_read(*one) for one in session.execute(found)]


def find_unidentified(session: Session, *, community: Community, movement_id: int) -> Unidentified | None:
    """Find one of them; what is another community's, or is known or gone meanwhile, is not found."""
    found = session.execute(_found(community).where(StripeMovement.id == movement_id)).one_or_none()
    return _read(*found) if found else None


def was_identified(session: Session, *, community: Community, movement_id: int) -> bool:
    """Say whether a line of this community was not identified once, and is now."""
    there = (
        select(StripeIdentified.payment_id)
        .join(StripeMovement, StripeMovement.payment_id == StripeIdentified.payment_id)
        .where(StripeMovement.community_id == community.id, StripeMovement.id == movement_id)
    )
    return session.scalar(there) is not None


def count_unidentified(community: Community) -> Select[int]:
    """Give the question how much came without ever being asked for; what does not fit is counted as that."""
    never_asked = _found(community).where(StripeMovement.payment_id.is_(None))
    return select(func.count()).select_from(never_asked.with_only_columns(StripeMovement.id).subquery())


def hold_unidentified(session: Session, *, community: Community, movement_id: int) -> Unidentified:
    """Hold what is about to be identified for this transaction; raises a refusal where it cannot be."""
    hold_account(session, community=community)
    found = find_unidentified(session, community=community, movement_id=movement_id)
    if found is None:
        raise IdentifiedBefore
    if found.disputed:
        raise DisputedMoney
    return found


def identify(
    session: Session,
    *,
    community: Community,
    found: Unidentified,
    name: str,
    purpose: Purpose,
    subject_id: int,
    language: str,
    email: str,
    actor: Actor,
) -> Payment:
    """Say what it was paid for, and book it there; it was held before, and the caller commits."""
    asked = (found.payment.amount_minor, found.payment.currency) if found.payment else (None, None)
    payment = found.payment or _made(community, found)
    payment.purpose, payment.subject_id, payment.attempt = name, subject_id, 1
    payment.amount_minor, payment.currency = found.movement.amount, found.movement.currency
    payment.taken_minor, payment.taken_currency = payment.amount_minor, payment.currency
    payment.language, payment.email = language, email
    oddity, payment.oddity = payment.oddity, None
    session.add(payment)
    session.flush()
    for table in (StripeMovement, StripeRefund, StripeDispute):
        theirs = update(table).where(
            table.community_id == community.id,
            table.charge_id == found.movement.charge_id,
            table.payment_id.is_(None),
        )
        session.execute(theirs.values(payment_id=payment.id).execution_options(synchronize_session="fetch"))
    purpose.paid(session, payment)
    entry_id = _post(session, community, found, payment, purpose, actor)
    session.add(
        StripeIdentified(
            payment_id=payment.id,
            community_id=community.id,
            entry_id=entry_id,
            oddity=oddity,
            asked_minor=asked[0],
            asked_currency=asked[1],
            actor=str(actor),
            made_at=clock.now(),
        )
    )
    session.flush()
    follow(session, payment)
    return payment


# --- the leaves ---------------------------------------------------------------------------------------------


_Lines = aliased(StripeMovement)
#: Of what one charge has brought, how much is there.
_LEFT = (
    select(func.sum(_Lines.amount + _Lines.from_owed))
    .where(
        _Lines.community_id == StripeMovement.community_id,
        _Lines.charge_id == StripeMovement.charge_id,
        _Lines.kind.in_(ABOUT_PAYMENTS),
    )
    .scalar_subquery()
)


def _found(community: Community) -> Select[StripeMovement, Payment | None, int, bool]:
    disputes = select(StripeDispute.id).where(
        StripeDispute.community_id == StripeMovement.community_id,
        StripeDispute.charge_id == StripeMovement.charge_id,
    )
    disputed = disputes.where(StripeDispute.status.in_(UNDECIDED)).exists()
    return (
        select(StripeMovement, Payment, _LEFT, disputed)
        .outerjoin(Payment, Payment.id == StripeMovement.payment_id)
        .where(
            StripeMovement.community_id == community.id,
            StripeMovement.kind.in_(TAKEN),
            StripeMovement.entry_id.is_not(None),
            or_(StripeMovement.payment_id.is_(None), Payment.oddity.is_not(None)),
            _LEFT > 0,
            ~disputes.where(StripeDispute.status == LOST).exists(),
        )
    )


def _read(movement: StripeMovement, payment: Payment | None, left: int, disputed: bool) -> Unidentified:
    # PostgreSQL adds whole numbers up to a Decimal.
    return Unidentified(movement, payment, int(left), bool(disputed))


def _made(community: Community, found: Unidentified) -> Payment:
    """Put together the row of a payment that nobody here has asked for."""
    movement = found.movement
    return Payment(
        community_id=community.id,
        token=secrets.token_urlsafe(24),
        state=PAID,
        made_at=clock.now(),
        intent_id=movement.intent_id or None,
        charge_id=movement.charge_id,
        paid_at=movement.made_at,
        paid_on=local_day(community, movement.made_at),
    )


def _post(
    session: Session,
    community: Community,
    found: Unidentified,
    payment: Payment,
    purpose: Purpose,
    actor: Actor,
) -> int:
    """Book what is left of it where it belongs, and in the fund that holds it."""
    movement, sums = found.movement, dict[str, int]()
    lines = select(StripeMovement).where(
        StripeMovement.payment_id == payment.id, StripeMovement.kind.in_(ABOUT_PAYMENTS)
    )
    for one in session.scalars(lines.order_by(StripeMovement.made_at, StripeMovement.id)).all():
        for code, part in purpose.shares(session, payment, one.amount + one.from_owed):
            sums[code] = sums.get(code, 0) + part

    def account(code: str) -> Account:
        return books.money(
            session, book_id=community.book_id, currency=movement.currency, code=code, actor=actor
        )

    unknown = account(books.UNIDENTIFIED)
    transfers = [into(unknown, account(code), part) for code, part in sums.items() if part]
    fund: Earmark | None = purpose.earmark(session, payment)
    if fund is not None:
        movement.earmarked = found.left
        transfers.append(into(account(books.GENERAL), account(fund.code), found.left))
    memo = f"stripe {movement.movement_id}"
    posted_on, memo = page_and_memo(session, community, movement.made_at, memo)
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=IDENTIFIED,
        posted_on=posted_on,
        key=f"stripe-identified:{movement.movement_id}",
        actor=str(actor),
        transfers=tuple(transfers),
        memo=memo,
    )
    return ledger.post(session, entry).entry_id
