"""Issue one receipt for a year: lines on receipts, of which nothing stands on two; and who wishes one."""

from migrations.sql_file import run_sql_file

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Give every receipt its line, and let those of a year have more of them."""
    run_sql_file(__file__)
