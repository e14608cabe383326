"""Remember what of money that went back for a booklet is owed again, so that parts become whole tickets."""

from migrations.sql_file import run_sql_file

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Count it beside each booklet."""
    run_sql_file(__file__)
