"""The commands about the database: bring it up to date, and see that it is."""

import tempfile
from pathlib import Path

import click
import flask_migrate

import ledger
from timebank.cli.catalogue import differences
from timebank.cli.catalogue import make_afresh
from timebank.cli.roles import role_apart
from timebank.cli.roles import set_up
from timebank.cli.running import application
from timebank.cli.running import settings_here
from timebank.db import db


@click.group("db")
def database() -> None:
    """Look after the database that DATABASE_URL names (unset: SQLite in var/)."""


@database.command()
def upgrade() -> None:
    """Make the tables, or bring them up to date; nothing that is in them is lost.

    As the role of MIGRATION_DATABASE_URL, where that is set: it then owns the tables, and the role of
    DATABASE_URL is made where it is missing and may use them.
    """
    settings = settings_here()
    ours = role_apart(settings.database_url, settings.migration_database_url)
    with application(database_url=settings.migration_database_url):
        flask_migrate.upgrade()
        if ours is not None:
            with db.engine.begin() as connection:
                set_up(connection, ours)


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


def compare(migrated: str, fresh: str, *, role: str | None = None) -> list[str]:
    """Make the tables afresh in the empty database ``fresh``, and name what ``migrated`` has otherwise.

    ``role`` is the program's, where another one owns the tables.
    """
    ours, theirs = ledger.connect(migrated), ledger.connect(fresh)
    try:
        make_afresh(theirs, role=role)
        with ours.connect() as one, theirs.connect() as other:
            return list(differences(one, other))
    finally:
        ours.dispose()
        theirs.dispose()
