"""Write down visits that were cancelled late or at the door, and let closed months hold them."""

from migrations.sql_file import run_sql_file

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Make their table, and a third kind of line of a closed month."""
    run_sql_file(__file__)
