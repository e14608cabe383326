"""Let payments repeat: what Stripe takes again by itself, and of which fees and gifts."""

from migrations.sql_file import run_sql_file

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Say of payments what they renew, and make the table of what repeats."""
    run_sql_file(__file__)
