"""Join records of one member who was entered twice, and remember who are two."""

from migrations.sql_file import run_sql_file

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables of joined records and of those who are two."""
    run_sql_file(__file__)
