"""Keep an audit trail: who did what on the pages, as whom and from where."""

from migrations.sql_file import run_sql_file

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables of the trail, with the triggers that keep it as it is."""
    run_sql_file(__file__)
