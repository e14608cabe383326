"""Write down gifts by hand: in cash, by transfer and in kind; and in whose memory or honour a gift is."""

from migrations.sql_file import run_sql_file

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Say more of gifts, and make the tables of those that came by hand."""
    run_sql_file(__file__)
