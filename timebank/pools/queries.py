"""Finding pools: how much is in each, their statements, and what they are to a member's statement."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import StatementLine
from timebank.communities.models import Community
from timebank.members.models import SELF
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import members_by_id
from timebank.pools.models import GIFT
from timebank.pools.models import Pool
from timebank.pools.models import PoolEvent
from timebank.pools.models import PoolTransfer
from timebank.pools.service import pool_hours


@dataclass(frozen=True, slots=True)
class PoolShown:
    """A pool and how much is in it."""

    pool: Pool
    minutes: int


@dataclass(frozen=True, slots=True)
class PoolTold:
    """One line of a pool's statement in the members' words."""

    line: StatementLine
    transfer: PoolTransfer
    #: Who gave, or was granted.
    member: Member
    #: Which member did it where it was not they themselves; None where it was no member.
    by: Member | None
    #: Why it was taken back; on the line that does.
    reason: str | None


@dataclass(frozen=True, slots=True)
class PoolStatement:
    """A page of a pool's statement, the newest line first."""

    lines: Sequence[PoolTold]
    #: Ask for the page before this version; None on the last one.
    older: int | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The gift or grant behind a line of a member's statement."""

    transfer: PoolTransfer
    pool: Pool


def find_pool(session: Session, *, community: Community, pool_id: int) -> Pool | None:
    """Find a pool of this community; another community's is not found."""
    return session.scalar(select(Pool).where(Pool.id == pool_id, Pool.community_id == community.id))


def find_transfer(session: Session, *, pool: Pool, transfer_id: int) -> PoolTransfer | None:
    """Find a gift or grant of this pool."""
    return session.scalar(
        select(PoolTransfer).where(PoolTransfer.id == transfer_id, PoolTransfer.pool_id == pool.id)
    )


def list_pools(session: Session, *, community: Community) -> list[PoolShown]:
    """List the pools by name, those that are closed last."""
    pools = select(Pool).where(Pool.community_id == community.id)
    ordered = pools.order_by(Pool.closed_on.is_not(None), Pool.name)
    return [PoolShown(pool, minutes_in(session, community, pool)) for pool in session.scalars(ordered)]


def open_pools(session: Session, *, community: Community) -> Sequence[Pool]:
    """List the pools that take and give, by name."""
    found = select(Pool).where(Pool.community_id == community.id, Pool.closed_on.is_(None))
    return session.scalars(found.order_by(Pool.name)).all()


def minutes_in(session: Session, community: Community, pool: Pool) -> int:
    """Tell how much is in a pool."""
    return ledger.balance(session, pool_hours(pool, community)).balance


def statement_of(
    session: Session, *, community: Community, pool: Pool, before: int | None = None, limit: int = 50
) -> PoolStatement:
    """Read a page of a pool's statement with what stands behind each line."""
    page = ledger.statement(session, pool_hours(pool, community), before=before, limit=limit)
    behind = behind_lines(session, page.lines)
    reasons = _reasons(session, [one.transfer.id for one in behind.values()])
    names = _Names(session, community, [one.transfer for one in behind.values()])
    lines = []
    for line in page.lines:
        transfer = behind[line.reverses_id or line.entry_id].transfer
        reason = reasons.get(transfer.id) if line.reverses_id is not None else None
        lines.append(PoolTold(line, transfer, *names.of(transfer), reason))
    return PoolStatement(lines, page.older)


def behind_lines(session: Session, lines: Iterable[StatementLine]) -> Mapping[int, Behind]:
    """Find the gifts and grants behind lines by their entries; a reversal's is that of what it reverses."""
    entries = {line.reverses_id or line.entry_id for line in lines}
    found = (
        select(PoolTransfer, Pool)
        .join(Pool, Pool.id == PoolTransfer.pool_id)
        .where(PoolTransfer.entry_id.in_(entries))
    )
    return {transfer.entry_id: Behind(transfer, pool) for transfer, pool in session.execute(found)}


def stands_between(
    session: Session, *, member: Member, first: date = date.min, last: date = date.max
) -> tuple[int, int]:
    """Add up what a member gave to pools and was granted from them between two days, both included.

    What was taken back does not count.
    """
    gift, stands = PoolTransfer.kind == GIFT, PoolTransfer.reversal_id.is_(None)
    between = and_(stands, PoolTransfer.done_on >= first, PoolTransfer.done_on <= last)
    sums = select(_sum(gift), _sum(~gift)).where(PoolTransfer.member_id == member.id, between)
    given, granted = session.execute(sums).one()
    return int(given), int(granted)


def through_pools(
    session: Session, *, community: Community, member: Member | None = None
) -> dict[int, tuple[int, int]]:
    """Add up, by member, what pools debited and credited their accounts; a reversal is on the other side."""
    gift, reversed_too = PoolTransfer.kind == GIFT, PoolTransfer.reversal_id.is_not(None)
    sums = select(PoolTransfer.member_id, _sum(gift | reversed_too), _sum(~gift | reversed_too))
    sums = sums.where(PoolTransfer.community_id == community.id).group_by(PoolTransfer.member_id)
    if member is not None:
        sums = sums.where(PoolTransfer.member_id == member.id)
    return {of: (int(debited), int(credited)) for of, debited, credited in session.execute(sums)}


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, PoolTransfer.minutes), else_=0)), 0)


def _reasons(session: Session, transfer_ids: Sequence[int]) -> dict[int | None, str | None]:
    events = select(PoolEvent.transfer_id, PoolEvent.reason).where(PoolEvent.transfer_id.in_(transfer_ids))
    return {one.transfer_id: one.reason for one in session.execute(events)}


class _Names:
    """The members whose gifts and grants are told, and those who entered them."""

    def __init__(self, session: Session, community: Community, transfers: Sequence[PoolTransfer]) -> None:
        people = {one.done_person_id for one in transfers} - {None}
        hands = select(Hand.person_id, Hand.member_id).where(
            Hand.person_id.in_(people), Hand.community_id == community.id, Hand.acts_as == SELF
        )
        self.selves = {one.person_id: one.member_id for one in session.execute(hands)}
        ids = {*(one.member_id for one in transfers), *self.selves.values()}
        self.members = members_by_id(session, community=community, ids=ids)

    def of(self, transfer: PoolTransfer) -> tuple[Member, Member | None]:
        """Tell whose it is, and who entered it where that was somebody else."""
        who = self.members.get(self.selves.get(transfer.done_person_id or 0, 0))
        whose = self.members[transfer.member_id]
        return whose, None if who is whose else who
