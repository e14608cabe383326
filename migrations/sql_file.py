"""Runs the statements of a file of SQL that a migration carries beside it."""

from pathlib import Path

from alembic import op


def run_sql_file(migration: str) -> None:
    """Run ``<migration>.<engine>.sql``, whose statements are separated by lines that hold only ``--;``.

    Straight on the driver, which would look for placeholders behind each % otherwise.
    """
    connection = op.get_bind()
    path = Path(migration).with_suffix(f".{connection.dialect.name}.sql")
    for statement in path.read_text(encoding="utf-8").split("\n--;\n"):
        connection.connection.driver_connection.execute(statement.strip())  # type: ignore[union-attr]
