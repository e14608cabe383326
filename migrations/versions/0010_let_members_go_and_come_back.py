"""Let members go and come back: until when somebody is away, and that somebody has left or died."""

from migrations.sql_file import run_sql_file

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables of absences and farewells."""
    run_sql_file(__file__)
