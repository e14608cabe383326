"""How migrations run: all that are due in one transaction, one program at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import ledger
from timebank.db import Base
from timebank.db import db

#: Any number, as long as nothing else of this database uses it.
MIGRATING = 7_301_984


def run(connection: Connection) -> None:
    """Run what is due on a connection whose transaction has begun."""
    context.configure(
        connection=connection,
        target_metadata=[ledger.metadata, Base.metadata],
        # SQLite rolls back tables too; Alembic does not believe it.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Take turns with others who migrate, and never wait for a table for long."""
    if context.is_offline_mode():
        raise SystemExit("Migrations look at the database they run on; there is no offline mode.")
    assert current_app.extensions["migrate"].db is db
    # The engine's own BEGIN is IMMEDIATE on SQLite, so that two programs that start at once take turns.
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = '30min'")
        run(connection)


main()
