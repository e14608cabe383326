"""The one home of Flask-SQLAlchemy: the base of every table, and what a broken constraint is called."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import UniqueConstraint
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session
from sqlalchemy.orm import registry
from sqlalchemy.schema import ExecutableDDLElement

from ledger import Day
from ledger import Flag
from ledger import Instant
from ledger import Whole

#: Text that is compared sign by sign on both engines, so that lists stand in one order everywhere.
Sorted = Text().with_variant(Text(collation="C"), "postgresql")

#: For ``__table_args__``: SQLite otherwise keeps any text in a column of numbers.
STRICT = {"sqlite_strict": True}


def one_of(column: str, values: Sequence[str]) -> str:
    """Say in SQL that a column holds one of these values; what is most frequent stands first.

    Spelt out, because SQLite builds an index of an IN list anew for every row that it judges: with
    three such rules an exchange took twice as long to write.
    """
    return " OR ".join([f"{column} = '{value}'" for value in values])


_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")


class Base(DeclarativeBase):
    """What every table of the time bank derives from."""

    # Flask-SQLAlchemy builds another class over this one; they can share a registry, but no map of types.
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "pk": "pk_%(table_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "ck": "%(constraint_name)s",
            }
        ),
        type_annotation_map={int: Whole, str: Text, date: Day, datetime: Instant, bool: Flag},
    )


db = SQLAlchemy(model_class=Base)


def fresh_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Take ids for rows still to be written: an account's code holds its owner's id, so ids come first."""
    name = table.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        # One writer at a time, so nobody else can take them; such rows are never deleted.
        last = session.scalar(select(func.coalesce(func.max(Base.metadata.tables[name].c.id), 0))) or 0
        return list(range(last + 1, last + 1 + count))
    taken = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(session.scalars(taken, {"name": name, "count": count}))


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that can say what happens where the row is there already."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def first_faults(session: Session, questions: Sequence[tuple[str, str]]) -> list[str]:
    """Ask what must find no row, and tell the first row that each question finds, in its sentence."""
    found = [(sentence, session.execute(text(query)).first()) for sentence, query in questions]
    return [sentence.format(*row) for sentence, row in found if row is not None]


def guarded(table: type[Base], guards: Mapping[str, Sequence[str]]) -> None:
    """Make a table with its triggers: the statements of each engine, by its name."""
    for dialect, statements in guards.items():
        for statement in statements:
            # The driver takes it as it is: SQLAlchemy looks for placeholders behind each %.
            made: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table.__table__, "after_create", made.execute_if(dialect=dialect))


def violated(clash: IntegrityError) -> str | None:
    """Name the constraint that refused a row, the same on both engines; None where SQLite does not say.

    SQLite names the columns of a unique constraint, not the constraint, and says nothing of a foreign key.
    """
    diagnostics = getattr(clash.orig, "diag", None)
    if diagnostics is not None:
        name: str | None = diagnostics.constraint_name
        return name
    sentence = str(clash.orig)
    if found := _SQLITE_CHECK.search(sentence):
        return found[1]
    if found := _SQLITE_UNIQUE.search(sentence):
        return _unique_name(found[1])
    return None


def _unique_name(columns: str) -> str | None:
    """Find which unique constraint or index covers ``table.one, table.other``."""
    pairs = [pair.split(".") for pair in columns.split(", ")]
    table = Base.metadata.tables.get(pairs[0][0])
    if table is None:
        return None
    wanted = {pair[-1] for pair in pairs}
    return next((name for name, covered in _uniques(table) if covered == wanted), None)


def _uniques(table: Table) -> list[tuple[str, set[str]]]:
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    found = [(str(one.name), {column.name for column in one.columns}) for one in constraints]
    found += [(str(one.name), {column.name for column in one.columns}) for one in table.indexes if one.unique]
    return [*found, (str(table.primary_key.name), {column.name for column in table.primary_key.columns})]
