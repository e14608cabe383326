"""Trouble on purpose, for those who want to see what becomes of it."""

from dataclasses import dataclass
from threading import Lock
from typing import Literal
from typing import get_args

#: 429 and 500: refused before anything is begun. kept 500: an idempotency key remembers it, too.
#: lost: everything is done, but the connection ends without an answer. hang: the answer comes late.
Kind = Literal["429", "500", "kept 500", "lost", "hang"]


@dataclass(slots=True)
class Trouble:
    """What goes wrong with the next requests that match."""

    kind: Kind
    times: int
    method: str
    #: How the address begins.
    path: str
    account: str
    seconds: float

    def matches(self, method: str, path: str, account: str) -> bool:
        """Say whether it is about this request."""
        return (
            self.times > 0
            and self.method in {"", method}
            and path.startswith(self.path)
            and self.account in {"", account}
        )


class Troubles:
    """All that is to go wrong, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._all: list[Trouble] = []

    def add(self, trouble: Trouble) -> None:
        """Let something go wrong."""
        if trouble.kind not in get_args(Kind):
            raise ValueError(f"no such trouble: {trouble.kind}")
        with self._lock:
            self._all.append(trouble)

    def take(self, method: str, path: str, account: str) -> Trouble | None:
        """Give what goes wrong with this request, and count it."""
        with self._lock:
            for trouble in self._all:
                if trouble.matches(method, path, account):
                    trouble.times -= 1
                    return trouble
        return None

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._all.clear()
