"""Keep receipts that were photographed, and what givers have laid out for exchanges."""

from migrations.sql_file import run_sql_file

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Make the tables of vouchers and of expenses."""
    run_sql_file(__file__)
