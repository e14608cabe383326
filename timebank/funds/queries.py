"""Finding funds, and telling how each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.funds.models import ENDED
from timebank.funds.models import Fund
from timebank.funds.models import FundEvent

#: What an entry is by which money leaves a fund for what it was given for.
SPENDING: Final = "spending"

_SPENT: Final = text("""
    SELECT a.code, a.commodity, sum(t.amount) AS spent
    FROM account a JOIN transfer t ON t.debit_account_id = a.id JOIN entry e ON e.id = t.entry_id
    WHERE a.book_id = :book AND a.code LIKE 'fund:%' AND e.kind = :kind
      AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses_id = e.id)
    GROUP BY a.code, a.commodity
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fund stands in one currency, in its smallest unit."""

    currency: str
    #: What came into it, less what went back to givers.
    given: int
    spent: int
    left: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A fund as the public page shows it."""

    fund: Fund
    standings: Sequence[Standing]
    #: Why what it is for has stopped; empty while it goes on.
    why_ended: str


def list_funds(session: Session, *, community: Community, ended: bool = False) -> Sequence[Fund]:
    """List a community's funds by name; those that have ended only where they are asked for."""
    found = select(Fund).where(Fund.community_id == community.id)
    if not ended:
        found = found.where(Fund.ended_on.is_(None))
    return session.scalars(found.order_by(Fund.ended_on.is_not(None), Fund.name)).all()


def find_fund(session: Session, *, community: Community, fund_id: int) -> Fund | None:
    """Find a fund of this community; another community's is not found."""
    return session.scalar(select(Fund).where(Fund.id == fund_id, Fund.community_id == community.id))


def show_funds(session: Session, *, community: Community) -> list[Shown]:
    """Tell of every fund what was given, what was spent, and what is left."""
    funds = list_funds(session, community=community, ended=True)
    lines = {(one.code, one.commodity): one for one in ledger.trial_balance(session, community.book_id)}
    spent = _spent(session, community)
    reasons = _reasons(session, community)
    shown = []
    for fund in funds:
        code = books.fund_code(fund.slug)
        standings = [
            _standing(line, spent.get((code, currency), 0))
            for (named, currency), line in sorted(lines.items())
            if named == code
        ]
        shown.append(Shown(fund, standings, reasons.get(fund.id, "") if fund.ended_on else ""))
    return shown


def _standing(line: ledger.TrialLine, spent: int) -> Standing:
    left = -line.balance
    return Standing(line.commodity, left + spent, spent, left)


def _spent(session: Session, community: Community) -> dict[tuple[str, str], int]:
    """Add up by account and currency what was spent, by entries that stand."""
    found = session.execute(_SPENT, {"book": community.book_id, "kind": SPENDING})
    return {(one.code, one.commodity): int(one.spent) for one in found}


def _reasons(session: Session, community: Community) -> dict[int, str]:
    found = (
        select(FundEvent.fund_id, FundEvent.words)
        .where(FundEvent.community_id == community.id, FundEvent.what == ENDED)
        .order_by(FundEvent.id)
    )
    return {one.fund_id: one.words or "" for one in session.execute(found)}
