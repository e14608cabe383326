"""Open the house: communities, people, members and their exchanges."""

from migrations.sql_file import run_sql_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of communities, people, members and exchanges."""
    run_sql_file(__file__)
