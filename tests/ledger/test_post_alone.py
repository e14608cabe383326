"""An entry with nothing around it: posted, committed, and answered as any other."""

from threading import Thread
from typing import Any

import pytest
from psycopg import Error as PsycopgError
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountUnknown
from ledger import FloorExceeded
from ledger import KeyReused
from ledger import PostedLine
from ledger import transaction
from ledger import writing_postgresql
from tests.databases import as_role
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.builders import stranger


@pytest.fixture
def accounts(engine: Engine) -> list[Account]:
    return transaction(engine, lambda session: some_accounts(session, 3, floor=-100))


def held(engine: Engine, accounts: list[Account]) -> list[int]:
    return transaction(engine, lambda session: balances(session, accounts), read_only=True)


def test_it_is_committed_when_the_answer_comes(engine: Engine, accounts: list[Account]) -> None:
    a, b, _ = accounts
    posted = ledger.post_alone(engine, an_entry(a, b, 90))
    assert posted.lines == (PostedLine(1, 1, 1, -90, 90),)
    assert not posted.repeated
    assert held(engine, accounts) == [-90, 90, 0]


def test_several_lines_are_one_entry(engine: Engine, accounts: list[Account]) -> None:
    a, b, c = accounts
    assert len(ledger.post_alone(engine, of_lines((a, b, 10), (c, b, 20))).lines) == 2
    assert held(engine, accounts) == [-10, 30, -20]


def test_the_same_key_is_answered_with_the_first_result(engine: Engine, accounts: list[Account]) -> None:
    a, b, c = accounts
    entry = an_entry(a, b, 90)
    first, again = (ledger.post_alone(engine, entry) for _ in range(2))
    assert (again.entry_id, again.lines, again.repeated) == (first.entry_id, first.lines, True)
    with pytest.raises(KeyReused):
        ledger.post_alone(engine, an_entry(a, c, 90, key=entry.key))
    assert held(engine, accounts) == [-90, 90, 0]


def test_a_refusal_leaves_nothing_and_blocks_nobody(engine: Engine, accounts: list[Account]) -> None:
    a, b, _ = accounts
    with pytest.raises(FloorExceeded, match="would be -101, below its floor of -100"):
        ledger.post_alone(engine, an_entry(a, b, 101))
    with pytest.raises(AccountUnknown):
        ledger.post_alone(engine, an_entry(stranger(a), b))
    ledger.post_alone(engine, an_entry(a, b, 100))
    assert held(engine, accounts) == [-100, 100, 0]


def test_the_connection_was_used_for_reading_before(engine: Engine, accounts: list[Account]) -> None:
    a, b, _ = accounts
    for _ in range(3):
        held(engine, accounts)
        ledger.post_alone(engine, an_entry(a, b, 1))
    # And may be used for anything afterwards: a transaction is one again.
    with Session(engine) as session:
        ledger.begin(session)
        ledger.post(session, an_entry(a, b, 1))
    assert held(engine, accounts) == [-3, 3, 0]


def test_who_is_in_the_way_is_waited_for(own_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    answers: list[Any] = []
    monkeypatch.setattr(ledger.edge, "BUSY_TIMEOUT_MS", 50)
    own_engine.dispose()
    with Session(own_engine) as session:
        ledger.begin(session)
        ledger.post(session, an_entry(a, b, 10))
        waiting = Thread(target=lambda: answers.append(ledger.post_alone(own_engine, an_entry(b, a, 3))))
        waiting.start()
        waiting.join(0.3)
        assert answers == []
        session.commit()
    waiting.join(10)
    assert answers[0].lines == (PostedLine(1, 2, 2, 7, -7),)
    assert_proved(own_engine)


def test_what_is_no_refusal_is_left_as_it_is(own_engine: Engine) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE entry RENAME TO entri"))
    with pytest.raises(Exception, match="entry") as caught:
        ledger.post_alone(own_engine, an_entry(a, b))
    assert type(caught.value).__module__.split(".")[0] in {"sqlite3", "psycopg"}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_lost_connection_is_told_once_and_the_same_key_is_safe_again(
    own_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    entry = an_entry(a, b, 10)
    with own_engine.connect() as one, own_engine.connect() as other:
        others = [one.scalar(text("SELECT pg_backend_pid()")), other.scalar(text("SELECT pg_backend_pid()"))]
    killer = ledger.connect(as_role(own_engine.url.render_as_string(hide_password=False), "postgres"))
    with killer.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM unnest(:pids) pid"), {"pids": others})
    killer.dispose()
    with pytest.raises(OperationalError, match="terminating connection") as lost:
        ledger.post_alone(own_engine, entry)
    assert lost.value.connection_invalidated
    assert lost.value.statement == "post_alone"
    assert not ledger.is_transient(lost.value), "the commit may have happened"
    assert not ledger.post_alone(own_engine, entry).repeated
    assert ledger.post_alone(own_engine, entry).repeated
    assert caplog.records == []


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_connection_that_ends_under_way_is_said_to_be_lost(engine: Engine, accounts: list[Account]) -> None:
    """The server ends it while the entry waits; nothing hides that, and the next one is written as ever."""
    a, b, _ = accounts
    with engine.connect() as first:
        driver: Any = first.connection.driver_connection
        with pytest.raises(PsycopgError), writing_postgresql.alone(driver):
            driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert driver.closed
        first.invalidate()
    assert ledger.post_alone(engine, an_entry(a, b, 90)).lines[0].debit_balance_after == -90
