"""Finding funds, and telling how each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.funds.models import ASKED
from timebank.funds.models import ENDED
from timebank.funds.models import GIVEN_UP
from timebank.funds.models import Fund
from timebank.funds.models import FundEvent
from timebank.funds.models import FundSpending
from timebank.funds.models import PurposeChange

#: How many lines of what was spent are shown of each fund.
SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fund stands in one currency, in its smallest unit."""

    currency: str
    #: What came into it, less what was given back while it went on.
    given: int
    spent: int
    left: int
    #: What of it is for something else now, as its givers agreed; and what came from other funds like that.
    went: int = 0
    came: int = 0
    #: What goes, or went, back to givers who did not agree to something else.
    back: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """That what a fund held is to be for something else, with both funds."""

    change: PurposeChange
    fund: Fund
    to_fund: Fund


@dataclass(frozen=True, slots=True)
class Shown:
    """A fund as the public page shows it."""

    fund: Fund
    standings: Sequence[Standing]
    #: What was spent on what, by what sort of thing it was, and line by line, the newest first.
    by_nature: Sequence[tuple[str, str, int]]
    spendings: Sequence[FundSpending]
    #: Why what it is for has stopped; empty while it goes on.
    why_ended: str
    #: What was decided about its money or what came into it, the newest first; without what was given up.
    changes: Sequence[Change]


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
    reasons, decided = _reasons(session, community), _changes(session, community)
    shown = []
    for fund in funds:
        code = books.fund_code(fund.slug)
        rows = [one for one in spent if one.fund_id == fund.id]
        changes = [one for one in decided if fund in (one.fund, one.to_fund)]
        standings = [
            _standing(line, fund, rows, changes)
            for (named, _currency), line in sorted(lines.items())
            if named == code
        ]
        why = reasons.get(fund.id, "") if fund.ended_on else ""
        shown.append(Shown(fund, standings, _by_nature(rows), rows[:SHOWN], why, changes))
    return shown


def open_change(session: Session, *, fund: Fund) -> PurposeChange | None:
    """Find what the givers of a fund are asked at the moment."""
    found = select(PurposeChange).where(PurposeChange.fund_id == fund.id, PurposeChange.state == ASKED)
    return session.scalar(found)


def find_change(session: Session, *, community: Community, change_id: int) -> Change | None:
    """Find what was decided about a fund of this community; another community's is not found."""
    return next(iter(_changes(session, community, PurposeChange.id == change_id)), None)


def _changes(session: Session, community: Community, *which: ColumnElement[bool]) -> list[Change]:
    """List what was decided about funds, the newest first."""
    to_fund = aliased(Fund)
    found = (
        select(PurposeChange, Fund, to_fund)
        .join(Fund, Fund.id == PurposeChange.fund_id)
        .join(to_fund, to_fund.id == PurposeChange.to_fund_id)
        .where(PurposeChange.community_id == community.id, *(which or (PurposeChange.state != GIVEN_UP,)))
        .order_by(PurposeChange.id.desc())
    )
    return [Change(*row) for row in session.execute(found)]


def _standing(
    line: ledger.TrialLine, fund: Fund, rows: Sequence[FundSpending], changes: Sequence[Change]
) -> Standing:
    left, currency = -line.balance, line.commodity
    spent = sum(one.amount_minor for one in rows if one.currency == currency)
    moved = [one for one in changes if one.change.currency == currency]
    went = sum(one.change.moved_minor for one in moved if one.fund is fund)
    came = sum(one.change.moved_minor for one in moved if one.to_fund is fund)
    back = sum(one.change.back_minor for one in moved if one.fund is fund)
    return Standing(currency, left + spent + went + back - came, spent, left, went, came, back)


def _spent(session: Session, community: Community) -> Sequence[FundSpending]:
    """List what was spent and stands, the newest first."""
    found = select(FundSpending).where(
        FundSpending.community_id == community.id, FundSpending.reversal_id.is_(None)
    )
    return session.scalars(found.order_by(FundSpending.spent_on.desc(), FundSpending.id.desc())).all()


def _by_nature(rows: Sequence[FundSpending]) -> list[tuple[str, str, int]]:
    """Add up by what sort of thing it was, the most first: nature, currency, amount."""
    sums: dict[tuple[str, str], int] = {}
    for one in rows:
        sums[one.nature, one.currency] = sums.get((one.nature, one.currency), 0) + one.amount_minor
    return sorted(((*what, amount) for what, amount in sums.items()), key=lambda one: (-one[2], one))


def _reasons(session: Session, community: Community) -> dict[int, str]:
    found = (
        select(FundEvent.fund_id, FundEvent.words)
        .where(FundEvent.community_id == community.id, FundEvent.what == ENDED)
        .order_by(FundEvent.id)
    )
    return {one.fund_id: one.words or "" for one in session.execute(found)}
