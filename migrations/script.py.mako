"""${message}"""

# One idea, told as a sentence above; no models are imported. Tables that are large are never locked for
# long: an index is made CONCURRENTLY in a migration of its own, a column comes without a default first.
# On SQLite no batch mode: it drops triggers without a word.

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}"""
