"""Post by functions, which hold what keys held with the rows that they have in hand, on PostgreSQL."""

from alembic import op

from migrations.sql_file import run_sql_file

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Take away keys that look up again what was just written; SQLite has no such functions, and keeps them."""
    if op.get_bind().dialect.name == "postgresql":
        run_sql_file(__file__)
