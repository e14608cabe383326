"""Compares receipts with their numbers, their sheets and what was paid; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "receipts of {0} in community {1}: {2} of them, and the last number is {3}",
        """SELECT year, community_id, count(*), max(number) FROM receipt
           GROUP BY year, community_id HAVING count(*) <> max(number) OR min(number) <> 1
           ORDER BY community_id, year LIMIT 1""",
    ),
    (
        "receipts of {0} in community {1}: the counter says {2}, and the last number is {3}",
        """SELECT c.year, c.community_id, c.last_number, coalesce(max(r.number), 0) FROM receipt_counter c
           LEFT JOIN receipt r ON r.community_id = c.community_id AND r.year = c.year
           GROUP BY c.year, c.community_id, c.last_number
           HAVING c.last_number <> coalesce(max(r.number), 0)
           ORDER BY c.community_id, c.year LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} has no sheet, and nobody is about to make it",
        """SELECT r.year, r.number, r.community_id FROM receipt r
           LEFT JOIN receipt_paper p ON p.receipt_id = r.id
           WHERE p.receipt_id IS NULL AND NOT EXISTS (
               SELECT 1 FROM job j WHERE j.community_id = r.community_id AND j.state = 'waiting'
                 AND j.key = 'make-receipt-paper:' || r.id)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} says {3}, and its payment took {4}",
        """SELECT r.year, r.number, r.community_id, r.amount_minor, coalesce(p.taken_minor, 0) FROM receipt r
           LEFT JOIN payment p ON r.source = 'payment:' || p.id AND p.community_id = r.community_id
           WHERE r.source LIKE 'payment:%' AND (p.id IS NULL OR p.taken_minor IS NULL
             OR p.taken_minor <> r.amount_minor OR p.taken_currency <> r.currency OR p.paid_on <> r.paid_on)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} says {3}, and its gift by hand was {4}",
        """SELECT r.year, r.number, r.community_id, r.amount_minor, coalesce(d.amount_minor, 0) FROM receipt r
           LEFT JOIN donation d ON r.source = 'gift:' || d.id AND d.community_id = r.community_id
           WHERE r.source LIKE 'gift:%' AND (d.id IS NULL OR d.amount_minor <> r.amount_minor
             OR d.currency <> r.currency OR d.given_on <> r.paid_on)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} says {3}, and its fee was {4}",
        """SELECT r.year, r.number, r.community_id, r.amount_minor, coalesce(f.amount_minor, 0) FROM receipt r
           LEFT JOIN fee f ON r.source = 'fee:' || f.id AND f.community_id = r.community_id
           WHERE r.source LIKE 'fee:%' AND (f.id IS NULL OR f.amount_minor <> r.amount_minor
             OR f.currency <> r.currency OR f.paid_on <> r.paid_on)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} is for what was taken back, and no note says so",
        """SELECT r.year, r.number, r.community_id FROM receipt r
           LEFT JOIN fee f ON r.source = 'fee:' || f.id AND f.community_id = r.community_id
           LEFT JOIN donation_by_hand h ON r.source = 'gift:' || h.donation_id
             AND h.community_id = r.community_id
           LEFT JOIN receipt n ON n.about_id = r.id
           WHERE (f.taken_back_on IS NOT NULL OR h.reversal_id IS NOT NULL) AND n.id IS NULL
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "payment {0} has a receipt, and refund {1} of it no note",
        """SELECT p.id, f.refund_id FROM receipt r
           JOIN payment p ON r.source = 'payment:' || p.id AND p.community_id = r.community_id
           JOIN stripe_refund f ON f.payment_id = p.id AND f.status = 'succeeded'
           LEFT JOIN receipt n ON n.source = 'refund:' || f.id AND n.community_id = r.community_id
             AND n.about_id = r.id AND n.amount_minor = f.amount
           WHERE n.id IS NULL ORDER BY p.id LIMIT 1""",
    ),
    (
        "payment {0} wishes a receipt, and has none",
        """SELECT p.id FROM payment p
           JOIN donation d ON d.id = p.subject_id AND d.community_id = p.community_id AND d.wants_receipt
           JOIN receipt_issuer i ON i.community_id = p.community_id
           LEFT JOIN receipt r ON r.source = 'payment:' || p.id AND r.community_id = p.community_id
           WHERE p.purpose = 'donation' AND p.oddity IS NULL AND p.paid_at IS NOT NULL AND r.id IS NULL
             AND p.state NOT IN ('refunded', 'charged-back', 'reversed') AND NOT EXISTS (
               SELECT 1 FROM job j WHERE j.community_id = p.community_id AND j.state = 'waiting'
                 AND j.kind = 'issue-wished-receipts')
           ORDER BY p.id LIMIT 1""",
    ),
)


def check_receipts(session: Session) -> list[str]:
    """Prove that every receipt has its number, its sheet and what it is for; name the first of each kind."""
    return first_faults(session, _QUESTIONS)
