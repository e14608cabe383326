"""The table of presents: hours that one member gave to another without any help behind them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

LONGEST_WORDS = 500
LONGEST_REASON = 500
LONGEST_KEY = 300
#: Ten years of a whole working life, as for limits.
MOST_MINUTES = 6_000_000

_HOWS = ("web", "slip", "telephone", "in-person", "job", "cli", "demo")


class Present(Base):
    """Hours from one member to another, with a word of thanks; they stand in the books at once."""

    __tablename__ = "present"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["giver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["receiver_id", "community_id"], ["member.id", "member.community_id"]),
        Index("present_by_giver", "giver_id", "given_on"),
        Index("present_by_receiver", "receiver_id", "given_on"),
        CheckConstraint("giver_id <> receiver_id", name="present_is_for_somebody_else"),
        CheckConstraint(f"minutes BETWEEN 1 AND {MOST_MINUTES}", name="present_is_bounded"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="present_words_are_short"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="present_key_is_short"),
        CheckConstraint(one_of("done_how", _HOWS), name="present_done_how_is_known"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="present_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    giver_id: Mapped[int]
    receiver_id: Mapped[int]
    minutes: Mapped[int]
    #: The day it stands on in the books.
    given_on: Mapped[date]
    #: A word of thanks, which may be empty; both of them read it.
    words: Mapped[str]
    #: The key of the form it came by, and of its entry: a form saved twice gives once.
    key: Mapped[str]
    done_at: Mapped[datetime]
    done_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_member_id: Mapped[int | None]
    done_how: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(entry.c.id))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id))
    taken_back_because: Mapped[str | None]


#: Somebody gives what they have: after it they are not below zero.
_HAD = """EXISTS (
             SELECT 1 FROM transfer t JOIN member g ON g.account_id = t.debit_account_id
             WHERE t.entry_id = NEW.entry_id AND t.line = 1 AND g.id = NEW.giver_id
               AND t.debit_balance_after >= 0)"""
#: What was booked is never said anew; words can be erased, and it can be taken back.
_FACTS = ("community_id", "giver_id", "receiver_id", "minutes", "given_on", "key", "entry_id")

guarded(
    Present,
    {
        "sqlite": [
            f"""CREATE TRIGGER present_is_of_what_one_has BEFORE INSERT ON present
           WHEN NOT {_HAD}
           BEGIN SELECT RAISE(ABORT, 'present_is_of_what_one_has'); END""",
            f"""CREATE TRIGGER present_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON present
           BEGIN SELECT RAISE(ABORT, 'present_stays'); END""",
            """CREATE TRIGGER present_remains BEFORE DELETE ON present
           BEGIN SELECT RAISE(ABORT, 'present_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE FUNCTION present_is_of_what_one_has() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT {_HAD} THEN
               RAISE EXCEPTION 'present_is_of_what_one_has'
                 USING ERRCODE = '23514', CONSTRAINT = 'present_is_of_what_one_has';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER present_is_of_what_one_has BEFORE INSERT ON present
           FOR EACH ROW EXECUTE FUNCTION present_is_of_what_one_has()""",
            f"""CREATE TRIGGER present_stays BEFORE UPDATE OF {", ".join(_FACTS)} ON present
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER present_remains BEFORE DELETE ON present
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
