"""Share hours in pools: pools, what is given to them and granted from them, and what is done about them."""

from migrations.sql_file import run_sql_file

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables of pools."""
    run_sql_file(__file__)
