"""What every application and every engine of a run would work out anew, worked out once for all of them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

#: More statements than the program has.
_ROOM_FOR_STATEMENTS = 10_000


def remember_builders() -> None:
    """Compile what spells a route's address once for all applications of a run.

    Each application has every route, and Werkzeug writes, parses and compiles two functions for each:
    that took most of a test that asks for `app`. They are bound to the application's own route.
    """
    compiled, known = Rule._compile_builder, dict[object, Callable[..., tuple[str, str]]]()

    def remembered(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return compiled(self, append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in known:
            known[key] = compiled(self, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


def remember_statements() -> None:
    """Compile a statement once for all engines, as a program does that has one engine.

    SQLAlchemy keeps what it has compiled for each engine, and for each engine's dialect, which tests have
    by the thousand: one for each database. The dialects of one kind are alike here, since all engines are
    made in the same way and speak to the same server.
    """
    statements = LRUCache[Any, Any](_ROOM_FOR_STATEMENTS)

    def share(_kind: type[DefaultDialect], engine: Engine) -> None:
        engine._compiled_cache = statements

    def is_alike(self: DefaultDialect, other: object) -> bool:
        return type(self) is type(other)

    def hashed(self: DefaultDialect) -> int:
        return hash(type(self))

    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.engine_created = classmethod(share)  # type: ignore[method-assign,assignment]
        kind.__eq__ = is_alike  # type: ignore[method-assign,assignment]
        kind.__hash__ = hashed  # type: ignore[method-assign,assignment]
