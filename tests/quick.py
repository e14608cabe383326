"""What every application and every engine of a run would work out anew, worked out once for all of them."""

from types import MethodType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

#: More statements than the program has.
_ROOM_FOR_STATEMENTS = 10_000


def remember_routes() -> None:
    """Parse a route's address, and compile what spells it, once for all applications.

    Each application has every route, and Werkzeug writes, parses and compiles two functions for each:
    that took most of a test that asks for `app`. They are bound to the application's own route.
    """
    compiled, known = Rule.compile, dict[object, _Route]()

    def remembered(self: Rule) -> None:
        kinds = tuple(self.map.converters.values())
        key = (self.rule, self.subdomain, self.host, self.map.host_matching, self.merge_slashes, kinds)
        if self.defaults or key not in known:
            compiled(self)
            if not self.defaults:
                known[key] = _Route(self)
        else:
            known[key].be(self)

    Rule.compile = remembered  # type: ignore[method-assign]


class _Route:
    """What Werkzeug knows of a route once it has parsed it."""

    def __init__(self, rule: Any) -> None:
        self._parts, self._trace = tuple(rule._parts), tuple(rule._trace)
        self._converters = dict(rule._converters)
        self._build, self._build_unknown = rule._build.__func__, rule._build_unknown.__func__

    def be(self, rule: Any) -> None:
        """Let another application's route, of the same address, know it, too."""
        rule._parts, rule._trace = list(self._parts), list(self._trace)
        rule._converters = dict(self._converters)
        rule.arguments.update(self._converters)
        rule._build = MethodType(self._build, rule)
        rule._build_unknown = MethodType(self._build_unknown, rule)


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
