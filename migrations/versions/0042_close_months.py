"""Close months of paid support, by a second officer where a community wants it."""

from migrations.sql_file import run_sql_file

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Make the tables of closed months and of what stands in them."""
    run_sql_file(__file__)
