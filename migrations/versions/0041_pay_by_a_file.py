"""Keep members' accounts at banks, and the files by which a bank pays many of them at once."""

from migrations.sql_file import run_sql_file

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Make the tables of accounts and of files; what was paid can have gone by a file."""
    run_sql_file(__file__)
