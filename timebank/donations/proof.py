"""Compares gifts that came by hand with the books, and reports what does not agree; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "gift {0}: entry {1} does not bring its {2} into {3} on its day, for {4}",
        """SELECT d.id, h.entry_id, d.amount_minor,
                  CASE h.way WHEN 'cash' THEN 'cash:main' WHEN 'thanks' THEN 'payable:' || d.member_id
                       ELSE 'bank:main' END,
                  coalesce('the fund ' || f.slug, 'no fund')
           FROM donation_by_hand h JOIN donation d ON d.id = h.donation_id
           JOIN community c ON c.id = d.community_id LEFT JOIN fund f ON f.id = d.fund_id
           WHERE NOT EXISTS (
               SELECT 1 FROM entry e
               JOIN transfer t ON t.entry_id = e.id AND t.line = 1
               JOIN account a ON a.id = t.debit_account_id JOIN account b ON b.id = t.credit_account_id
               WHERE e.id = h.entry_id AND e.book_id = c.book_id AND e.kind = 'gift'
                 AND e.posted_on = d.given_on AND e.last_line = CASE WHEN f.id IS NULL THEN 1 ELSE 2 END
                 AND t.amount = d.amount_minor AND t.commodity = d.currency
                 AND a.code = CASE h.way WHEN 'cash' THEN 'cash:main'
                       WHEN 'thanks' THEN 'payable:' || d.member_id ELSE 'bank:main' END
                 AND b.code = 'donations:' || coalesce(f.slug, 'general'))
             OR f.id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM transfer t
               JOIN account a ON a.id = t.debit_account_id JOIN account b ON b.id = t.credit_account_id
               WHERE t.entry_id = h.entry_id AND t.amount = d.amount_minor AND t.commodity = d.currency
                 AND a.code = 'general' AND b.code = 'fund:' || f.slug)
           ORDER BY d.id LIMIT 1""",
    ),
    (
        "entry {0} brings a gift, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN donation_by_hand h ON h.entry_id = e.id
           WHERE e.kind = 'gift' AND h.donation_id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "gift {0} was taken back, and entry {1} does not reverse its entry {2}",
        """SELECT h.donation_id, h.reversal_id, h.entry_id FROM donation_by_hand h
           LEFT JOIN entry r ON r.id = h.reversal_id AND r.reverses_id = h.entry_id
           WHERE h.reversal_id IS NOT NULL AND r.id IS NULL ORDER BY h.donation_id LIMIT 1""",
    ),
    (
        "gift {0}: its entry {1} was reversed by entry {2}, and it does not say so",
        """SELECT h.donation_id, h.entry_id, r.id FROM donation_by_hand h
           JOIN entry r ON r.reverses_id = h.entry_id
           WHERE h.reversal_id IS NULL ORDER BY h.donation_id LIMIT 1""",
    ),
    (
        "gift {0} came by hand, and payment {1} is of it, too",
        """SELECT h.donation_id, p.id FROM donation_by_hand h
           JOIN payment p ON p.community_id = h.community_id AND p.purpose = 'donation'
             AND p.subject_id = h.donation_id
           ORDER BY h.donation_id, p.id LIMIT 1""",
    ),
)


def check_gifts(session: Session) -> list[str]:
    """Prove that gifts by hand and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
