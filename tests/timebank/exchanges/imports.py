"""Files of older exchanges for tests, and what becomes of them."""

import io
from datetime import date
from pathlib import Path
from typing import IO
from typing import Any

from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from timebank.communities.models import Community
from timebank.exchanges.hours_file import open_hours_file
from timebank.exchanges.hours_import import ImportResult
from timebank.exchanges.hours_import import LinesRefused
from timebank.exchanges.hours_import import import_hours

TODAY = date(2026, 11, 23)
HEADER = "date,giver,receiver,hours,description,reference"


def a_file(*lines: str, header: str = HEADER) -> io.BytesIO:
    """Write lines under a header."""
    return io.BytesIO("".join(line + "\n" for line in (header, *lines)).encode())


def take_in(
    session: Session, community: Community, source: IO[bytes] | Path | str, **options: Any
) -> ImportResult:
    """Import a file, or a single line, with members created unless told otherwise."""
    asked = {"create_members": True, "waive_limits": False, "batch": None, "actor": SOMEBODY} | options
    whole = a_file(source) if isinstance(source, str) else source
    with open_hours_file(whole, today=TODAY) as file:
        return import_hours(session, community=community, file=file, **asked)


def refused(
    session: Session, community: Community, source: IO[bytes] | Path | str, **options: Any
) -> list[tuple[int, str, str]]:
    """Import a file that cannot be taken, and tell what was named: line, field and value."""
    nested = session.begin_nested()
    try:
        take_in(session, community, source, **options)
    except LinesRefused as refusal:
        nested.rollback()
        return [(bad.line_number, bad.field, bad.value) for bad in refusal.result.bad]
    raise AssertionError("every line was taken")
