"""Let what is owed for help be paid through Stripe, and keep which bills were sent by mail."""

from migrations.sql_file import run_sql_file

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Make the tables of what is paid online, and of bills that were sent."""
    run_sql_file(__file__)
