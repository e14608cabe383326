"""Ask for a second factor: authenticators, recovery codes, and sign-ins of which half is done."""

from migrations.sql_file import run_sql_file

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables of second factors, and let a sign-in know when one was given."""
    run_sql_file(__file__)
