"""The tables of what two communities have agreed, and of hours that a member of one gave one of the other."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

LONGEST_WORDS = 300
LONGEST_REASON = 500
LONGEST_KEY = 300
#: Ten years of a whole working life, as for members' limits.
MOST_MINUTES = 6_000_000
#: Of a rate: so many minutes of one community are so many of the other.
MOST_RATE = 1_440

PROPOSED, ON, DECLINED, WITHDRAWN, ENDED = "proposed", "on", "declined", "withdrawn", "ended"

_HOWS = ("web", "slip", "telephone", "in-person", "job", "cli", "demo")
#: What is never said otherwise once two communities have read it.
_TERMS: Final = (
    *("first_id", "second_id", "proposed_by_id", "first_minutes", "second_minutes"),
    *("first_limit_minutes", "second_limit_minutes", "words", "proposed_at", "proposed_by"),
)
#: What of an act may change: that it was taken back, and that its words were erased.
_FACTS: Final = (
    *("agreement_id", "giver_community_id", "receiver_community_id", "giver_id", "receiver_id"),
    *("given_minutes", "received_minutes", "rate_given", "rate_received", "given_on", "received_on"),
    *("key", "done_at", "given_entry_id", "received_entry_id"),
)


class HoursAgreement(Base):
    """What two communities agree about hours between them; new terms are a new row, and rows stay."""

    __tablename__ = "hours_agreement"
    __table_args__ = (
        # Of two communities one proposal waits at most, and one agreement holds at most.
        Index(
            "uq_hours_agreement_waits",
            "first_id",
            "second_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_hours_agreement_holds",
            "first_id",
            "second_id",
            unique=True,
            sqlite_where=text("state = 'on'"),
            postgresql_where=text("state = 'on'"),
        ),
        Index("hours_agreement_by_second", "second_id", "id"),
        CheckConstraint("first_id < second_id", name="hours_agreement_is_between_two"),
        CheckConstraint(
            "proposed_by_id = first_id OR proposed_by_id = second_id",
            name="hours_agreement_is_proposed_by_one",
        ),
        CheckConstraint(
            f"first_minutes BETWEEN 1 AND {MOST_RATE} AND second_minutes BETWEEN 1 AND {MOST_RATE}",
            name="hours_agreement_rate_is_bounded",
        ),
        CheckConstraint(
            f"first_limit_minutes BETWEEN 1 AND {MOST_MINUTES} "
            f"AND second_limit_minutes BETWEEN 1 AND {MOST_MINUTES}",
            name="hours_agreement_limit_is_bounded",
        ),
        # Whoever proposes says it in their own hours; to the other it is as much after the rate.
        CheckConstraint(
            "(proposed_by_id = first_id "
            "AND second_limit_minutes = first_limit_minutes * second_minutes / first_minutes) "
            "OR (proposed_by_id = second_id "
            "AND first_limit_minutes = second_limit_minutes * first_minutes / second_minutes)",
            name="hours_agreement_limit_is_one",
        ),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="hours_agreement_words_are_short"),
        CheckConstraint(
            one_of("state", (ON, ENDED, PROPOSED, DECLINED, WITHDRAWN)), name="hours_agreement_state_is_known"
        ),
        CheckConstraint(
            "(state = 'proposed') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="hours_agreement_is_answered_once",
        ),
        CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL) "
            "AND (ended_at IS NULL) = (ended_by_id IS NULL) "
            "AND (ended_by_id IS NULL OR ended_by_id = first_id OR ended_by_id = second_id)",
            name="hours_agreement_is_ended_by_one",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Of the two communities the one with the smaller id.
    first_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    proposed_by_id: Mapped[int]
    #: So many minutes of the first are so many of the second.
    first_minutes: Mapped[int]
    second_minutes: Mapped[int]
    #: What either may owe the other, in the hours of each.
    first_limit_minutes: Mapped[int]
    second_limit_minutes: Mapped[int]
    #: A line about it, which stewards of both read.
    words: Mapped[str]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    #: When one of the two ended it, or accepted other terms instead.
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None]
    ended_by: Mapped[str | None]


class HoursAcross(Base):
    """Hours from a member of one community to a member of another: an entry in each book, under one key."""

    __tablename__ = "hours_across"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("given_entry_id"),
        UniqueConstraint("received_entry_id"),
        UniqueConstraint("given_reversal_id"),
        UniqueConstraint("received_reversal_id"),
        ForeignKeyConstraint(["giver_id", "giver_community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["receiver_id", "receiver_community_id"], ["member.id", "member.community_id"]),
        Index("hours_across_by_giver", "giver_id", "given_on"),
        Index("hours_across_by_receiver", "receiver_id", "received_on"),
        Index("hours_across_by_giving", "giver_community_id", "id"),
        Index("hours_across_by_receiving", "receiver_community_id", "id"),
        CheckConstraint("giver_community_id <> receiver_community_id", name="hours_across_is_between_two"),
        CheckConstraint(
            f"given_minutes BETWEEN 1 AND {MOST_MINUTES} AND received_minutes > 0",
            name="hours_across_is_bounded",
        ),
        # To the whole minute down.
        CheckConstraint(
            "rate_given > 0 AND rate_received > 0 "
            "AND received_minutes = given_minutes * rate_received / rate_given",
            name="hours_across_is_at_its_rate",
        ),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="hours_across_words_are_short"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="hours_across_key_is_short"),
        CheckConstraint(one_of("done_how", _HOWS), name="hours_across_done_how_is_known"),
        CheckConstraint(
            "(given_reversal_id IS NULL) = (received_reversal_id IS NULL) "
            "AND (given_reversal_id IS NULL) = (taken_back_at IS NULL) "
            "AND (given_reversal_id IS NULL) = (taken_back_by IS NULL) "
            "AND (given_reversal_id IS NULL) = (taken_back_by_id IS NULL) "
            "AND (given_reversal_id IS NULL) = (taken_back_because IS NULL)",
            name="hours_across_is_taken_back_whole",
        ),
        CheckConstraint(
            f"length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="hours_across_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("hours_agreement.id"))
    giver_community_id: Mapped[int]
    receiver_community_id: Mapped[int]
    giver_id: Mapped[int]
    receiver_id: Mapped[int]
    #: In the hours of the giver's community, and in those of the receiver's.
    given_minutes: Mapped[int]
    received_minutes: Mapped[int]
    #: So many minutes there were so many here, as the agreement said.
    rate_given: Mapped[int]
    rate_received: Mapped[int]
    #: The day it stands on in each book.
    given_on: Mapped[date]
    received_on: Mapped[date]
    #: A word of thanks; the receiver and officers of both read it.
    words: Mapped[str]
    #: The key of the form it came by, and of both entries.
    key: Mapped[str]
    done_at: Mapped[datetime]
    done_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: On whose behalf: the giver.
    done_member_id: Mapped[int | None]
    done_how: Mapped[str]
    given_entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    received_entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    given_reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    received_reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]
    #: By which of the two communities.
    taken_back_by_id: Mapped[int | None]
    taken_back_because: Mapped[str | None]


_IS_ON = """EXISTS (
             SELECT 1 FROM hours_agreement a WHERE a.id = NEW.agreement_id AND a.state = 'on' AND (
               (a.first_id = NEW.giver_community_id AND a.second_id = NEW.receiver_community_id
                AND a.first_minutes = NEW.rate_given AND a.second_minutes = NEW.rate_received)
               OR (a.second_id = NEW.giver_community_id AND a.first_id = NEW.receiver_community_id
                AND a.second_minutes = NEW.rate_given AND a.first_minutes = NEW.rate_received)))"""

#: Two communities have read the terms: what they read stays as it was, and what became of it is kept.
guarded(
    HoursAgreement,
    {
        "sqlite": [
            f"""CREATE TRIGGER hours_agreement_stays BEFORE UPDATE OF {", ".join(_TERMS)} ON hours_agreement
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END""",
            """CREATE TRIGGER hours_agreement_goes_on BEFORE UPDATE OF state ON hours_agreement
           WHEN NOT (OLD.state = NEW.state OR OLD.state = 'proposed'
             OR (OLD.state = 'on' AND NEW.state = 'ended'))
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END""",
            """CREATE TRIGGER hours_agreement_remains BEFORE DELETE ON hours_agreement
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER hours_agreement_stays BEFORE UPDATE OF {", ".join(_TERMS)} ON hours_agreement
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER hours_agreement_goes_on BEFORE UPDATE OF state ON hours_agreement
           FOR EACH ROW WHEN (NOT (OLD.state = NEW.state OR OLD.state = 'proposed'
             OR (OLD.state = 'on' AND NEW.state = 'ended')))
           EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER hours_agreement_remains BEFORE DELETE ON hours_agreement
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
#: Nothing crosses but by an agreement that holds, at its rate; and what crossed is never changed.
guarded(
    HoursAcross,
    {
        "sqlite": [
            f"""CREATE TRIGGER hours_across_by_agreement BEFORE INSERT ON hours_across
           WHEN NOT {_IS_ON}
           BEGIN SELECT RAISE(ABORT, 'hours_across_by_agreement'); END""",
            f"""CREATE TRIGGER hours_across_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON hours_across
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END""",
            """CREATE TRIGGER hours_across_remains BEFORE DELETE ON hours_across
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END""",
            """CREATE TRIGGER hours_across_back_once BEFORE UPDATE OF given_reversal_id, received_reversal_id
           ON hours_across WHEN OLD.given_reversal_id IS NOT NULL
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END""",
        ],
        "postgresql": [
            # Held first: an agreement does not end between the look and the act.
            f"""CREATE FUNCTION hours_across_by_agreement() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             PERFORM 1 FROM hours_agreement WHERE id = NEW.agreement_id FOR SHARE;
             IF NOT {_IS_ON} THEN
               RAISE EXCEPTION 'hours_across_by_agreement'
                 USING ERRCODE = '23514', CONSTRAINT = 'hours_across_by_agreement';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER hours_across_by_agreement BEFORE INSERT ON hours_across
           FOR EACH ROW EXECUTE FUNCTION hours_across_by_agreement()""",
            f"""CREATE TRIGGER hours_across_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON hours_across
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER hours_across_remains BEFORE DELETE ON hours_across
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER hours_across_back_once BEFORE UPDATE OF given_reversal_id, received_reversal_id
           ON hours_across FOR EACH ROW WHEN (OLD.given_reversal_id IS NOT NULL)
           EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
