"""The table of visits that were cancelled late or at the door: money only, for no hour of help took place."""

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

import ledger
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of
from timebank.rates.models import DOOR
from timebank.rates.models import GROUP
from timebank.rates.models import LATE
from timebank.rates.models import MEMBER
from timebank.support.models import LONGEST_KEY
from timebank.support.models import LONGEST_REASON
from timebank.support.models import MOST_MINOR

_ENTRY: Final = ledger.metadata.tables["entry"].c.id


class SupportCancelled(Base):
    """A visit that was agreed and cancelled too late, and what it comes to; it is no help, and no hours."""

    __tablename__ = "support_cancelled"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("entry_id"),
        ForeignKeyConstraint(["giver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["receiver_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["kind_id", "community_id"], ["help_kind.id", "help_kind.community_id"]),
        Index("support_cancelled_by_day", "community_id", "agreed_on"),
        Index("support_cancelled_by_giver", "giver_id"),
        Index("support_cancelled_by_receiver", "receiver_id"),
        CheckConstraint("giver_id <> receiver_id", name="support_cancelled_has_two_members"),
        CheckConstraint(one_of("how", (LATE, DOOR)), name="support_cancelled_how_is_known"),
        CheckConstraint(one_of("provider", (GROUP, MEMBER)), name="support_cancelled_provider_is_known"),
        CheckConstraint("begins_minute BETWEEN 0 AND 1439", name="support_cancelled_begins_on_its_day"),
        CheckConstraint(f"price_minor BETWEEN 1 AND {MOST_MINOR}", name="support_cancelled_costs_something"),
        CheckConstraint(
            "thanks_minor BETWEEN 0 AND price_minor AND (thanks_minor = 0 OR NOT thanks_left)",
            name="support_cancelled_thanks_are_of_the_price",
        ),
        CheckConstraint("length(currency) = 3", name="support_cancelled_currency_has_three_letters"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="support_cancelled_key_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_cancelled_has_an_actor"),
        CheckConstraint(
            "(reversal_id IS NULL) = (taken_back_because IS NULL) "
            f"AND length(taken_back_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="support_cancelled_is_taken_back_for_a_reason",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: Who was to help, and who was to be helped.
    giver_id: Mapped[int]
    receiver_id: Mapped[int]
    kind_id: Mapped[int | None]
    #: The day and the minute of it for which it was agreed.
    agreed_on: Mapped[date]
    begins_minute: Mapped[int]
    how: Mapped[str]
    rate_id: Mapped[int] = mapped_column(ForeignKey("support_rate.id"))
    provider: Mapped[str]
    currency: Mapped[str]
    price_minor: Mapped[int]
    thanks_minor: Mapped[int]
    #: Who was to help left the thanks to the group; they are no gift.
    thanks_left: Mapped[bool]
    key: Mapped[str]
    written_at: Mapped[datetime]
    actor: Mapped[str]
    entry_id: Mapped[int] = mapped_column(ForeignKey(_ENTRY))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey(_ENTRY))
    taken_back_because: Mapped[str | None]


#: What was booked stays; that it was taken back is written once.
_TAKEN_BACK: Final = ("reversal_id", "taken_back_because")
_FACTS: Final = ", ".join(
    column.name for column in SupportCancelled.__table__.columns if column.name not in _TAKEN_BACK
)
guarded(
    SupportCancelled,
    {
        "sqlite": [
            f"""CREATE TRIGGER support_cancelled_stays BEFORE UPDATE OF {_FACTS} ON support_cancelled
           BEGIN SELECT RAISE(ABORT, 'support_cancelled_stays'); END""",
            """CREATE TRIGGER support_cancelled_is_final BEFORE UPDATE ON support_cancelled
           WHEN OLD.reversal_id IS NOT NULL
           BEGIN SELECT RAISE(ABORT, 'support_cancelled_stays'); END""",
            """CREATE TRIGGER support_cancelled_remains BEFORE DELETE ON support_cancelled
           BEGIN SELECT RAISE(ABORT, 'support_cancelled_stays'); END""",
        ],
        "postgresql": [
            f"""CREATE TRIGGER support_cancelled_stays BEFORE UPDATE OF {_FACTS} ON support_cancelled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER support_cancelled_is_final BEFORE UPDATE ON support_cancelled
           FOR EACH ROW WHEN (OLD.reversal_id IS NOT NULL) EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER support_cancelled_remains BEFORE DELETE ON support_cancelled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        ],
    },
)
