"""Money that Stripe took and nobody knows what for, until a treasurer says what it is.

It becomes a payment as any other: what was taken is then booked where it belongs, out of what is not
identified, and what goes back of it later is booked there, too.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

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
from timebank.payments.booking import Shares
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unidentified:
    """Money that was taken, and counts for nothing."""

    #: The line of the balance by which it came.
    movement: StripeMovement
    #: Where it was asked for by us, and does not fit.
    payment: Payment | None
    #: Every line that is about it, that one among them.
    lines: Sequence[StripeMovement]
    #: Of disputes about it, in Stripe's words.
    disputes: Sequence[str]

    @property
    def disputed(self) -> bool:
        """Say whether nobody knows yet if it stays."""
        return bool(UNDECIDED.intersection(self.disputes))

    @property
    def left(self) -> int:
        """Tell how much of it is there."""
        if LOST in self.disputes:
            return 0
        return sum(one.amount + one.from_owed for one in self.lines)


def list_unidentified(session: Session, *, community: Community) -> list[Unidentified]:
    """List what is not identified and is still there, the oldest first."""
    found = [_whole(session, *one) for one in session.execute(_taken(community))]
    return [one for one in found if one.left > 0]


def find_unidentified(session: Session, *, community: Community, movement_id: int) -> Unidentified | None:
    """Find one of them; what is another community's, or known meanwhile, is not found."""
    found = session.execute(_taken(community).where(StripeMovement.id == movement_id)).one_or_none()
    return _whole(session, *found) if found else None


def count_unidentified(session: Session, *, community: Community) -> int:
    """Count what came without ever being asked for; what does not fit is counted as that."""
    return sum(one.payment is None for one in list_unidentified(session, community=community))


def hold_unidentified(session: Session, *, community: Community, movement_id: int) -> Unidentified:
    """Hold what is about to be identified for this transaction; raises a refusal where it cannot be."""
    hold_account(session, community=community)
    found = find_unidentified(session, community=community, movement_id=movement_id)
    if found is None or found.left <= 0:
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


def _taken(community: Community) -> Select[StripeMovement, Payment]:
    return (
        select(StripeMovement, Payment)
        .outerjoin(Payment, Payment.id == StripeMovement.payment_id)
        .where(
            StripeMovement.community_id == community.id,
            StripeMovement.kind.in_(TAKEN),
            StripeMovement.entry_id.is_not(None),
            or_(StripeMovement.payment_id.is_(None), Payment.oddity.is_not(None)),
        )
        .order_by(StripeMovement.made_at, StripeMovement.id)
    )


def _whole(session: Session, movement: StripeMovement, payment: Payment | None) -> Unidentified:
    lines = select(StripeMovement).where(
        _about(StripeMovement, movement), StripeMovement.kind.in_(ABOUT_PAYMENTS)
    )
    disputes = select(StripeDispute.status).where(_about(StripeDispute, movement))
    return Unidentified(
        movement=movement,
        payment=payment,
        lines=session.scalars(lines.order_by(StripeMovement.made_at, StripeMovement.id)).all(),
        disputes=session.scalars(disputes).all(),
    )


def _about(
    table: type[StripeMovement] | type[StripeDispute], movement: StripeMovement
) -> ColumnElement[bool]:
    return (table.community_id == movement.community_id) & (table.charge_id == movement.charge_id)


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
    for one in found.lines:
        for code, part in purpose.shares(session, payment, one.amount + one.from_owed):
            sums[code] = sums.get(code, 0) + part

    def account(code: str) -> Account:
        return books.money(
            session, book_id=community.book_id, currency=movement.currency, code=code, actor=actor
        )

    transfers = [into(account(books.UNIDENTIFIED), account(code), part) for code, part in _parts(sums)]
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


def _parts(sums: dict[str, int]) -> Shares:
    return tuple((code, part) for code, part in sums.items() if part)
