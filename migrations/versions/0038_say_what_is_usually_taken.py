"""Keep what a member usually takes for help."""

from migrations.sql_file import run_sql_file

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Make its table."""
    run_sql_file(__file__)
