"""What proves, without the books, that an entry is under a published seal: its facts, a path, and seals.

With the standard library alone, so that whoever holds the file needs no database to check it.
"""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.errors import ProofRefused
from ledger.hashes import Seal
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine
from ledger.hashes import Step
from ledger.hashes import follow
from ledger.hashes import leaf_hash

#: Says what the file is, and how it is to be read.
_FORM = "timebank inclusion proof 1"
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An entry, the way from it to the root of its seal, and the seals from there to the newest."""

    entry: SealedEntry
    #: The salted hash of moments, versions and balances, which stay in the book.
    order: bytes
    #: The digest of what people said about the entry; None where nobody said anything.
    words: bytes | None
    path: tuple[Step, ...]
    under: Seal
    later: tuple[Seal, ...]

    @property
    def head(self) -> Seal:
        """The newest seal there was when the proof was made."""
        return self.later[-1] if self.later else self.under

    def check(self) -> None:
        """Raise ProofRefused where one thing does not lead to the next."""
        leaf = leaf_hash(self.entry.hash(), self.order, self.words)
        if self.entry.book != self.under.book:
            raise ProofRefused("the entry is of one book and the seal of another")
        if follow(leaf, self.path) != self.under.root:
            raise ProofRefused("the entry is not under the seal, or was changed")
        previous = self.under
        for seal in self.later:
            if seal.previous != previous.hash():
                raise ProofRefused(f"seal {seal.number} does not follow the one before")
            previous = seal

    def seal_of(self, published: bytes) -> Seal | None:
        """Find the seal of a hash that was published, from the entry's own to the newest."""
        return next((seal for seal in (self.under, *self.later) if seal.hash() == published), None)

    def text(self) -> str:
        """Write the proof as a file in JSON."""
        entry, under = self.entry, self.under
        told = {
            "form": _FORM,
            "entry": {name: getattr(entry, name) for name in _ENTRY},
            "lines": [line._asdict() for line in entry.lines],
            "order": self.order.hex(),
            "words": self.words.hex() if self.words else None,
            "path": [{"left" if step.left else "right": step.hash.hex()} for step in self.path],
            "seal": {"number": under.number, "previous": under.previous.hex(), **_seal(under)},
            "later": [_seal(seal) for seal in self.later],
            "head": self.head.hash().hex(),
        }
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


#: The facts of an entry, with the types that each may have.
_ENTRY: Mapping[str, tuple[type, ...]] = {
    "book": (str,),
    "id": (int,),
    "kind": (str,),
    "posted_on": (str,),
    "recorded_at": (str,),
    "key": (str,),
    "actor": (str,),
    "memo": (str, type(None)),
    "reverses_id": (int, type(None)),
    "limits": (str, type(None)),
}
_LINE: Mapping[str, tuple[type, ...]] = {
    name: (int,) if name in {"line", "amount"} else (str,) for name in SealedLine._fields
}
_SEAL: Mapping[str, tuple[type, ...]] = {"root": (str,), "leaves": (int,), "sealed_at": (str,)}


def read_proof(written: str | bytes) -> InclusionProof:
    """Read a proof from its file and check it; raises ProofRefused, whatever the file is."""
    try:
        told = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise ProofRefused("the file is not what this program writes") from error
    if not isinstance(told, dict) or told.get("form") != _FORM:
        raise ProofRefused("the file is not what this program writes")
    entry = SealedEntry(**_facts(told.get("entry"), _ENTRY, "entry"), lines=tuple(_lines(told)))
    own = _facts(told.get("seal"), {**_SEAL, "number": (int,), "previous": (str,)}, "seal")
    under = _as_seal(entry.book, own["number"], _hash(own["previous"], "seal"), own)
    later: list[Seal] = []
    for facts in _list(told, "later"):
        before = later[-1] if later else under
        later.append(_as_seal(entry.book, before.number + 1, before.hash(), _facts(facts, _SEAL, "later")))
    words = told.get("words")
    proof = InclusionProof(
        entry=entry,
        order=_hash(told.get("order"), "order"),
        words=None if words is None else _hash(words, "words"),
        path=tuple(_step(step) for step in _list(told, "path")),
        under=under,
        later=tuple(later),
    )
    proof.check()
    if proof.head.hash() != _hash(told.get("head"), "head"):
        raise ProofRefused("the seals do not lead to the hash that the file names")
    return proof


def _seal(seal: Seal) -> dict[str, Any]:
    """Write what is not said by the seal before: its number and its previous hash are."""
    return {"root": seal.root.hex(), "leaves": seal.leaves, "sealed_at": seal.sealed_at}


def _as_seal(book: str, number: int, previous: bytes, facts: Mapping[str, Any]) -> Seal:
    return Seal(book, number, previous, _hash(facts["root"], "seal"), facts["leaves"], facts["sealed_at"])


def _lines(told: Mapping[str, Any]) -> list[SealedLine]:
    return [SealedLine(**_facts(line, _LINE, "lines")) for line in _list(told, "lines")]


def _list(told: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = told.get(name)
    if not isinstance(found, list):
        raise ProofRefused(f"what it says of “{name}” is not complete")
    return found


def _facts(told: Any, wanted: Mapping[str, tuple[type, ...]], name: str) -> dict[str, Any]:
    """Take exactly the facts that are wanted, each of its type: what else stands there proves nothing."""
    if not isinstance(told, dict) or told.keys() != wanted.keys():
        raise ProofRefused(f"what it says of “{name}” is not complete")
    for fact, kinds in wanted.items():
        # By the type itself: True is an int, too.
        if type(told[fact]) not in kinds:
            raise ProofRefused(f"what it says of “{name}” is not complete")
    return told


def _hash(told: Any, name: str) -> bytes:
    try:
        found = bytes.fromhex(told)
    except (TypeError, ValueError):
        found = b""
    if len(found) != _HASH_BYTES:
        raise ProofRefused(f"what it says of “{name}” is no hash")
    return found


def _step(told: Any) -> Step:
    if not isinstance(told, dict) or list(told) not in (["left"], ["right"]):
        raise ProofRefused("what it says of “path” is not complete")
    side, found = next(iter(told.items()))
    return Step(side == "left", _hash(found, "path"))
