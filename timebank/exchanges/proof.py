"""Compares exchanges with the books, line by line, and reports what does not agree; it never repairs.

Asked in SQL of the tables as they are, as `ledger.prove` does, so that what is proved does not rest on
the code that wrote it.
"""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.orm import Session

from timebank.db import first_faults
from timebank.exchanges.sealing import words_digest

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "exchange {0}: entry {1}, line {2}, does not move its {3} minutes from its receiver to its giver",
        """SELECT x.id, x.entry_id, x.line, x.minutes
           FROM exchange x JOIN community k ON k.id = x.community_id
           LEFT JOIN member g ON g.id = x.giver_id AND g.community_id = x.community_id
           LEFT JOIN member r ON r.id = x.receiver_id AND r.community_id = x.community_id
           LEFT JOIN transfer t ON t.entry_id = x.entry_id AND t.line = x.line AND t.book_id = k.book_id
               AND t.commodity = 'MIN' AND t.amount = x.minutes
               AND t.credit_account_id = g.account_id AND t.debit_account_id = r.account_id
           LEFT JOIN entry e ON e.id = x.entry_id
           WHERE x.state IN ('confirmed', 'reversed') AND t.entry_id IS NULL
             AND coalesce(e.kind, '') <> 'visit' ORDER BY x.id LIMIT 1""",
    ),
    (
        "exchange {0} was on {2}, but entry {1} is posted on {3}",
        """SELECT x.id, e.id, x.worked_on, e.posted_on FROM exchange x JOIN entry e ON e.id = x.entry_id
           WHERE x.worked_on > e.posted_on OR (x.worked_on < e.posted_on AND NOT EXISTS (
               SELECT 1 FROM period_event p WHERE p.book_id = e.book_id
               AND p.closed_through >= x.worked_on AND p.closed_through < e.posted_on))
           ORDER BY x.id LIMIT 1""",
    ),
    (
        "exchange {0} is {1}, but its entry {2} was reversed by entry {3}",
        """SELECT x.id, x.state, x.entry_id, e.id FROM exchange x JOIN entry e ON e.reverses_id = x.entry_id
           WHERE x.state <> 'reversed' OR x.reversal_id <> e.id ORDER BY x.id LIMIT 1""",
    ),
    (
        "exchange {0} is reversed, but no entry reverses its entry {1}",
        """SELECT x.id, x.entry_id FROM exchange x
           LEFT JOIN entry e ON e.id = x.reversal_id AND e.reverses_id = x.entry_id
           WHERE x.state = 'reversed' AND e.id IS NULL ORDER BY x.id LIMIT 1""",
    ),
    (
        "exchange {0} is {1}, but has an entry in the books",
        """SELECT x.id, x.state FROM exchange x
           WHERE x.state NOT IN ('confirmed', 'reversed') AND x.entry_id IS NOT NULL ORDER BY x.id LIMIT 1""",
    ),
    (
        "exchange {0}: its entry {1}, line {2}, is that of exchange {3}, too",
        """SELECT max(x.id), x.entry_id, x.line, min(x.id) FROM exchange x WHERE x.entry_id IS NOT NULL
           GROUP BY x.entry_id, x.line HAVING count(*) > 1 ORDER BY x.entry_id, x.line LIMIT 1""",
    ),
    (
        "entry {0}, line {1}, moves hours between two members, but no exchange tells of it",
        """SELECT e.id, t.line FROM entry e JOIN transfer t ON t.entry_id = e.id
           JOIN member g ON g.account_id = t.credit_account_id
           JOIN member r ON r.account_id = t.debit_account_id
           LEFT JOIN exchange x ON x.entry_id = t.entry_id AND x.line = t.line
           WHERE e.kind IN ('exchange', 'import') AND x.id IS NULL ORDER BY e.id, t.line LIMIT 1""",
    ),
    (
        "member {0}: account {1} is not the account of this member's hours in the community's book",
        """SELECT m.id, m.account_id FROM member m JOIN community k ON k.id = m.community_id
           LEFT JOIN account a ON a.id = m.account_id AND a.book_id = k.book_id AND a.commodity = 'MIN'
               AND a.code = 'hours:member:' || CAST(m.id AS text)
           WHERE a.id IS NULL ORDER BY m.id LIMIT 1""",
    ),
)

_WORDS = """
    SELECT w.entry_id, w.salt, l.words, coalesce(x.description, p.words, g.words) AS said FROM sealed_words w
    LEFT JOIN seal_leaf l ON l.entry_id = w.entry_id LEFT JOIN exchange x ON x.entry_id = w.entry_id
    LEFT JOIN pool_transfer p ON p.entry_id = w.entry_id LEFT JOIN present g ON g.entry_id = w.entry_id
    ORDER BY w.entry_id, x.line
"""
#: How many rows are held at once.
_ROWS_AT_ONCE = 2_000


def check_exchanges(session: Session) -> list[str]:
    """Prove that exchanges and books agree in every community; name the first fault of each kind."""
    if session.get_bind().dialect.name == "postgresql":
        # Right after a large import the planner still believes that the tables are empty.
        session.execute(text("SET LOCAL enable_nestloop = off"))
    return [*first_faults(session, _QUESTIONS), *list(_faults_in_words(session))[:1]]


def _faults_in_words(session: Session) -> Iterator[str]:
    """Hash what people said about sealed entries anew; what was erased is not asked for."""
    with session.execute(text(_WORDS).execution_options(yield_per=_ROWS_AT_ONCE)) as rows:
        for entry_id, some in groupby(rows, key=lambda row: row.entry_id):
            lines = list(some)
            said = [row.said or "" for row in lines]
            if words_digest(lines[0].salt, said) != lines[0].words:
                yield f"entry {entry_id}: what is said about it is not what was sealed"


def count_exchanges(session: Session) -> tuple[int, int]:
    """Count what was proved: the communities, and the exchanges that stand in their books."""
    communities = session.execute(text("SELECT count(*) FROM community")).scalar_one()
    booked = session.execute(text("SELECT count(*) FROM exchange WHERE entry_id IS NOT NULL")).scalar_one()
    return communities, booked
