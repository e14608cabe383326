"""Let members pay a sum ahead, and visits be paid from it."""

from migrations.sql_file import run_sql_file

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Make the tables of prepaid balances, and let visits say what came from one."""
    run_sql_file(__file__)
