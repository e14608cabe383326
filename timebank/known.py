"""What a feature knows of a member: which rows those are, how they are told, and what is erased of them.

Each feature lists its own; `app` puts the lists together, and a test finds tables that nobody has listed.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.db import Base


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose data it is: a member, and the person who signs in as them, if somebody does."""

    community_id: int
    member_id: int
    #: Minus one for nobody: no row is about them.
    person_id: int = -1
    email: str = ""
    #: The person has a part nowhere else, so what is known of them as a person goes with the member.
    only_here: bool = False


#: Which rows are about somebody.
About = Callable[[Whom], ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Rows of one table that are about a member."""

    #: English, marked with N_, as everything here that people read.
    label: str
    table: type[Base]
    about: About
    #: What each column is called that is told.
    told: Mapping[str, str]
    #: What is told to nobody: numbers of our own, and what only the program can use.
    untold: frozenset[str]
    #: Lets go of what can be erased; None where all of it stays.
    erase: Callable[[Session, "Known", Whom], None] | None = None
    #: What stays after erasing, why, and until when; empty where nothing does.
    kept: str = ""

    def rows(self, session: Session, whom: Whom) -> Sequence[Any]:
        """Read the rows, the oldest first."""
        key = self.table.__table__.primary_key.columns  # type: ignore[attr-defined]
        return session.scalars(select(self.table).where(self.about(whom)).order_by(*key)).all()


def taken_away(session: Session, known: Known, whom: Whom) -> None:
    """Erase by taking the rows away."""
    gone = delete(known.table).where(known.about(whom))
    session.execute(gone.execution_options(synchronize_session=False))


def blotted(**values: Any) -> Callable[[Session, Known, Whom], None]:
    """Give what erases by writing over columns of the rows, which stay."""

    def blot(session: Session, known: Known, whom: Whom) -> None:
        over = update(known.table).where(known.about(whom)).values(**values)
        session.execute(over.execution_options(synchronize_session=False))

    return blot
