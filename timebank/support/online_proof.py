"""What must hold of help that is paid through Stripe: what it moves, what was too much, and when it was."""

from typing import Final

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
ONLINE: Final[tuple[tuple[str, str], ...]] = (
    (
        "payment {0} for help by Stripe pays {1} of what its member owes, and should pay {2}",
        """SELECT h.id, coalesce(sum(t.amount), 0), h.amount_minor - h.over_minor FROM help_payment h
           JOIN payment p ON p.purpose = 'help' AND p.subject_id = h.id AND p.community_id = h.community_id
               AND p.oddity IS NULL
           JOIN stripe_movement m ON m.payment_id = p.id AND m.kind IN ('charge', 'payment')
               AND m.entry_id IS NOT NULL
           LEFT JOIN account a ON a.book_id = (SELECT book_id FROM community c WHERE c.id = h.community_id)
               AND a.code = 'receivable:' || h.member_id AND a.commodity = h.currency
           LEFT JOIN transfer t ON t.entry_id = m.entry_id AND t.credit_account_id = a.id
           GROUP BY h.id, h.amount_minor, h.over_minor
           HAVING coalesce(sum(t.amount), 0) <> h.amount_minor - h.over_minor ORDER BY h.id LIMIT 1""",
    ),
    (
        "payment {0} for help by Stripe: {1} of what was owed no longer has gone back, and it says {2}",
        # What goes back once more, because it had not arrived, is another thing.
        """WITH gone AS (
        SELECT p.subject_id AS id, m.entry_id, m.from_owed FROM payment p
        JOIN stripe_movement m ON m.payment_id = p.id AND m.entry_id IS NOT NULL AND m.kind IN
            ('refund', 'payment_refund', 'payment_failure_refund', 'payment_reversal')
        WHERE p.purpose = 'help' AND p.oddity IS NULL
        UNION ALL SELECT p.subject_id, d.lost_entry_id, 0 FROM payment p
        JOIN stripe_dispute d ON d.payment_id = p.id AND d.lost_entry_id IS NOT NULL
        WHERE p.purpose = 'help' AND p.oddity IS NULL),
    back AS (
        SELECT g.id, sum(coalesce((SELECT sum(t.amount) FROM transfer t
            JOIN account a ON a.id = t.debit_account_id AND a.code = 'refunds-owed'
            WHERE t.entry_id = g.entry_id), 0) - g.from_owed) AS minor FROM gone g GROUP BY g.id)
           SELECT h.id, coalesce(b.minor, 0), h.over_back_minor FROM help_payment h
           LEFT JOIN back b ON b.id = h.id
           WHERE coalesce(b.minor, 0) <> h.over_back_minor ORDER BY h.id LIMIT 1""",
    ),
    (
        "payment {0} for help by Stripe was paid on {1}, and says {2}",
        """SELECT h.id, coalesce(cast(p.paid_on AS text), 'no day'),
               coalesce(cast(h.paid_on AS text), 'no day')
           FROM help_payment h LEFT JOIN payment p ON p.purpose = 'help' AND p.subject_id = h.id
               AND p.community_id = h.community_id AND p.oddity IS NULL AND p.paid_at IS NOT NULL
           WHERE coalesce(cast(p.paid_on AS text), '') <> coalesce(cast(h.paid_on AS text), '')
           ORDER BY h.id LIMIT 1""",
    ),
)
