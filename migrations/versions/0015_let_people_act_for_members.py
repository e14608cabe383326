"""Let people act for members: households and organisations, and what a trusted person may."""

from migrations.sql_file import run_sql_file

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Say what a member is and what a hand may, and make the table of what was done about hands."""
    run_sql_file(__file__)
