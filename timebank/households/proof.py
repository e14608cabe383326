"""Compares shares of households' hours with the books, and reports what does not agree; it never repairs.

Asked in SQL of the tables as they are, as `ledger.prove` does, so that what is proved does not rest on
the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "share {0}: entry {1} does not move its {2} minutes from household {3} to member {4} on its day",
        """SELECT s.id, s.entry_id, s.minutes, s.member_id, s.to_member_id FROM household_share s
           JOIN member h ON h.id = s.member_id AND h.community_id = s.community_id
           JOIN member o ON o.id = s.to_member_id AND o.community_id = s.community_id
           LEFT JOIN entry e ON e.id = s.entry_id AND e.kind = 'share' AND e.posted_on = s.settled_on
               AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.commodity = 'MIN' AND t.amount = s.minutes
               AND t.debit_account_id = h.account_id AND t.credit_account_id = o.account_id
           WHERE s.entry_id IS NOT NULL AND t.entry_id IS NULL ORDER BY s.id LIMIT 1""",
    ),
    (
        "share {0}: its entry {1} was reversed by entry {2}",
        """SELECT s.id, s.entry_id, e.id FROM household_share s JOIN entry e ON e.reverses_id = s.entry_id
           ORDER BY s.id LIMIT 1""",
    ),
    (
        "entry {0} moves a share of a household's hours, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN household_share s ON s.entry_id = e.id
           WHERE e.kind = 'share' AND s.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "share {0} is of member {1}, which is no household",
        """SELECT s.id, s.member_id FROM household_share s JOIN member h ON h.id = s.member_id
           WHERE h.kind <> 'household' ORDER BY s.id LIMIT 1""",
    ),
    (
        "exchange {0}: person {1} is said to have taken part for member {2}, and has never acted for it",
        """SELECT p.exchange_id, p.person_id, p.member_id FROM took_part p
           JOIN exchange x ON x.id = p.exchange_id
           WHERE p.member_id NOT IN (x.giver_id, x.receiver_id) OR NOT EXISTS (
               SELECT 1 FROM hand_event v WHERE v.member_id = p.member_id AND v.person_id = p.person_id)
           ORDER BY p.exchange_id LIMIT 1""",
    ),
)


def check_shares(session: Session) -> list[str]:
    """Prove that shares and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
