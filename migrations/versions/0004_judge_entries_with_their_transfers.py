"""Judge an entry together with its first transfer, with one look at both and at the book, on PostgreSQL."""

from alembic import op

from migrations.sql_file import run_sql_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let one trigger say what two triggers and three CHECKs said; on SQLite they cost nothing, and stay."""
    if op.get_bind().dialect.name == "postgresql":
        run_sql_file(__file__)
