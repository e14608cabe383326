"""The tables of exchanges: hours that one member gave another, and what happened to each record of them."""

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

from ledger.schema import entry
from ledger.schema import transfer
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

LONGEST_DESCRIPTION = 2000
LONGEST_REFERENCE = 200
LONGEST_KEY = 300
LONGEST_REASON = 500
MINUTES_IN_A_DAY = 24 * 60

#: Waits for the receiver.
PROPOSED = "proposed"
#: The receiver said yes; waits for the others of a joint exchange.
AGREED = "agreed"
#: Stands in the books.
CONFIRMED = "confirmed"
#: The receiver said no.
DECLINED = "declined"
#: The giver asked a coordinator to look at a refusal.
DISPUTED = "disputed"
#: Taken back before it was booked.
WITHDRAWN = "withdrawn"
#: Taken back after it was booked; both entries stand.
REVERSED = "reversed"

#: Somebody still has to say something.
OPEN_STATES = (PROPOSED, AGREED, DISPUTED)
BOOKED_STATES = (CONFIRMED, REVERSED)
UNBOOKED_STATES = (*OPEN_STATES, DECLINED, WITHDRAWN)
STATES = (*BOOKED_STATES, *UNBOOKED_STATES)

#: Judged for every row that is written, so it is the cheapest that leaves out what is booked.
_UNBOOKED = text("entry_id IS NULL")
_HOWS = ("import", "web", "slip", "telephone", "in-person", "job", "cli", "demo")


class Joint(Base):
    """Several exchanges logged in one go: a class taught, a clean-up done together; booked as one entry."""

    __tablename__ = "joint"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="joint_key_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: The key of the form it came by, which the entry takes over.
    key: Mapped[str]
    #: True where the time was shared among them, False where each had all of it.
    shared: Mapped[bool]
    #: None while somebody has not answered and no coordinator has closed it.
    closed_at: Mapped[datetime | None]


class Exchange(Base):
    """Hours that one member gave another, with their life from proposal to the books."""

    __tablename__ = "exchange"
    __table_args__ = (
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["giver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["receiver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["kind_id", "community_id"], ["help_kind.id", "help_kind.community_id"]),
        ForeignKeyConstraint(["joint_id", "community_id"], ["joint.id", "joint.community_id"]),
        ForeignKeyConstraint(["entry_id", "line"], [transfer.c.entry_id, transfer.c.line]),
        # Imported rows have no form; their entry's key keeps them single.
        Index(
            "uq_exchange_community_id_key",
            "community_id",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
        Index("uq_exchange_entry_id_line", "entry_id", "line", unique=True),
        Index(
            "exchange_unbooked_by_giver",
            "giver_id",
            "state",
            sqlite_where=_UNBOOKED,
            postgresql_where=_UNBOOKED,
        ),
        Index(
            "exchange_unbooked_by_receiver",
            "receiver_id",
            "state",
            sqlite_where=_UNBOOKED,
            postgresql_where=_UNBOOKED,
        ),
        Index(
            "exchange_unbooked", "community_id", "state", sqlite_where=_UNBOOKED, postgresql_where=_UNBOOKED
        ),
        Index(
            "exchange_of_joint",
            "joint_id",
            sqlite_where=text("joint_id IS NOT NULL"),
            postgresql_where=text("joint_id IS NOT NULL"),
        ),
        CheckConstraint("giver_id <> receiver_id", name="exchange_has_two_members"),
        CheckConstraint(f"minutes BETWEEN 1 AND {MINUTES_IN_A_DAY}", name="exchange_fits_into_a_day"),
        CheckConstraint(
            f"length(description) <= {LONGEST_DESCRIPTION}", name="exchange_description_is_short"
        ),
        CheckConstraint(
            f"length(reference) BETWEEN 1 AND {LONGEST_REFERENCE}", name="exchange_reference_is_short"
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="exchange_key_is_short"),
        CheckConstraint(one_of("state", STATES), name="exchange_state_is_known"),
        CheckConstraint(one_of("logged_how", _HOWS), name="exchange_logged_how_is_known"),
        # What is booked stands in the books, and nothing else does.
        CheckConstraint(
            f"({one_of('state', BOOKED_STATES)}) = (entry_id IS NOT NULL)", name="exchange_is_booked_once"
        ),
        CheckConstraint("(entry_id IS NULL) = (line IS NULL)", name="exchange_line_is_of_its_entry"),
        CheckConstraint(
            "(state = 'reversed') = (reversal_id IS NOT NULL)", name="exchange_is_reversed_in_the_books"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Tied by both members' keys; a key of its own would make every exchange lock the community's row.
    community_id: Mapped[int]
    #: The key of the form it came by: a form saved twice is one exchange. None where it was imported.
    key: Mapped[str | None]
    joint_id: Mapped[int | None]
    giver_id: Mapped[int]
    receiver_id: Mapped[int]
    minutes: Mapped[int]
    worked_on: Mapped[date]
    description: Mapped[str]
    kind_id: Mapped[int | None]
    #: What the imported file calls it.
    reference: Mapped[str | None]
    state: Mapped[str]
    logged_at: Mapped[datetime]
    logged_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    logged_member_id: Mapped[int | None]
    logged_how: Mapped[str]
    entry_id: Mapped[int | None]
    line: Mapped[int | None]
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))


class ExchangeEvent(Base):
    """What somebody did with an exchange after it was logged; rows are only ever added."""

    __tablename__ = "exchange_event"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        Index("exchange_event_by_exchange", "exchange_id", "id"),
        CheckConstraint(
            "what IN ('confirmed', 'declined', 'withdrawn', 'disputed', 'amended', 'booked', 'dropped', "
            "'reversed')",
            name="exchange_event_what_is_known",
        ),
        CheckConstraint(
            f"length(reason) BETWEEN 1 AND {LONGEST_REASON}", name="exchange_event_reason_is_short"
        ),
        CheckConstraint(one_of("how", _HOWS), name="exchange_event_how_is_known"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int]
    community_id: Mapped[int]
    happened_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: On whose behalf.
    member_id: Mapped[int | None]
    how: Mapped[str]
    what: Mapped[str]
    reason: Mapped[str | None]
    #: What stood there before an amendment.
    minutes_before: Mapped[int | None]
    worked_on_before: Mapped[date | None]


class TookPart(Base):
    """Which person it was who gave or received for a household or an organisation; nobody has to say it."""

    __tablename__ = "took_part"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("took_part_by_member", "member_id", "person_id"),
        STRICT,
    )

    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The household or organisation.
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


#: Who is named has acted for the member at some time, and the member is a side of the exchange. A key cannot
#: say it: which side it is the exchange knows, and people who ever acted have several rows in the history.
_ONE_OF_THEM = """EXISTS (SELECT 1 FROM exchange x WHERE x.id = NEW.exchange_id
             AND NEW.member_id IN (x.giver_id, x.receiver_id))
           AND EXISTS (SELECT 1 FROM hand_event v
             WHERE v.member_id = NEW.member_id AND v.person_id = NEW.person_id)"""
guarded(
    TookPart,
    {
        "sqlite": [
            f"""CREATE TRIGGER took_part_{when} BEFORE {what} ON took_part
           WHEN NOT ({_ONE_OF_THEM})
           BEGIN SELECT RAISE(ABORT, 'took_part_is_one_of_them'); END"""
            for when, what in (("begins", "INSERT"), ("changes", "UPDATE"))
        ],
        "postgresql": [
            f"""CREATE FUNCTION took_part_is_one_of_them() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT ({_ONE_OF_THEM}) THEN
               RAISE EXCEPTION 'took_part_is_one_of_them'
                 USING ERRCODE = '23514', CONSTRAINT = 'took_part_is_one_of_them';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER took_part_is_one_of_them BEFORE INSERT OR UPDATE ON took_part
           FOR EACH ROW EXECUTE FUNCTION took_part_is_one_of_them()""",
        ],
    },
)


class SealedWords(Base):
    """That what people said about an entry is under a seal, too.

    The seal holds a digest of the salt and their words. Where words are erased this row goes with them;
    then the digest says nothing any more, and nobody can try words until one fits.
    """

    __tablename__ = "sealed_words"
    __table_args__ = (CheckConstraint("length(salt) = 16", name="sealed_words_have_a_salt"), STRICT)

    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id), primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
