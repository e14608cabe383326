"""Keep what is arranged for weeks to come, and what was said of each of its days."""

from migrations.sql_file import run_sql_file

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Make the tables of standing arrangements."""
    run_sql_file(__file__)
