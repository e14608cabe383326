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
        "receipt {0}-{1} of community {2} says {3}, and its {4} lines of {5} are {6} together",
        """SELECT r.year, r.number, r.community_id, r.amount_minor, count(l.line), r.last_line,
                  coalesce(sum(l.amount_minor), 0)
           FROM receipt r LEFT JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           GROUP BY r.id, r.year, r.number, r.community_id, r.amount_minor, r.last_line
           HAVING coalesce(sum(l.amount_minor), 0) <> r.amount_minor OR count(l.line) <> r.last_line
             OR max(l.line) <> r.last_line
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} is for {3} of {4}, and its line for {5} of {6}",
        """SELECT r.year, r.number, r.community_id, r.source, r.paid_on, l.source, l.paid_on FROM receipt r
           JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           WHERE r.of_year IS NULL AND (l.source <> r.source OR l.paid_on <> r.paid_on)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "{0} of community {1} is on {2} receipts",
        """SELECT source, community_id, count(*) FROM receipt_line
           GROUP BY source, community_id HAVING count(*) > 1 ORDER BY community_id, source LIMIT 1""",
    ),
    (
        "gift {0} of community {1} is on {2} receipts",
        """SELECT d.id, d.community_id, count(*) FROM donation d
           JOIN receipt_line l ON l.community_id = d.community_id
           LEFT JOIN payment p ON p.community_id = d.community_id AND p.purpose = 'donation'
             AND p.subject_id = d.id AND l.source = 'payment:' || p.id
           WHERE p.id IS NOT NULL OR l.source = 'gift:' || d.id
           GROUP BY d.id, d.community_id HAVING count(*) > 1 ORDER BY d.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} is for the gifts of {3}, and a line of it is of {4}",
        """SELECT r.year, r.number, r.community_id, r.of_year, CAST(l.paid_on AS TEXT) FROM receipt r
           JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           WHERE r.of_year IS NOT NULL AND l.source NOT LIKE 'refund:%' AND l.source NOT LIKE 'hand-back:%'
             AND substr(CAST(l.paid_on AS TEXT), 1, 4) <> CAST(r.of_year AS TEXT)
           ORDER BY r.id, l.line LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} says {3}, and its payment took {4}",
        """SELECT r.year, r.number, r.community_id, l.amount_minor, coalesce(p.taken_minor, 0) FROM receipt r
           JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           LEFT JOIN payment p ON l.source = 'payment:' || p.id AND p.community_id = r.community_id
           WHERE l.source LIKE 'payment:%' AND (p.id IS NULL OR p.taken_minor IS NULL
             OR p.taken_minor <> l.amount_minor OR p.taken_currency <> r.currency OR p.paid_on <> l.paid_on)
           ORDER BY r.id, l.line LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} says {3}, and its gift by hand was {4}",
        """SELECT r.year, r.number, r.community_id, l.amount_minor, coalesce(d.amount_minor, 0) FROM receipt r
           JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           LEFT JOIN donation d ON l.source = 'gift:' || d.id AND d.community_id = r.community_id
           WHERE l.source LIKE 'gift:%' AND (d.id IS NULL OR d.amount_minor <> l.amount_minor
             OR d.currency <> r.currency OR d.given_on <> l.paid_on)
           ORDER BY r.id, l.line LIMIT 1""",
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
        "receipt {0}-{1} of community {2} says {3}, and its booklet cost {4}",
        """SELECT r.year, r.number, r.community_id, r.amount_minor, coalesce(s.amount_minor, 0) FROM receipt r
           LEFT JOIN ticket_sale s ON r.source = 'booklet:' || s.id AND s.community_id = r.community_id
           WHERE r.source LIKE 'booklet:%' AND (s.id IS NULL OR s.amount_minor <> r.amount_minor
             OR s.currency <> r.currency OR s.paid_on <> r.paid_on OR s.entry_id IS NULL)
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "booklet {0} has a receipt, and the {1} that went back for its tickets on {2} no note",
        """SELECT b.sale_id, b.amount_minor, CAST(b.given_on AS TEXT) FROM ticket_back b
           LEFT JOIN payment p ON p.community_id = b.community_id AND p.purpose = 'tickets'
             AND p.subject_id = b.sale_id AND p.paid_at IS NOT NULL AND p.oddity IS NULL
           JOIN receipt r ON r.community_id = b.community_id
             AND r.source IN ('booklet:' || b.sale_id, 'payment:' || p.id)
           LEFT JOIN receipt n ON n.about_id = r.id AND n.source = 'hand-back:ticket-back:' || b.id
             AND n.amount_minor = b.amount_minor
           WHERE n.id IS NULL ORDER BY b.id LIMIT 1""",
    ),
    (
        "receipt {0}-{1} of community {2} is for what was taken back, and no note says so",
        """SELECT r.year, r.number, r.community_id FROM receipt r
           JOIN receipt_line l ON l.receipt_id = r.id AND l.community_id = r.community_id
           LEFT JOIN fee f ON l.source = 'fee:' || f.id AND f.community_id = r.community_id
           LEFT JOIN donation_by_hand h ON l.source = 'gift:' || h.donation_id
             AND h.community_id = r.community_id
           LEFT JOIN ticket_sale s ON l.source = 'booklet:' || s.id AND s.community_id = r.community_id
           LEFT JOIN receipt n ON n.about_id = r.id AND (r.of_year IS NULL OR n.source = 'back:' || l.source)
           WHERE (f.taken_back_on IS NOT NULL OR h.reversal_id IS NOT NULL OR s.reversal_id IS NOT NULL)
             AND n.id IS NULL
           ORDER BY r.id LIMIT 1""",
    ),
    (
        "payment {0} has a receipt, and refund {1} of it no note",
        """SELECT p.id, f.refund_id FROM receipt_line l
           JOIN payment p ON l.source = 'payment:' || p.id AND p.community_id = l.community_id
           JOIN stripe_refund f ON f.payment_id = p.id AND f.status = 'succeeded'
           LEFT JOIN receipt_line b ON b.source = 'refund:' || f.id AND b.community_id = l.community_id
           LEFT JOIN receipt n ON n.id = b.receipt_id
           WHERE NOT coalesce(n.about_id = l.receipt_id AND b.amount_minor = f.amount
             OR n.id = l.receipt_id AND b.amount_minor = -f.amount, false)
           ORDER BY p.id LIMIT 1""",
    ),
    (
        "payment {0} wishes a receipt, and has none",
        """SELECT p.id FROM payment p
           JOIN donation d ON d.id = p.subject_id AND d.community_id = p.community_id AND d.wants_receipt
             AND NOT d.receipt_for_year
           JOIN receipt_issuer i ON i.community_id = p.community_id
           LEFT JOIN receipt_line l ON l.source = 'payment:' || p.id AND l.community_id = p.community_id
           WHERE p.purpose = 'donation' AND p.oddity IS NULL AND p.paid_at IS NOT NULL AND l.line IS NULL
             AND p.state NOT IN ('refunded', 'charged-back', 'reversed') AND NOT EXISTS (
               SELECT 1 FROM job j WHERE j.community_id = p.community_id AND j.state = 'waiting'
                 AND j.kind = 'issue-wished-receipts')
           ORDER BY p.id LIMIT 1""",
    ),
)


def check_receipts(session: Session) -> list[str]:
    """Prove that every receipt has its number, its sheet and what it is for; name the first of each kind."""
    return first_faults(session, _QUESTIONS)
