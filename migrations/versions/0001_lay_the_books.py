"""Lay the books: the ledger's tables, with the triggers and functions that keep its promises."""

from migrations.sql_file import run_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the ledger's tables, triggers and functions."""
    run_sql_file(__file__)
