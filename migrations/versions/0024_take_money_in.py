"""Take money in: payments and what Stripe tells of them, funds, gifts, and who takes the money."""

from migrations.sql_file import run_sql_file

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the tables of payments, funds and donations."""
    run_sql_file(__file__)
