"""What was sealed cannot be changed unseen, and one line of it can be proved without the books."""

from contextlib import ExitStack
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import EntryNotSealed
from ledger import transaction
from ledger.hashes import NOTHING
from tests.ledger import hostile
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import some_accounts
from tests.ledger.sealing import post
from tests.ledger.sealing import seal


@pytest.fixture
def accounts(engine: Engine) -> list[Account]:
    return transaction(engine, lambda session: some_accounts(session, 3))


def prove(engine: Engine, accounts: list[Account], entry_id: int) -> ledger.InclusionProof:
    book = accounts[0].book_id
    with engine.connect() as connection:
        return ledger.inclusion_proof(connection, book_id=book, entry_id=entry_id)


def left(engine: Engine, accounts: list[Account]) -> int:
    with engine.connect() as connection:
        return ledger.unsealed(connection, accounts[0].book_id)


def leaves_of(connection: Connection, book_id: int) -> list[tuple[int, int]]:
    query = "SELECT number, entry_id FROM seal_leaf WHERE book_id = :book ORDER BY number, position"
    return [(row.number, row.entry_id) for row in connection.execute(text(query), {"book": book_id})]


def test_a_seal_covers_what_none_covers_and_follows_the_one_before(
    engine: Engine, accounts: list[Account]
) -> None:
    with engine.connect() as connection:
        assert ledger.newest_seal(connection, accounts[0].book_id) is None
    first = post(engine, accounts, 3)
    assert left(engine, accounts) == 3
    before = datetime.now(UTC) - timedelta(seconds=5)
    one = seal(engine, accounts)
    second = post(engine, accounts, 2)
    two = seal(engine, accounts)
    assert one
    assert two
    assert (one.number, one.previous, one.leaves) == (1, NOTHING, 3)
    assert before < one.moment < datetime.now(UTC) + timedelta(seconds=5)
    assert (two.number, two.previous, two.leaves) == (2, one.hash(), 2)
    assert seal(engine, accounts) is None
    assert left(engine, accounts) == 0
    with engine.connect() as connection:
        assert ledger.newest_seal(connection, accounts[0].book_id) == two
        leaves = leaves_of(connection, accounts[0].book_id)
    assert leaves == [(1, entry_id) for entry_id in first] + [(2, entry_id) for entry_id in second]
    assert_proved(engine)


def test_a_published_hash_is_found_as_long_as_its_seal_is_there(
    engine: Engine, accounts: list[Account]
) -> None:
    seals = []
    for _ in range(2):
        post(engine, accounts)
        seals.append(seal(engine, accounts))
    with engine.connect() as connection:
        assert [ledger.find_seal(connection, one.hash()) for one in seals if one] == seals
        assert ledger.find_seal(connection, b"x" * 32) is None


def test_more_entries_than_a_seal_takes_come_under_the_next(engine: Engine, accounts: list[Account]) -> None:
    post(engine, accounts, 5)
    seals = [seal(engine, accounts, most=2) for _ in range(4)]
    assert [one and one.leaves for one in seals] == [2, 2, 1, None]
    assert_proved(engine)


def test_another_books_entries_are_under_its_own_seals(engine: Engine, accounts: list[Account]) -> None:
    others = transaction(engine, lambda session: some_accounts(session, 3))
    ours, theirs = post(engine, accounts), post(engine, others)
    for book in (accounts, others):
        one = seal(engine, book)
        assert one
        assert (one.number, one.leaves) == (1, 1)
    with pytest.raises(EntryNotSealed):
        prove(engine, accounts, theirs[0])
    prove(engine, accounts, ours[0]).check()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_an_entry_that_commits_late_with_a_lower_id_is_sealed_next(
    engine: Engine, accounts: list[Account]
) -> None:
    a, b, c = accounts
    with ExitStack() as stack:
        late = stack.enter_context(Session(engine))
        low = ledger.post(late, an_entry(a, b)).entry_id
        d = transaction(
            engine,
            lambda session: ledger.open_account(
                session,
                book_id=a.book_id,
                new=ledger.NewAccount("d", "MIN", ledger.AccountType.LIABILITY),
                actor=ACTOR,
            ),
        )
        high = transaction(engine, lambda session: ledger.post(session, an_entry(c, d))).entry_id
        assert high > low
        one = seal(engine, accounts)
        late.commit()
    two = seal(engine, accounts)
    assert one
    assert two
    assert (one.leaves, two.leaves) == (1, 1)
    assert prove(engine, accounts, low).under == two
    assert_proved(engine)


def test_two_who_seal_at_once_make_one_chain(engine: Engine, accounts: list[Account]) -> None:
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                post(engine, accounts, 2)
                seal(engine, accounts)
        except BaseException as error:  # noqa: BLE001 (whatever reaches a caller is what this is about)
            troubles.append(error)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(engine, accounts)
    assert troubles == []
    assert left(engine, accounts) == 0
    with engine.connect() as connection:
        sealed = [entry_id for _, entry_id in leaves_of(connection, accounts[0].book_id)]
    assert len(sealed) == len(set(sealed)) == 30
    assert_proved(engine)


def test_what_people_said_is_sealed_as_a_digest(engine: Engine, accounts: list[Account]) -> None:
    one, two = post(engine, accounts, 2)
    asked: list[list[int]] = []

    def words(ids: object) -> dict[int, bytes]:
        asked.append(list(ids))  # type: ignore[call-overload]
        return {two: b"w" * 32}

    book = accounts[0].book_id
    transaction(engine, lambda session: ledger.seal(session, book_id=book, words=words))
    assert asked == [[one, two]]
    assert [prove(engine, accounts, entry_id).words for entry_id in (one, two)] == [None, b"w" * 32]
    assert_proved(engine)


def test_every_entry_proves_that_it_is_under_a_seal(engine: Engine, accounts: list[Account]) -> None:
    sealed, first = None, 0
    for many in range(1, 9):
        ids = post(engine, accounts, many)
        first, sealed = first or ids[0], seal(engine, accounts)
        proofs = [prove(engine, accounts, entry_id) for entry_id in ids]
        for proof in proofs:
            proof.check()
        assert {proof.under for proof in proofs} == {proof.head for proof in proofs} == {sealed}
    oldest = prove(engine, accounts, first)
    oldest.check()
    assert (oldest.head, oldest.under.number, len(oldest.later)) == (sealed, 1, 7)


def test_a_proof_says_what_everybody_may_know_and_nothing_of_balances(
    engine: Engine, accounts: list[Account]
) -> None:
    (entry_id,) = post(engine, accounts)
    reversed_by = transaction(
        engine,
        lambda session: ledger.reverse(
            session,
            book_id=accounts[0].book_id,
            entry_id=entry_id,
            posted_on=DAY,
            key=f"back:{entry_id}",
            actor=ACTOR,
            waive_limits=True,
        ),
    ).entry_id
    with pytest.raises(EntryNotSealed) as refused:
        prove(engine, accounts, entry_id)
    assert refused.value.entry_id == entry_id
    seal(engine, accounts)
    proof = prove(engine, accounts, reversed_by)
    told = proof.entry
    assert (told.kind, told.posted_on, told.key, told.actor) == (
        "reversal",
        DAY.isoformat(),
        f"back:{entry_id}",
        ACTOR,
    )
    assert (told.memo, told.reverses_id, told.limits) == (None, entry_id, "waived")
    assert [line[:3] for line in told.lines] == [(1, "MIN", 1), (2, "MIN", 2)]
    assert told.lines[0][3:] == ("b", "liability", "a", "liability")
    assert told.moment.isoformat(timespec="microseconds").replace("+00:00", "Z") == told.recorded_at
    written = proof.text()
    assert "balance" not in written
    assert "version" not in written
    assert ledger.read_proof(written) == proof


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_forged_seal_that_sqlite_cannot_refuse_is_found_by_the_proof(own_engine: Engine) -> None:
    forged = hostile.seal(number="1", previous="zeroblob(32)"), hostile.leaf(number="1")
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    new = transaction(own_engine, lambda session: ledger.post(session, an_entry(a, b))).entry_id
    values = {"book": a.book_id, "new": new, "hash": f"X'{'ab' * 32}'", "salt": f"X'{'ab' * 16}'"}
    with own_engine.begin() as connection:
        for statement in forged:
            connection.exec_driver_sql(statement.format(**values))
    faults = transaction(own_engine, ledger.prove, read_only=True).faults
    assert [fault.partition(": ")[2] for fault in faults] == [f"entry {new} is not as it was sealed"]
