"""Say how members are reached: each detail of theirs, and who may see it."""

from migrations.sql_file import run_sql_file

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table of contact details."""
    run_sql_file(__file__)
