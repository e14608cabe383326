"""What a database is made of, read from its own catalogue, and how two of them differ.

Alembic's comparison sees neither triggers nor functions nor STRICT, and these are what keeps the books.
"""

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import text

import ledger
from timebank.cli.roles import allow
from timebank.db import Base

#: Alembic's own table, which a freshly made database has not.
_NOT_OURS = "alembic_version"

_SQLITE = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> :not_ours"
_POSTGRESQL = (
    """
    SELECT 'column ' || c.relname || '.' || a.attname,
           concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), a.attacl)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
         ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
      AND c.relname <> :not_ours
    """,
    """
    SELECT 'table ' || relname, concat_ws(' ', reloptions, relacl) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v') AND relname <> :not_ours
    """,
    """
    SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid::regclass::text <> :not_ours
    """,
    """
    SELECT 'index ' || indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> :not_ours
    """,
    """
    SELECT 'trigger ' || tgrelid::regclass || '.' || tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(oid))
    FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text <> :not_ours
    """,
    """
    SELECT 'function ' || oid::regprocedure, concat_ws(' ', pg_get_functiondef(oid), proacl)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND :not_ours <> ''
    """,
)


def make_afresh(engine: Engine, *, role: str | None = None) -> None:
    """Make every table from the program's own words, as no migration did, and let ``role`` use them."""
    ledger.create_all(engine)
    Base.metadata.create_all(engine)
    if role is not None:
        with engine.begin() as connection:
            allow(connection, role)


def catalogue(connection: Connection) -> dict[str, str]:
    """Read what a database is made of: the definition of each part by its name."""
    queries = (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL
    found: dict[str, str] = {}
    for query in queries:
        rows = connection.execute(text(query), {"not_ours": _NOT_OURS})
        found.update({name: " ".join((definition or "").split()) for name, definition in rows})
    return found


def differences(migrated: Connection, fresh: Connection) -> Iterator[str]:
    """Name what the migrations make otherwise than the program expects."""
    has, wants = catalogue(migrated), catalogue(fresh)
    for name in sorted(has.keys() | wants.keys()):
        if name not in wants:
            yield f"{name} is left over from an older migration"
        elif name not in has:
            yield f"{name} is made by no migration"
        elif has[name] != wants[name]:
            yield f"{name} is, by the migrations, {has[name]}\n    and should be {wants[name]}"
