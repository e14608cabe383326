"""What is read of arrangements: those of a month, what was said of their days, and a member's own."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy import Select
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from timebank import clock
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.standing.models import ArrangedDay
from timebank.standing.models import Arrangement

#: More arrangements than any group has that this is for.
MOST_LISTED = 500

_Giver, _Receiver = aliased(Member, name="giver"), aliased(Member, name="receiver")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOf:
    """A day on which something is arranged, and what was said of it."""

    day: date
    #: The exchange that it became; None: none, or it was taken back.
    exchange: Exchange | None = None
    #: Somebody said that it did not happen.
    did_not_happen: bool = False
    #: What it became was taken back since.
    was_taken_back: bool = False
    is_to_come: bool = False

    @property
    def is_confirmed(self) -> bool:
        """It is booked, and counts."""
        return self.exchange is not None

    @property
    def is_open(self) -> bool:
        """It is over, and nobody has said yet whether it happened."""
        return not (self.is_confirmed or self.did_not_happen or self.is_to_come)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """An arrangement with its two members and, where a month is asked for, its days."""

    what: Arrangement
    giver: Member
    receiver: Member
    kind: HelpKind | None
    days: Sequence[DayOf] = ()

    @property
    def confirmed(self) -> int:
        """On how many days it is confirmed."""
        return sum(one.is_confirmed for one in self.days)

    @property
    def missing(self) -> list[date]:
        """The days of which nobody has said yet whether it happened."""
        return [one.day for one in self.days if one.is_open]

    @property
    def left_out(self) -> int:
        """On how many days it did not happen."""
        return sum(one.did_not_happen for one in self.days)


def of_month(
    session: Session,
    *,
    community: Community,
    first: date,
    last: date,
    limit: int = MOST_LISTED,
) -> list[Arranged]:
    """List what is arranged in a month with its days, by who gives and who receives."""
    found = _told(community).where(
        Arrangement.first_on <= last,
        or_(Arrangement.over_from.is_(None), Arrangement.over_from > first),
    )
    rows = [row for row in session.execute(found.limit(limit)) if row[0].rhythm.days(first, last)]
    said = _said(session, [row[0].id for row in rows], first, last)
    today = clock.today(community.time_zone)
    return [
        Arranged(
            what=what,
            giver=giver,
            receiver=receiver,
            kind=kind,
            days=_days(what, said, first, last, today),
        )
        for what, giver, receiver, kind in rows
    ]


def find(session: Session, *, community: Community, arrangement_id: int) -> Arranged | None:
    """Find an arrangement of this community; another's is not found."""
    row = session.execute(_told(community).where(Arrangement.id == arrangement_id)).one_or_none()
    return Arranged(what=row[0], giver=row[1], receiver=row[2], kind=row[3]) if row else None


def days_of(
    session: Session, *, community: Community, arrangement: Arrangement, first: date, last: date
) -> list[DayOf]:
    """List the days of an arrangement from one to another, and what was said of each."""
    said = _said(session, [arrangement.id], first, last)
    return _days(arrangement, said, first, last, clock.today(community.time_zone))


def list_all(
    session: Session, *, community: Community, since: date, member: Member | None = None
) -> list[Arranged]:
    """List what goes on after a day, or is to begin; of one member where asked."""
    found = _told(community).where(or_(Arrangement.over_from.is_(None), Arrangement.over_from > since))
    found = found.where(or_(Arrangement.over_from.is_(None), Arrangement.over_from > Arrangement.first_on))
    if member is not None:
        found = found.where(or_(Arrangement.giver_id == member.id, Arrangement.receiver_id == member.id))
    return [
        Arranged(what=what, giver=giver, receiver=receiver, kind=kind)
        for what, giver, receiver, kind in session.execute(found.limit(MOST_LISTED))
    ]


def follower_of(session: Session, *, arrangement: Arrangement) -> int | None:
    """Give the id of what an arrangement was changed into; None where it was not."""
    return session.scalar(select(Arrangement.id).where(Arrangement.follows_id == arrangement.id))


def by_pair(found: Sequence[Arranged]) -> list[list[Arranged]]:
    """Put together what the same two have arranged: a sheet for each."""
    sheets: list[list[Arranged]] = [[one] for one in found[:1]]
    for before, one in pairwise(found):
        if (before.giver.id, before.receiver.id) == (one.giver.id, one.receiver.id):
            sheets[-1].append(one)
        else:
            sheets.append([one])
    return sheets


def rows_of(sheet: Sequence[Arranged]) -> list[tuple[date, int, Arrangement]]:
    """List every day of a sheet with the number of its arrangement on it, in the order in which they come."""
    found = [(day.day, number, one.what) for number, one in enumerate(sheet, 1) for day in one.days]
    return sorted(found, key=lambda row: (row[0], row[2].begins_minute or 0, row[1]))


# --- the leaves ---------------------------------------------------------------------------------------------


def _told(community: Community) -> Select[Arrangement, Member, Member, HelpKind | None]:
    return (
        select(Arrangement, _Giver, _Receiver, HelpKind)
        .join(_Giver, _Giver.id == Arrangement.giver_id)
        .join(_Receiver, _Receiver.id == Arrangement.receiver_id)
        .outerjoin(HelpKind, HelpKind.id == Arrangement.kind_id)
        .where(Arrangement.community_id == community.id)
        .order_by(
            *(_Giver.sort_key, _Giver.number, _Receiver.sort_key, _Receiver.number),
            *(Arrangement.first_on, Arrangement.id),
        )
    )


#: By arrangement and day.
_Said = dict[tuple[int, date], tuple[ArrangedDay, Exchange | None]]


def _said(session: Session, arrangements: Collection[int], first: date, last: date) -> _Said:
    rows = session.execute(
        select(ArrangedDay, Exchange)
        .outerjoin(Exchange, Exchange.id == ArrangedDay.exchange_id)
        .where(ArrangedDay.arrangement_id.in_(arrangements), ArrangedDay.worked_on.between(first, last))
        .order_by(ArrangedDay.id)
    )
    # The newest of a day counts.
    return {(one.arrangement_id, one.worked_on): (one, exchange) for one, exchange in rows}


def _days(what: Arrangement, said: _Said, first: date, last: date, today: date) -> list[DayOf]:
    return [
        _day(day, said.get((what.id, day)), is_to_come=day > today) for day in what.rhythm.days(first, last)
    ]


def _day(day: date, found: tuple[ArrangedDay, Exchange | None] | None, *, is_to_come: bool) -> DayOf:
    if found is None:
        return DayOf(day=day, is_to_come=is_to_come)
    _row, exchange = found
    if exchange is None:
        return DayOf(day=day, did_not_happen=True, is_to_come=is_to_come)
    stands = exchange.state == CONFIRMED
    return DayOf(
        day=day, exchange=exchange if stands else None, was_taken_back=not stands, is_to_come=is_to_come
    )
