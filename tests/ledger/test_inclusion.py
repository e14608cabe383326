"""A proof is checked without the books, and whatever is changed in its file is refused."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import InclusionProof
from ledger import ProofRefused
from ledger import Seal
from ledger import SealedEntry
from ledger import SealedLine
from ledger import read_proof
from ledger.hashes import NOTHING
from ledger.hashes import leaf_hash
from ledger.hashes import path_of
from ledger.hashes import root_of

MOMENT = "2026-04-03T09:30:00.000000Z"


def made() -> InclusionProof:
    """Give the proof of the third of five entries, with two seals after theirs."""
    line = SealedLine(1, "MIN", 60, "hours:member:1", "liability", "hours:member:2", "liability")
    own = ("kadoma", 7, "exchange", "2026-04-03", MOMENT, "form:1", "person:1", "exchange 7", None, None)
    entry = SealedEntry(*own, (line, line._replace(line=2)))
    leaves = [bytes([n]) * 32 for n in range(5)]
    leaves[2] = leaf_hash(entry.hash(), b"o" * 32, b"w" * 32)
    under = Seal("kadoma", 1, NOTHING, root_of(leaves), 5, MOMENT)
    second = Seal("kadoma", 2, under.hash(), b"2" * 32, 1, MOMENT)
    third = Seal("kadoma", 3, second.hash(), b"3" * 32, 4, MOMENT)
    return InclusionProof(entry, b"o" * 32, b"w" * 32, path_of(leaves, 2), under, (second, third))


def places(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every value that stands in a file, whole branches too."""
    pairs = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for name, value in pairs:
        yield (*path, name)
        yield from places(value, (*path, name))


def changed(told: Any, path: tuple[Any, ...], value: Any) -> str:
    """Write the file with one value replaced; what is replaced by ... is left out."""
    other = copy.deepcopy(told)
    inner = other
    for name in path[:-1]:
        inner = inner[name]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(other)


TOLD = json.loads(made().text())
PLACES = sorted(places(TOLD), key=repr)


def test_a_proof_is_read_as_it_was_written() -> None:
    proof = made()
    assert read_proof(proof.text()) == read_proof(proof.text().encode()) == proof
    assert proof.head.number == 3
    assert json.loads(proof.text())["head"] == proof.head.hash().hex()


def test_a_file_can_be_read_by_people_too() -> None:
    proof = made()
    written = replace(proof, entry=replace(proof.entry, memo="令和8年")).text()
    assert written.startswith('{\n "form": "timebank inclusion proof 1",\n "entry": {\n  "book": "kadoma",\n')
    assert '\n  "memo": "令和8年",\n' in written
    assert written.endswith('"\n}\n')


def test_a_published_hash_is_found_among_the_seals() -> None:
    proof = made()
    for seal in (proof.under, *proof.later):
        assert proof.seal_of(seal.hash()) == seal
    assert proof.seal_of(NOTHING) is None


@given(
    st.sampled_from(PLACES),
    st.sampled_from([..., None, True, 1, -1, 2.5, "", "x", "00" * 32, [], {}, 10**400]),
)
def test_whatever_is_changed_in_the_file_is_refused(path: tuple[Any, ...], value: Any) -> None:
    written = changed(TOLD, path, value)
    if json.loads(written) == TOLD and json.dumps(TOLD) == written:
        return
    with pytest.raises(ProofRefused):
        read_proof(written)


def test_a_side_that_was_changed_is_refused() -> None:
    told = copy.deepcopy(TOLD)
    told["path"][0] = {"left": told["path"][0]["right"]}
    with pytest.raises(ProofRefused, match="not under the seal"):
        read_proof(json.dumps(told))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "the file is not what this program writes"),
        ("{", "the file is not what this program writes"),
        ("[" * 100_000, "the file is not what this program writes"),
        ("[]", "the file is not what this program writes"),
        ("null", "the file is not what this program writes"),
        (b"\xff\xfe\x00", "the file is not what this program writes"),
        ("9" * 5_000, "the file is not what this program writes"),
        ('{"form": "timebank inclusion proof 2"}', "the file is not what this program writes"),
        (changed(TOLD, ("entry", "id"), True), "what it says of “entry” is not complete"),
        (changed(TOLD, ("entry", "extra"), 1), "what it says of “entry” is not complete"),
        (changed(TOLD, ("lines", 0, "amount"), 61), "the entry is not under the seal, or was changed"),
        (changed(TOLD, ("lines",), None), "what it says of “lines” is not complete"),
        (changed(TOLD, ("lines", 0, "amount"), "60"), "what it says of “lines” is not complete"),
        (changed(TOLD, ("seal", "number"), True), "what it says of “seal” is not complete"),
        (changed(TOLD, ("seal", "previous"), "zz"), "what it says of “seal” is no hash"),
        (changed(TOLD, ("seal", "root"), "00"), "what it says of “seal” is no hash"),
        (changed(TOLD, ("later", 0, "leaves"), "1"), "what it says of “later” is not complete"),
        (changed(TOLD, ("later",), None), "what it says of “later” is not complete"),
        (changed(TOLD, ("words",), "00"), "what it says of “words” is no hash"),
        (changed(TOLD, ("path",), None), "what it says of “path” is not complete"),
        (changed(TOLD, ("order",), 7), "what it says of “order” is no hash"),
        (changed(TOLD, ("words",), None), "the entry is not under the seal, or was changed"),
        (changed(TOLD, ("path", 0), {}), "what it says of “path” is not complete"),
        (changed(TOLD, ("path", 0, "right"), "00"), "what it says of “path” is no hash"),
        (changed(TOLD, ("seal", "number"), 9), "the seals do not lead to the hash that the file names"),
        (changed(TOLD, ("head",), "zz"), "what it says of “head” is no hash"),
        (changed(TOLD, ("head",), "00" * 32), "the seals do not lead to the hash that the file names"),
    ],
)
def test_what_proves_nothing_is_told(written: str | bytes, said: str) -> None:
    with pytest.raises(ProofRefused) as refused:
        read_proof(written)
    assert refused.value.what == said


def test_what_does_not_hang_together_is_refused() -> None:
    proof = made()
    of_another = Seal("other", 1, NOTHING, proof.under.root, 5, MOMENT)
    loose = Seal("kadoma", 2, NOTHING, b"2" * 32, 1, MOMENT)
    for under, later, said in [
        (of_another, (), "the entry is of one book and the seal of another"),
        (proof.under, (loose,), "seal 2 does not follow the one before"),
    ]:
        with pytest.raises(ProofRefused) as refused:
            InclusionProof(proof.entry, proof.order, proof.words, proof.path, under, later).check()
        assert refused.value.what == said
