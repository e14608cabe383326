"""Keep what is agreed about money of an exchange, and what members paid and were paid for help."""

from migrations.sql_file import run_sql_file

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Make the tables of visits that are paid for, and of what was paid."""
    run_sql_file(__file__)
