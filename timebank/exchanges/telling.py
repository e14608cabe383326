"""What stands behind the lines of a statement, in the members' words."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import StatementLine
from timebank.between.queries import Crossed
from timebank.between.queries import behind_across
from timebank.exchanges.models import Exchange
from timebank.exchanges.took_part import who_took_part
from timebank.members.carrying import Carried
from timebank.members.carrying import carried_by_entry
from timebank.members.models import Member
from timebank.pools.models import Pool
from timebank.pools.queries import Behind
from timebank.pools.queries import behind_lines
from timebank.presents.models import Present
from timebank.presents.queries import presents_by_entry


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a member's statement in the members' words."""

    line: StatementLine
    #: None where the other account is no member's.
    other: Member | None
    exchange: Exchange | None
    #: The gift to a pool or the grant from one.
    behind: Behind | None = None
    #: That hours were carried over: the member was entered twice, or has left a household.
    carried: Carried | None = None
    #: Who of a household or an organisation it was whose statement this is; None where nobody said so.
    person_id: int | None = None
    #: The other one settled with money: no hours of theirs stand behind this line.
    kept: bool = False
    #: The hours that a member of another community was given, or gave.
    across: Crossed | None = None
    #: Hours that one member gave to another without help behind them.
    present: Present | None = None

    @property
    def description(self) -> str:
        """What it was for; empty where nothing was written."""
        if self.behind:
            return self.behind.transfer.words
        if self.across:
            return self.across.across.words
        if self.present:
            return self.present.words
        return self.exchange.description if self.exchange else ""

    @property
    def is_help(self) -> bool:
        """Whether somebody here helped somebody here; else hours only moved."""
        return not (self.behind or self.carried or self.across or self.present)

    @property
    def pool(self) -> Pool | None:
        """The pool on the other side; None where there is a member, or nobody."""
        return self.behind.pool if self.behind else None


def told(session: Session, lines: Sequence[StatementLine], *, member: Member | None = None) -> list[Told]:
    """Find who and what is behind each line of a member's; a reversal's are those of what it reverses."""
    accounts = {line.other_account_id for line in lines}
    members = {
        one.account_id: one for one in session.scalars(select(Member).where(Member.account_id.in_(accounts)))
    }
    # By entry alone: SQLite finds pairs of columns among values only by reading the whole table.
    entries = {line.reverses_id or line.entry_id for line in lines}
    found = session.scalars(select(Exchange).where(Exchange.entry_id.in_(entries))).all()
    exchanges = {(one.entry_id, one.line): one for one in found}
    # Of a visit with money in it several lines are about hours, some with no member behind them.
    count = Counter(one.entry_id for one in found)
    alone = {one.entry_id: one for one in found if count[one.entry_id] == 1}
    sides = _sides(session, lines, members, alone)
    behind, across = behind_lines(session, lines), behind_across(session, lines)
    carried = carried_by_entry(session, entries)
    presents = presents_by_entry(session, entries)
    ids = [one.id for one in exchanges.values()]
    people = who_took_part(session, member=member, exchange_ids=ids) if member else {}

    def tell(line: StatementLine) -> Told:
        entry_id = line.reverses_id or line.entry_id
        exchange, other = exchanges.get((entry_id, line.line)), members.get(line.other_account_id)
        exchange = exchange or alone.get(entry_id)
        kept = exchange is not None and other is None
        if exchange is not None and other is None:
            other = sides.get(_other_side(exchange, line))
        return Told(
            line,
            other,
            exchange,
            behind.get(entry_id),
            carried.get(line.entry_id),
            people.get(exchange.id) if exchange else None,
            kept,
            across.get(entry_id),
            presents.get(entry_id),
        )

    return [tell(line) for line in lines]


def _sides(
    session: Session,
    lines: Sequence[StatementLine],
    members: Mapping[int, Member],
    exchanges: Mapping[int | None, Exchange],
) -> dict[int, Member]:
    """Find who was on the other side of lines that have no member's account there, by member."""
    found = {
        _other_side(exchange, line)
        for line in lines
        if line.other_account_id not in members
        and (exchange := exchanges.get(line.reverses_id or line.entry_id)) is not None
    }
    if not found:
        return {}
    return {one.id: one for one in session.scalars(select(Member).where(Member.id.in_(found)))}


def _other_side(exchange: Exchange, line: StatementLine) -> int:
    """Tell who was on the other side of a line: what was taken back keeps the side it had."""
    gave = (line.change > 0) != (line.reverses_id is not None)
    return exchange.receiver_id if gave else exchange.giver_id
