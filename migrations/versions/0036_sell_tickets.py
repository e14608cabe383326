"""Sell tickets for help, keep what each was used for, and let a visit be paid with them."""

from migrations.sql_file import run_sql_file

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Make the tables of tickets; what of a visit was paid with them stands beside it."""
    run_sql_file(__file__)
