"""The table of tries: how often something was tried within a window of time."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base


class Tries(Base):
    """How often one thing was tried; by a key that tells nobody's name or address."""

    __tablename__ = "tries"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 1 AND 200", name="tries_key_is_short"),
        CheckConstraint("number >= 0", name="tries_count_up"),
        Index("tries_by_end", "until"),
        STRICT,
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    #: From then on they no longer count.
    until: Mapped[datetime]
