"""Writes many booked exchanges at once, by what each engine takes fastest; for imports."""

from collections.abc import Sequence
from datetime import date
from datetime import datetime
from typing import Any
from typing import NamedTuple

from sqlalchemy import Connection

import ledger
from timebank.actor import Actor
from timebank.exchanges.models import CONFIRMED

_COLUMNS = (
    "giver_id, receiver_id, minutes, worked_on, description, reference, entry_id, line, community_id, state, "
    "logged_at, logged_person_id, logged_member_id, logged_how"
)
_COPY = f"COPY exchange ({_COLUMNS}) FROM STDIN"
_INSERT = f"INSERT INTO exchange ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants


class BookedRow(NamedTuple):
    """An exchange that stands in the books, as its row begins."""

    giver_id: int
    receiver_id: int
    minutes: int
    worked_on: date
    description: str
    reference: str
    entry_id: int
    #: Which line of the entry it is.
    line: int


def write_booked(
    connection: Connection, rows: Sequence[BookedRow], *, community_id: int, logged_at: datetime, actor: Actor
) -> None:
    """Write exchanges that came from a file and whose entries stand already."""
    driver: Any = connection.connection.driver_connection
    moment = ledger.Instant().process_bind_param(logged_at, connection.dialect)
    same = (community_id, CONFIRMED, moment, actor.person_id, actor.member_id, "import")
    if connection.dialect.name == "sqlite":
        driver.executemany(_INSERT, [(*row[:3], row[3].isoformat(), *row[4:], *same) for row in rows])
        return
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row + same)
