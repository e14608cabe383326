"""What Stripe's lines do to the books: one entry for each, which moves the account ``stripe`` by its net.

So the account is always what Stripe says its balance is. Entries come from lines and from nothing else,
but for a lost dispute, which has none: that moves nothing at Stripe any more.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import Transfer
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.payments.facts import Movement
from timebank.payments.models import Payment
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund

#: Stripe told us, by whichever way.
BY_STRIPE: Final = Actor(person_id=None, member_id=None, how="stripe")

#: What a line of Stripe's is about, where it is about no payment: the account on the other side.
_ELSEWHERE: Final = {
    "refund_failure": books.REFUNDS_OWED,
    "payout": books.STRIPE_TRANSIT,
    "payout_failure": books.STRIPE_TRANSIT,
    "payout_cancel": books.STRIPE_TRANSIT,
    "topup": books.STRIPE_TRANSIT,
    "topup_reversal": books.STRIPE_TRANSIT,
    "stripe_fee": books.STRIPE_FEES,
    "stripe_fx_fee": books.STRIPE_FEES,
    "tax_fee": books.STRIPE_FEES,
    "reserve_transaction": books.STRIPE_RESERVE,
    "reserved_funds": books.STRIPE_RESERVE,
    "reserve_hold": books.STRIPE_RESERVE,
    "reserve_release": books.STRIPE_RESERVE,
    "payout_minimum_balance_hold": books.STRIPE_RESERVE,
    "payout_minimum_balance_release": books.STRIPE_RESERVE,
    "payment_network_reserve_hold": books.STRIPE_RESERVE,
    "payment_network_reserve_release": books.STRIPE_RESERVE,
}
TAKEN: Final = frozenset({"charge", "payment"})
_GIVEN_BACK: Final = frozenset({"refund", "payment_refund"})
#: The payer's bank took it back, without asking.
TAKEN_BACK: Final = frozenset({"payment_failure_refund", "payment_reversal"})
ABOUT_PAYMENTS: Final = TAKEN | _GIVEN_BACK | TAKEN_BACK
#: An *adjustment* is a dispute's only where its category says so.
_DISPUTES: Final = frozenset({"dispute", "dispute_reversal"})


#: Accounts, by their codes, with what belongs to each.
Shares = Sequence[tuple[str, int]]


class TooEarly(Exception):
    """What is to go back was not booked as taken yet: it shall be told again, once that is done."""


@dataclass(frozen=True, slots=True)
class Earmark:
    """The fund that holds what was paid."""

    #: Its account's code.
    code: str
    #: Stripe's fee is taken out of it; else the community bears it.
    bears_fee: bool
    #: How much of what this payment brought is known to be spent, so that no part of it goes back from there.
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What Stripe took by itself, of something that repeats."""

    invoice_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What payments of one kind are for, as their feature says."""

    #: What it is called: English, marked with N_.
    label: str
    #: Where an amount belongs that was paid (above zero) or goes back (below it): accounts, by their codes,
    #: with their parts of it. Asked once for each amount, in the transaction that books it.
    shares: Callable[[Session, Payment, int], Shares]
    #: The fund that holds the money; None where it is for no purpose.
    earmark: Callable[[Session, Payment], Earmark | None]
    #: What a treasurer is told of it: English, marked with N_, and what whoever paid wrote.
    about: Callable[[Session, Payment], Sequence[tuple[str, str]]]
    #: It is paid, for the first and only time; in the transaction that writes that down.
    paid: Callable[[Session, Payment], None]
    #: Money of it went back, whole or in part: once for each refund, in the transaction that first knows it.
    given_back: Callable[[Session, Payment, StripeRefund], None] = lambda _session, _payment, _refund: None
    #: It was taken once more, beginning with this payment: makes what the new one is for, and gives its id.
    renewed: Callable[[Session, Payment, Renewal], int]
    #: Something else takes the same again already, so that what began with this payment is one too many.
    repeats_already: Callable[[Session, Payment], bool] = lambda _session, _payment: False
    #: How much of it went back by another way than Stripe, as in cash.
    by_hand: Callable[[Session, Payment], int] = lambda _session, _payment: 0
    #: What it is for, as whoever pays knows it, such as a fund's name; empty where there is no more to say.
    what: Callable[[Session, Payment], str]
    #: Why it is not given back by way of Stripe here, and where it is: English, marked with N_; else empty.
    back_elsewhere: str = ""
    #: Between which amounts whoever pays may change what repeats; None where it has its price.
    bounds: Callable[[Session, Payment], tuple[int, int] | None] = lambda _session, _payment: None


def turn(movement: Movement) -> tuple[datetime, bool, bool]:
    """Give what lines are sorted by before they are booked: within a second, what is taken comes first."""
    return movement.made_at, movement.kind not in TAKEN, movement.category == "dispute_reversal"


#: By the name that a payment's row carries.
Purposes = Mapping[str, Purpose]


def book(
    session: Session,
    *,
    community: Community,
    movement: Movement,
    payment: Payment | None,
    purposes: Purposes,
) -> StripeMovement:
    """Book a line of Stripe's once, whoever brings it; the caller holds the community's account at Stripe.

    A line of a kind that nobody knows is kept, and not booked: the treasurer is shown it.
    """
    row = session.scalar(
        select(StripeMovement).where(
            StripeMovement.community_id == community.id, StripeMovement.movement_id == movement.id
        )
    )
    if row is not None and not row.unknown:
        return row
    counter = _Counter(session, community, movement, payment, purposes)
    counter.check_turn()
    from_owed = counter.from_owed()
    shares = counter.shares(movement.amount + from_owed)
    unknown = shares is None
    earmarked = 0 if unknown else counter.earmarked(from_owed)
    entry_id = None if shares is None else _post(session, counter, shares, earmarked, from_owed)
    if row is None:
        row = _row(community, movement, payment)
        session.add(row)
    row.entry_id, row.unknown = entry_id, unknown
    row.earmarked, row.from_owed = earmarked, from_owed
    session.flush()
    return row


def book_loss(
    session: Session,
    *,
    community: Community,
    dispute: StripeDispute,
    payment: Payment | None,
    purposes: Purposes,
) -> None:
    """Book that a dispute is lost, once: what lay among the disputed is gone."""
    lines = select(func.coalesce(func.sum(StripeMovement.amount), 0)).where(
        StripeMovement.community_id == community.id, StripeMovement.dispute_id == dispute.dispute_id
    )
    lost = -int(session.scalar(lines) or 0)
    if dispute.lost_entry_id is not None or lost <= 0:
        return

    def account(code: str) -> Account:
        return _account(session, community, dispute.currency, code)

    disputed = account(books.STRIPE_DISPUTED)
    entry = ledger.Entry(
        book_id=community.book_id,
        kind="stripe-dispute-lost",
        posted_on=clock.today(community.time_zone),
        key=f"stripe:{dispute.dispute_id}:lost",
        actor=str(BY_STRIPE),
        transfers=tuple(
            into(disputed, account(code), part) for code, part in _shares(session, payment, purposes, -lost)
        ),
        memo=f"stripe {dispute.dispute_id}",
    )
    dispute.lost_entry_id = ledger.post(session, entry).entry_id


def local_day(community: Community, moment: datetime) -> date:
    """Tell which day it was where the community is: Stripe's times are of no place."""
    return moment.astimezone(ZoneInfo(community.time_zone)).date()


@dataclass(frozen=True, slots=True)
class _Counter:
    """What stands on the other side of a line of Stripe's."""

    session: Session
    community: Community
    movement: Movement
    payment: Payment | None
    purposes: Purposes

    @property
    def kind(self) -> str:
        """Name the line; a dispute's by its category, for its kind says nothing."""
        one = self.movement
        return one.category if one.kind == "adjustment" else one.kind

    def shares(self, amount: int) -> Shares | None:
        """Name the accounts on the other side with their parts of an amount; None where nobody knows."""
        if self.kind in ABOUT_PAYMENTS:
            return _shares(self.session, self.payment, self.purposes, amount)
        code = books.STRIPE_DISPUTED if self.kind in _DISPUTES else _ELSEWHERE.get(self.kind)
        return None if code is None else _parts(((code, amount),))

    def check_turn(self) -> None:
        """Let nothing go back before it was taken: how much of it a fund gives back depends on that.

        And nothing be booked as taken before it is known to be paid, and whether it is what was asked for.
        """
        if self.payment is None:
            return
        if self.kind in TAKEN and self.payment.paid_at is None:
            raise TooEarly
        if self.kind not in _GIVEN_BACK | TAKEN_BACK | {"dispute"}:
            return
        taken = select(StripeMovement.id).where(
            StripeMovement.payment_id == self.payment.id, StripeMovement.kind.in_(TAKEN)
        )
        if self.session.scalar(taken.limit(1)) is None:
            raise TooEarly

    def earmark(self) -> Earmark | None:
        """Tell which fund holds the money."""
        one = self.payment
        return None if one is None or one.oddity else self.purposes[one.purpose].earmark(self.session, one)

    def from_owed(self) -> int:
        """Tell how much of a refund goes back once more, because it had not arrived: it is owed."""
        if self.payment is None or self.kind not in _GIVEN_BACK:
            return 0
        own = StripeMovement.payment_id == self.payment.id
        failed = select(func.coalesce(func.sum(StripeMovement.amount), 0)).where(
            own, StripeMovement.kind == "refund_failure"
        )
        paid = select(func.coalesce(func.sum(StripeMovement.from_owed), 0)).where(own)
        owed = int(self.session.scalar(failed) or 0) - int(self.session.scalar(paid) or 0)
        return min(-self.movement.amount, max(owed, 0))

    def earmarked(self, from_owed: int) -> int:
        """Tell by how much the fund changes.

        Money that goes back leaves it as far as it is still there, and never more than this payment
        brought: what was spent is spent, and the others' gifts stay.
        """
        fund = self.earmark()
        if fund is None:
            return 0
        if self.kind in TAKEN:
            return self.movement.amount - (self.movement.fee if fund.bears_fee else 0)
        if self.kind == "dispute_reversal":
            return -self._sum(StripeMovement.dispute_id == self.movement.dispute_id)
        if self.kind in _GIVEN_BACK | TAKEN_BACK | {"dispute"}:
            account = _account(self.session, self.community, self.movement.currency, fund.code)
            there = ledger.balance(self.session, account).balance
            assert self.payment is not None
            own = self._sum(StripeMovement.payment_id == self.payment.id) - fund.gone
            return -max(min(-self.movement.amount - from_owed, there, own), 0)
        return 0

    def _sum(self, which: object) -> int:
        found = select(func.coalesce(func.sum(StripeMovement.earmarked), 0)).where(
            StripeMovement.community_id == self.community.id,
            which,  # type: ignore[arg-type]
        )
        return int(self.session.scalar(found) or 0)


def _row(community: Community, movement: Movement, payment: Payment | None) -> StripeMovement:
    return StripeMovement(
        community_id=community.id,
        movement_id=movement.id,
        kind=movement.kind,
        category=movement.category,
        amount=movement.amount,
        fee=movement.fee,
        net=movement.net,
        currency=movement.currency,
        made_at=movement.made_at,
        source_id=movement.source_id,
        charge_id=movement.charge_id,
        intent_id=movement.intent_id,
        dispute_id=movement.dispute_id,
        payment_id=payment.id if payment else None,
    )


def _post(session: Session, counter: _Counter, shares: Shares, earmarked: int, from_owed: int) -> int | None:
    """Post the entry of a line; None where it moves nothing."""
    community, movement = counter.community, counter.movement
    transfers = tuple(_transfers(session, counter, shares, earmarked, from_owed))
    if not transfers:
        return None
    posted_on, memo = page_and_memo(session, community, movement.made_at, f"stripe {movement.id}")
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=f"stripe-{counter.kind.replace('_', '-')}",
        posted_on=posted_on,
        key=f"stripe:{movement.id}",
        actor=str(BY_STRIPE),
        transfers=transfers,
        memo=memo,
    )
    return ledger.post(session, entry).entry_id


def _transfers(
    session: Session, counter: _Counter, shares: Shares, earmarked: int, from_owed: int
) -> Iterator[Transfer]:
    movement = counter.movement

    def account(named: str) -> Account:
        return _account(session, counter.community, movement.currency, named)

    stripe = account(books.STRIPE)
    if from_owed:
        yield into(stripe, account(books.REFUNDS_OWED), -from_owed)
    for code, part in shares:
        yield into(stripe, account(code), part)
    if movement.fee:
        fees = books.DISPUTE_FEES if counter.kind in _DISPUTES else books.STRIPE_FEES
        yield into(stripe, account(fees), -movement.fee)
    fund = counter.earmark()
    if fund is not None and earmarked:
        yield into(account(books.GENERAL), account(fund.code), earmarked)


def page_and_memo(session: Session, community: Community, moment: datetime, memo: str) -> tuple[date, str]:
    """Tell on which day's page something of Stripe's stands: its own or, where that month is closed, today's.

    Then the memo says of which day it is.
    """
    happened = local_day(community, moment)
    closed = ledger.closed_through(session, community.book_id)
    if closed is None or happened > closed:
        return happened, memo
    return clock.today(community.time_zone), f"{memo} of {happened}"


def into(first: Account, second: Account, amount: int) -> Transfer:
    """Debit the first and credit the second; the other way round where the amount is below zero."""
    debit, credit = (first, second) if amount > 0 else (second, first)
    return Transfer(debit=debit, credit=credit, amount=abs(amount))


def _shares(session: Session, payment: Payment | None, purposes: Purposes, amount: int) -> Shares:
    if not amount:
        return ()
    if payment is None or payment.oddity:
        return ((books.UNIDENTIFIED, amount),)
    return _parts(purposes[payment.purpose].shares(session, payment, amount))


def _parts(shares: Shares) -> Shares:
    """Leave out accounts to which nothing belongs: no line of an entry moves nothing."""
    return tuple((code, part) for code, part in shares if part)


def _account(session: Session, community: Community, currency: str, code: str) -> Account:
    return books.money(session, book_id=community.book_id, currency=currency, code=code, actor=BY_STRIPE)
