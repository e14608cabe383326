"""What is read of the journal: entries that were written, with their lines."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.journal.models import JournalEntry
from timebank.journal.models import JournalLine


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with its lines, in the order in which they were written."""

    entry: JournalEntry
    lines: Sequence[JournalLine]

    @property
    def amount_minor(self) -> int:
        """What one of its two sides comes to."""
        return sum(one.debit_minor for one in self.lines)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what was written, the newest first."""

    shown: Sequence[Written]
    #: Ask for the page before this one; None on the last.
    older: int | None


def list_written(session: Session, *, community: Community, before: int | None = None, limit: int) -> Page:
    """List what was written, by its day and the newest first; ``before`` is the id of the last one seen."""
    found = select(JournalEntry).where(JournalEntry.community_id == community.id)
    if before is not None and (last := find_written(session, community=community, journal_id=before)):
        at = last.entry.posted_on, last.entry.id
        found = found.where(tuple_(JournalEntry.posted_on, JournalEntry.id) < tuple_(*at))
    ordered = found.order_by(JournalEntry.posted_on.desc(), JournalEntry.id.desc()).limit(limit + 1)
    rows = session.scalars(ordered).all()
    lines = _lines(session, [one.id for one in rows[:limit]])
    shown = [Written(one, lines.get(one.id, ())) for one in rows[:limit]]
    return Page(shown, rows[limit - 1].id if len(rows) > limit else None)


def find_written(session: Session, *, community: Community, journal_id: int) -> Written | None:
    """Find what was written in this community; another's is not found."""
    row = session.scalar(
        select(JournalEntry).where(JournalEntry.id == journal_id, JournalEntry.community_id == community.id)
    )
    return None if row is None else Written(row, _lines(session, [row.id]).get(row.id, ()))


def _lines(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[JournalLine]]:
    found = dict[int, list[JournalLine]]()
    asked = select(JournalLine).where(JournalLine.journal_id.in_(ids))
    for one in session.scalars(asked.order_by(JournalLine.journal_id, JournalLine.line)):
        found.setdefault(one.journal_id, []).append(one)
    return found
