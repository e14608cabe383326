"""Whatever is changed of what was sealed, the proof names it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger import transaction
from ledger.seals import seal_faults
from tests.ledger.builders import assert_proved
from tests.ledger.builders import some_accounts
from tests.ledger.corruptions import corrupted
from tests.ledger.sealing import post
from tests.ledger.sealing import seal


@pytest.fixture
def engine(administrator: Engine) -> Engine:
    return administrator


#: What is changed with every guard taken away, and what the proof says then.
CHANGES: dict[str, tuple[str, str]] = {
    "an amount": (
        "UPDATE transfer SET amount = amount + 1 WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a giver": (
        "UPDATE transfer SET credit_account_id = {c}, credit_version = 99 WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a day": (
        "UPDATE entry SET posted_on = '2026-04-04' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a moment": (
        "UPDATE entry SET recorded_at = '2001-01-01T00:00:00.000000Z' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a key": (
        "UPDATE entry SET key = 'another' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "an actor": (
        "UPDATE entry SET actor = 'nobody' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a memo": (
        "UPDATE entry SET memo = 'else' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a memo taken out": (
        "UPDATE entry SET memo = NULL WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a waiver": (
        "UPDATE entry SET limits = 'waived' WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "an order": (
        "UPDATE transfer SET debit_version = debit_version + 100 WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a balance": (
        "UPDATE transfer SET credit_balance_after = 0 WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a name": (
        "UPDATE account SET code = 'zoe' WHERE id = {a}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a type": (
        "UPDATE account SET type = 'asset' WHERE id = {a}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "an entry taken out": (
        "DELETE FROM entry WHERE id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "its lines taken out": (
        "DELETE FROM transfer WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "an account taken out": (
        "DELETE FROM account WHERE id = {a}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a salt": (
        "UPDATE seal_leaf SET salt = {short} WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "words": (
        "UPDATE seal_leaf SET words = {long} WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a leaf": (
        "UPDATE seal_leaf SET hash = {long} WHERE entry_id = {one}",
        "seal 1 of book .*: entry {one} is not as it was sealed",
    ),
    "a leaf taken out": (
        "DELETE FROM seal_leaf WHERE entry_id = {two}",
        "seal 1 of book .* is not the seal of its 2 entries",
    ),
    "all leaves taken out": (
        "DELETE FROM seal_leaf WHERE number = 1 AND book_id = {book}",
        "seal 1 of book .* does not follow the one before, or has no entries",
    ),
    "the newest leaves taken out": (
        "DELETE FROM seal_leaf WHERE number = 2 AND book_id = {book}",
        "seal 2 of book .* does not follow the one before, or has no entries",
    ),
    "a root": (
        "UPDATE seal SET root = {long} WHERE number = 1 AND book_id = {book}",
        "seal 1 of book .* is not the seal of its 2 entries",
    ),
    "a hash": (
        "UPDATE seal SET hash = {long} WHERE number = 2 AND book_id = {book}",
        "seal 2 of book .* is not the seal of its 1 entries",
    ),
    "a time": (
        "UPDATE seal SET sealed_at = '2001-01-01T00:00:00.000000Z' WHERE book_id = {book} AND number = 1",
        "seal 1 of book .* is not the seal of its 2 entries",
    ),
    "a seal before": (
        "UPDATE seal SET previous = {long} WHERE number = 2 AND book_id = {book}",
        "seal 2 of book .* does not follow the one before",
    ),
    "a seal taken out": (
        "DELETE FROM seal WHERE number = 1 AND book_id = {book}",
        "seal 2 of book .* does not follow the one before",
    ),
    "a seal renumbered": (
        "UPDATE seal SET number = 7 WHERE number = 2 AND book_id = {book}",
        "seal 7 of book .* does not follow the one before",
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_sealed_is_not_changed_unseen(engine: Engine, change: tuple[str, str]) -> None:
    accounts = transaction(engine, lambda session: some_accounts(session, 3))
    one, two = post(engine, accounts, 2)
    seal(engine, accounts)
    post(engine, accounts)
    seal(engine, accounts)
    binary = "X'{}'" if engine.dialect.name == "sqlite" else r"'\x{}'"
    names: dict[str, object] = {
        "one": one,
        "two": two,
        "a": accounts[0].id,
        "c": accounts[2].id,
        "book": accounts[0].book_id,
    }
    names |= {"short": binary.format("ab" * 16), "long": binary.format("ab" * 32)}
    with corrupted(engine, change[0].format(**names)) as connection:
        (fault,) = seal_faults(connection)
    assert re.search(change[1].format(**names), fault), fault
    assert_proved(engine)


@pytest.mark.parametrize("changed", [{"root": b"f" * 32}, {"leaves": 3}, {"leaves": 1}], ids=repr)
def test_a_seal_that_somebody_hashed_anew_is_not_the_seal_of_its_entries(
    engine: Engine, changed: dict[str, Any]
) -> None:
    accounts = transaction(engine, lambda session: some_accounts(session, 3))
    post(engine, accounts, 2)
    one = seal(engine, accounts)
    assert one
    forged = replace(one, **changed)
    binary = "X'{}'" if engine.dialect.name == "sqlite" else r"'\x{}'"
    root, hashed = (binary.format(value.hex()) for value in (forged.root, forged.hash()))
    new = f"root = {root}, leaves = {forged.leaves}, hash = {hashed}"
    with corrupted(engine, f"UPDATE seal SET {new} WHERE book_id = {accounts[0].book_id}") as connection:
        faults = list(seal_faults(connection))
    assert faults == [f"seal 1 of book {one.book} is not the seal of its {forged.leaves} entries"]


def test_an_only_seal_without_its_leaves_is_found(engine: Engine) -> None:
    accounts = transaction(engine, lambda session: some_accounts(session, 3))
    post(engine, accounts)
    one = seal(engine, accounts)
    assert one
    gone = f"DELETE FROM seal_leaf WHERE book_id = {accounts[0].book_id}"
    with corrupted(engine, gone) as connection:
        faults = list(seal_faults(connection))
    assert faults == [f"seal 1 of book {one.book} does not follow the one before, or has no entries"]
