"""Counting tries: one statement for each limit, so that those who try at once are all counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta

from sqlalchemy import case
from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.db import insert_into
from timebank.limits.models import Tries


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of one thing within so long, from the first of them on."""

    #: What is counted; names and addresses of people only as keyed hashes.
    key: str
    most: int
    within: timedelta
    #: Whether a success wipes the slate clean, or only takes its own try back.
    ends_with_success: bool = False


def count(session: Session, limits: Iterable[Limit], *, now: datetime) -> datetime | None:
    """Count a try; where it is one too many, tell from when on there may be another. The caller commits.

    A try that is refused is counted, too, but makes nobody wait longer: the window ends when it ends.
    """
    # Always in one order, so that two who count the same do not wait for each other.
    waits = [_count(session, limit, now) for limit in sorted(limits, key=lambda limit: limit.key)]
    return max((until for until in waits if until is not None), default=None)


def give_back(session: Session, limits: Iterable[Limit]) -> None:
    """Take back the try that has succeeded; the caller commits."""
    for limit in sorted(limits, key=lambda limit: limit.key):
        left = 0 if limit.ends_with_success else Tries.number - 1
        back = update(Tries).where(Tries.key == limit.key, Tries.number > 0).values(number=left)
        session.execute(back.execution_options(synchronize_session=False))


def forget_tries(session: Session, *, before: datetime) -> None:
    """Forget what has not counted since a moment."""
    over = delete(Tries).where(Tries.until < before)
    session.execute(over.execution_options(synchronize_session=False))


def _count(session: Session, limit: Limit, now: datetime) -> datetime | None:
    first = insert_into(session, Tries).values(key=limit.key, number=1, until=now + limit.within)
    is_over = Tries.until <= now
    counted = first.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "number": case((is_over, 1), else_=Tries.number + 1),
            "until": case((is_over, first.excluded.until), else_=Tries.until),
        },
    ).returning(Tries.number, Tries.until)
    number, until = session.execute(counted).one()
    return until if number > limit.most else None
