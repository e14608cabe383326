"""Compares arrangements with the exchanges that their days became; it never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "arrangement {0} is confirmed {2} times for {1}",
        """SELECT d.arrangement_id, d.worked_on, count(*) FROM standing_day d
           JOIN exchange x ON x.id = d.exchange_id AND x.state = 'confirmed'
           GROUP BY d.arrangement_id, d.worked_on HAVING count(*) > 1
           ORDER BY d.arrangement_id, d.worked_on LIMIT 1""",
    ),
    (
        "arrangement {0} says that exchange {1} is its own, and that is between others or of another day",
        """SELECT d.arrangement_id, x.id FROM standing_day d
           JOIN standing_arrangement a ON a.id = d.arrangement_id
           JOIN exchange x ON x.id = d.exchange_id
           WHERE x.giver_id <> a.giver_id OR x.receiver_id <> a.receiver_id
              OR x.worked_on <> d.worked_on OR x.community_id <> a.community_id
           ORDER BY x.id LIMIT 1""",
    ),
)


def check_standing(session: Session) -> list[str]:
    """Tell the first fault of each kind; an empty list where all agrees."""
    return first_faults(session, _QUESTIONS)
