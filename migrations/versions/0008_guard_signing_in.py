"""Guard signing in: what was tried, links and codes that sign in once, and passwords of one community."""

from migrations.sql_file import run_sql_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of tries, of links, of codes, and of passwords that open one community."""
    run_sql_file(__file__)
