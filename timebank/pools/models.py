"""The tables of pools, of what was given to them and granted from them, and of what was done about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import account
from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import one_of

LONGEST_NAME = 60
LONGEST_PURPOSE = 300
LONGEST_WORDS = 500
LONGEST_KEY = 300
#: Ten years of a whole working life, as for limits.
MOST_MINUTES = 6_000_000

#: Hours from a member to the pool.
GIFT = "gift"
#: Hours from the pool to a member.
GRANT = "grant"

OPENED, CLOSED, REOPENED, REVERSED = "opened", "closed", "reopened", "reversed"

_HOWS = ("web", "slip", "telephone", "in-person", "job", "cli", "demo")


class Pool(Base):
    """An account of hours that belongs to everybody, with a name and what it is for."""

    __tablename__ = "pool"
    __table_args__ = (
        UniqueConstraint("community_id", "name"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="pool_name_is_short"),
        CheckConstraint(f"length(purpose) BETWEEN 1 AND {LONGEST_PURPOSE}", name="pool_purpose_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str] = mapped_column(Sorted)
    #: A line that says what it is for.
    purpose: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey(account.c.id), unique=True)
    #: None while it takes gifts.
    closed_on: Mapped[date | None]


class PoolTransfer(Base):
    """A gift to a pool or a grant from it, with the words about it; it stands in the books at once."""

    __tablename__ = "pool_transfer"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["pool_id", "community_id"], ["pool.id", "pool.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("pool_transfer_by_member", "member_id", "done_on"),
        CheckConstraint(one_of("kind", (GIFT, GRANT)), name="pool_transfer_kind_is_known"),
        CheckConstraint(f"minutes BETWEEN 1 AND {MOST_MINUTES}", name="pool_transfer_is_bounded"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="pool_transfer_words_are_short"),
        CheckConstraint("kind <> 'grant' OR length(words) > 0", name="pool_grant_has_a_reason"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="pool_transfer_key_is_short"),
        CheckConstraint(one_of("done_how", _HOWS), name="pool_transfer_done_how_is_known"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    pool_id: Mapped[int]
    #: Who gave, or was granted.
    member_id: Mapped[int]
    kind: Mapped[str]
    minutes: Mapped[int]
    #: The day it stands on in the books.
    done_on: Mapped[date]
    #: The note of a gift, which may be empty, or the reason of a grant; all members read it.
    words: Mapped[str]
    #: Other members do not see whose gift or grant it is.
    name_hidden: Mapped[bool]
    #: The key of the form it came by, and of its entry: a form saved twice is booked once.
    key: Mapped[str]
    done_at: Mapped[datetime]
    done_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_member_id: Mapped[int | None]
    done_how: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))


class PoolEvent(Base):
    """What else was done about a pool, by whom and why; rows are only ever added."""

    __tablename__ = "pool_event"
    __table_args__ = (
        ForeignKeyConstraint(["pool_id", "community_id"], ["pool.id", "pool.community_id"]),
        ForeignKeyConstraint(
            ["transfer_id", "community_id"], ["pool_transfer.id", "pool_transfer.community_id"]
        ),
        Index("pool_event_by_pool", "pool_id", "id"),
        CheckConstraint(
            one_of("what", (REVERSED, OPENED, CLOSED, REOPENED)), name="pool_event_what_is_known"
        ),
        CheckConstraint(
            "(what = 'reversed') = (transfer_id IS NOT NULL)", name="pool_event_reverses_a_transfer"
        ),
        CheckConstraint("what <> 'reversed' OR reason IS NOT NULL", name="pool_event_reverses_for_a_reason"),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_WORDS}", name="pool_event_reason_is_short"),
        CheckConstraint(one_of("how", _HOWS), name="pool_event_how_is_known"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pool_id: Mapped[int]
    community_id: Mapped[int]
    #: The gift or grant that was taken back.
    transfer_id: Mapped[int | None]
    happened_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: On whose behalf.
    member_id: Mapped[int | None]
    how: Mapped[str]
    what: Mapped[str]
    reason: Mapped[str | None]
