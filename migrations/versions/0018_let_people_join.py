"""Let people join: who asks, invitations, consents, and links for a first sign-in."""

from migrations.sql_file import run_sql_file

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables of joining."""
    run_sql_file(__file__)
