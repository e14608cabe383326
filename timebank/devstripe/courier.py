"""Carrying events to where an account wants them: signed, and tried again a few times."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from heapq import heappop
from heapq import heappush
from itertools import count
from threading import Condition
from threading import Event
from threading import Thread
from urllib.parse import urlsplit

from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.store import Thing

#: How long the receiver may take to answer.
PATIENCE = 10.0

#: Sends a body with headers to an address; gives the status, or 0 where there was no answer.
Post = Callable[[str, bytes, dict[str, str]], int]


def signed(account: DevAccount, event: Thing, moment: int | None = None) -> tuple[bytes, dict[str, str]]:
    """Write an event down and sign it with every secret of the account."""
    body = json.dumps(event, indent=2, ensure_ascii=False).encode()
    # Who receives it compares with a real clock, wherever the rehearsal's stands.
    stamp = str(int(time.time()) if moment is None else moment)
    signatures = [
        hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        for secret in account.secrets
    ]
    header = ",".join([f"t={stamp}", *(f"v1={signature}" for signature in signatures)])
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (rehearsal)",
    }


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send it over the network."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return 0


def arrived(status: int) -> bool:
    """Say whether it was taken: nothing but 2xx is that, a redirect neither."""
    return 200 <= status < 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event on its way."""

    account: DevAccount
    event: Thing
    #: It does not leave before this is set: the answer to what caused it goes first.
    gate: Event
    #: How often it was tried before.
    tries: int = 0


class Courier:
    """Sends what it is given, one after the other."""

    def __init__(self, waits: Sequence[float], note: Callable[[DevAccount, str], None]) -> None:
        #: How long it waits before the second, third … try.
        self._waits = waits
        #: Is told of each event that has arrived.
        self._note = note
        self._queue: list[tuple[float, int, Parcel]] = []
        self._numbers = count()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._busy = self._stopping = False

    def send(self, account: DevAccount, events: Sequence[Thing], gate: Event) -> None:
        """Take events to be sent when the gate opens; the thread starts with the first."""
        with self._changed:
            for event in events:
                self._put(0.0, Parcel(account, event, gate))
            if events and self._thread is None:
                self._stopping = False
                self._thread = Thread(target=self._run, name="rehearsal's courier", daemon=True)
                self._thread.start()

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until nothing is on its way any more; False where it still was after that time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, timeout)

    def stop(self) -> None:
        """End the thread; what has not arrived stays undelivered."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            self._changed.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _put(self, wait: float, parcel: Parcel) -> None:
        heappush(self._queue, (time.monotonic() + wait, next(self._numbers), parcel))
        self._changed.notify_all()

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            self._carry(parcel)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> Parcel | None:
        with self._changed:
            while not self._stopping:
                if self._queue and (wait := self._queue[0][0] - time.monotonic()) <= 0:
                    self._busy = True
                    return heappop(self._queue)[2]
                self._changed.wait(wait if self._queue else None)
        return None

    def _carry(self, parcel: Parcel) -> None:
        # An answer that is never taken keeps nothing back for long.
        parcel.gate.wait(PATIENCE)
        body, headers = signed(parcel.account, parcel.event)
        if arrived(post(parcel.account.webhook_url, body, headers)):
            self._note(parcel.account, parcel.event["id"])
        elif parcel.tries < len(self._waits):
            with self._changed:
                if not self._stopping:
                    wait = self._waits[parcel.tries]
                    self._put(wait, replace(parcel, tries=parcel.tries + 1))
