"""Compares gifts and grants with the books, line by line, and reports what does not agree; never repairs.

Asked in SQL of the tables as they are, as `ledger.prove` does, so that what is proved does not rest on
the code that wrote it.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "pool {0}: account {1} is not the account of this pool's hours in the community's book",
        """SELECT p.id, p.account_id FROM pool p JOIN community k ON k.id = p.community_id
           LEFT JOIN account a ON a.id = p.account_id AND a.book_id = k.book_id AND a.commodity = 'MIN'
               AND a.code = 'hours:pool:' || CAST(p.id AS text)
           WHERE a.id IS NULL ORDER BY p.id LIMIT 1""",
    ),
    (
        "pool {0}: its account {1} does not hold firm at zero",
        """SELECT p.id, a.id FROM pool p JOIN account a ON a.id = p.account_id
           WHERE NOT a.firm OR a.floor IS NULL OR a.floor <> 0 ORDER BY p.id LIMIT 1""",
    ),
    (
        "pool {0} and its account {1} do not agree on whether the pool is closed",
        """SELECT p.id, a.id FROM pool p JOIN account a ON a.id = p.account_id
           WHERE (p.closed_on IS NULL) <> (a.closed_on IS NULL) ORDER BY p.id LIMIT 1""",
    ),
    (
        "{1} {0}: entry {2} does not move its {3} minutes between its pool and its member on its day",
        """SELECT x.id, x.kind, x.entry_id, x.minutes FROM pool_transfer x
           JOIN pool p ON p.id = x.pool_id AND p.community_id = x.community_id
           JOIN member m ON m.id = x.member_id AND m.community_id = x.community_id
           LEFT JOIN entry e ON e.id = x.entry_id AND e.kind = 'pool-' || x.kind AND e.posted_on = x.done_on
               AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.commodity = 'MIN' AND t.amount = x.minutes
               AND t.debit_account_id = CASE x.kind WHEN 'gift' THEN m.account_id ELSE p.account_id END
               AND t.credit_account_id = CASE x.kind WHEN 'gift' THEN p.account_id ELSE m.account_id END
           WHERE t.entry_id IS NULL ORDER BY x.id LIMIT 1""",
    ),
    (
        "{1} {0}: its entry {2} was reversed by entry {3}, of which it does not tell",
        """SELECT x.id, x.kind, x.entry_id, e.id FROM pool_transfer x
           JOIN entry e ON e.reverses_id = x.entry_id
           WHERE x.reversal_id IS NULL OR x.reversal_id <> e.id ORDER BY x.id LIMIT 1""",
    ),
    (
        "{1} {0} is taken back, but no entry reverses its entry {2}",
        """SELECT x.id, x.kind, x.entry_id FROM pool_transfer x
           LEFT JOIN entry e ON e.id = x.reversal_id AND e.reverses_id = x.entry_id
           WHERE x.reversal_id IS NOT NULL AND e.id IS NULL ORDER BY x.id LIMIT 1""",
    ),
    (
        "entry {0} moves hours to or from a pool, but no gift or grant tells of it",
        """SELECT e.id FROM (
               SELECT t.entry_id FROM account a JOIN transfer t ON t.debit_account_id = a.id
               WHERE a.code LIKE 'hours:pool:%'
               UNION SELECT t.entry_id FROM account a JOIN transfer t ON t.credit_account_id = a.id
               WHERE a.code LIKE 'hours:pool:%') moved
           JOIN entry e ON e.id = moved.entry_id LEFT JOIN pool_transfer x ON x.entry_id = e.id
           WHERE e.reverses_id IS NULL AND x.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "entry {0} is called a gift or a grant, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN pool_transfer x ON x.entry_id = e.id
           WHERE e.kind IN ('pool-gift', 'pool-grant') AND x.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
)


def check_pools(session: Session) -> list[str]:
    """Prove that pools and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)


def count_transfers(session: Session) -> int:
    """Count the gifts and grants that were proved."""
    found: int = session.execute(text("SELECT count(*) FROM pool_transfer")).scalar_one()
    return found
