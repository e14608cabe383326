"""Remember which visit was written down anew as which."""

from migrations.sql_file import run_sql_file

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Make the table of amended visits."""
    run_sql_file(__file__)
