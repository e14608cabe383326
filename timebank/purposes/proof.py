"""Compares what was answered about other purposes with the books; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "change of purpose {0}: entry {1} does not move {2} from {3} to {4}",
        """SELECT c.id, coalesce(cast(c.entry_id AS text), 'none'), w.minor, w.old, w.new
           FROM purpose_change c JOIN (
                 SELECT x.id, x.moved_minor AS minor, 'fund:' || f.slug AS old, 'fund:' || n.slug AS new
                   FROM purpose_change x JOIN fund f ON f.id = x.fund_id JOIN fund n ON n.id = x.to_fund_id
                 UNION ALL
                 SELECT x.id, x.back_minor, 'fund:' || f.slug, 'fund-back:' || f.slug
                   FROM purpose_change x JOIN fund f ON f.id = x.fund_id) w ON w.id = c.id
           JOIN community o ON o.id = c.community_id
           WHERE w.minor <> coalesce((
               SELECT sum(t.amount) FROM transfer t
               JOIN entry e ON e.id = t.entry_id AND e.book_id = o.book_id AND e.kind = 'purpose'
               JOIN account a ON a.id = t.debit_account_id JOIN account b ON b.id = t.credit_account_id
               WHERE t.entry_id = c.entry_id AND t.commodity = c.currency AND a.code = w.old
                 AND b.code = w.new), 0)
           ORDER BY c.id LIMIT 1""",
    ),
    (
        "entry {0} moves money to another purpose, but no decision tells of it",
        """SELECT e.id FROM entry e LEFT JOIN purpose_change c ON c.entry_id = e.id
           WHERE e.kind = 'purpose' AND c.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "change of purpose {0}: its entry {1} was reversed by entry {2}",
        """SELECT c.id, c.entry_id, r.id FROM purpose_change c JOIN entry r ON r.reverses_id = c.entry_id
           ORDER BY c.id LIMIT 1""",
    ),
    (
        "change of purpose {0} moved {1} and laid apart {2}, and its givers agreed to {3} and want back {4}",
        """SELECT c.id, c.moved_minor, c.back_minor, w.moved, w.back FROM purpose_change c
           JOIN (SELECT x.id,
                   coalesce(sum(CASE g.answer WHEN 'agreed' THEN i.settled_minor ELSE 0 END), 0) AS moved,
                   coalesce(sum(CASE g.answer WHEN 'back' THEN i.settled_minor ELSE 0 END), 0) AS back
                 FROM purpose_change x LEFT JOIN purpose_giver g ON g.change_id = x.id
                 LEFT JOIN purpose_gift i ON i.giver_id = g.id GROUP BY x.id) w ON w.id = c.id
           WHERE c.moved_minor <> w.moved OR c.back_minor <> w.back ORDER BY c.id LIMIT 1""",
    ),
    (
        "gift {0} was moved by change of purpose {1}, and nothing says where it is kept now",
        """SELECT i.donation_id, i.change_id FROM purpose_gift i JOIN purpose_giver g ON g.id = i.giver_id
           LEFT JOIN donation_kept k ON k.donation_id = i.donation_id
           WHERE i.settled_minor > 0 AND g.answer IS NOT NULL AND k.donation_id IS NULL
           ORDER BY i.id LIMIT 1""",
    ),
    (
        "gift {0} is kept elsewhere, and nobody was asked",
        """SELECT k.donation_id FROM donation_kept k WHERE NOT EXISTS (
               SELECT 1 FROM purpose_gift i JOIN purpose_giver g ON g.id = i.giver_id
               JOIN purpose_change c ON c.id = i.change_id
               WHERE i.donation_id = k.donation_id AND i.settled_minor > 0
                 AND CASE WHEN k.to_give_back THEN g.answer = 'back' AND c.fund_id = k.fund_id
                     ELSE g.answer = 'agreed' AND c.to_fund_id = k.fund_id END)
           ORDER BY k.donation_id LIMIT 1""",
    ),
    (
        "fund {0}: {1} lie apart to be given back, and its gifts still wait for {2}",
        """SELECT f.slug, coalesce(a.credits - a.debits, 0), coalesce(w.minor, 0)
           FROM fund f JOIN community c ON c.id = f.community_id
           LEFT JOIN account a ON a.book_id = c.book_id AND a.code = 'fund-back:' || f.slug
             AND a.commodity = c.currency
           LEFT JOIN (
               SELECT k.fund_id, sum(CASE WHEN h.donation_id IS NOT NULL THEN d.amount_minor ELSE coalesce((
                   SELECT sum(m.earmarked) FROM stripe_movement m JOIN payment p ON p.id = m.payment_id
                   WHERE p.community_id = d.community_id AND p.purpose = 'donation'
                     AND p.subject_id = d.id), 0) END - k.gone_minor) AS minor
               FROM donation_kept k JOIN donation d ON d.id = k.donation_id
               LEFT JOIN donation_by_hand h ON h.donation_id = d.id
               WHERE k.to_give_back GROUP BY k.fund_id) w ON w.fund_id = f.id
           WHERE coalesce(a.credits - a.debits, 0) <> coalesce(w.minor, 0) ORDER BY f.id LIMIT 1""",
    ),
    (
        "gift {0}: entry {1} does not hand back {2}",
        """SELECT b.donation_id, b.entry_id, b.amount_minor FROM donation_handed_back b
           JOIN donation d ON d.id = b.donation_id JOIN community c ON c.id = b.community_id
           WHERE NOT EXISTS (
               SELECT 1 FROM entry e JOIN transfer t ON t.entry_id = e.id AND t.line = 1
               JOIN account k ON k.id = t.credit_account_id
               JOIN transfer u ON u.entry_id = e.id AND u.line = 2
               JOIN account f ON f.id = u.debit_account_id
               WHERE e.id = b.entry_id AND e.book_id = c.book_id AND e.kind = 'gift-back'
                 AND e.posted_on = b.handed_on AND t.amount = b.amount_minor AND u.amount = b.amount_minor
                 AND t.commodity = d.currency AND f.code LIKE 'fund-back:%'
                 AND k.code = CASE b.way WHEN 'cash' THEN 'cash:main' ELSE 'bank:main' END)
           ORDER BY b.donation_id LIMIT 1""",
    ),
    (
        "gift {0} is on a receipt and was handed back, and neither a line nor a note says so",
        """SELECT b.donation_id FROM donation_handed_back b
           JOIN receipt_line l ON l.community_id = b.community_id
           LEFT JOIN payment p ON l.source = 'payment:' || p.id
             AND p.community_id = l.community_id AND p.purpose = 'donation'
           WHERE (l.source = 'gift:' || b.donation_id OR p.subject_id = b.donation_id)
             AND NOT EXISTS (
               SELECT 1 FROM receipt_line n WHERE n.community_id = b.community_id
                 AND n.source = 'hand-back:' || l.source AND abs(n.amount_minor) = b.amount_minor)
           ORDER BY b.donation_id LIMIT 1""",
    ),
    (
        "entry {0} hands back a gift, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN donation_handed_back b ON b.entry_id = e.id
           WHERE e.kind = 'gift-back' AND b.donation_id IS NULL ORDER BY e.id LIMIT 1""",
    ),
)


def check_purposes(session: Session) -> list[str]:
    """Prove that money moved as its givers answered; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
