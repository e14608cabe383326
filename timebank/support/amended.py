"""Which visits were amended, and what they became: each once, and each by one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.exchanges.models import Exchange
from timebank.support.amend_models import SupportAmended


def before(session: Session, *, exchange_id: int) -> list[int]:
    """Give the exchanges that this one stands for by now, the newest first; none where it amended none."""
    found, asked = list[int](), exchange_id
    while (was := _was(session, asked)) is not None:
        found.append(was)
        asked = was
    return found


def after(session: Session, *, exchange_id: int) -> int | None:
    """Give the exchange that amended this one; None where none did."""
    row = session.get(SupportAmended, exchange_id)
    return row.by_id if row else None


def as_it_is_now(session: Session, *, exchange: Exchange) -> Exchange:
    """Follow an exchange to what it was amended to; itself where it never was."""
    while (by_id := after(session, exchange_id=exchange.id)) is not None:
        exchange = session.get_one(Exchange, by_id)
    return exchange


def _was(session: Session, exchange_id: int) -> int | None:
    return session.scalar(select(SupportAmended.exchange_id).where(SupportAmended.by_id == exchange_id))
