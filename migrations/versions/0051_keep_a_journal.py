"""Keep what treasurers write into the books themselves, and the accounts that they open."""

from migrations.sql_file import run_sql_file

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Make the tables of the journal."""
    run_sql_file(__file__)
