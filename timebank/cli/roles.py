"""The two roles on PostgreSQL: one owns the tables, the other is the program's and may only use them."""

from typing import Any

import click
from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import ledger
from timebank.db import Base

_MAINTAIN = 170000  # the first version in which others than the owner may ANALYZE, as numbers tell it


#: Rows of these the program adds and never changes.
_ONLY_ADDED = frozenset({"audit_event"})


def role_apart(ours: str, owners: str) -> URL | None:
    """Give the program's address where its role is another than the owner's; None where they are one."""
    address, owner = ledger.normal_url(ours), ledger.normal_url(owners)
    if address.get_backend_name() != "postgresql" or address.username == owner.username:
        return None
    return address


def set_up(connection: Connection, address: URL) -> None:
    """Make the program's role where it is missing, and let it use the tables of which it owns none."""
    role = str(address.username)
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        _make(connection, role, address.password)
    allow(connection, role)


def allow(connection: Connection, role: str) -> None:
    """Grant a role what the program needs, and take from it what it does not."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    rights = "SELECT, INSERT, UPDATE, DELETE"
    if int(connection.scalar(text("SHOW server_version_num")) or 0) >= _MAINTAIN:
        rights += ", MAINTAIN"
    for table in Base.metadata.sorted_tables:
        connection.exec_driver_sql(f"REVOKE ALL ON {table.name} FROM {quoted}")
        granted = "SELECT, INSERT" if table.name in _ONLY_ADDED else rights
        connection.exec_driver_sql(f"GRANT {granted} ON {table.name} TO {quoted}")
        serial = text("SELECT pg_get_serial_sequence(:table, 'id')") if "id" in table.c else None
        sequence = connection.scalar(serial, {"table": table.name}) if serial is not None else None
        if sequence:
            connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {quoted}")
    ledger.grant(connection, role)


def _make(connection: Connection, role: str, password: Any) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    driver: Any = connection.connection.driver_connection
    hashed = ""
    if password:
        # Never the password itself: servers log statements that make roles.
        scram = driver.pgconn.encrypt_password(str(password).encode(), role.encode(), b"scram-sha-256")
        hashed = f" PASSWORD '{scram.decode()}'"
    try:
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN{hashed}")
    except ProgrammingError as refused:
        message = (
            f"The role {role} of DATABASE_URL does not exist, and MIGRATION_DATABASE_URL may not make it. "
            f"Make it with: CREATE ROLE {quoted} LOGIN PASSWORD '…'"
        )
        raise click.ClickException(message) from refused
