"""The table of later work."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base

WAITING, DONE, FAILED = "waiting", "done", "failed"

LONGEST_KIND = 60
LONGEST_PAYLOAD = 10_000
LONGEST_KEY = 200
LONGEST_ERROR = 500


class Job(Base):
    """Something that is to be done later; written in the transaction that is its cause."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        CheckConstraint(f"length(kind) BETWEEN 1 AND {LONGEST_KIND}", name="job_kind_is_short"),
        CheckConstraint(f"length(payload) BETWEEN 2 AND {LONGEST_PAYLOAD}", name="job_payload_is_bounded"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="job_key_is_short"),
        CheckConstraint(f"length(error) BETWEEN 1 AND {LONGEST_ERROR}", name="job_error_is_short"),
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="job_state_is_known"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="job_ends_once"),
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="job_fails_for_a_reason"),
        CheckConstraint("attempts >= 0", name="job_attempts_count"),
        Index(
            "job_waiting",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str]
    #: JSON: ids and no words of people, for whoever reads the list.
    payload: Mapped[str]
    #: Where there is one, the same key is done once in a community, however often it is asked for.
    key: Mapped[str | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: How often somebody has begun it.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Whoever has begun it is given up for lost after this.
    leased_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=WAITING)
    ended_at: Mapped[datetime | None]
    #: Why it was not done when it was last tried; of what kind, without anybody's details.
    error: Mapped[str | None]
