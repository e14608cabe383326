"""Keep insurances and licences: the kinds a community asks for, and what was seen of each member."""

from migrations.sql_file import run_sql_file

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables of licences and their kinds."""
    run_sql_file(__file__)
