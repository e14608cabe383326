"""Take hours along: who of a household took part, and what somebody who leaves it takes with them."""

from migrations.sql_file import run_sql_file

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the tables of who took part, and of shares of a household's hours."""
    run_sql_file(__file__)
