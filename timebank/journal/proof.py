"""Compares what treasurers wrote with the books, and reports what does not agree; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "journal {0}: entry {1} moves {2} by {3}, and its lines say {4}",
        """WITH wanted AS (
               SELECT j.id, j.entry_id, l.code, l.credit_minor - l.debit_minor AS moved
               FROM journal_entry j JOIN journal_line l ON l.journal_id = j.id),
           there AS (
               SELECT j.id, j.entry_id, a.code, t.amount AS moved FROM journal_entry j
               JOIN transfer t ON t.entry_id = j.entry_id JOIN account a ON a.id = t.credit_account_id
               UNION ALL SELECT j.id, j.entry_id, a.code, -t.amount FROM journal_entry j
               JOIN transfer t ON t.entry_id = j.entry_id JOIN account a ON a.id = t.debit_account_id)
           SELECT id, entry_id, code, sum(is_there), sum(is_wanted) FROM (
               SELECT id, entry_id, code, moved AS is_there, 0 AS is_wanted FROM there
               UNION ALL SELECT id, entry_id, code, 0, moved FROM wanted) AS both_of_them
           GROUP BY id, entry_id, code HAVING sum(is_there) <> sum(is_wanted)
           ORDER BY id, code LIMIT 1""",
    ),
    (
        "journal {0}: entry {1} is of another day, kind or book",
        """SELECT j.id, j.entry_id FROM journal_entry j JOIN community c ON c.id = j.community_id
           LEFT JOIN entry e ON e.id = j.entry_id AND e.book_id = c.book_id AND e.kind = 'journal'
               AND e.posted_on = j.posted_on
           WHERE e.id IS NULL ORDER BY j.id LIMIT 1""",
    ),
    (
        "entry {0} was written by hand, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN journal_entry j ON j.entry_id = e.id
           WHERE e.kind = 'journal' AND j.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "journal {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT j.id, j.entry_id, coalesce(r.id, 0) FROM journal_entry j
           LEFT JOIN entry r ON r.reverses_id = j.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(j.reversal_id, 0) ORDER BY j.id LIMIT 1""",
    ),
)


def check_journal(session: Session) -> list[str]:
    """Prove that journal and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
