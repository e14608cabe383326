"""Compares tickets with the books; it never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults
from timebank.tickets.came_in_proof import CAME_IN

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "the tickets of member {0} that are good are worth {1}, and the books say {2}",
        # What Stripe has taken and not yet booked is worth nothing in the books so far.
        """WITH booked AS (
        SELECT s.id, s.community_id, s.member_id, o.face_minor FROM ticket_sale s
        JOIN ticket_offer o ON o.id = s.offer_id
        WHERE s.entry_id IS NOT NULL OR EXISTS (
            SELECT 1 FROM payment p JOIN stripe_movement m ON m.payment_id = p.id
            WHERE p.purpose = 'tickets' AND p.subject_id = s.id AND p.community_id = s.community_id
              AND p.oddity IS NULL AND m.kind IN ('charge', 'payment') AND m.entry_id IS NOT NULL)),
    good AS (
        SELECT b.community_id, b.member_id, sum(b.face_minor) AS worth FROM booked b
        JOIN ticket t ON t.sale_id = b.id
        WHERE t.gone IS NULL AND NOT EXISTS (
            SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
            WHERE u.ticket_id = t.id) AND NOT EXISTS (
            SELECT 1 FROM ticket_paid_use u JOIN ticket_paid p ON p.id = u.paid_id
            WHERE u.ticket_id = t.id AND p.reversal_id IS NULL)
        GROUP BY b.community_id, b.member_id),
    owed AS (
        SELECT a.book_id, a.code, sum(CASE WHEN a.id = t.credit_account_id THEN t.amount ELSE -t.amount END)
               AS balance
        FROM account a JOIN transfer t ON a.id IN (t.credit_account_id, t.debit_account_id)
        WHERE a.code LIKE 'tickets:%' GROUP BY a.book_id, a.code)
           SELECT m.id, coalesce(g.worth, 0), coalesce(w.balance, 0) FROM member m
           JOIN community c ON c.id = m.community_id
           LEFT JOIN good g ON g.member_id = m.id
           LEFT JOIN owed w ON w.book_id = c.book_id AND w.code = 'tickets:' || m.id
           WHERE coalesce(g.worth, 0) <> coalesce(w.balance, 0) ORDER BY m.id LIMIT 1""",
    ),
    (
        "booklet {0} has {1} tickets, and should have {2}",
        """SELECT s.id, count(t.id), CASE WHEN s.paid_on IS NULL THEN 0 ELSE o.tickets END FROM ticket_sale s
           JOIN ticket_offer o ON o.id = s.offer_id LEFT JOIN ticket t ON t.sale_id = s.id
           GROUP BY s.id, s.paid_on, o.tickets
           HAVING count(t.id) <> CASE WHEN s.paid_on IS NULL THEN 0 ELSE o.tickets END
           ORDER BY s.id LIMIT 1""",
    ),
    (
        "ticket {0} was used for two exchanges that both count, {1} and {2}",
        """SELECT t.number, min(u.exchange_id), max(u.exchange_id) FROM ticket t
           JOIN ticket_use u ON u.ticket_id = t.id
           JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
           GROUP BY t.id, t.number HAVING count(*) > 1 ORDER BY t.number LIMIT 1""",
    ),
    (
        "ticket {0} was used, and is gone all the same",
        """SELECT t.number FROM ticket t JOIN ticket_use u ON u.ticket_id = t.id
           JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
           WHERE t.gone IS NOT NULL ORDER BY t.number LIMIT 1""",
    ),
    (
        "booklet {0}: entry {1} does not book its {2} on its day",
        """SELECT s.id, s.entry_id, s.amount_minor FROM ticket_sale s
           JOIN community c ON c.id = s.community_id
           LEFT JOIN entry e ON e.id = s.entry_id AND e.book_id = c.book_id AND e.kind = 'tickets'
               AND e.posted_on = s.paid_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = s.amount_minor
               AND t.commodity = s.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE s.entry_id IS NOT NULL AND (coalesce(k.code, '') <> 'tickets:' || s.member_id
             OR coalesce(d.code, '') <> CASE WHEN s.way = 'cash' THEN 'cash:main' ELSE 'bank:main' END)
           ORDER BY s.id LIMIT 1""",
    ),
    (
        "money that went back for tickets of booklet {0}: entry {1} does not book its {2} on its day",
        """SELECT b.sale_id, b.entry_id, b.amount_minor FROM ticket_back b
           JOIN ticket_sale s ON s.id = b.sale_id JOIN community c ON c.id = b.community_id
           LEFT JOIN entry e ON e.id = b.entry_id AND e.book_id = c.book_id AND e.kind = 'tickets-back'
               AND e.posted_on = b.given_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = b.amount_minor
               AND t.commodity = s.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE coalesce(d.code, '') <> 'tickets:' || s.member_id
             OR coalesce(k.code, '') <> CASE WHEN b.way = 'cash' THEN 'cash:main' ELSE 'bank:main' END
           ORDER BY b.id LIMIT 1""",
    ),
    (
        "entry {0} sells tickets or gives money back for them, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN ticket_sale s ON s.entry_id = e.id
           LEFT JOIN ticket_back b ON b.entry_id = e.id
           WHERE (e.kind = 'tickets' AND s.id IS NULL) OR (e.kind = 'tickets-back' AND b.id IS NULL)
           ORDER BY e.id LIMIT 1""",
    ),
    (
        "booklet {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT s.id, s.entry_id, coalesce(r.id, 0) FROM ticket_sale s
           LEFT JOIN entry r ON r.reverses_id = s.entry_id
           WHERE s.entry_id IS NOT NULL AND coalesce(r.id, 0) <> coalesce(s.reversal_id, 0)
           ORDER BY s.id LIMIT 1""",
    ),
)


def check_tickets(session: Session) -> list[str]:
    """Prove that tickets and books agree in every community; name the first fault of each kind."""
    return first_faults(session, (*_QUESTIONS, *CAME_IN))
