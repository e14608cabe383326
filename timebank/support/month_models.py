"""The tables of closed months of paid support: who closed them, and what stands in them."""

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
from timebank.db import guarded


class SupportRule(Base):
    """How a community closes the months of paid support."""

    __tablename__ = "support_rule"
    __table_args__ = (STRICT,)

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: Who has looked at a month and who closes it are two.
    second_officer: Mapped[bool]


class SupportMonth(Base):
    """A month of paid support that somebody wants to close, or has closed: what it holds stays then."""

    __tablename__ = "support_month"
    __table_args__ = (
        UniqueConstraint("community_id", "month"),
        UniqueConstraint("id", "community_id"),
        CheckConstraint(
            "(asked_at IS NULL) = (asked_by IS NULL) AND length(asked_by) BETWEEN 1 AND 200",
            name="support_month_somebody_asked",
        ),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND length(closed_by) BETWEEN 1 AND 200",
            name="support_month_is_closed_by_somebody",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: Its first day.
    month: Mapped[date]
    #: The first of two officers has looked at it.
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class SupportSettled(Base):
    """A visit, an expense or a cancelled visit in a closed month; or, later, that it was taken back."""

    __tablename__ = "support_settled"
    __table_args__ = (
        ForeignKeyConstraint(
            ["month_id", "community_id"], ["support_month.id", "support_month.community_id"]
        ),
        ForeignKeyConstraint(["exchange_id"], ["support_visit.exchange_id"]),
        ForeignKeyConstraint(["expense_id"], ["support_expense.id"]),
        ForeignKeyConstraint(["cancelled_id"], ["support_cancelled.id"]),
        # Each stands in one month, and is taken back in one.
        UniqueConstraint("exchange_id", "back"),
        UniqueConstraint("expense_id", "back"),
        UniqueConstraint("cancelled_id", "back"),
        Index("support_settled_by_month", "month_id"),
        CheckConstraint(
            # One of them is there, and the other two are not.
            "coalesce(exchange_id, expense_id, cancelled_id) IS NOT NULL "
            "AND (exchange_id IS NULL OR expense_id IS NULL) "
            "AND (exchange_id IS NULL OR cancelled_id IS NULL) "
            "AND (expense_id IS NULL OR cancelled_id IS NULL)",
            name="support_settled_is_one_of_the_three",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    month_id: Mapped[int]
    exchange_id: Mapped[int | None]
    expense_id: Mapped[int | None]
    back: Mapped[bool]
    cancelled_id: Mapped[int | None]


#: What was closed is neither changed nor opened again.
_CLOSED: Final = "OLD.closed_at IS NOT NULL"
guarded(
    SupportMonth,
    {
        "sqlite": [
            f"""CREATE TRIGGER support_month_{how} BEFORE {what} ON support_month WHEN {_CLOSED}
           BEGIN SELECT RAISE(ABORT, 'support_month_is_closed'); END"""
            for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            f"""CREATE TRIGGER support_month_stays BEFORE UPDATE OR DELETE ON support_month
           FOR EACH ROW WHEN ({_CLOSED}) EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
guarded(
    SupportSettled,
    {
        "sqlite": [
            f"""CREATE TRIGGER support_settled_{how} BEFORE {what} ON support_settled
           BEGIN SELECT RAISE(ABORT, 'support_month_is_closed'); END"""
            for how, what in (("stays", "UPDATE"), ("remains", "DELETE"))
        ],
        "postgresql": [
            """CREATE TRIGGER support_settled_stays BEFORE UPDATE OR DELETE ON support_settled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"""
        ],
    },
)
