"""Compares what Stripe has told with the books, and reports what does not agree; it never repairs.

Asked in SQL of the tables as they are, as `ledger.prove` does, so that what is proved does not rest on
the code that wrote it.
"""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "line {0} of Stripe's: entry {1} does not move its {2} into the account stripe",
        """SELECT m.movement_id, m.entry_id, m.net FROM stripe_movement m
           JOIN community c ON c.id = m.community_id
           WHERE m.entry_id IS NOT NULL AND m.net <> coalesce((
               SELECT sum(CASE WHEN d.code = 'stripe' THEN t.amount ELSE -t.amount END)
               FROM transfer t JOIN entry e ON e.id = t.entry_id AND e.book_id = c.book_id
               JOIN account d ON d.id = t.debit_account_id JOIN account k ON k.id = t.credit_account_id
               WHERE t.entry_id = m.entry_id AND t.commodity = m.currency
                 AND (d.code = 'stripe' OR k.code = 'stripe')), 0)
           ORDER BY m.id LIMIT 1""",
    ),
    (
        "entry {0} moves the account stripe, but no line of Stripe's tells of it",
        """SELECT e.id FROM entry e JOIN transfer t ON t.entry_id = e.id
           JOIN account a ON a.id IN (t.debit_account_id, t.credit_account_id) AND a.code = 'stripe'
           LEFT JOIN stripe_movement m ON m.entry_id = e.id
           WHERE m.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "line {0} of Stripe's: its entry {1} was reversed by entry {2}",
        """SELECT m.movement_id, m.entry_id, e.id FROM stripe_movement m
           JOIN entry e ON e.reverses_id = m.entry_id ORDER BY m.id LIMIT 1""",
    ),
    (
        "payment {0} is {1}, and its gift {2} says that it was given on {3}",
        """SELECT p.id, p.state, d.id, coalesce(cast(d.given_on AS text), 'no day')
           FROM payment p JOIN donation d ON d.id = p.subject_id AND d.community_id = p.community_id
           WHERE p.purpose = 'donation' AND p.oddity IS NULL AND p.paid_at IS NOT NULL
             AND (d.given_on IS NULL OR d.given_on <> p.paid_on) ORDER BY p.id LIMIT 1""",
    ),
    (
        "gift {0} says that it was given, and no payment of it counts",
        """SELECT d.id FROM donation d WHERE d.given_on IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM payment p WHERE p.community_id = d.community_id AND p.purpose = 'donation'
                 AND p.subject_id = d.id AND p.paid_at IS NOT NULL AND p.oddity IS NULL)
             AND NOT EXISTS (SELECT 1 FROM donation_by_hand h WHERE h.donation_id = d.id)
           ORDER BY d.id LIMIT 1""",
    ),
    (
        "payment {0} was identified, and entry {1} does not take what is left of it out of what is not",
        """SELECT i.payment_id, i.entry_id FROM stripe_identified i
           LEFT JOIN transfer t ON t.entry_id = i.entry_id
             AND t.debit_account_id IN (SELECT id FROM account WHERE code = 'unidentified')
           LEFT JOIN entry r ON r.reverses_id = i.entry_id
           GROUP BY i.payment_id, i.entry_id HAVING count(t.entry_id) = 0 OR count(r.id) > 0
           ORDER BY i.payment_id LIMIT 1""",
    ),
    (
        "entry {0} takes money out of what is not identified, and no payment says why",
        """SELECT e.id FROM entry e LEFT JOIN stripe_identified i ON i.entry_id = e.id
           WHERE e.kind = 'stripe-identified' AND i.payment_id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "dispute {0} is lost, and {1} still lies among what is disputed",
        """SELECT s.dispute_id, -sum(m.amount) FROM stripe_dispute s
           JOIN stripe_movement m ON m.community_id = s.community_id AND m.dispute_id = s.dispute_id
           WHERE s.status = 'lost' AND s.lost_entry_id IS NULL
           GROUP BY s.id, s.dispute_id HAVING sum(m.amount) < 0 ORDER BY s.id LIMIT 1""",
    ),
)


def check_payments(session: Session) -> list[str]:
    """Prove that payments and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
