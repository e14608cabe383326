"""Compares records that were joined with the books, and reports what does not agree; it never repairs.

Asked in SQL of the tables as they are, as `ledger.prove` does, so that what is proved does not rest on
the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "member {0} was joined into {1}: entry {2} does not carry its {3} minutes over on its day",
        """SELECT s.member_id, s.kept_id, s.entry_id, s.minutes FROM same_as s
           JOIN member o ON o.id = s.member_id AND o.community_id = s.community_id
           JOIN member k ON k.id = s.kept_id AND k.community_id = s.community_id
           LEFT JOIN entry e ON e.id = s.entry_id AND e.kind = 'joined' AND e.posted_on = s.joined_on
               AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.commodity = 'MIN' AND t.amount = abs(s.minutes)
               AND t.debit_account_id = CASE WHEN s.minutes > 0 THEN o.account_id ELSE k.account_id END
               AND t.credit_account_id = CASE WHEN s.minutes > 0 THEN k.account_id ELSE o.account_id END
           WHERE s.entry_id IS NOT NULL AND t.entry_id IS NULL ORDER BY s.member_id LIMIT 1""",
    ),
    (
        "member {0} was joined into {1}, but their account {2} is not closed",
        """SELECT s.member_id, s.kept_id, o.account_id FROM same_as s JOIN member o ON o.id = s.member_id
           JOIN account a ON a.id = o.account_id
           WHERE a.closed_on IS NULL OR o.state <> 'left' ORDER BY s.member_id LIMIT 1""",
    ),
    (
        "member {0} was joined into {1}: the entry {2} that carries the balance was reversed by entry {3}",
        """SELECT s.member_id, s.kept_id, s.entry_id, e.id FROM same_as s
           JOIN entry e ON e.reverses_id = s.entry_id ORDER BY s.member_id LIMIT 1""",
    ),
    (
        "entry {0} carries a balance from one member to another, but no row tells that they are the same",
        """SELECT e.id FROM entry e LEFT JOIN same_as s ON s.entry_id = e.id
           WHERE e.kind = 'joined' AND s.member_id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "member {0} was joined into {1}, which was joined into {0} again by way of others",
        """WITH RECURSIVE way (first_id, at_id, steps) AS (
               SELECT member_id, kept_id, 1 FROM same_as
               UNION ALL SELECT w.first_id, s.kept_id, w.steps + 1 FROM way w
               JOIN same_as s ON s.member_id = w.at_id WHERE w.steps < 100 AND w.at_id <> w.first_id)
           SELECT w.first_id, s.kept_id FROM way w JOIN same_as s ON s.member_id = w.first_id
           WHERE w.at_id = w.first_id ORDER BY w.first_id LIMIT 1""",
    ),
)


def check_joined(session: Session) -> list[str]:
    """Prove that joined records and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
