"""What seals are made of: no two lists are spelt alike, and trees are those of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.hashes import Seal
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine
from ledger.hashes import follow
from ledger.hashes import leaf_hash
from ledger.hashes import path_of
from ledger.hashes import root_of
from ledger.hashes import spelt

FACT = st.none() | st.text(max_size=8) | st.integers()
LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def sha(told: bytes) -> bytes:
    return hashlib.sha256(told).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\x01" + tree(leaves[:split]) + tree(leaves[split:]))


def test_facts_are_spelt_with_their_length() -> None:
    assert spelt(["a", None, 12, "", "日"]) == b"1:a,~2:12,0:,3:\xe6\x97\xa5,"


@given(st.lists(FACT, max_size=4), st.lists(FACT, max_size=4))
def test_no_two_lists_are_spelt_alike(one: list[str | int | None], other: list[str | int | None]) -> None:
    def told(facts: list[str | int | None]) -> list[str | None]:
        return [None if fact is None else str(fact) for fact in facts]

    assert (spelt(one) == spelt(other)) == (told(one) == told(other))


@given(LEAVES)
def test_the_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    assert root_of(leaves) == tree(leaves)


@given(LEAVES, st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    path = path_of(leaves, at)
    assert follow(leaves[at], path) == root_of(leaves)
    assert follow(sha(leaves[at]), path) != root_of(leaves)


def test_an_entry_is_hashed_as_it_is_written_down_in_the_manual() -> None:
    entry = SealedEntry(
        *("kadoma", 7, "exchange", "2026-04-03", "2026-04-03T09:30:00.000000Z", "form:1", "person:1"),
        *("exchange 7", None, None),
        (SealedLine(1, "MIN", 60, "hours:member:1", "liability", "hours:member:2", "liability"),),
    )
    told = (
        b"5:entry,6:kadoma,1:7,8:exchange,10:2026-04-03,27:2026-04-03T09:30:00.000000Z,6:form:1,8:person:1,"
        b"10:exchange 7,~~1:1,1:1,3:MIN,2:60,14:hours:member:1,9:liability,14:hours:member:2,9:liability,"
    )
    assert entry.hash() == sha(told)


def test_a_seal_is_hashed_with_the_hash_of_the_one_before() -> None:
    seal = Seal("kadoma", 2, b"p" * 32, b"r" * 32, 3, "2026-04-03T09:30:00.000000Z")
    told = b"4:seal,6:kadoma,1:2,64:%b,64:%b,1:3,27:2026-04-03T09:30:00.000000Z,"
    assert seal.hash() == sha(b"\x02" + told % (b"70" * 32, b"72" * 32))


@pytest.mark.parametrize("words", [None, b"w" * 32])
def test_a_leaf_is_no_node(words: bytes | None) -> None:
    entry, order = b"e" * 32, b"o" * 32
    assert leaf_hash(entry, order, words) == sha(b"\x00" + entry + order + (words or b""))
