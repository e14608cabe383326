"""Let a gift be of thanks that a member was owed for help."""

from migrations.sql_file import run_sql_file

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Know one more way by which a gift comes without Stripe."""
    run_sql_file(__file__)
