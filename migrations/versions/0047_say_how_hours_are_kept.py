"""Keep what a community says of hours that are kept for later."""

from migrations.sql_file import run_sql_file

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Make its table."""
    run_sql_file(__file__)
