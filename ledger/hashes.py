"""What seals are made of: how an entry is spelt, and trees of hashes, with the standard library alone.

A text is spelt with its length before it, as netstrings are (https://cr.yp.to/proto/netstrings.txt): what
is left out is ``~``, so that no two lists of texts are spelt alike. The tree is that of RFC 6962, section
2.1: a leaf's hash begins with a byte 0, a node's with 1; a seal's own with 2. All hashes are SHA-256.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

#: The hash before the first seal's.
NOTHING = bytes(32)

_LEAF, _NODE, _SEAL = b"\x00", b"\x01", b"\x02"


class SealedLine(NamedTuple):
    """A transfer as everybody may see it who may see the entry."""

    line: int
    commodity: str
    #: In the commodity's smallest unit.
    amount: int
    debit_code: str
    debit_type: str
    credit_code: str
    credit_type: str


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry as it is sealed: everything that was recorded, but for balances, which are others' business.

    Days and moments are texts, as ISO 8601 writes them; moments in UTC with microseconds and a Z.
    """

    book: str
    id: int
    kind: str
    posted_on: str
    recorded_at: str
    key: str
    actor: str
    memo: str | None
    reverses_id: int | None
    limits: str | None
    lines: tuple[SealedLine, ...]

    @property
    def moment(self) -> datetime:
        """When it was recorded."""
        return datetime.fromisoformat(self.recorded_at)

    def hash(self) -> bytes:
        """Hash the entry and its lines."""
        own = (
            *("entry", self.book, self.id, self.kind, self.posted_on, self.recorded_at, self.key, self.actor),
            *(self.memo, self.reverses_id, self.limits, len(self.lines)),
        )
        return sha256(spelt([*own, *[fact for line in self.lines for fact in line]]))


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal over entries of a book, chained to the one before."""

    book: str
    #: Counted from 1 in each book.
    number: int
    #: The hash of the seal before, NOTHING before the first.
    previous: bytes
    #: Of the tree of all entries under this seal.
    root: bytes
    #: How many entries are under it.
    leaves: int
    #: As ISO 8601 writes it, in UTC with microseconds and a Z.
    sealed_at: str

    @property
    def moment(self) -> datetime:
        """When it was sealed."""
        return datetime.fromisoformat(self.sealed_at)

    def hash(self) -> bytes:
        """Hash the seal: whoever knows this knows all seals before, and everything under them."""
        facts = (self.book, self.number, self.previous.hex(), self.root.hex(), self.leaves, self.sealed_at)
        return sha256(_SEAL + spelt(["seal", *facts]))


class Step(NamedTuple):
    """A hash on the way from a leaf to the root, and on which side of ours it stands."""

    left: bool
    hash: bytes


def sha256(told: bytes) -> bytes:
    """Hash some bytes to 32."""
    return hashlib.sha256(told).digest()


def spelt(facts: Iterable[str | int | None]) -> bytes:
    """Spell facts so that no other list of facts is spelt alike."""
    parts = []
    for fact in facts:
        if fact is None:
            parts.append(b"~")
        else:
            told = str(fact).encode()
            parts.append(b"%d:%b," % (len(told), told))
    return b"".join(parts)


def order_hash(salt: bytes, facts: Iterable[str | int]) -> bytes:
    """Hash moments, versions and balances, with a salt that stays in the book: few could be guessed else."""
    return sha256(salt + spelt(facts))


def leaf_hash(entry: bytes, order: bytes, words: bytes | None) -> bytes:
    """Hash a leaf: an entry's hash, that of its order, and the digest of what people said about it."""
    return sha256(_LEAF + entry + order + (words or b""))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Hash leaves, one or more, to the root of their tree."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path_of(leaves: Sequence[bytes], position: int) -> tuple[Step, ...]:
    """Give the hashes that lead from the leaf at a position, counted from 0, to the root."""
    level, at, path = list(leaves), position, []
    while len(level) > 1:
        if at ^ 1 < len(level):
            path.append(Step(bool(at & 1), level[at ^ 1]))
        level, at = _above(level), at // 2
    return tuple(path)


def follow(leaf: bytes, path: Iterable[Step]) -> bytes:
    """Give the root that a path leads to from a leaf."""
    for step in path:
        leaf = sha256(_NODE + step.hash + leaf) if step.left else sha256(_NODE + leaf + step.hash)
    return leaf


def _above(level: Sequence[bytes]) -> list[bytes]:
    """Hash pairs; the last without a neighbour goes up as it is."""
    pairs = [sha256(_NODE + level[n] + level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) & ~1 :])
