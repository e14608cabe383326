"""Spend from funds: what was spent of each, in words that everybody can read."""

from migrations.sql_file import run_sql_file

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table of what was spent."""
    run_sql_file(__file__)
