"""What other ledgers got wrong, where no other test here asks for it by name; docs/pitfalls.md lists all."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from threading import Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy import event
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import AccountExists
from ledger import AccountType
from ledger import FloorExceeded
from ledger import NewAccount
from ledger import transaction
from ledger.hashes import Seal
from ledger.seals import seal_faults
from tests.databases import as_role
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import a_book
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import some_accounts
from tests.ledger.corruptions import corrupted
from tests.ledger.sealing import post
from tests.ledger.sealing import seal

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 4

only_on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def test_every_pitfall_on_the_page_has_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split(" | ") for line in page.splitlines() if re.match(r"\| \d", line)]
    assert [int(row[0]) for row in rows] == list(range(1, 35))
    tests = "\n".join([path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")])
    there = set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row[-1])
        assert named, row
        assert set(named) <= there, row


def all_at_once(act: Callable[[int], None]) -> list[BaseException]:
    """Let several do it at the same moment; gives what went wrong."""
    barrier, troubles = Barrier(AT_ONCE), list[BaseException]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 (whatever reaches a caller is what this is about)
            troubles.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return troubles


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Collect what is sent to the database by way of SQLAlchemy."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def test_many_who_give_to_one_account_at_once_lose_nothing(engine: Engine) -> None:
    *givers, receiver = transaction(engine, lambda session: some_accounts(session, AT_ONCE + 1))

    def give(number: int) -> None:
        for _ in range(15):
            ledger.post_alone(engine, an_entry(givers[number], receiver, 7))

    assert all_at_once(give) == []
    held = transaction(engine, lambda session: balances(session, [*givers, receiver]), read_only=True)
    assert held == [-105] * AT_ONCE + [105 * AT_ONCE]
    with engine.connect() as connection:
        assert ledger.balance(connection, receiver).version == 15 * AT_ONCE


def test_a_balance_that_was_read_earlier_is_never_what_is_written(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2, floor=-100))
    earlier = transaction(engine, lambda session: ledger.balance(session, a), read_only=True)
    assert earlier.balance == 0
    ledger.post_alone(engine, an_entry(a, b, 60))
    # By what was read this would do, and by what stands it does not.
    with pytest.raises(FloorExceeded) as refused:
        ledger.post_alone(engine, an_entry(a, b, 60))
    assert refused.value.would_be == -120
    posted = ledger.post_alone(engine, an_entry(a, b, 40))
    assert (posted.lines[0].debit_version, posted.lines[0].debit_balance_after) == (2, -100)


def test_an_account_that_many_open_at_once_is_there_once_and_counts_from_nothing(engine: Engine) -> None:
    (other,) = transaction(engine, lambda session: some_accounts(session, 1))
    new = NewAccount("newcomer", "MIN", AccountType.LIABILITY)

    def work(session: Session) -> ledger.Account:
        return ledger.open_account(session, book_id=other.book_id, new=new, actor=ACTOR)

    def open_and_post(number: int) -> None:
        try:
            account = transaction(engine, work)
        except AccountExists:
            named: dict[str, Any] = {"book_id": other.book_id, "code": "newcomer", "commodity": "MIN"}
            account = transaction(engine, lambda session: ledger.find_account(session, **named))
        ledger.post_alone(engine, an_entry(other, account, 1, key=f"first:{number}"))

    assert all_at_once(open_and_post) == []
    lines = transaction(engine, lambda session: ledger.trial_balance(session, other.book_id), read_only=True)
    assert {line.code: -line.balance for line in lines} == {"a": -AT_ONCE, "newcomer": AT_ONCE}


def test_entries_whose_numbers_have_holes_are_proved_and_sealed_all_the_same(own_engine: Engine) -> None:
    a, b, _ = accounts = transaction(own_engine, lambda session: some_accounts(session, 3))
    post(own_engine, accounts)
    seal(own_engine, accounts)
    with Session(own_engine) as session:
        ledger.begin(session)
        given_up = ledger.post(session, an_entry(a, b)).entry_id
        session.rollback()
    after = ledger.post_alone(own_engine, an_entry(a, b)).entry_id
    assert after == given_up + (own_engine.dialect.name == "postgresql")
    two = seal(own_engine, accounts)
    assert two
    assert (two.number, two.leaves) == (2, 1)
    assert_proved(own_engine)


def test_a_seal_that_is_made_anew_breaks_every_one_that_follows(
    request: pytest.FixtureRequest, engine_name: str
) -> None:
    engine = ledger.connect(as_role(request.getfixturevalue(f"shared_{engine_name}"), "postgres"))
    accounts = transaction(engine, lambda session: some_accounts(session, 3))
    seals: list[Seal] = []
    for _ in range(3):
        post(engine, accounts)
        seals += [new for new in [seal(engine, accounts)] if new]
    first = seals[0]
    forged = Seal(first.book, 1, first.previous, first.root, first.leaves, "2001-01-01T00:00:00.000000Z")
    binary = "X'{}'" if engine.dialect.name == "sqlite" else r"'\x{}'"
    hashed = binary.format(forged.hash().hex())
    mine = f"WHERE book_id = {accounts[0].book_id} AND number ="
    # The first is right in itself, and the second says that it follows; its own hash says that it does not.
    with corrupted(
        engine,
        f"UPDATE seal SET sealed_at = '{forged.sealed_at}', hash = {hashed} {mine} 1",
        f"UPDATE seal SET previous = {hashed} {mine} 2",
    ) as connection:
        (fault,) = seal_faults(connection)
    assert fault == f"seal 2 of book {first.book} is not the seal of its 1 entries"
    engine.dispose()


@only_on_postgresql
def test_who_seals_holds_up_nobody_who_posts(engine: Engine) -> None:
    a, b, _ = accounts = transaction(engine, lambda session: some_accounts(session, 3))
    post(engine, accounts)
    impatient = ledger.connect(engine.url, connect_args={"options": "-c lock_timeout=2000"})
    with Session(engine) as session:
        ledger.begin(session)
        assert ledger.seal(session, book_id=a.book_id)
        assert ledger.post_alone(impatient, an_entry(a, b)).entry_id
        session.commit()
    impatient.dispose()
    assert_proved(engine)


def test_what_holds_nothing_is_guarded_as_well(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    entry_id = ledger.post_alone(engine, an_entry(a, b)).entry_id
    for change in (
        f"entry SET memo = NULL WHERE id = {entry_id}",
        f"entry SET memo = 'no memo before' WHERE id = {entry_id}",
        f"entry SET reverses_id = NULL WHERE id = {entry_id}",
        f"account_event SET reason = 'no reason before' WHERE account_id = {a.id}",
        f"account SET floor = NULL WHERE id = {a.id}",
        f"account SET floor = -5 WHERE id = {a.id}",
        f"account SET closed_on = NULL WHERE id = {a.id}",
        f"account SET moved_at = NULL WHERE id = {a.id}",
        f"book SET closed_through = '2026-01-31' WHERE id = {a.book_id}",
    ):
        with engine.connect() as connection, pytest.raises(Exception, match=r"final|follow|denied"):
            connection.execute(text(f"UPDATE {change}"))


def test_a_balance_is_read_from_one_row_however_long_the_account_is(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    ledger.post_alone(engine, an_entry(a, b))

    def work(session: Session) -> None:
        ledger.balance(session, a)
        ledger.trial_balance(session, a.book_id)

    with statements_of(engine) as sent:
        transaction(engine, work, read_only=True)
    assert len([statement for statement in sent if "SELECT" in statement]) == 2
    assert not [statement for statement in sent if re.search(r"\b(transfer|entry)\b", statement)]


@only_on_postgresql
def test_who_posts_to_one_book_holds_up_nobody_in_another(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    x, y = transaction(engine, lambda session: some_accounts(session, 2))
    impatient = ledger.connect(engine.url, connect_args={"options": "-c lock_timeout=2000"})

    def close(session: Session) -> None:
        ledger.close_month(session, book_id=x.book_id, month=DAY.replace(month=3), actor=ACTOR)

    with Session(engine) as session:
        ledger.begin(session)
        ledger.post(session, an_entry(a, b))
        ledger.close_month(session, book_id=a.book_id, month=DAY.replace(month=3), actor=ACTOR)
        ledger.seal(session, book_id=a.book_id)
        assert ledger.post_alone(impatient, an_entry(x, y)).entry_id
        transaction(impatient, close)
        assert transaction(impatient, lambda other: ledger.seal(other, book_id=x.book_id))
        session.commit()
    impatient.dispose()
    assert_proved(engine)


@only_on_postgresql
def test_one_posting_is_one_statement(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    sent: list[str] = []

    class Counting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **values: Any) -> Any:
            sent.append(str(query))
            return super().execute(query, *arguments, **values)

    def count(driver: Any, _record: Any, _pooled: Any) -> None:
        driver.cursor_factory = Counting

    event.listen(engine, "checkout", count)
    ledger.post_alone(engine, an_entry(a, b))
    assert [" ".join(statement.split())[:24] for statement in sent] == ["SELECT ledger_post(%s, %"]


@only_on_postgresql
def test_many_entries_in_one_transaction_move_each_account_once(engine: Engine) -> None:
    hot, *others = transaction(engine, lambda session: some_accounts(session, 4))
    entries = [an_entry(hot, others[n % 3], 1) for n in range(300)]

    def moved(session: Session) -> int:
        query = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'account'"
        return int(session.execute(text(query)).scalar_one())

    def work(session: Session) -> int:
        before = moved(session)
        ledger.post_many(session, entries)
        return moved(session) - before

    assert transaction(engine, work) == 4
    assert_proved(engine)


def test_one_entry_in_several_commodities_balances_in_each_of_them(engine: Engine) -> None:
    def work(session: Session) -> tuple[int, list[ledger.TrialLine]]:
        ledger.open_commodity(session, "USD", scale=2)
        book = a_book(session)
        new = [
            NewAccount(code, unit, AccountType.LIABILITY)
            for unit in ("MIN", "USD")
            for code in ("giver", "receiver")
        ]
        giver, receiver, payee, payer = ledger.open_accounts(session, book_id=book, new=new, actor=ACTOR)
        lines = ledger.Transfer(receiver, giver, 90), ledger.Transfer(payer, payee, 1_001)
        ledger.post(session, ledger.Entry(book, "exchange", DAY, "visit:1", ACTOR, lines))
        return book, ledger.trial_balance(session, book)

    book, lines = transaction(engine, work)
    sums = {
        unit: sum(line.balance for line in lines if line.commodity == unit)
        for unit in {line.commodity for line in lines}
    }
    assert sums == {"MIN": 0, "USD": 0}
    with engine.connect() as connection:
        written = "".join(ledger.export_beancount(connection, book))
    assert "10.01 USD" in written
    assert "-10.01 USD" in written
