"""Say truly who took part: the database refuses whoever never acted, and a member who is no side of it."""

from migrations.sql_file import run_sql_file

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the triggers that judge who is said to have taken part."""
    run_sql_file(__file__)
