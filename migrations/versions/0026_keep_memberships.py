"""Keep memberships: plans, the fees that are paid for them, and the terms that fees cover."""

from migrations.sql_file import run_sql_file

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Make the tables."""
    run_sql_file(__file__)
