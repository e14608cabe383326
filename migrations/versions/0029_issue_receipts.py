"""Issue receipts: numbered without a gap, never changed; and let a document go with a mail."""

from migrations.sql_file import run_sql_file

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Make the tables of receipts with their triggers, and of what goes with a mail."""
    run_sql_file(__file__)
