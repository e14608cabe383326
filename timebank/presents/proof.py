"""Compares presents of hours with the books, line by line, and reports what does not agree; never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "present {0}: entry {1} does not move its {2} minutes from its giver to its receiver on its day",
        """SELECT p.id, p.entry_id, p.minutes FROM present p JOIN community c ON c.id = p.community_id
           JOIN member g ON g.id = p.giver_id AND g.community_id = p.community_id
           JOIN member r ON r.id = p.receiver_id AND r.community_id = p.community_id
           LEFT JOIN entry e ON e.id = p.entry_id AND e.book_id = c.book_id AND e.kind = 'hours-given'
               AND e.posted_on = p.given_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.commodity = 'MIN' AND t.amount = p.minutes
               AND t.debit_account_id = g.account_id AND t.credit_account_id = r.account_id
           WHERE t.entry_id IS NULL ORDER BY p.id LIMIT 1""",
    ),
    (
        "present {0}: its giver had less, and stood at {1} after it",
        """SELECT p.id, t.debit_balance_after FROM present p
           JOIN transfer t ON t.entry_id = p.entry_id AND t.line = 1
           WHERE t.debit_balance_after < 0 ORDER BY p.id LIMIT 1""",
    ),
    (
        "present {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT p.id, p.entry_id, coalesce(r.id, 0) FROM present p
           LEFT JOIN entry r ON r.reverses_id = p.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(p.reversal_id, 0) ORDER BY p.id LIMIT 1""",
    ),
    (
        "entry {0} gives hours to a member, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN present p ON p.entry_id = e.id
           WHERE e.kind = 'hours-given' AND p.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
)


def check_presents(session: Session) -> list[str]:
    """Prove that presents and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
