"""What the application's role may do with the books on PostgreSQL, and what a role may do beyond that.

Two roles keep the application from what only an owner may do: switch triggers off, change totals, empty
tables. It reads everything and inserts by columns; the functions that write for it run as the owner.
SQLite has no roles: there whoever opens the file owns it, and ``prove`` finds what was done.
"""

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.edge import connection_of
from ledger.schema import metadata

#: The columns that the application's role may fill. The others the database fills itself; entries and their
#: transfers, totals and seals come from functions only.
INSERTABLE = {
    "commodity": ("code", "scale"),
    "book": ("slug",),
    "period_event": ("book_id", "version", "kind", "closed_through", "actor", "reason"),
    "account": ("book_id", "code", "commodity", "type", "firm"),
    "account_event": (
        *("account_id", "version", "kind", "floor", "ceiling", "closed_on", "actor", "reason"),
    ),
}

_OWNS = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables)
      AND pg_has_role(current_user, c.relowner, 'MEMBER') ORDER BY 1
"""
_MAY = """
    SELECT c.relname, p.privilege FROM pg_class c
    CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p (privilege)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables)
      AND (has_table_privilege(c.oid, p.privilege)
           OR p.privilege = 'UPDATE' AND has_any_column_privilege(c.oid, 'UPDATE')) ORDER BY 1, 2
"""
_MAY_FILL = """
    SELECT c.relname, a.attname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables)
      AND has_column_privilege(c.oid, a.attnum, 'INSERT') ORDER BY 1, 2
"""


def grant(connection: Connection, role: str) -> None:
    """Let a role that is there read the books and post to them, and nothing else; on PostgreSQL only."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for table in metadata.tables:
        columns = ", ".join(INSERTABLE.get(table, ()))
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {quoted}")
        connection.exec_driver_sql(f"GRANT SELECT ON {table} TO {quoted}")
        if columns:
            connection.exec_driver_sql(f"GRANT INSERT ({columns}) ON {table} TO {quoted}")


def unguarded(session: Session | Connection) -> list[str]:
    """Say, a sentence each, what the connection's own role may do that the books' promises forbid.

    Also where its server does not wait for the disk. Nothing where the role was made by ``grant``. SQLite
    has no roles, so nothing is said there either.
    """
    connection = connection_of(session)
    if connection.dialect.name != "postgresql":
        return []
    return list(_found(connection))


def _found(connection: Connection) -> Iterator[str]:
    if connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off":
        yield "synchronous_commit is off: what is acknowledged may be lost when the server falls"
    tables = {"tables": list(metadata.tables)}
    owned = connection.execute(text(_OWNS), tables).scalars().all()
    if owned:
        yield f"the role owns {', '.join(owned)}, and can switch every promise off"
        return
    for table, privilege in connection.execute(text(_MAY), tables):
        yield f"the role may {privilege} on {table}"
    for table, column in connection.execute(text(_MAY_FILL), tables):
        if column not in INSERTABLE.get(table, ()):
            yield f"the role may fill {table}.{column}"
