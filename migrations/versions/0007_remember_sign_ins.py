"""Remember sign-ins: where people are signed in, so that it can be listed and ended."""

from migrations.sql_file import run_sql_file

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of sign-ins."""
    run_sql_file(__file__)
