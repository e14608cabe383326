"""The table of visits that were amended."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded


class SupportAmended(Base):
    """A visit that was taken back and written down anew: which one it became. Rows are only ever added."""

    __tablename__ = "support_amended"
    __table_args__ = (
        ForeignKeyConstraint(["exchange_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        ForeignKeyConstraint(["by_id", "community_id"], ["exchange.id", "exchange.community_id"]),
        ForeignKeyConstraint(["exchange_id"], ["support_visit.exchange_id"]),
        ForeignKeyConstraint(["by_id"], ["support_visit.exchange_id"]),
        # Each becomes one, and each stands for one.
        UniqueConstraint("by_id"),
        CheckConstraint("by_id > exchange_id", name="support_amended_is_followed_by_a_later_one"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="support_amended_has_an_actor"),
        STRICT,
    )

    exchange_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_id: Mapped[int]
    community_id: Mapped[int]
    amended_at: Mapped[datetime]
    actor: Mapped[str]


guarded(
    SupportAmended,
    {
        "sqlite": [
            f"""CREATE TRIGGER support_amended_{how} BEFORE {what} ON support_amended
           BEGIN SELECT RAISE(ABORT, 'support_amended_stays'); END"""
            for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            """CREATE TRIGGER support_amended_stays BEFORE UPDATE OR DELETE ON support_amended
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
