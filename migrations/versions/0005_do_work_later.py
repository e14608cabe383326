"""Do work later: what is still to be done, and the mail that is to be sent."""

from migrations.sql_file import run_sql_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of later work and of mail."""
    run_sql_file(__file__)
