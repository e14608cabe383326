"""Keep or erase data: what members ask about theirs, who was erased, how long words are kept, and leaks."""

from migrations.sql_file import run_sql_file

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the tables of requests, erasures, retention and leaks."""
    run_sql_file(__file__)
