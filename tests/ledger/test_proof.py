"""Each question of the proof finds its own corruption, and names the first wrong thing."""

import re

import pytest
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import Posted
from ledger import transaction
from ledger.creating import statements
from ledger.proof import Proof
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.corruptions import CORRUPTIONS
from tests.ledger.corruptions import corrupted


@pytest.fixture
def engine(administrator: Engine) -> Engine:
    return administrator


def some_books(session: Session) -> tuple[list[Account], list[Posted]]:
    """Open two books and post a few entries, one of three lines and one that is reversed."""
    noise = some_accounts(session, 2)
    ledger.post(session, an_entry(noise[0], noise[1]))
    a, b, c = some_accounts(session, 3, floor=-1000)
    posted = [
        ledger.post(session, an_entry(a, b, 30)),
        ledger.post(session, of_lines((a, b, 1), (b, c, 2), (c, a, 3))),
        ledger.post(session, an_entry(b, c, 10)),
    ]
    ledger.close_month(session, book_id=noise[0].book_id, month=DAY, actor=ACTOR)
    back = ledger.reverse(
        session, book_id=a.book_id, entry_id=posted[0].entry_id, posted_on=DAY, key="r", actor=ACTOR
    )
    return [a, b, c, *noise], [*posted, back]


def prove(engine: Engine) -> Proof:
    return transaction(engine, ledger.prove, read_only=True)


def assert_found(engine: Engine, sentence: str, *changes: str) -> None:
    """Change rows, and expect the proof to say so; then nothing is wrong any more."""
    with corrupted(engine, *changes) as connection:
        proof = ledger.prove(connection)
    assert not proof.holds
    assert [fault for fault in proof.faults if re.search(sentence, fault)], proof.faults
    assert prove(engine).holds


def test_books_that_hold_are_counted(own_engine: Engine) -> None:
    assert prove(own_engine) == Proof(0, 0, 0, 0, 0, ())
    transaction(own_engine, some_books)
    proof = prove(own_engine)
    assert proof == Proof(books=2, accounts=5, entries=5, transfers=7, seals=0, faults=())
    assert proof.holds


def test_a_proof_says_what_it_asks(engine: Engine) -> None:
    asked: list[str] = []
    transaction(engine, lambda session: ledger.prove(session, progress=asked.append), read_only=True)
    assert asked == [
        "totals",
        "versions",
        "entries",
        "books",
        "reversals",
        "reversed once",
        "keys",
        "events",
        "periods",
        "snapshots",
        "seals",
        "guards",
    ]


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_is_found_and_named(engine: Engine, what: str) -> None:
    (a, b, c, x, _), (one, three, ten, back) = transaction(engine, some_books)
    names = {"a": a.id, "b": b.id, "c": c.id, "x": x.id, "one": one.entry_id}
    names |= {"other": x.book_id, "three": three.entry_id, "ten": ten.entry_id, "back": back.entry_id}
    change, sentence = CORRUPTIONS[what]
    assert_found(engine, sentence.format(**names), change.format(**names))


def of_entry(engine: Engine, entry_id: int, **changed: str) -> str:
    """Say how to copy an entry with something changed."""
    names = [
        "book_id",
        "kind",
        "posted_on",
        "recorded_at",
        "key",
        "fingerprint",
        "actor",
        "last_line",
        "reverses_id",
    ]
    values = ", ".join(changed.get(name, name) for name in names)
    over = "OVERRIDING SYSTEM VALUE" if engine.dialect.name == "postgresql" else ""
    copied = f"SELECT 5000000, {values} FROM entry WHERE id = {entry_id}"
    return f"INSERT INTO entry (id, {', '.join(names)}) {over} {copied}"


def without_key(engine: Engine) -> list[str]:
    """Say how to take away what makes a key unique in its book."""
    if engine.dialect.name == "postgresql":
        return ["ALTER TABLE entry DROP CONSTRAINT uq_entry_book_id_key"]
    with engine.connect() as connection:
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'entry'")) or ""
    fewer = re.sub(r"CONSTRAINT uq_entry_\w*key\w* UNIQUE \([^)]*\),", "", made)
    assert fewer != made
    # SQLite cannot drop a table's key, so another table takes its place.
    return [
        "PRAGMA legacy_alter_table = ON",
        "ALTER TABLE entry RENAME TO kept",
        fewer,
        "INSERT INTO entry SELECT * FROM kept",
        "DROP TABLE kept",
    ]


def test_a_key_that_booked_twice_is_found(engine: Engine) -> None:
    _, (one, *_) = transaction(engine, some_books)
    twice = of_entry(engine, one.entry_id)
    assert_found(engine, r"the key test:\d+ booked 2 times in book \d+", *without_key(engine), twice)


def test_an_entry_that_was_reversed_twice_is_found(engine: Engine) -> None:
    _, (one, *_, back) = transaction(engine, some_books)
    again = of_entry(engine, back.entry_id, key="'again'")
    assert_found(
        engine, f"entry {one.entry_id} was reversed 2 times", "DROP INDEX uq_entry_reverses_id", again
    )


def test_a_reversal_of_a_reversal_is_found(engine: Engine) -> None:
    _, (*_, back) = transaction(engine, some_books)
    again = of_entry(engine, back.entry_id, key="'again'", reverses_id=str(back.entry_id))
    assert_found(engine, f"entry 5000000 does not mirror entry {back.entry_id}", again)


def guards(engine: Engine) -> list[tuple[str, str, str]]:
    """Name every trigger and function that was made, and the table that a trigger stands on."""
    made = "\n".join(statements(engine.dialect.name))
    triggers = re.findall(r"CREATE (?:CONSTRAINT )?(TRIGGER) (\w+) .*?\bON (\w+)", made)
    functions = re.findall(r"CREATE (FUNCTION) (\w+)(\()", made)
    assert len(triggers) > 15
    return triggers + functions


def test_every_guard_that_was_taken_away_is_missed(engine: Engine) -> None:
    for kind, name, table in guards(engine):
        on = f" ON {table}" if kind == "TRIGGER" and engine.dialect.name == "postgresql" else ""
        cascade = " CASCADE" if kind == "FUNCTION" else ""
        with engine.connect() as connection:
            connection.execute(text(f"DROP {kind} {name}{on}{cascade}"))
            faults = ledger.prove(connection).faults
            connection.rollback()
        assert [fault for fault in faults if fault.startswith(f"the {kind.lower()} {name} is missing")], name
    assert prove(engine).holds


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_trigger_of_sqlite_that_was_changed_is_found(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("DROP TRIGGER entry_stays"))
        connection.execute(text("CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT 1; END"))
        faults = ledger.prove(connection).faults
    assert faults == ("the trigger entry_stays is missing or is not as it was made",)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_row_whose_parent_is_gone_is_found_on_sqlite(engine: Engine) -> None:
    transaction(engine, some_books)
    sentence = "a row of account refers to a row of commodity that is not there"
    assert_found(
        engine, sentence, "UPDATE account SET commodity = 'GONE' WHERE version = 0", "DELETE FROM commodity"
    )


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("ALTER TABLE entry DISABLE TRIGGER entry_stays", "trigger entry_stays"),
        ("ALTER TABLE entry ENABLE REPLICA TRIGGER entry_stays", "trigger entry_stays"),
        ("ALTER TABLE transfer DISABLE TRIGGER USER", "trigger transfer_enters"),
        (
            (
                "CREATE OR REPLACE TRIGGER transfer_enters BEFORE INSERT ON transfer FOR EACH ROW "
                "WHEN (false) EXECUTE FUNCTION transfer_enters()"
            ),
            "trigger transfer_enters",
        ),
        (
            (
                "DROP TRIGGER entry_stays ON entry; CREATE TEMP TABLE scrap (id int); "
                "CREATE TRIGGER entry_stays BEFORE DELETE OR UPDATE ON scrap FOR EACH ROW "
                "EXECUTE FUNCTION ledger_is_final()"
            ),
            "trigger entry_stays",
        ),
        (
            (
                "CREATE OR REPLACE FUNCTION ledger_is_final() RETURNS trigger LANGUAGE plpgsql "
                "AS $$BEGIN RETURN NEW; END$$"
            ),
            "function ledger_is_final",
        ),
        ("ALTER FUNCTION transfer_enters() SECURITY INVOKER", "function transfer_enters"),
        ("ALTER FUNCTION transfer_enters() SET search_path = pg_temp, public", "function transfer_enters"),
        ("ALTER FUNCTION transfer_enters() RESET search_path", "function transfer_enters"),
    ],
)
def test_a_guard_of_postgresql_that_was_changed_or_switched_off_is_found(
    engine: Engine, change: str, guard: str
) -> None:
    with engine.connect() as connection:
        connection.execute(text(change))
        faults = ledger.prove(connection).faults
    assert [fault for fault in faults if fault.startswith(f"the {guard} is missing")]
