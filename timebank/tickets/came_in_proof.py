"""What is asked of tickets that paid what was owed; ``timebank.tickets.proof`` asks it."""

from typing import Final

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
CAME_IN: Final[tuple[tuple[str, str], ...]] = (
    (
        "ticket {0} was used for a visit that counts, exchange {1}, and for what was owed, payment {2}",
        """SELECT t.number, u.exchange_id, p.id FROM ticket t
           JOIN ticket_use u ON u.ticket_id = t.id
           JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
           JOIN ticket_paid_use w ON w.ticket_id = t.id
           JOIN ticket_paid p ON p.id = w.paid_id AND p.reversal_id IS NULL
           ORDER BY t.number LIMIT 1""",
    ),
    (
        "ticket {0} was used for what was owed twice, payments {1} and {2}",
        """SELECT t.number, min(p.id), max(p.id) FROM ticket t JOIN ticket_paid_use w ON w.ticket_id = t.id
           JOIN ticket_paid p ON p.id = w.paid_id AND p.reversal_id IS NULL
           GROUP BY t.id, t.number HAVING count(*) > 1 ORDER BY t.number LIMIT 1""",
    ),
    (
        "ticket {0} has paid what was owed, and is gone all the same",
        """SELECT t.number FROM ticket t JOIN ticket_paid_use w ON w.ticket_id = t.id
           JOIN ticket_paid p ON p.id = w.paid_id AND p.reversal_id IS NULL
           WHERE t.gone IS NOT NULL ORDER BY t.number LIMIT 1""",
    ),
    (
        "payment {0} with tickets: entry {1} moves {2} by {3}, and its tickets say {4}",
        # Every account that it moves, and by how much: what it is credited, or debited below nought.
        """WITH wanted AS (
        SELECT p.id, p.entry_id, 'receivable:' || p.member_id AS code, p.amount_minor AS moved
        FROM ticket_paid p
        UNION ALL SELECT p.id, p.entry_id, 'tickets:' || s.member_id, -o.face_minor FROM ticket_paid p
                  JOIN ticket_paid_use w ON w.paid_id = p.id JOIN ticket t ON t.id = w.ticket_id
                  JOIN ticket_sale s ON s.id = t.sale_id JOIN ticket_offer o ON o.id = s.offer_id),
    there AS (
        SELECT p.id, p.entry_id, a.code, t.amount AS moved FROM ticket_paid p
        JOIN transfer t ON t.entry_id = p.entry_id AND t.commodity = p.currency
        JOIN account a ON a.id = t.credit_account_id
        UNION ALL SELECT p.id, p.entry_id, a.code, -t.amount FROM ticket_paid p
        JOIN transfer t ON t.entry_id = p.entry_id AND t.commodity = p.currency
        JOIN account a ON a.id = t.debit_account_id)
           SELECT id, entry_id, code, sum(is_there), sum(is_wanted) FROM (
               SELECT id, entry_id, code, moved AS is_there, 0 AS is_wanted FROM there
               UNION ALL SELECT id, entry_id, code, 0, moved FROM wanted) AS both_of_them
           GROUP BY id, entry_id, code HAVING sum(is_there) <> sum(is_wanted)
           ORDER BY id, code LIMIT 1""",
    ),
    (
        "payment {0} with tickets: entry {1} is no such entry of its community, or stands before its day",
        """SELECT p.id, p.entry_id FROM ticket_paid p JOIN community c ON c.id = p.community_id
           LEFT JOIN entry e ON e.id = p.entry_id AND e.book_id = c.book_id AND e.kind = 'tickets-pay'
               AND e.posted_on >= p.paid_on
           WHERE e.id IS NULL ORDER BY p.id LIMIT 1""",
    ),
    (
        "entry {0} pays with tickets what was owed, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN ticket_paid p ON p.entry_id = e.id
           WHERE e.kind = 'tickets-pay' AND p.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "payment {0} with tickets: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT p.id, p.entry_id, coalesce(r.id, 0) FROM ticket_paid p
           LEFT JOIN entry r ON r.reverses_id = p.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(p.reversal_id, 0) ORDER BY p.id LIMIT 1""",
    ),
)
