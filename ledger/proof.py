"""Recomputes the books from the transfers and reports what does not follow; it never repairs."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.creating import statements
from ledger.edge import connection_of
from ledger.seals import seal_faults

#: Every transfer twice, as each of its accounts sees it.
_SIDES = """
    SELECT debit_account_id AS account_id, debit_version AS version, -amount AS change,
           debit_balance_after AS after, moved_at, entry_id, line FROM transfer
    UNION ALL
    SELECT credit_account_id, credit_version, amount,
           credit_balance_after, moved_at, entry_id, line FROM transfer
"""

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "totals",
        "account {0}: its totals are {1} and {2} in {3} transfers, its transfers say {4} and {5} in {6}",
        f"""SELECT a.code, a.debits, a.credits, a.version,
                   coalesce(s.debits, 0), coalesce(s.credits, 0), coalesce(s.moves, 0)
            FROM account a LEFT JOIN (
                SELECT account_id, sum(CASE WHEN change < 0 THEN -change ELSE 0 END) AS debits,
                       sum(CASE WHEN change > 0 THEN change ELSE 0 END) AS credits, count(*) AS moves
                FROM ({_SIDES}) sides GROUP BY account_id) s ON s.account_id = a.id
            WHERE a.debits <> coalesce(s.debits, 0) OR a.credits <> coalesce(s.credits, 0)
               OR a.version <> coalesce(s.moves, 0)
            ORDER BY a.id LIMIT 1""",  # noqa: S608 (constants)
    ),
    (
        "versions",
        "entry {1}, line {2}: version {3} of account {0} does not follow, or its balance or moment",
        f"""SELECT account_id, entry_id, line, version FROM (
                SELECT account_id, entry_id, line, version, after, moved_at,
                       row_number() OVER run AS counted, sum(change) OVER run AS summed,
                       lag(moved_at) OVER run AS earlier
                FROM ({_SIDES}) sides WINDOW run AS (PARTITION BY account_id ORDER BY version)) s
            WHERE version <> counted OR after <> summed OR moved_at < earlier
            ORDER BY account_id, version LIMIT 1""",  # noqa: S608 (constants)
    ),
    (
        "entries",
        "entry {0} should have {1} lines and has {2}, the last of them line {3}",
        """SELECT e.id, e.last_line, coalesce(t.lines, 0), coalesce(t.last, 0)
           FROM entry e LEFT JOIN (SELECT entry_id, count(*) AS lines, max(line) AS last, min(line) AS first
                                   FROM transfer GROUP BY entry_id) t ON t.entry_id = e.id
           WHERE t.entry_id IS NULL OR t.lines <> e.last_line OR t.last <> e.last_line OR t.first <> 1
           ORDER BY e.id LIMIT 1""",
    ),
    (
        "books",
        "entry {0}, line {1}: its book, commodity or accounts do not belong together",
        """SELECT t.entry_id, t.line FROM transfer t
           LEFT JOIN entry e ON e.id = t.entry_id AND e.book_id = t.book_id
           LEFT JOIN account d
             ON d.id = t.debit_account_id AND d.book_id = t.book_id AND d.commodity = t.commodity
           LEFT JOIN account c
             ON c.id = t.credit_account_id AND c.book_id = t.book_id AND c.commodity = t.commodity
           LEFT JOIN book b ON b.id = t.book_id
           WHERE e.id IS NULL OR d.id IS NULL OR c.id IS NULL OR b.id IS NULL OR d.id = c.id OR t.amount <= 0
           ORDER BY t.entry_id, t.line LIMIT 1""",
    ),
    (
        "reversals",
        "entry {0} does not mirror entry {1}, which it reverses",
        """SELECT r.id, r.reverses_id
           FROM entry r LEFT JOIN entry e ON e.id = r.reverses_id AND e.book_id = r.book_id
           WHERE r.reverses_id IS NOT NULL
             AND (e.id IS NULL OR e.reverses_id IS NOT NULL OR e.last_line <> r.last_line OR EXISTS (
               SELECT 1 FROM transfer t LEFT JOIN transfer o
                 ON o.entry_id = e.id AND o.line = t.line AND o.amount = t.amount
                AND o.debit_account_id = t.credit_account_id AND o.credit_account_id = t.debit_account_id
               WHERE t.entry_id = r.id AND o.entry_id IS NULL)) ORDER BY r.id LIMIT 1""",
    ),
    (
        "reversed once",
        "entry {0} was reversed {1} times",
        """SELECT reverses_id, count(*) FROM entry WHERE reverses_id IS NOT NULL
           GROUP BY reverses_id HAVING count(*) > 1 ORDER BY reverses_id LIMIT 1""",
    ),
    (
        "keys",
        "the key {1} booked {2} times in book {0}",
        """SELECT book_id, key, count(*) FROM entry
           GROUP BY book_id, key HAVING count(*) > 1 ORDER BY book_id, key LIMIT 1""",
    ),
    (
        "events",
        "account {0}: its limits or its closing are not what its last event says",
        """SELECT a.code
           FROM account a LEFT JOIN account_event v ON v.account_id = a.id AND v.version = a.events
           LEFT JOIN (SELECT account_id, count(*) AS events FROM account_event GROUP BY account_id) n
             ON n.account_id = a.id
           WHERE v.version IS NULL OR n.events <> a.events OR coalesce(v.floor, 0) <> coalesce(a.floor, 0)
              OR (v.floor IS NULL) <> (a.floor IS NULL) OR coalesce(v.ceiling, 0) <> coalesce(a.ceiling, 0)
              OR (v.ceiling IS NULL) <> (a.ceiling IS NULL) OR (v.closed_on IS NULL) <> (a.closed_on IS NULL)
              OR v.closed_on <> a.closed_on ORDER BY a.id LIMIT 1""",
    ),
)

#: How a month is spelt from a day.
_MONTH = {
    "sqlite": "date({0}, 'start of month')",
    "postgresql": "CAST(date_trunc('month', {0}) AS date)",
}
_PERIODS = (
    "periods",
    "book {0}: what is closed is not what its last event says",
    """SELECT b.slug FROM book b LEFT JOIN period_event v ON v.book_id = b.id AND v.version = b.events
       LEFT JOIN (SELECT book_id, count(*) AS events FROM period_event GROUP BY book_id) n ON n.book_id = b.id
       WHERE coalesce(n.events, 0) <> b.events OR (v.closed_through IS NULL) <> (b.closed_through IS NULL)
          OR v.closed_through <> b.closed_through ORDER BY b.id LIMIT 1""",
)
_SNAPSHOTS = (
    "snapshots",
    "account {0}: the totals kept of the month of {1} are not those of its transfers",
    """SELECT account_id, month FROM (
           SELECT account_id, month, debits, credits FROM snapshot UNION ALL
           SELECT t.debit_account_id, {month}, -t.amount, 0 FROM transfer t
           JOIN entry e ON e.id = t.entry_id JOIN book b ON b.id = e.book_id
           WHERE e.posted_on <= b.snapshot_through UNION ALL
           SELECT t.credit_account_id, {month}, 0, -t.amount FROM transfer t
           JOIN entry e ON e.id = t.entry_id JOIN book b ON b.id = e.book_id
           WHERE e.posted_on <= b.snapshot_through) totals
       GROUP BY account_id, month HAVING sum(debits) <> 0 OR sum(credits) <> 0
       ORDER BY account_id, month LIMIT 1""",
)

_TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)")
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)(.*?)AS \$\$(.*)\$\$", re.DOTALL)


#: PostgreSQL tells a trigger as it was made, but for the case of letters.
_TRIGGERS_MADE = text(
    """SELECT pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = 'public'::regnamespace"""
)
_FUNCTIONS_MADE = text(
    """SELECT proname AS name, prosecdef AS runs_as_owner, proconfig AS path, prosrc AS body FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace"""
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was counted, and what was found wrong, the first thing of each question."""

    books: int
    accounts: int
    entries: int
    transfers: int
    seals: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def prove(session: Session | Connection, *, progress: Callable[[str], None] | None = None) -> Proof:
    """Recompute the books of the whole database from the transfers and compare everything with it.

    Reads every transfer a few times: for a nightly run, not for a page. ``progress`` is told the name
    of each question before it is asked. Run it in a reading transaction, so that it sees one moment.
    """
    connection = connection_of(session)
    faults: list[str] = []
    if connection.dialect.name == "postgresql":
        # Right after a large import the planner still believes that the tables are empty.
        connection.execute(text("SET LOCAL enable_nestloop = off"))
    month = _MONTH[connection.dialect.name].format("e.posted_on")
    for name, sentence, asked in (*_QUESTIONS, _PERIODS, _SNAPSHOTS):
        if progress is not None:
            progress(name)
        row = connection.execute(text(asked.replace("{month}", month))).first()
        if row is not None:
            faults.append(sentence.format(*row))
    if progress is not None:
        progress("seals")
    faults += seal_faults(connection)
    if progress is not None:
        progress("guards")
    faults += _GUARDS[connection.dialect.name](connection)
    books, accounts, entries, transfers, seals = [
        int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 (constants)
        for table in ("book", "account", "entry", "transfer", "seal")
    ]
    return Proof(books, accounts, entries, transfers, seals, tuple(faults))


def _guards_on_sqlite(connection: Connection) -> Iterator[str]:
    """Name the triggers that are missing or changed, and rows that foreign keys should have refused."""
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = {name: _squeezed(sql) for name, sql in connection.execute(query)}
    for statement in statements("sqlite"):
        match = _TRIGGER.search(statement)
        if match and there.get(match[1]) != _squeezed(statement[match.start() :]):
            yield f"the trigger {match[1]} is missing or is not as it was made"
    orphan = connection.execute(text("PRAGMA foreign_key_check")).first()
    if orphan is not None:
        yield f"a row of {orphan[0]} refers to a row of {orphan[2]} that is not there"


def _guards_on_postgresql(connection: Connection) -> Iterator[str]:
    """Name the triggers and functions that are missing, switched off, or not as they were made."""
    triggers = {_squeezed(made).lower() for made in connection.execute(_TRIGGERS_MADE).scalars()}
    functions = {
        row.name: (row.runs_as_owner, row.path, _squeezed(row.body))
        for row in connection.execute(_FUNCTIONS_MADE)
    }
    for statement in statements("postgresql"):
        function, trigger = _FUNCTION.search(statement), _TRIGGER.search(statement)
        if function:
            name, head, body = function.groups()
            path = ["search_path=public, pg_temp"] if "SET search_path = public, pg_temp" in head else None
            if functions.get(name) != ("SECURITY DEFINER" in head, path, _squeezed(body)):
                yield f"the function {name} is missing or is not as it was made"
        elif trigger and _squeezed(statement[trigger.start() :]).lower() not in triggers:
            yield f"the trigger {trigger[1]} is missing, switched off, or not as it was made"


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())


_GUARDS: dict[str, Callable[[Connection], Iterator[str]]] = {
    "sqlite": _guards_on_sqlite,
    "postgresql": _guards_on_postgresql,
}
