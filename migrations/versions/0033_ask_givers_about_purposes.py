"""Ask givers about another purpose of what is left in a fund, and keep where what is left of a gift lies."""

from migrations.sql_file import run_sql_file

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Make the tables of decisions, of who is asked, and of where gifts are kept since."""
    run_sql_file(__file__)
