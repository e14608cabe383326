"""The table of those who are not the same, however alike they look."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base


class NotTheSame(Base):
    """That somebody has said of two members that they are two; they are not asked about again."""

    __tablename__ = "not_the_same"
    __table_args__ = (
        ForeignKeyConstraint(["one_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["other_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint("one_id < other_id", name="not_the_same_stands_once"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="not_the_same_has_an_actor"),
        STRICT,
    )

    #: The smaller of the two ids, so that a pair stands here once.
    one_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    said_at: Mapped[datetime]
    #: Whoever said so; None at the terminal.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[str]
