"""Compares prepaid balances with the books; it never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "the balance of member {0} comes to {1}, and the books say {2}",
        # What Stripe has taken and not yet booked is on no balance so far.
        """WITH moved AS (
        SELECT t.member_id, t.currency, t.amount_minor AS minor FROM prepaid_topup t
        WHERE t.reversal_id IS NULL AND (t.entry_id IS NOT NULL OR EXISTS (
            SELECT 1 FROM payment p JOIN stripe_movement m ON m.payment_id = p.id
            WHERE p.purpose = 'prepaid' AND p.subject_id = t.id AND p.community_id = t.community_id
              AND p.oddity IS NULL AND m.kind IN ('charge', 'payment') AND m.entry_id IS NOT NULL))
        UNION ALL SELECT b.member_id, b.currency, b.billed_minor - b.amount_minor FROM prepaid_back b
        UNION ALL SELECT u.member_id, v.currency, -u.amount_minor FROM prepaid_use u
        JOIN support_visit v ON v.exchange_id = u.exchange_id
        JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'),
    owed AS (
        SELECT a.book_id, a.code, a.commodity,
               sum(CASE WHEN a.id = t.credit_account_id THEN t.amount ELSE -t.amount END) AS balance
        FROM account a JOIN transfer t ON a.id IN (t.credit_account_id, t.debit_account_id)
        WHERE a.code LIKE 'prepaid:%' GROUP BY a.book_id, a.code, a.commodity),
    both_of_them AS (
        SELECT member_id, currency, minor AS says, 0 AS books FROM moved
        UNION ALL SELECT m.id, w.commodity, 0, w.balance FROM owed w
        JOIN community c ON c.book_id = w.book_id
        JOIN member m ON m.community_id = c.id AND w.code = 'prepaid:' || m.id)
           SELECT member_id, sum(says), sum(books) FROM both_of_them
           GROUP BY member_id, currency HAVING sum(says) <> sum(books) ORDER BY member_id LIMIT 1""",
    ),
    (
        "top-up {0}: entry {1} does not book its {2} on its day",
        """SELECT p.id, p.entry_id, p.amount_minor FROM prepaid_topup p
           JOIN community c ON c.id = p.community_id
           LEFT JOIN entry e ON e.id = p.entry_id AND e.book_id = c.book_id AND e.kind = 'prepaid'
               AND e.posted_on = p.paid_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = p.amount_minor
               AND t.commodity = p.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE p.entry_id IS NOT NULL AND (coalesce(k.code, '') <> 'prepaid:' || p.member_id
             OR coalesce(d.code, '') <> CASE WHEN p.way = 'cash' THEN 'cash:main' ELSE 'bank:main' END)
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "top-up {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT p.id, p.entry_id, coalesce(r.id, 0) FROM prepaid_topup p
           LEFT JOIN entry r ON r.reverses_id = p.entry_id
           WHERE p.entry_id IS NOT NULL AND coalesce(r.id, 0) <> coalesce(p.reversal_id, 0)
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "top-up {0} by Stripe is booked with {1}, and should be with {2}",
        """SELECT p.id, coalesce(sum(t.amount), 0), p.amount_minor FROM prepaid_topup p
           JOIN payment y ON y.purpose = 'prepaid' AND y.subject_id = p.id
               AND y.community_id = p.community_id AND y.oddity IS NULL
           JOIN stripe_movement m ON m.payment_id = y.id AND m.kind IN ('charge', 'payment')
               AND m.entry_id IS NOT NULL
           LEFT JOIN account a ON a.book_id = (SELECT book_id FROM community c WHERE c.id = p.community_id)
               AND a.code = 'prepaid:' || p.member_id AND a.commodity = p.currency
           LEFT JOIN transfer t ON t.entry_id = m.entry_id AND t.credit_account_id = a.id
           GROUP BY p.id, p.amount_minor HAVING coalesce(sum(t.amount), 0) <> p.amount_minor
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "top-up {0} by Stripe was paid on {1}, and says {2}",
        """SELECT t.id, coalesce(cast(p.paid_on AS text), 'no day'),
               coalesce(cast(t.paid_on AS text), 'no day')
           FROM prepaid_topup t LEFT JOIN payment p ON p.purpose = 'prepaid' AND p.subject_id = t.id
               AND p.community_id = t.community_id AND p.oddity IS NULL AND p.paid_at IS NOT NULL
           WHERE t.way = 'stripe' AND coalesce(cast(p.paid_on AS text), '')
                                   <> coalesce(cast(t.paid_on AS text), '')
           ORDER BY t.id LIMIT 1""",
    ),
    (
        "money that went back from the balance of member {0}: entry {1} does not book its {2} on its day",
        """SELECT b.member_id, b.entry_id, b.amount_minor FROM prepaid_back b
           JOIN community c ON c.id = b.community_id
           LEFT JOIN entry e ON e.id = b.entry_id AND e.book_id = c.book_id AND e.kind = 'prepaid-back'
               AND e.posted_on = b.given_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = b.amount_minor
               AND t.commodity = b.currency
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE b.entry_id IS NOT NULL AND (coalesce(d.code, '') <> 'prepaid:' || b.member_id
             OR coalesce(k.code, '') <> CASE WHEN b.way = 'cash' THEN 'cash:main' ELSE 'bank:main' END)
           ORDER BY b.id LIMIT 1""",
    ),
    (
        "entry {0} tops a balance up or gives one back, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN prepaid_topup p ON p.entry_id = e.id
           LEFT JOIN prepaid_back b ON b.entry_id = e.id
           WHERE (e.kind = 'prepaid' AND p.id IS NULL) OR (e.kind = 'prepaid-back' AND b.id IS NULL)
           ORDER BY e.id LIMIT 1""",
    ),
    (
        "exchange {0} is paid from balances with {1}, and says {2}",
        """SELECT v.exchange_id, coalesce(sum(u.amount_minor), 0), v.prepaid_minor FROM support_visit v
           LEFT JOIN prepaid_use u ON u.exchange_id = v.exchange_id
           GROUP BY v.exchange_id, v.prepaid_minor
           HAVING coalesce(sum(u.amount_minor), 0) <> v.prepaid_minor ORDER BY v.exchange_id LIMIT 1""",
    ),
    (
        "exchange {0} was paid from the balance of member {1}, who was not helped",
        # Balances never move between members; what stood on a record that was joined goes with it.
        """WITH RECURSIVE joined (member_id, kept_id) AS (
        SELECT member_id, kept_id FROM same_as
        UNION SELECT j.member_id, s.kept_id FROM joined j JOIN same_as s ON s.member_id = j.kept_id)
           SELECT u.exchange_id, u.member_id FROM prepaid_use u JOIN exchange x ON x.id = u.exchange_id
           LEFT JOIN joined j ON j.member_id = u.member_id AND j.kept_id = x.receiver_id
           WHERE u.member_id <> x.receiver_id AND j.member_id IS NULL ORDER BY u.exchange_id LIMIT 1""",
    ),
)


def check_prepaid(session: Session) -> list[str]:
    """Prove that prepaid balances and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
