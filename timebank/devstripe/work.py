"""One piece of work in one account: what it reads, makes and changes, and the events it causes."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.errors import NotThere
from timebank.devstripe.store import Store
from timebank.devstripe.store import Thing

#: The version of Stripe's API whose shapes are answered.
VERSION = "2026-05-27.dahlia"

#: These do not say whether they are of the live mode.
SAY_NO_MODE = frozenset({"refund", "balance_transaction"})
#: How an object is called in the sentence that it is not there.
NOUNS = {
    "balance_transaction": "balance transaction",
    "checkout.session": "checkout.session",
    "invoice_payment": "invoice_payment",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that something is done for; nothing is known of one where a person or time does it."""

    #: Where the pages are; without a slash at the end.
    base_url: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Work:
    """What the parts need while something is done, inside one transaction."""

    store: Store
    account: DevAccount
    now: int
    #: Charges get their balance transaction later.
    late_balance: bool = False
    #: Somebody is to be told of events.
    awaited: bool = False
    cause: Cause = Cause()
    events: list[Thing] = field(default_factory=list)

    def new(self, kind: str, prefix: str, **facts: Any) -> Thing:
        """Make an object and keep it."""
        thing: Thing = {"id": self.store.new_id(prefix), "object": kind, "created": self.now, **facts}
        if kind not in SAY_NO_MODE:
            thing["livemode"] = False
        self.store.add(self.account.id, thing)
        return thing

    def save(self, thing: Thing, **changes: Any) -> Thing:
        """Change an object and keep it."""
        thing.update(changes)
        self.store.save(thing)
        return thing

    def find(self, id_: str) -> Thing | None:
        """Look for any object of the account."""
        return self.store.find(self.account.id, id_)

    def get(self, kind: str, id_: str, *, param: str = "id") -> Thing:
        """Fetch an object of a kind, or refuse as Stripe does."""
        thing = self.find(id_)
        if thing is None or thing["object"] != kind:
            raise NotThere(NOUNS.get(kind, kind), id_, param=param)
        return thing

    def all(
        self, kind: str, where: Callable[[Thing], bool] = lambda _: True, *, mentions: Sequence[str] = ()
    ) -> list[Thing]:
        """List objects of a kind, the newest first; ids that stand in all of them make it fast."""
        return [thing for thing in self.store.newest_first(self.account.id, kind, mentions) if where(thing)]

    def tell(self, name: str, thing: Thing, previous: Thing | None = None) -> Thing:
        """Record an event, with the object as it is at this moment."""
        data: Thing = {"object": shown(thing, self.now)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = self.new(
            "event",
            "evt",
            type=name,
            api_version=VERSION,
            data=data,
            pending_webhooks=int(self.awaited),
            request={"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
            _delivered=not self.awaited,
        )
        self.events.append(event)
        return event


def shown(value: Any, now: int) -> Any:
    """Leave out what is for us alone, and say which money is available by now."""
    if isinstance(value, list):
        return [shown(one, now) for one in value]
    if not isinstance(value, dict):
        return value
    seen = {name: shown(one, now) for name, one in value.items() if not name.startswith("_")}
    if seen.get("object") == "balance_transaction":
        seen["status"] = "available" if seen["available_on"] <= now else "pending"
    return seen
