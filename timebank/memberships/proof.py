"""Compares fees and terms with the books, and reports what does not agree; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "fee {0}: entry {1} does not take in its {2} on its day",
        """SELECT f.id, f.entry_id, f.amount_minor FROM fee f JOIN community c ON c.id = f.community_id
           LEFT JOIN entry e ON e.id = f.entry_id AND e.book_id = c.book_id AND e.kind = 'fee'
               AND e.posted_on = f.paid_on
           WHERE f.entry_id IS NOT NULL AND (e.id IS NULL OR f.amount_minor <> coalesce((
               SELECT sum(t.amount) FROM transfer t JOIN account d ON d.id = t.debit_account_id
               WHERE t.entry_id = e.id AND t.commodity = f.currency
                 AND d.code = CASE f.way WHEN 'cash' THEN 'cash:main' ELSE 'bank:main' END), 0))
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "entry {0} takes in a fee, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN fee f ON f.entry_id = e.id
           WHERE e.kind = 'fee' AND f.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "fee {0} was taken back, and entry {1} does not reverse its entry {2}",
        """SELECT f.id, f.reversal_id, f.entry_id FROM fee f
           LEFT JOIN entry r ON r.id = f.reversal_id AND r.reverses_id = f.entry_id
           WHERE f.taken_back_on IS NOT NULL AND f.entry_id IS NOT NULL AND r.id IS NULL
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "fee {0}: its entry {1} was reversed by entry {2}, and it does not say so",
        """SELECT f.id, f.entry_id, r.id FROM fee f JOIN entry r ON r.reverses_id = f.entry_id
           WHERE f.reversal_id IS NULL ORDER BY f.id LIMIT 1""",
    ),
    (
        "fee {0} is paid for {1} years, and has {2} terms of {3} together",
        """SELECT f.id, f.years, count(t.id), coalesce(sum(t.amount_minor), 0) FROM fee f
           LEFT JOIN term t ON t.fee_id = f.id AND t.member_id = f.member_id
           WHERE f.paid_on IS NOT NULL GROUP BY f.id, f.years, f.amount_minor
           HAVING count(t.id) <> f.years OR coalesce(sum(t.amount_minor), 0) <> f.amount_minor
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "fee {0} is not paid, and has a term",
        """SELECT f.id FROM fee f JOIN term t ON t.fee_id = f.id WHERE f.paid_on IS NULL
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "payment {0} is {1}, and its fee {2} says that it was paid on {3}",
        """SELECT p.id, p.state, f.id, coalesce(cast(f.paid_on AS text), 'no day')
           FROM payment p JOIN fee f ON f.id = p.subject_id AND f.community_id = p.community_id
           WHERE p.purpose = 'fee' AND p.oddity IS NULL AND p.paid_at IS NOT NULL
             AND (f.paid_on IS NULL OR f.paid_on <> p.paid_on) ORDER BY p.id LIMIT 1""",
    ),
    (
        "fee {0} says that it was paid at Stripe, and no payment of it counts",
        """SELECT f.id FROM fee f WHERE f.way = 'stripe' AND f.paid_on IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM payment p WHERE p.community_id = f.community_id AND p.purpose = 'fee'
                 AND p.subject_id = f.id AND p.paid_at IS NOT NULL AND p.oddity IS NULL)
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "community {0}: {1} of fees ahead by the books, {2} by the terms",
        """SELECT c.slug, coalesce(a.balance, 0), coalesce(t.ahead, 0) FROM community c
           LEFT JOIN (SELECT book_id, sum(credits - debits) AS balance FROM account
               WHERE code = 'fees-ahead' GROUP BY book_id) a ON a.book_id = c.book_id
           LEFT JOIN (SELECT community_id, sum(ahead_minor) AS ahead FROM term
               GROUP BY community_id) t ON t.community_id = c.id
           WHERE coalesce(a.balance, 0) <> coalesce(t.ahead, 0) ORDER BY c.id LIMIT 1""",
    ),
    (
        "term {0}: entry {1} does not make it a fee of its year",
        """SELECT t.id, t.begun_entry_id FROM term t JOIN community c ON c.id = t.community_id
           LEFT JOIN entry e ON e.id = t.begun_entry_id AND e.book_id = c.book_id AND e.kind = 'fee-begins'
               AND e.key = 'fee-begins:' || t.id
           WHERE t.begun_entry_id IS NOT NULL AND e.id IS NULL ORDER BY t.id LIMIT 1""",
    ),
    (
        "entry {0} begins a year of membership, but no term tells of it",
        """SELECT e.id FROM entry e LEFT JOIN term t ON t.begun_entry_id = e.id
           WHERE e.kind = 'fee-begins' AND t.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "member {0}: terms {1} and {2} cover the same day",
        """SELECT a.member_id, a.id, b.id FROM term a JOIN term b ON b.member_id = a.member_id AND b.id > a.id
               AND b.begins_on <= a.ends_on AND b.ends_on >= a.begins_on
           WHERE a.given_back_on IS NULL AND b.given_back_on IS NULL ORDER BY a.id LIMIT 1""",
    ),
)


def check_memberships(session: Session) -> list[str]:
    """Prove that fees, terms and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
