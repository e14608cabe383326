"""Everything that a database holds, to be compared with what it holds later."""

from collections.abc import Collection
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import select
from sqlalchemy import text

import ledger
from timebank.db import Base
from timebank.db import db

#: The rows of each table, in order.
Rows = dict[str, list[tuple[Any, ...]]]

#: What is another one each time; moments, salts and hashes are told by their types.
_BY_CHANCE = frozenset(
    {
        *("password_hash", "message_id", "request", "token_hash", "code_hash", "guardian_token_hash"),
        *("locked_secret", "salt", "token"),
    }
)


def tables() -> list[Table]:
    """List every table of the program and of its ledger."""
    known: list[MetaData] = [ledger.metadata, Base.metadata]
    found = {table.name: table for metadata in known for table in metadata.sorted_tables}
    return [found[name] for name in sorted(found)]


def rows(app: Flask, *, of: Collection[str] = (), by_chance: bool = True) -> Rows:
    """Read all rows of all tables, or of some; ``by_chance=False`` leaves out moments, hashes and salts."""
    read: Rows = {}
    with app.app_context(), db.engine.connect() as connection:
        for table in tables():
            # What was tried is counted under hashes, also of tokens.
            if table.name in of or (not of and (by_chance or table.name != "tries")):
                columns = [one for one in table.columns if by_chance or not _is_by_chance(one)]
                found = connection.execute(select(*columns)) if columns else ()
                read[table.name] = sorted((tuple(row) for row in found), key=repr)
    return read


def marks(app: Flask) -> dict[str, str]:
    """Give a mark of every table, which is another one as soon as anything in any of its rows is.

    In place of `rows`, which takes many times as long, where it is only asked whether something changed.
    """
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return {table.name: _mark_of_sqlite(connection, table.name) for table in tables()}
        return {row[0]: row[1] for row in connection.execute(_MARKS_OF_POSTGRESQL)}


def _mark_of_sqlite(connection: Connection, table: str) -> str:
    # By the driver: nothing has to be made of what it reads. Rows that nobody touches keep their order.
    driver: Any = connection.connection.driver_connection
    found = driver.execute(f'SELECT * FROM "{table}"').fetchall()
    return sha256(repr(found).encode()).hexdigest()


#: All tables in one answer: a row as text holds each of its columns, quoted where that is needed.
_MARKS_OF_POSTGRESQL = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', coalesce(md5(string_agg(one, chr(10) ORDER BY one)), '') "
        f'FROM (SELECT CAST(t AS text) COLLATE "C" AS one FROM "{table.name}" AS t) AS every'
        for table in tables()
    )
)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name the tables that do not hold what they held."""
    return [name for name in after if after[name] != before.get(name)]


def _is_by_chance(column: Any) -> bool:
    kind = type(column.type).__name__
    return kind in {"Instant", "LargeBinary"} or column.name in _BY_CHANCE
