"""Keep who said what money was that nobody had known what for."""

from migrations.sql_file import run_sql_file

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Make the table of what was identified, and find payments by their charges."""
    run_sql_file(__file__)
