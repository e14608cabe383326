"""The migrations make exactly what the program expects, on both engines."""

from uuid import uuid4

import pytest
from sqlalchemy import make_url
from sqlalchemy import text

import ledger
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.databases import as_owner
from timebank.cli.databases import compare


def test_a_migrated_database_has_the_same_catalogue_as_a_fresh_one(
    database_url: str, databases_here: SQLite | PostgreSQL
) -> None:
    with databases_here.empty(f"t{uuid4().hex}") as fresh:
        assert compare(as_owner(database_url), fresh, role=the_role(database_url)) == []


def the_role(url: str) -> str | None:
    """Name the program's role; on SQLite there is none."""
    return make_url(url).username


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP TRIGGER {trigger}", "transfer_stays is made by no migration"),
        ("DROP INDEX entry_by_day", "index entry_by_day is made by no migration"),
        ("CREATE TABLE left_over (id int)", "left_over"),
        ("ALTER TABLE member ADD COLUMN shoe_size int", "member"),
    ],
)
def test_what_differs_is_named(
    change: str, named: str, database_url: str, databases_here: SQLite | PostgreSQL, engine_name: str
) -> None:
    engine = ledger.connect(as_owner(database_url))
    trigger = "transfer_stays" + (" ON transfer" if engine_name == "postgresql" else "")
    with engine.begin() as connection:
        connection.execute(text(change.format(trigger=trigger)))
    engine.dispose()
    with databases_here.empty(f"t{uuid4().hex}") as fresh:
        found = compare(as_owner(database_url), fresh, role=the_role(database_url))
        assert any(named in one for one in found)
