"""Ask trusted persons: whom a member has asked to act for them, and who has not accepted yet."""

from migrations.sql_file import run_sql_file

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table of those who are asked."""
    run_sql_file(__file__)
