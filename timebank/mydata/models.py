"""The tables of requests about one's data, of who was erased, how long words are kept, and of leaks."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of

LONGEST_WORDS = 2000
LONGEST_PART = 4000

SEE: Final = "see"
CORRECT: Final = "correct"
STOP: Final = "stop"
ERASE: Final = "erase"
KINDS: Final = (SEE, CORRECT, STOP, ERASE)

OPEN: Final = "open"
GRANTED: Final = "granted"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
STATES: Final = (OPEN, GRANTED, REFUSED, WITHDRAWN)


class DataRequest(Base):
    """That a member asks for something about their data, and what they were answered."""

    __tablename__ = "data_request"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("data_request_by_community", "community_id", "state", "id"),
        Index("data_request_by_member", "member_id", "id"),
        CheckConstraint(one_of("kind", KINDS), name="data_request_kind_is_known"),
        CheckConstraint(one_of("state", STATES), name="data_request_state_is_known"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="data_request_is_short"),
        CheckConstraint(f"length(answer) <= {LONGEST_WORDS}", name="data_request_answer_is_short"),
        CheckConstraint("length(asked_by) BETWEEN 1 AND 200", name="data_request_has_an_actor"),
        CheckConstraint("length(answered_by) BETWEEN 1 AND 200", name="data_request_answer_has_an_actor"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="data_request_is_answered_once"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name="data_request_is_answered_by_somebody"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    community_id: Mapped[int]
    kind: Mapped[str]
    words: Mapped[str]
    asked_at: Mapped[datetime]
    #: Whoever wrote it down, and how they heard it.
    asked_by: Mapped[str]
    #: The day until which it has to be answered.
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=OPEN)
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]


class Erasure(Base):
    """That a member was erased, and the number of the pseudonym under which their hours stay."""

    __tablename__ = "erasure"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        UniqueConstraint("community_id", "pseudonym"),
        CheckConstraint("pseudonym > 0", name="erasure_pseudonym_counts"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="erasure_has_an_actor"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    pseudonym: Mapped[int]
    erased_at: Mapped[datetime]
    actor: Mapped[str]


class Retention(Base):
    """How long a community keeps words about people; where there is no row, as the program suggests."""

    __tablename__ = "retention"
    __table_args__ = (
        CheckConstraint("unbooked_days BETWEEN 30 AND 3650", name="retention_unbooked_is_bounded"),
        CheckConstraint("reasons_days BETWEEN 30 AND 3650", name="retention_reasons_are_bounded"),
        CheckConstraint("requests_days BETWEEN 365 AND 3650", name="retention_requests_are_bounded"),
        CheckConstraint("backups_days BETWEEN 1 AND 3650", name="retention_backups_are_bounded"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    #: What hours were for that were declined or withdrawn, and why.
    unbooked_days: Mapped[int]
    #: Why something was done about a member.
    reasons_days: Mapped[int]
    #: Requests that were answered.
    requests_days: Mapped[int]
    #: Copies of the database, as whoever runs it says; the program only tells it.
    backups_days: Mapped[int]


class Leak(Base):
    """That data got out, or may have: what is known of it, and who was told when."""

    __tablename__ = "leak"
    __table_args__ = (
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(happened) BETWEEN 1 AND {LONGEST_PART}", name="leak_tells_what_happened"),
        *(
            CheckConstraint(f"length({part}) <= {LONGEST_PART}", name=f"leak_{part}_is_short")
            for part in ("what", "cause", "harm", "measures")
        ),
        CheckConstraint("people BETWEEN 0 AND 1000000000", name="leak_people_are_bounded"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="leak_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    noticed_on: Mapped[date]
    happened: Mapped[str]
    #: Which data: names, telephone numbers, what hours were for.
    what: Mapped[str]
    people: Mapped[int | None]
    cause: Mapped[str]
    harm: Mapped[str]
    measures: Mapped[str]
    #: Somebody did it on purpose: Japan then allows 60 days for the whole report.
    on_purpose: Mapped[bool]
    #: When the authority had the first report, and the whole one; None where not yet, or not needed.
    reported_on: Mapped[date | None]
    completed_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    written_at: Mapped[datetime]
    actor: Mapped[str]


class LeakTold(Base):
    """That somebody concerned was told of a leak."""

    __tablename__ = "leak_told"
    __table_args__ = (
        ForeignKeyConstraint(["leak_id", "community_id"], ["leak.id", "leak.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint(one_of("how", ("mail", "to-call")), name="leak_told_how_is_known"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {LONGEST_WORDS}", name="leak_told_says_something"),
        STRICT,
    )

    leak_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    told_at: Mapped[datetime]
    #: ``mail``, or ``to-call`` where there is no address: a coordinator calls.
    how: Mapped[str]
    #: What they are told.
    words: Mapped[str]
