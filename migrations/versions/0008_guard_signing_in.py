"""Guard signing in: what was tried, so that nobody guesses for long; and links that sign in once."""

from migrations.sql_file import run_sql_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of tries and of links."""
    run_sql_file(__file__)
