"""The tables of what members have that may run out, and of the kinds of it that a community asks for."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import one_of

LONGEST_KIND = 60
LONGEST_NOTE = 100
LONGEST_REASON = 500

_HOWS = ("web", "slip", "telephone", "in-person", "import", "job", "cli", "demo")


class LicenceKind(Base):
    """A kind of insurance, licence or course on the community's own short list."""

    __tablename__ = "licence_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "name"),
        # So that a licence's key can carry its community.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_KIND}", name="licence_kind_name_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str] = mapped_column(Sorted)
    #: Where it stands on the list.
    position: Mapped[int]
    #: No longer asked for: nobody is warned, and what is written down stays to be read.
    retired: Mapped[bool] = mapped_column(default=False)


class Licence(Base):
    """That somebody has seen a member's insurance, licence or course, and until when it holds."""

    __tablename__ = "licence"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["kind_id", "community_id"], ["licence_kind.id", "licence_kind.community_id"]),
        CheckConstraint(f"length(note) <= {LONGEST_NOTE}", name="licence_note_is_short"),
        CheckConstraint(one_of("seen_how", _HOWS), name="licence_seen_how_is_known"),
        CheckConstraint(
            f"length(over_reason) BETWEEN 1 AND {LONGEST_REASON}", name="licence_over_reason_is_short"
        ),
        CheckConstraint("over_reason IS NULL OR over_at IS NOT NULL", name="licence_is_over_for_a_reason"),
        CheckConstraint("warned_at IS NULL OR ends_on IS NOT NULL", name="licence_without_end_warns_nobody"),
        # A member has one of each kind; when it is renewed, the one before stays as it was.
        Index(
            "uq_licence_current",
            "member_id",
            "kind_id",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
        Index("licence_by_end", "community_id", "ends_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    kind_id: Mapped[int]
    #: The last day on which it holds; None where it has no end.
    ends_on: Mapped[date | None]
    note: Mapped[str]
    seen_at: Mapped[datetime]
    seen_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    seen_how: Mapped[str]
    #: When the coordinators and the member were told that it runs out: once, and not every day.
    warned_at: Mapped[datetime | None]
    #: When a newer one took its place, or it was taken off the list.
    over_at: Mapped[datetime | None]
    over_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Why it was taken off the list; None where it was renewed.
    over_reason: Mapped[str | None]
