"""Say who provides help that is paid for, and what an hour of it costs, from a day on."""

from migrations.sql_file import run_sql_file

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Make the tables of terms, of rates, and of what comes on top of them."""
    run_sql_file(__file__)
