"""The commands about the database: bring it up to date, and see that it is."""

import tempfile
from pathlib import Path

import click
import flask_migrate

import ledger
from timebank.cli.catalogue import differences
from timebank.cli.catalogue import make_afresh
from timebank.cli.running import application


@click.group("db")
def database() -> None:
    """Look after the database that DATABASE_URL names (unset: SQLite in var/)."""


@database.command()
def upgrade() -> None:
    """Make the tables, or bring them up to date; nothing that is in them is lost."""
    with application():
        flask_migrate.upgrade()


@database.command()
def check() -> None:
    """See that the migrations make the tables, triggers and functions that the program expects.

    On two new SQLite databases in a temporary folder; the tests do the same on PostgreSQL.
    """
    with tempfile.TemporaryDirectory() as folder:
        migrated, fresh = (f"sqlite:///{Path(folder) / name}.sqlite3" for name in ("migrated", "fresh"))
        with application(database_url=migrated):
            flask_migrate.upgrade()
        found = compare(migrated, fresh)
    if found:
        raise click.ClickException("\n".join(["The migrations and the program differ:", *found]))
    click.echo("The migrations make what the program expects.")


def compare(migrated: str, fresh: str) -> list[str]:
    """Make the tables afresh in the empty database ``fresh``, and name what ``migrated`` has otherwise."""
    ours, theirs = ledger.connect(migrated), ledger.connect(fresh)
    try:
        make_afresh(theirs)
        with ours.connect() as one, theirs.connect() as other:
            return list(differences(one, other))
    finally:
        ours.dispose()
        theirs.dispose()
