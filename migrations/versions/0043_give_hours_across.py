"""Let two communities agree on hours between them, and keep what crossed in both books."""

from migrations.sql_file import run_sql_file

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Make the tables of agreements and of what crossed."""
    run_sql_file(__file__)
