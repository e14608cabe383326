"""Know guardians: who consented to the membership of somebody under 18, to what, and when."""

from migrations.sql_file import run_sql_file

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table of guardians."""
    run_sql_file(__file__)
