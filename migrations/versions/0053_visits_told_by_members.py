"""Keep what members wished about the money of a visit that they told of, until the other one has answered."""

from migrations.sql_file import run_sql_file

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Make its table, and refuse to book as hours alone what waits for a word about money."""
    run_sql_file(__file__)
