"""What everything is played on: the store, the accounts, the clock, and who is told of what."""

import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Self

from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.accounts import refuse_live
from timebank.devstripe.courier import Courier
from timebank.devstripe.errors import LiveKeyRefused
from timebank.devstripe.errors import NotAllowed
from timebank.devstripe.passing import catch_up
from timebank.devstripe.store import Store
from timebank.devstripe.store import Thing
from timebank.devstripe.troubles import Troubles
from timebank.devstripe.work import Cause
from timebank.devstripe.work import Work
from timebank.devstripe.work import shown

#: Is told of every request: method, path, parameters, status, answer.
OnExchange = Callable[[str, str, Thing, int, Thing], None]
OnEvent = Callable[[Thing], None]

#: What happens outside of a request waits for no answer.
OPEN = Event()
OPEN.set()


class Stage:
    """The accounts, and pieces of work in them."""

    def __init__(
        self,
        path: Path | None,
        accounts: Sequence[DevAccount],
        *,
        clock: Callable[[], float] = time.time,
        held: bool = False,
        late_balance: bool = False,
        retry_after: Sequence[float] = (1.0, 5.0, 25.0),
        on_exchange: OnExchange | None = None,
        on_event: OnEvent | None = None,
    ) -> None:
        self.accounts = {account.id: account for account in accounts}
        if len(self.accounts) != len(accounts) or not accounts:
            raise ValueError("at least one account, each with a key of its own")
        self.held, self.late_balance = held, late_balance
        self.on_exchange, self.on_event = on_exchange, on_event
        self.troubles = Troubles()
        #: Set when the server ends, so that nothing hangs on.
        self.closing = Event()
        self.store = Store(path)
        self.courier = Courier(retry_after, self.note_delivery)
        self._clock = clock
        #: Until when what happens by itself has happened, by account.
        self._caught_up: dict[str, int] = {}

    def now(self) -> int:
        """Tell the time of the rehearsal, in seconds since 1970."""
        return int(self._clock()) + int(self.store.setting("clock is ahead by", "0"))

    def add_account(self, account: DevAccount) -> None:
        """Open another account, or change where the events of one go."""
        self.accounts[account.id] = account

    def account_with(self, key: str) -> DevAccount:
        """Find the account of a secret key, or refuse as Stripe does, and a live key loudly."""
        if not key:
            raise NotAllowed("You did not provide an API key. Send it as a Bearer token.")
        try:
            refuse_live(key)
        except LiveKeyRefused as problem:
            raise NotAllowed(f"{problem}".capitalize(), code="api_key_expired") from problem
        for account in self.accounts.values():
            if account.secret_key == key:
                return account
        raise NotAllowed(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", code="")

    def account_named(self, account: DevAccount | str | None) -> DevAccount:
        """Find an account by itself, its id or its key; without any, the only one there is."""
        if account is None:
            if len(self.accounts) > 1:
                raise ValueError("there are several accounts: say which")
            return next(iter(self.accounts.values()))
        if isinstance(account, DevAccount):
            account = account.id
        return self.accounts[account] if account in self.accounts else self.account_with(account)

    @contextmanager
    def work(
        self, account: DevAccount, *, cause: Cause | None = None, gate: Event | None = None
    ) -> Iterator[Work]:
        """Do something in one transaction; its events go out when it is done, or when the gate opens."""
        with self.store.transaction():
            work = Work(
                self.store,
                account,
                self.now(),
                late_balance=self.late_balance,
                awaited=self.held or bool(account.webhook_url),
            )
            # Nothing happens by itself as long as it is the same second.
            if self._caught_up.get(account.id) != work.now:
                catch_up(work)
            work.cause = cause or work.cause
            yield work
        self._caught_up[account.id] = work.now
        events = [shown(event, work.now) for event in work.events]
        if self.on_event is not None:
            for event in events:
                self.on_event(event)
        if account.webhook_url and not self.held:
            self.courier.send(account, events, gate or OPEN)

    def note_delivery(self, account: DevAccount, event_id: str) -> None:
        """Remember that an event has arrived."""
        with self.store.transaction():
            event = self.store.find(account.id, event_id)
            if event is not None:
                event.update(pending_webhooks=0, _delivered=True)
                self.store.save(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the courier and let go of the file."""
        self.closing.set()
        self.courier.stop()
        self.store.close()
