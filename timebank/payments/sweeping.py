"""The nightly look at everything that Stripe may not have been able to tell us.

By hand it is ``timebank stripe sync``. Each step is a short transaction of its own, and Stripe is asked
between them: whatever is interrupted is found again by the next look.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy import update
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.communities.models import Community
from timebank.payments.booking import Purposes
from timebank.payments.booking import TooEarly
from timebank.payments.booking import turn
from timebank.payments.facts import Event
from timebank.payments.facts import Movement
from timebank.payments.gateway import Gateway
from timebank.payments.gateway import GatewayRefused
from timebank.payments.hearing import News
from timebank.payments.hearing import ask
from timebank.payments.hearing import write
from timebank.payments.models import DECIDED
from timebank.payments.models import DRAFT
from timebank.payments.models import EXPIRED
from timebank.payments.models import ON_ITS_WAY
from timebank.payments.models import WAITING_STATES
from timebank.payments.models import Payment
from timebank.payments.models import StripeDispute
from timebank.payments.models import StripeMovement
from timebank.payments.models import StripeRefund
from timebank.payments.models import StripeSubscription
from timebank.payments.paying import only_one
from timebank.payments.service import NotAskedByUs
from timebank.payments.service import hear
from timebank.payments.service import hold_account
from timebank.payments.service import meet_account
from timebank.payments.service import record_movement
from timebank.payments.service import was_heard

Result = TypeVar("Result")
#: Runs something in a transaction of its own, and gives what it gives.
Transact = Callable[[Callable[[Session], Result]], Result]

#: Stripe makes lines a little later than what they are about, and keeps events for so long.
_OVERLAP, _EVENTS_KEPT = timedelta(days=3), timedelta(days=30)
_BEFORE_STRIPE = datetime(2010, 1, 1, tzinfo=UTC)
#: A draft is younger while somebody is on the way to Stripe's page.
_DRAFT_RESTS = timedelta(minutes=10)
#: By then no page can be made for a draft any more, and one that was made would have been found.
_DRAFT_ENDS = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a look has found."""

    payments: int
    events: int
    movements: int
    #: Lines of kinds that nobody knows: they are not booked.
    unknown: int
    #: By currency, what the books say lies at Stripe, and what Stripe says.
    balances: dict[str, tuple[int, int]]

    @property
    def agrees(self) -> bool:
        """Say whether the books and Stripe agree."""
        return all(ours == theirs for ours, theirs in self.balances.values())


class Sweep:
    """One look at a community's account."""

    def __init__(
        self, transact: Callable[..., object], gateway: Gateway, community_id: int, purposes: Purposes
    ) -> None:
        self._transact, self._gateway = transact, gateway
        self._community_id, self._purposes = community_id, purposes
        self._all_booked = True

    def run(self) -> Swept:
        """Look at open payments, at what was not delivered, and at every line of the balance."""
        began, account_id = clock.now(), self._gateway.account_id()
        swept_to: datetime = self._do(lambda session: self._begin(session, account_id))
        payments = sum(map(self._look_at, self._waiting()))
        for about in self._do(self._undecided):
            self._write(self._ask(about))
        events = sum(map(self._hear, self._gateway.undelivered_since(began - _EVENTS_KEPT)))
        movements = self._book(self._gateway.movements_since(swept_to - _OVERLAP))
        if self._all_booked:
            self._do(lambda session: self._end(session, began))
        theirs = self._gateway.balance()
        ours: dict[str, int] = self._do(self._booked)
        balances = {
            one: (ours.get(one, 0), theirs.get(one, 0)) for one in sorted(ours.keys() | theirs.keys())
        }
        unknown: int = self._do(self._unknown)
        return Swept(
            payments=payments, events=events, movements=movements, unknown=unknown, balances=balances
        )

    # --- open payments --------------------------------------------------------------------------------------

    def _waiting(self) -> Iterable[str]:
        """Give the pages of payments that wait, those of forgotten drafts among them."""
        pages, drafts = self._do(self._open_ones)
        if drafts:
            since = min(drafts.values()) - _DRAFT_RESTS
            made = [one for one in self._gateway.checkouts_since(since) if one.token in drafts]
            tokens = {one.token for one in made}
            pages |= {only_one(self._gateway, made, token).id for token in tokens}
            over = clock.now() - _DRAFT_ENDS
            gone = [token for token, made_at in drafts.items() if token not in tokens and made_at < over]
            self._do(partial(self._let_go, tokens=gone))
        return sorted(pages)

    def _let_go(self, session: Session, tokens: Collection[str]) -> None:
        """Give up drafts for which no page was ever made: nobody can pay them any more."""
        old = update(Payment).where(Payment.token.in_(tokens), Payment.state == DRAFT).values(state=EXPIRED)
        session.execute(old.execution_options(synchronize_session=False))

    def _open_ones(self, session: Session) -> tuple[set[str], dict[str, datetime]]:
        found = session.execute(
            select(Payment.checkout_id, Payment.token, Payment.state, Payment.made_at).where(
                Payment.community_id == self._community_id, Payment.state.in_(WAITING_STATES)
            )
        ).all()
        late = clock.now() - _DRAFT_RESTS
        return (
            {one.checkout_id for one in found if one.checkout_id},
            {one.token: one.made_at for one in found if one.state == DRAFT and one.made_at < late},
        )

    def _look_at(self, checkout_id: str) -> int:
        return self._write(ask(self._gateway, checkout_id))

    def _undecided(self, session: Session) -> list[str]:
        """Give what may have changed without a line on the balance, as with a dispute that is lost."""
        disputes = select(StripeDispute.dispute_id).where(
            StripeDispute.community_id == self._community_id, StripeDispute.status.not_in(DECIDED)
        )
        refunds = select(StripeRefund.refund_id).where(
            StripeRefund.community_id == self._community_id, StripeRefund.status.in_(ON_ITS_WAY)
        )
        repeating = select(StripeSubscription.subscription_id).where(
            StripeSubscription.community_id == self._community_id, StripeSubscription.ended_at.is_(None)
        )
        return [*session.scalars(disputes), *session.scalars(refunds), *session.scalars(repeating)]

    # --- what Stripe could not tell -------------------------------------------------------------------------

    def _hear(self, event: Event) -> int:
        if event.live != self._gateway.live or self._do(lambda session: self._was_heard(session, event)):
            return 0
        return self._write(self._ask(event.object_id), event)

    def _was_heard(self, session: Session, event: Event) -> bool:
        return was_heard(session, community=self._community(session), event_id=event.id)

    # --- the balance ----------------------------------------------------------------------------------------

    def _book(self, lines: Iterable[Movement]) -> int:
        """Book what is not in the books, the oldest first, each with what it is about."""
        booked = 0
        for one in sorted(lines, key=turn):
            if not self._do(partial(self._is_booked, movement=one)):
                self._write(self._ask(one.source_id))
                booked += self._do(partial(self._record, movement=one))
        return booked

    def _is_booked(self, session: Session, movement: Movement) -> bool:
        there = select(StripeMovement.id).where(
            StripeMovement.community_id == self._community_id,
            StripeMovement.movement_id == movement.id,
            StripeMovement.unknown != true(),
        )
        return session.scalar(there) is not None

    def _record(self, session: Session, movement: Movement) -> int:
        community = self._held(session)
        try:
            with session.begin_nested():
                row = record_movement(
                    session, community=community, movement=movement, purposes=self._purposes
                )
        except TooEarly:
            # It is looked for again every night until it is booked.
            self._all_booked = False
            return 0
        return int(not row.unknown)

    # --- the leaves -----------------------------------------------------------------------------------------

    def _do(self, work: Callable[[Session], Result]) -> Result:
        done: Result = self._transact(work)  # type: ignore[assignment]
        return done

    def _ask(self, object_id: str) -> News:
        """Fetch something; what Stripe no longer knows is of no account."""
        try:
            return ask(self._gateway, object_id)
        except GatewayRefused:
            return News()

    def _write(self, news: News, event: Event | None = None) -> int:
        """Write down what was fetched; one when something was there to be written."""

        def write_it(session: Session) -> int:
            community = self._held(session)
            try:
                with session.begin_nested():
                    if event is not None and not hear(session, community=community, event=event):
                        return 0
                    write(session, community=community, news=news, purposes=self._purposes)
            except (NotAskedByUs, TooEarly):
                return 0
            return 1

        return self._do(write_it)

    def _community(self, session: Session) -> Community:
        return session.get_one(Community, self._community_id)

    def _held(self, session: Session) -> Community:
        community = self._community(session)
        hold_account(session, community=community)
        return community

    def _begin(self, session: Session, account_id: str) -> datetime:
        community = self._community(session)
        account = meet_account(session, community=community, account_id=account_id, live=self._gateway.live)
        # The first look goes back to the beginning: what an older account holds is in its balance, too.
        return account.swept_to or _BEFORE_STRIPE

    def _end(self, session: Session, began: datetime) -> None:
        account = hold_account(session, community=self._community(session))
        assert account is not None
        account.swept_to = began

    def _booked(self, session: Session) -> dict[str, int]:
        book_id = self._community(session).book_id
        lines = ledger.trial_balance(session, book_id)
        return {one.commodity: one.balance for one in lines if one.code == books.STRIPE}

    def _unknown(self, session: Session) -> int:
        found = select(StripeMovement.id).where(
            StripeMovement.community_id == self._community_id, StripeMovement.unknown == true()
        )
        return len(session.scalars(found).all())
