"""Let tickets that came in pay what is owed for help, each once, for a visit or so."""

from migrations.sql_file import run_sql_file

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Make its tables, and have a use of either kind look for one of the other."""
    run_sql_file(__file__)
