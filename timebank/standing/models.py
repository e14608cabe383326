"""The tables of standing arrangements: what is arranged, and what was said of each of its days."""

from datetime import date
from datetime import datetime
from datetime import timedelta
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
from timebank.db import guarded
from timebank.db import one_of
from timebank.exchanges.models import MINUTES_IN_A_DAY
from timebank.rates.pricing import MOST_KM
from timebank.standing.rhythm import MONTHLY
from timebank.standing.rhythm import RHYTHMS
from timebank.standing.rhythm import Rhythm
from timebank.standing.rhythm import of_bits
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import TAKES
from timebank.support.models import TICKETS
from timebank.support.models import USUAL

LONGEST_WORDS = 200
LONGEST_REASON = 500
LONGEST_KEY = 300
#: How whoever receives pays, and what whoever gives takes.
SETTLED_BY: Final = (HOURS, BILL, TICKETS)
TAKEN_AS: Final = (HOURS, USUAL, *(one for one in TAKES if one != HOURS))


class Arrangement(Base):
    """Help that comes again and again; changed by ending it and beginning another, so that what was stays."""

    __tablename__ = "standing_arrangement"
    __table_args__ = (
        UniqueConstraint("id", "community_id"),
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("follows_id"),
        ForeignKeyConstraint(["giver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["receiver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["kind_id", "community_id"], ["help_kind.id", "help_kind.community_id"]),
        ForeignKeyConstraint(
            ["follows_id", "community_id"], ["standing_arrangement.id", "standing_arrangement.community_id"]
        ),
        Index("standing_arrangement_by_community", "community_id", "first_on"),
        Index("standing_arrangement_by_giver", "giver_id"),
        Index("standing_arrangement_by_receiver", "receiver_id"),
        CheckConstraint("giver_id <> receiver_id", name="standing_arrangement_has_two_members"),
        CheckConstraint(one_of("every", RHYTHMS), name="standing_arrangement_rhythm_is_known"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="standing_arrangement_falls_on_weekdays"),
        CheckConstraint(
            f"nths BETWEEN 0 AND 62 AND (nths > 0) = (every = '{MONTHLY}')",
            name="standing_arrangement_says_which_of_a_month",
        ),
        CheckConstraint("begins_minute BETWEEN 0 AND 1439", name="standing_arrangement_begins_on_its_day"),
        CheckConstraint(
            f"minutes BETWEEN 1 AND {MINUTES_IN_A_DAY}", name="standing_arrangement_fits_into_a_day"
        ),
        CheckConstraint(f"km BETWEEN 0 AND {MOST_KM}", name="standing_arrangement_goes_somewhere"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="standing_arrangement_words_are_few"),
        CheckConstraint(one_of("pays", SETTLED_BY), name="standing_arrangement_is_paid_by_something_known"),
        CheckConstraint(one_of("takes", TAKEN_AS), name="standing_arrangement_is_taken_as_something_known"),
        CheckConstraint("over_from >= first_on", name="standing_arrangement_begins_before_it_ends"),
        CheckConstraint(
            f"length(ended_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="standing_arrangement_ends_for_a_short_reason",
        ),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="standing_arrangement_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="standing_arrangement_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    giver_id: Mapped[int]
    receiver_id: Mapped[int]
    kind_id: Mapped[int | None]
    every: Mapped[str]
    #: Which weekdays, and which of them in a month, one bit for each; see ``rhythm``.
    weekdays: Mapped[int]
    nths: Mapped[int]
    #: In minutes of the day; None where it need not be said.
    begins_minute: Mapped[int | None]
    minutes: Mapped[int]
    #: Of the giver's way, there and back.
    km: Mapped[int]
    words: Mapped[str]
    pays: Mapped[str]
    takes: Mapped[str]
    first_on: Mapped[date]
    #: The first day on which it is no more; None: it goes on.
    over_from: Mapped[date | None]
    ended_because: Mapped[str | None]
    #: Which one was ended for it.
    follows_id: Mapped[int | None]
    key: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]

    @property
    def rhythm(self) -> Rhythm:
        """On which days it falls."""
        return Rhythm(
            every=self.every,
            weekdays=of_bits(self.weekdays),
            nths=of_bits(self.nths),
            first_on=self.first_on,
            over_from=self.over_from,
        )

    @property
    def last_on(self) -> date | None:
        """The last day on which it may fall; None: it goes on."""
        return None if self.over_from is None else self.over_from - timedelta(days=1)

    @property
    def is_for_hours(self) -> bool:
        """Nothing of it is paid for or thanked with money, whatever somebody usually takes."""
        return self.pays == self.takes == HOURS


class ArrangedDay(Base):
    """What was said of a day of an arrangement: it happened, as this exchange, or it did not.

    Rows are only ever added. The newest of a day counts; where its exchange was taken back since, the day
    is open again.
    """

    __tablename__ = "standing_day"
    __table_args__ = (
        UniqueConstraint("exchange_id"),
        ForeignKeyConstraint(
            ["arrangement_id", "community_id"],
            ["standing_arrangement.id", "standing_arrangement.community_id"],
        ),
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        Index("standing_day_by_arrangement", "arrangement_id", "worked_on", "id"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="standing_day_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    arrangement_id: Mapped[int]
    worked_on: Mapped[date]
    #: None: it did not happen.
    exchange_id: Mapped[int | None]
    said_at: Mapped[datetime]
    actor: Mapped[str]


#: What is never said of an arrangement any more once it was: sheets were printed by it, and signed.
_FACTS = (
    *("community_id", "giver_id", "receiver_id", "kind_id", "every", "weekdays", "nths", "begins_minute"),
    *("minutes", "km", "pays", "takes", "first_on", "follows_id", "key", "made_at", "actor"),
)
_CONFIRMED = """EXISTS (
                 SELECT 1 FROM standing_day d
                 JOIN exchange x ON x.id = d.exchange_id AND x.state = 'confirmed'
                 WHERE d.arrangement_id = NEW.arrangement_id AND d.worked_on = NEW.worked_on)"""
_OTHERS = """NEW.exchange_id IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM exchange x JOIN standing_arrangement a ON a.id = NEW.arrangement_id
                 WHERE x.id = NEW.exchange_id AND x.giver_id = a.giver_id
                   AND x.receiver_id = a.receiver_id AND x.worked_on = NEW.worked_on)"""

guarded(
    Arrangement,
    {
        "sqlite": [
            f"""CREATE TRIGGER standing_arrangement_stays BEFORE UPDATE OF {", ".join(_FACTS)}
           ON standing_arrangement
           BEGIN SELECT RAISE(ABORT, 'standing_arrangement_stays'); END""",
            """CREATE TRIGGER standing_arrangement_remains BEFORE DELETE ON standing_arrangement
           BEGIN SELECT RAISE(ABORT, 'standing_arrangement_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER standing_arrangement_stays BEFORE UPDATE OF {", ".join(_FACTS)}
           ON standing_arrangement
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER standing_arrangement_remains BEFORE DELETE ON standing_arrangement
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
#: A day is confirmed once, whoever types its sheet at one moment; and nobody takes back that it was said.
guarded(
    ArrangedDay,
    {
        "sqlite": [
            f"""CREATE TRIGGER standing_day_is_confirmed_once BEFORE INSERT ON standing_day
           WHEN {_CONFIRMED}
           BEGIN SELECT RAISE(ABORT, 'standing_day_is_confirmed_once'); END""",
            f"""CREATE TRIGGER standing_day_is_of_its_exchange BEFORE INSERT ON standing_day
           WHEN {_OTHERS}
           BEGIN SELECT RAISE(ABORT, 'standing_day_is_of_its_exchange'); END""",
            *(
                f"""CREATE TRIGGER standing_day_{how} BEFORE {what} ON standing_day
           BEGIN SELECT RAISE(ABORT, 'standing_day_stays'); END"""
                for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
            ),
        ],
        "postgresql": [
            # Held first: whoever else types the same sheet waits here, and then sees what became of it.
            f"""CREATE FUNCTION standing_day_is_confirmed_once() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             PERFORM 1 FROM standing_arrangement WHERE id = NEW.arrangement_id FOR UPDATE;
             IF {_CONFIRMED} THEN
               RAISE EXCEPTION 'standing_day_is_confirmed_once'
                 USING ERRCODE = '23514', CONSTRAINT = 'standing_day_is_confirmed_once';
             END IF;
             IF {_OTHERS} THEN
               RAISE EXCEPTION 'standing_day_is_of_its_exchange'
                 USING ERRCODE = '23514', CONSTRAINT = 'standing_day_is_of_its_exchange';
             END IF;
             RETURN NEW;
           END $$""",
            """CREATE TRIGGER standing_day_is_confirmed_once BEFORE INSERT ON standing_day
           FOR EACH ROW EXECUTE FUNCTION standing_day_is_confirmed_once()""",
            """CREATE TRIGGER standing_day_stays BEFORE UPDATE OR DELETE ON standing_day
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
