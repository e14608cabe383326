"""What stands before and after the writing: long looks come first, small notes afterwards."""

from collections.abc import Callable
from typing import TypeVar

from flask import g
from sqlalchemy.orm import Session

import ledger
from timebank.web.here import session

View = TypeVar("View", bound=Callable[..., object])

#: Views whose requests begin as reading ones, whatever their method.
READS_FIRST = "timebank_reads_first"
#: Views that are called by other machines.
FROM_MACHINES = "timebank_from_machines"
#: Views whose forms bring a file, and how many bytes such a request may have.
TAKES_FILES = "timebank_takes_files"
_NOTES = "timebank_notes"


def reads_first(view: View) -> View:
    """Let a view's requests begin as reading ones; where it has to write, it says begin_writing()."""
    setattr(view, READS_FIRST, True)
    return view


def begin_writing() -> None:
    """End this request's reading and begin its writing; rows are read anew, and may have changed."""
    session().rollback()
    g.writes = True
    ledger.begin(session())


def leave_database() -> None:
    """End this request's reading, so that no transaction is open while another machine is asked.

    Until begin_writing() no row may be touched: take what is needed of them first.
    """
    session().rollback()


def from_machines(view: View) -> View:
    """Open a view to other machines: they send no form, and prove in another way who they are."""
    setattr(view, FROM_MACHINES, True)
    return reads_first(view)


def takes_files(most: int) -> Callable[[View], View]:
    """Let the forms of a view bring files of so many bytes, from whoever is signed in."""

    def mark(view: View) -> View:
        setattr(view, TAKES_FILES, most)
        return view

    return mark


def done() -> None:
    """Say that what was asked for is done, where the answer itself is the thing and leads nowhere else."""
    g.done = True


def afterwards(note: Callable[[Session], None]) -> None:
    """Have something small written once the answer is made, in a short transaction of its own.

    So a request that only reads may note that somebody was here, and one that is refused that it was.
    """
    g.setdefault(_NOTES, []).append(note)


def notes() -> list[Callable[[Session], None]]:
    """Take what is to be written now that the answer is made."""
    found: list[Callable[[Session], None]] = g.pop(_NOTES, [])
    return found
