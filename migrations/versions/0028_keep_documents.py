"""Keep documents: the bytes of files that were uploaded or made, which nobody changes."""

from migrations.sql_file import run_sql_file

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Make the table of documents, with the triggers that keep them as they are."""
    run_sql_file(__file__)
