"""Compares what was spent of funds with the books, and reports what does not agree; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "spending {0}: entry {1} does not take its {2} out of the fund {3} on its day",
        """SELECT s.id, s.entry_id, s.amount_minor, f.slug FROM fund_spending s
           JOIN fund f ON f.id = s.fund_id JOIN community c ON c.id = s.community_id
           LEFT JOIN entry e ON e.id = s.entry_id AND e.book_id = c.book_id AND e.kind = 'spending'
               AND e.posted_on = s.spent_on AND e.last_line = 2
           LEFT JOIN account a ON a.book_id = c.book_id AND a.code = 'fund:' || f.slug
               AND a.commodity = s.currency
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.debit_account_id = a.id
               AND t.amount = s.amount_minor
           WHERE t.entry_id IS NULL ORDER BY s.id LIMIT 1""",
    ),
    (
        "entry {0} spends money of a fund, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN fund_spending s ON s.entry_id = e.id
           WHERE e.kind = 'spending' AND s.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "spending {0} was taken back, and entry {1} does not reverse its entry {2}",
        """SELECT s.id, s.reversal_id, s.entry_id FROM fund_spending s
           LEFT JOIN entry r ON r.id = s.reversal_id AND r.reverses_id = s.entry_id
           WHERE s.reversal_id IS NOT NULL AND r.id IS NULL ORDER BY s.id LIMIT 1""",
    ),
    (
        "spending {0}: its entry {1} was reversed by entry {2}, and it does not say so",
        """SELECT s.id, s.entry_id, r.id FROM fund_spending s JOIN entry r ON r.reverses_id = s.entry_id
           WHERE s.reversal_id IS NULL ORDER BY s.id LIMIT 1""",
    ),
)


def check_funds(session: Session) -> list[str]:
    """Prove that spending and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
