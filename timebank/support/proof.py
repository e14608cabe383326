"""Compares visits that are paid for, and what members paid, with the books; it never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults
from timebank.support.cancelled_proof import CANCELLED
from timebank.support.online_proof import ONLINE

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "entry {0} moves {1} by {2}, and its visit says {3}",
        # Every account that a visit moves, and by how much: what it is credited, or debited below nought.
        """WITH visit AS (
        SELECT v.*, x.entry_id, x.giver_id, x.receiver_id, x.minutes
        FROM support_visit v JOIN exchange x ON x.id = v.exchange_id WHERE x.entry_id IS NOT NULL),
    wanted AS (
        SELECT entry_id, 'hours:member:' || giver_id AS code, minutes - thanked_minutes AS moved FROM visit
        UNION ALL SELECT entry_id, 'hours:member:' || receiver_id, paid_minutes - minutes FROM visit
        UNION ALL SELECT entry_id, 'hours:kept', thanked_minutes - paid_minutes FROM visit
        UNION ALL SELECT entry_id, 'receivable:' || receiver_id, tickets_minor + prepaid_minor - price_minor
                  FROM visit
        UNION ALL SELECT v.entry_id, 'prepaid:' || u.member_id, -u.amount_minor FROM visit v
                  JOIN prepaid_use u ON u.exchange_id = v.exchange_id
        UNION ALL SELECT v.entry_id, 'tickets:' || s.member_id, -o.face_minor FROM visit v
                  JOIN ticket_use u ON u.exchange_id = v.exchange_id JOIN ticket t ON t.id = u.ticket_id
                  JOIN ticket_sale s ON s.id = t.sale_id JOIN ticket_offer o ON o.id = s.offer_id
        UNION ALL SELECT entry_id, 'payable:' || giver_id, thanks_minor + way_minor FROM visit
        UNION ALL SELECT entry_id, 'support', price_minor FROM visit WHERE provider = 'group'
        UNION ALL SELECT entry_id, 'support', price_minor - direct_minor FROM visit
                  WHERE provider = 'member'
        UNION ALL SELECT entry_id, 'expenses:support:thanks', -thanks_minor FROM visit
                  WHERE provider = 'group'
        UNION ALL SELECT entry_id, 'expenses:support:travel', -way_minor FROM visit
                  WHERE provider = 'group'
        UNION ALL SELECT entry_id, 'expenses:support:thanks', direct_minor - thanks_minor - way_minor
                  FROM visit WHERE provider = 'member'
        UNION ALL SELECT entry_id, 'fund:hours-kept', to_fund_minor - from_fund_minor FROM visit
        UNION ALL SELECT entry_id, 'general', from_fund_minor - to_fund_minor FROM visit),
    there AS (
        SELECT t.entry_id, a.code, t.amount AS moved FROM transfer t
        JOIN account a ON a.id = t.credit_account_id WHERE t.entry_id IN (SELECT entry_id FROM visit)
        UNION ALL SELECT t.entry_id, a.code, -t.amount FROM transfer t
        JOIN account a ON a.id = t.debit_account_id WHERE t.entry_id IN (SELECT entry_id FROM visit))
           SELECT entry_id, code, sum(is_there), sum(is_wanted) FROM (
               SELECT entry_id, code, moved AS is_there, 0 AS is_wanted FROM there
               UNION ALL SELECT entry_id, code, 0, moved FROM wanted) AS both_of_them
           GROUP BY entry_id, code HAVING sum(is_there) <> sum(is_wanted)
           ORDER BY entry_id, code LIMIT 1""",
    ),
    (
        "exchange {0} is paid with tickets of {1}, and says {2}",
        """SELECT v.exchange_id, coalesce(sum(o.face_minor), 0), v.tickets_minor FROM support_visit v
           LEFT JOIN ticket_use u ON u.exchange_id = v.exchange_id LEFT JOIN ticket t ON t.id = u.ticket_id
           LEFT JOIN ticket_sale s ON s.id = t.sale_id LEFT JOIN ticket_offer o ON o.id = s.offer_id
           GROUP BY v.exchange_id, v.tickets_minor
           HAVING coalesce(sum(o.face_minor), 0) <> v.tickets_minor ORDER BY v.exchange_id LIMIT 1""",
    ),
    (
        "entry {0} books a visit that is paid for, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN exchange x ON x.entry_id = e.id
           LEFT JOIN support_visit v ON v.exchange_id = x.id
           WHERE e.kind = 'visit' AND v.exchange_id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "exchange {0} is a visit that is paid for, but no entry books it as one",
        """SELECT v.exchange_id FROM support_visit v JOIN exchange x ON x.id = v.exchange_id
           LEFT JOIN entry e ON e.id = x.entry_id AND e.kind = 'visit'
           WHERE e.id IS NULL ORDER BY v.exchange_id LIMIT 1""",
    ),
    (
        "expense {0}: entry {1} does not book its {2} as owed to whoever gave",
        """SELECT p.id, p.entry_id, p.amount_minor FROM support_expense p
           JOIN community c ON c.id = p.community_id JOIN exchange x ON x.id = p.exchange_id
           LEFT JOIN entry e ON e.id = p.entry_id AND e.book_id = c.book_id AND e.kind = 'support-expense'
               AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = p.amount_minor
               AND t.commodity = p.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE p.state = 'booked' AND (
               coalesce(k.code, '') <> 'payable:' || x.giver_id
               OR coalesce(d.code, '') <> CASE WHEN p.borne_by = 'receiver'
                   THEN 'receivable:' || x.receiver_id ELSE 'expenses:support:outlays' END)
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "month {0} is closed, and line {1} of it was settled before, or is not taken back in the books",
        """SELECT m.month, s.id FROM support_settled s JOIN support_month m ON m.id = s.month_id
           LEFT JOIN exchange x ON x.id = s.exchange_id LEFT JOIN support_expense p ON p.id = s.expense_id
           LEFT JOIN support_cancelled v ON v.id = s.cancelled_id
           WHERE m.closed_at IS NULL OR (s.back AND (
               coalesce(x.state, 'reversed') <> 'reversed' OR (p.id IS NOT NULL AND p.reversal_id IS NULL)
               OR (v.id IS NOT NULL AND v.reversal_id IS NULL)
               OR NOT EXISTS (SELECT 1 FROM support_settled b JOIN support_month e ON e.id = b.month_id
                              WHERE NOT b.back AND e.month < m.month
                                AND (b.exchange_id = s.exchange_id OR b.expense_id = s.expense_id
                                     OR b.cancelled_id = s.cancelled_id))))
           ORDER BY s.id LIMIT 1""",
    ),
    (
        "exchange {0} was amended to exchange {1}, and stands, or one of the two is of another community",
        """SELECT a.exchange_id, a.by_id FROM support_amended a
           JOIN exchange x ON x.id = a.exchange_id JOIN exchange y ON y.id = a.by_id
           WHERE x.state <> 'reversed' OR y.entry_id IS NULL OR x.community_id <> y.community_id
           ORDER BY a.exchange_id LIMIT 1""",
    ),
    (
        "entry {0} books an expense, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN support_expense p ON p.entry_id = e.id
           WHERE e.kind = 'support-expense' AND p.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "expense {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT p.id, p.entry_id, coalesce(r.id, 0) FROM support_expense p
           LEFT JOIN entry r ON r.reverses_id = p.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(p.reversal_id, 0) ORDER BY p.id LIMIT 1""",
    ),
    (
        "payment {0} for help: entry {1} does not book its {2} on its day",
        """SELECT p.id, p.entry_id, p.amount_minor FROM support_paid p
           JOIN community c ON c.id = p.community_id
           LEFT JOIN entry e ON e.id = p.entry_id AND e.book_id = c.book_id AND e.kind = 'support-paid'
               AND e.posted_on = p.paid_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = p.amount_minor
               AND t.commodity = p.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE coalesce(CASE WHEN p.what = 'owed' THEN k.code ELSE d.code END, '') <>
                 CASE WHEN p.what = 'owed' THEN 'receivable:' ELSE 'payable:' END || p.member_id
             OR coalesce(CASE WHEN p.what = 'owed' THEN d.code ELSE k.code END, '') <>
                 CASE p.way WHEN 'cash' THEN 'cash:main' WHEN 'file' THEN 'bank:transit' ELSE 'bank:main' END
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "entry {0} pays for help, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN support_paid p ON p.entry_id = e.id
           WHERE e.kind = 'support-paid' AND p.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "payment {0} for help: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT p.id, p.entry_id, coalesce(r.id, 0) FROM support_paid p
           LEFT JOIN entry r ON r.reverses_id = p.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(p.reversal_id, 0) ORDER BY p.id LIMIT 1""",
    ),
)


def check_support(session: Session) -> list[str]:
    """Prove that visits and books agree in every community; name the first fault of each kind."""
    return first_faults(session, (*_QUESTIONS, *CANCELLED, *ONLINE))
