"""Give hours that one has to another member, with a word of thanks."""

from migrations.sql_file import run_sql_file

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Make the table of presents."""
    run_sql_file(__file__)
