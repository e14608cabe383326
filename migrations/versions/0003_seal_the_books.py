"""Seal the books: trees of hashes over what was booked, and over what people said about it."""

from migrations.sql_file import run_sql_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of seals, with their triggers and functions."""
    run_sql_file(__file__)
