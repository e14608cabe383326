"""Everything that somebody does who is not the application: payers, banks, Stripe, and time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import chain
from operator import itemgetter

from timebank.devstripe import checkout
from timebank.devstripe import disputes
from timebank.devstripe import money
from timebank.devstripe import passing
from timebank.devstripe import payments
from timebank.devstripe import payouts
from timebank.devstripe import refunds
from timebank.devstripe import sessions
from timebank.devstripe import subscriptions
from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.courier import Post
from timebank.devstripe.courier import arrived
from timebank.devstripe.courier import post as over_the_network
from timebank.devstripe.courier import signed
from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import NotThere
from timebank.devstripe.money import DAY
from timebank.devstripe.stage import Stage
from timebank.devstripe.store import Thing
from timebank.devstripe.troubles import Kind
from timebank.devstripe.troubles import Trouble
from timebank.devstripe.work import Work
from timebank.devstripe.work import shown

#: An account, its id, or nothing where the object or the rehearsal has only one.
Whose = DevAccount | str | None


class Actions(Stage):
    """The buttons, as methods; each gives the object it was about as it is afterwards."""

    # --- on the page of a checkout session ---

    def pay(
        self, session: str, *, account: Whose = None, email: str = "", name: str = "", disputed: bool = False
    ) -> Thing:
        """Pay by card."""
        return self._on_session(
            session,
            account,
            lambda work, it: checkout.pay(work, it, email=email, name=name, disputed=disputed),
        )

    def decline(self, session: str, *, account: Whose = None, email: str = "") -> Thing:
        """Try a card that is declined."""
        return self._on_session(session, account, lambda work, it: checkout.decline(work, it, email=email))

    def pay_later(self, session: str, *, account: Whose = None, email: str = "", name: str = "") -> Thing:
        """Take a voucher for the convenience store."""
        return self._on_session(
            session, account, lambda work, it: checkout.pay_later(work, it, email=email, name=name)
        )

    def pay_voucher(self, payment: str, *, account: Whose = None) -> Thing:
        """Pay a voucher at the counter."""
        return self._on_session(payment, account, checkout.pay_voucher)

    def expire_voucher(self, payment: str, *, account: Whose = None) -> Thing:
        """Let a voucher's last day pass."""
        return self._on_session(payment, account, checkout.expire_voucher)

    def expire_session(self, session: str, *, account: Whose = None) -> Thing:
        """Let an open session expire."""
        return self._on_session(session, account, sessions.expire)

    # --- what becomes of a payment; a charge, its intent or its session says which ---

    def refund(
        self, payment: str, *, account: Whose = None, amount: int | None = None, instructions_email: str = ""
    ) -> Thing:
        """Give it back in Stripe's dashboard, whole or in part."""

        def verb(work: Work) -> Thing:
            charge = payments.charge_of(work, payment)
            asked: Thing = {"charge": charge["id"]} | ({} if amount is None else {"amount": amount})
            if charge["payment_method_details"]["type"] == "konbini":
                asked["instructions_email"] = instructions_email or charge["billing_details"]["email"]
            return refunds.refund(work, asked)

        return self._do(payment, account, verb)

    def complete_refund(self, refund: str, *, account: Whose = None) -> Thing:
        """Let a refund that waits for the payer's bank account arrive there."""
        return self._do(refund, account, lambda work: refunds.complete(work, work.get("refund", refund)))

    def fail_refund(self, refund: str, *, account: Whose = None, reason: str = "unknown") -> Thing:
        """Let a refund come back."""
        return self._do(
            refund, account, lambda work: refunds.fail(work, work.get("refund", refund), reason=reason)
        )

    def open_dispute(
        self, payment: str, *, account: Whose = None, reason: str = "fraudulent", inquiry: bool = False
    ) -> Thing:
        """Let the payer's bank dispute it, or only ask about it."""
        return self._do(
            payment,
            account,
            lambda work: disputes.open_dispute(
                work, payments.charge_of(work, payment), reason=reason, inquiry=inquiry
            ),
        )

    def close_dispute(self, payment: str, *, won: bool, account: Whose = None) -> Thing:
        """Let the community win a dispute, or the payer; the dispute's own id says which, too."""

        def verb(work: Work) -> Thing:
            return disputes.close(work, disputes.of_payment(work, payment), won=won)

        return self._do(payment, account, verb)

    def warn_of_fraud(self, payment: str, *, account: Whose = None) -> Thing:
        """Let the payer's bank say early that the card may have been stolen."""
        return self._do(payment, account, lambda work: disputes.warn(work, payments.charge_of(work, payment)))

    def take_back(self, payment: str, *, account: Whose = None) -> Thing:
        """Let a payment that is not by card fail after it had succeeded."""
        return self._do(
            payment, account, lambda work: payments.take_back(work, payments.charge_of(work, payment))
        )

    # --- subscriptions ---

    def next_month(self, subscription: str, *, account: Whose = None, declined: bool = False) -> Thing:
        """Move the clock to the end of its period, where it renews by itself, or is declined."""

        def verb(work: Work) -> Thing:
            it = work.get("subscription", subscription)
            return work.save(it, _declines=True) if declined else it

        it = self._do(subscription, account, verb)
        self.advance(seconds=max(0, subscriptions.period_end(it) - self.now()))
        return self.look(subscription)

    def pay_invoice(self, subscription: str, *, account: Whose = None) -> Thing:
        """Try the declined payment of a subscription again, with success."""
        return self._do(
            subscription,
            account,
            lambda work: subscriptions.pay_now(work, work.get("subscription", subscription)),
        )

    def stop_subscription(self, subscription: str, *, account: Whose = None) -> Thing:
        """Stop it now, in Stripe's dashboard."""
        return self._do(
            subscription,
            account,
            lambda work: subscriptions.end(work, work.get("subscription", subscription)),
        )

    # --- payouts, and what Stripe takes ---

    def payout(self, *, account: Whose = None, amount: int | None = None) -> Thing:
        """Send the balance to the bank: all of it, or an amount by hand."""
        return self._in(account, lambda work: payouts.pay_out(work, amount=amount))

    def arrive_payout(self, payout: str, *, account: Whose = None) -> Thing:
        """Let a payout reach the bank."""
        return self._do(payout, account, lambda work: payouts.arrive(work, work.get("payout", payout)))

    def fail_payout(self, payout: str, *, account: Whose = None) -> Thing:
        """Let a payout come back from the bank."""
        return self._do(payout, account, lambda work: payouts.fail(work, work.get("payout", payout)))

    def cancel_payout(self, payout: str, *, account: Whose = None) -> Thing:
        """Call a payout back."""
        return self._do(payout, account, lambda work: payouts.cancel(work, work.get("payout", payout)))

    def book(
        self,
        kind: str,
        amount: int,
        *,
        account: Whose = None,
        category: str = "",
        fee: int = 0,
        description: str = "",
    ) -> Thing:
        """Make a balance transaction of any type, for which there is no button: a top-up, a reserve."""
        whose = self.account_named(account)
        return self._in(
            whose,
            lambda work: money.book(
                work,
                kind,
                amount,
                category=category or kind,
                currency=whose.currency,
                fee=fee,
                description=description or None,
            ),
        )

    def charge_fee(self, amount: int, *, account: Whose = None, description: str = "Radar") -> Thing:
        """Let Stripe take a fee of its own."""
        return self.book("stripe_fee", -amount, account=account, category="fee", description=description)

    def settle(self, *, account: Whose = None) -> list[Thing]:
        """Bring the money of charges that had no balance transaction yet on its way (with `late_balance`)."""
        with self.work(self.account_named(account)) as work:
            return [dict(shown(charge, work.now)) for charge in passing.settle(work)]

    # --- time ---

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> int:
        """Move the clock forwards, and let happen what then happens by itself."""
        ahead = int(days * DAY + hours * 3600 + seconds)
        if ahead < 0:
            raise ValueError("the clock goes forwards only")
        before = int(self.store.setting("clock is ahead by", "0"))
        self.store.set("clock is ahead by", str(before + ahead))
        for account in self.accounts.values():
            with self.work(account):
                pass
        return self.now()

    # --- events ---

    def pending(self, *, account: Whose = None) -> list[Thing]:
        """List the events that have not arrived, the oldest first; of all accounts, where none is given."""
        of = list(self.accounts) if account is None else [account]
        found = [self.all("event", account=one, where=lambda event: not event["_delivered"]) for one in of]
        return sorted(chain(*found), key=itemgetter("id"))

    def signed(self, event: str) -> tuple[bytes, dict[str, str]]:
        """Give an event as it is sent: its body, and headers with the signature."""
        return signed(self._owner(event, None), self.look(event))

    def deliver(self, event: str, *, times: int = 1, post: Post | None = None) -> list[int]:
        """Send an event now, as often as is said; gives the statuses, 0 where nobody answered.

        `post(url, body, headers)` may carry it in the place of the network, and gives the status.
        """
        whose = self._owner(event, None)
        if post is None and not whose.webhook_url:
            raise Impossible("this account says nowhere that it wants events")
        body, headers = self.signed(event)
        statuses = [(post or over_the_network)(whose.webhook_url, body, headers) for _ in range(times)]
        if any(map(arrived, statuses)):
            self.note_delivery(whose, event)
        return statuses

    def deliver_pending(self, *, account: Whose = None, post: Post | None = None) -> list[int]:
        """Send each event once that has not arrived, and those that this causes, the oldest first."""
        statuses, tried = [], set[str]()
        while waiting := [one["id"] for one in self.pending(account=account) if one["id"] not in tried]:
            tried.add(waiting[0])
            statuses += self.deliver(waiting[0], post=post)
        return statuses

    def wait_until_idle(self, timeout: float = 10.0) -> bool:
        """Wait until no event is on its way any more."""
        return self.courier.wait_until_idle(timeout)

    # --- trouble, and looking ---

    def trouble(
        self,
        kind: Kind,
        *,
        times: int = 1,
        method: str = "",
        path: str = "/v1/",
        account: Whose = None,
        seconds: float = 0,
    ) -> None:
        """Let the next requests go wrong that begin with this path, of this method, in this account."""
        whose = "" if account is None else self.account_named(account).id
        self.troubles.add(Trouble(kind, times, method, path, whose, seconds))

    def look(self, id_: str) -> Thing:
        """Give any object as it is now."""
        return self._do(id_, None, lambda work: work.find(id_) or {})

    def all(
        self, kind: str, *, account: Whose = None, where: Callable[[Thing], bool] = lambda _: True
    ) -> list[Thing]:
        """List objects of a kind, the newest first."""
        with self.work(self.account_named(account)) as work:
            return [dict(shown(thing, work.now)) for thing in work.all(kind, where)]

    def balance(self, *, account: Whose = None) -> Thing:
        """Give what `/v1/balance` says."""
        return self._in(account, money.balance)

    # --- how ---

    def _owner(self, id_: str, account: Whose) -> DevAccount:
        owner = self.store.owner(id_)
        if owner not in self.accounts or (account is not None and self.account_named(account).id != owner):
            raise NotThere("object", id_)
        return self.accounts[owner]

    def _do(self, id_: str, account: Whose, verb: Callable[[Work], Thing]) -> Thing:
        return self._in(self._owner(id_, account), verb)

    def _in(self, account: Whose, verb: Callable[[Work], Thing]) -> Thing:
        working: AbstractContextManager[Work] = self.work(self.account_named(account))
        with working as work:
            return dict(shown(verb(work), work.now))

    def _on_session(self, id_: str, account: Whose, verb: Callable[[Work, Thing], Thing]) -> Thing:
        def find_and_do(work: Work) -> Thing:
            found = work.all(
                "checkout.session",
                lambda session: id_ in {session["id"], session["_intent"]},
                mentions=(id_,),
            )
            if not found:
                raise NotThere("checkout.session", id_)
            return verb(work, found[0])

        return self._do(id_, account, find_and_do)
