"""The table of visits that a member has told of, and that wait for the other one's word about the money."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of
from timebank.exchanges.models import MINUTES_IN_A_DAY
from timebank.support.models import HOURS
from timebank.support.models import PAYS
from timebank.support.models import TAKES
from timebank.support.models import USUAL

#: Who told of it: whoever gave, or whoever received. The other one is asked.
BY_GIVER, BY_RECEIVER = "giver", "receiver"
#: Numbers of tickets as they are kept, with a space between two.
LONGEST_NUMBERS: Final = 1200


class SupportProposal(Base):
    """What a member wished about the money of a visit that they told of, until the other one has answered."""

    __tablename__ = "support_proposal"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        CheckConstraint(one_of("told_by", (BY_GIVER, BY_RECEIVER)), name="support_proposal_is_told_by_one"),
        CheckConstraint(one_of("pays", (HOURS, *PAYS)), name="support_proposal_pays_something_known"),
        CheckConstraint(one_of("takes", (USUAL, *TAKES)), name="support_proposal_takes_something_known"),
        # What somebody takes they say themselves.
        CheckConstraint(
            f"told_by = '{BY_GIVER}' OR (takes = '{USUAL}' AND thanked_minutes IS NULL)",
            name="support_proposal_takes_as_its_giver_says",
        ),
        CheckConstraint(
            f"paid_minutes BETWEEN 0 AND {MINUTES_IN_A_DAY} "
            f"AND thanked_minutes BETWEEN 0 AND {MINUTES_IN_A_DAY}",
            name="support_proposal_parts_fit_into_a_day",
        ),
        CheckConstraint("begins_minute BETWEEN 0 AND 1439", name="support_proposal_begins_on_its_day"),
        CheckConstraint("km >= 0", name="support_proposal_goes_somewhere"),
        CheckConstraint(
            f"length(numbers) <= {LONGEST_NUMBERS} AND (numbers = '' OR pays = 'tickets')",
            name="support_proposal_numbers_are_of_tickets",
        ),
        STRICT,
    )

    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    told_by: Mapped[str]
    pays: Mapped[str]
    takes: Mapped[str]
    #: So much of it with money, the rest with hours; None: all of it.
    paid_minutes: Mapped[int | None]
    thanked_minutes: Mapped[int | None]
    begins_minute: Mapped[int | None]
    km: Mapped[int]
    first: Mapped[bool]
    second: Mapped[bool]
    numbers: Mapped[str]
    #: When both had said what is theirs to say; until then nothing of it can be booked.
    answered_at: Mapped[datetime | None]


#: Whatever confirms an exchange: what waits for a word about money is not booked as hours alone.
guarded(
    SupportProposal,
    {
        "sqlite": [
            """CREATE TRIGGER exchange_waits_for_money BEFORE UPDATE OF state ON exchange
           WHEN NEW.state = 'confirmed' AND OLD.state <> 'confirmed' AND EXISTS (
             SELECT 1 FROM support_proposal WHERE exchange_id = NEW.id AND answered_at IS NULL)
           BEGIN SELECT RAISE(ABORT, 'exchange_waits_for_money'); END"""
        ],
        "postgresql": [
            """CREATE FUNCTION exchange_waits_for_money() RETURNS trigger LANGUAGE plpgsql
           AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM support_proposal WHERE exchange_id = NEW.id AND answered_at IS NULL) THEN
    RAISE EXCEPTION 'exchange_waits_for_money'
      USING ERRCODE = '23514', CONSTRAINT = 'exchange_waits_for_money';
  END IF;
  RETURN NEW;
END $$""",
            """CREATE TRIGGER exchange_waits_for_money BEFORE UPDATE OF state ON exchange
           FOR EACH ROW WHEN (NEW.state = 'confirmed' AND OLD.state <> 'confirmed')
           EXECUTE FUNCTION exchange_waits_for_money()""",
        ],
    },
)
