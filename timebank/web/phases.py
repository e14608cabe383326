"""Requests that read first: what takes long is done before the writing, and its lock, begins."""

from collections.abc import Callable
from typing import TypeVar

from flask import g

import ledger
from timebank.web.here import session

View = TypeVar("View", bound=Callable[..., object])

#: Views whose requests begin as reading ones, whatever their method.
READS_FIRST = "timebank_reads_first"


def reads_first(view: View) -> View:
    """Let a view's requests begin as reading ones; where it has to write, it says begin_writing()."""
    setattr(view, READS_FIRST, True)
    return view


def begin_writing() -> None:
    """End this request's reading and begin its writing; rows are read anew, and may have changed."""
    session().rollback()
    g.writes = True
    ledger.begin(session())
