"""Makes the tables, triggers and functions: what schema.py says and what stands in ``sql/``, in order."""

from importlib.resources import files
from itertools import chain

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import event

from ledger.schema import DOMAINS
from ledger.schema import account
from ledger.schema import entry
from ledger.schema import metadata
from ledger.schema import seal
from ledger.schema import transfer


def statements(dialect: str) -> list[str]:
    """Give the statements that follow the tables on this engine, in order."""
    source = files("ledger").joinpath("sql", f"{dialect}.sql").read_text(encoding="utf-8")
    return [part.strip() for part in source.split("\n--;\n")]


@event.listens_for(metadata, "before_create")
def _prepare_tables(
    _metadata: MetaData, connection: Connection, tables: list[Table] | None = None, **_: object
) -> None:
    # A key that SQLAlchemy once added by ALTER it leaves out of later CREATE TABLEs, where SQLite needs it.
    for key in chain.from_iterable([table.foreign_key_constraints for table in (account, entry, seal)]):
        key._create_rule = None  # noqa: SLF001 (it has no public way back)
    if tables is not None and transfer in tables and connection.dialect.name == "postgresql":
        for statement in DOMAINS:
            connection.exec_driver_sql(statement)


@event.listens_for(metadata, "after_create")
def _run_statements(
    _metadata: MetaData, connection: Connection, tables: list[Table] | None = None, **_: object
) -> None:
    if tables is not None and transfer in tables:
        for statement in statements(connection.dialect.name):
            # Straight to the driver, which would look for placeholders behind each % otherwise.
            connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]


def create_all(engine: Engine) -> None:
    """Make every table, trigger and function of the ledger in an empty database."""
    metadata.create_all(engine)
