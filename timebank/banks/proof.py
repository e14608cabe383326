"""Compares files for the bank with what was written down as paid, and with the books; it never repairs."""

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "transfer file {0} pays {1}, and its lines pay {2}",
        """SELECT f.id, f.amount_minor, coalesce(sum(p.amount_minor), 0) FROM bank_file f
           LEFT JOIN bank_file_line l ON l.file_id = f.id
           LEFT JOIN support_paid p ON p.id = l.paid_id AND p.member_id = l.member_id AND p.way = 'file'
               AND p.what = 'thanks' AND p.community_id = f.community_id
           GROUP BY f.id, f.amount_minor
           HAVING coalesce(sum(p.amount_minor), 0) <> f.amount_minor ORDER BY f.id LIMIT 1""",
    ),
    (
        "payment {0} for help went by a file, and stands in none",
        """SELECT p.id FROM support_paid p LEFT JOIN bank_file_line l ON l.paid_id = p.id
           WHERE p.way = 'file' AND l.paid_id IS NULL ORDER BY p.id LIMIT 1""",
    ),
    (
        "transfer file {0}, line {1}: it is taken back or not, and the file says otherwise",
        """SELECT l.file_id, l.line FROM bank_file_line l JOIN bank_file f ON f.id = l.file_id
           JOIN support_paid p ON p.id = l.paid_id
           WHERE (p.reversal_id IS NOT NULL) <> (f.state = 'dropped' OR l.entry_id IS NOT NULL)
              OR (l.entry_id IS NOT NULL AND f.state <> 'paid')
           ORDER BY l.file_id, l.line LIMIT 1""",
    ),
    (
        "transfer file {0}: entry {1} does not take its {2} out of the bank on its day",
        """SELECT f.id, f.entry_id, f.amount_minor FROM bank_file f
           JOIN community c ON c.id = f.community_id
           LEFT JOIN entry e ON e.id = f.entry_id AND e.book_id = c.book_id AND e.kind = 'transfer-file'
               AND e.posted_on = f.paid_on AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = f.amount_minor AND t.commodity = 'JPY'
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE f.state = 'paid'
             AND (coalesce(d.code, '') <> 'bank:transit' OR coalesce(k.code, '') <> 'bank:main')
           ORDER BY f.id LIMIT 1""",
    ),
    (
        "transfer file {0}, line {1}: entry {2} does not bring it back into the bank",
        """SELECT l.file_id, l.line, l.entry_id FROM bank_file_line l
           JOIN community c ON c.id = l.community_id JOIN support_paid p ON p.id = l.paid_id
           LEFT JOIN entry e ON e.id = l.entry_id AND e.book_id = c.book_id AND e.kind = 'transfer-back'
               AND e.last_line = 1
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.amount = p.amount_minor AND t.commodity = 'JPY'
           LEFT JOIN account d ON d.id = t.debit_account_id LEFT JOIN account k ON k.id = t.credit_account_id
           WHERE l.entry_id IS NOT NULL
             AND (coalesce(d.code, '') <> 'bank:main' OR coalesce(k.code, '') <> 'bank:transit')
           ORDER BY l.file_id, l.line LIMIT 1""",
    ),
    (
        "entry {0} is about a file for the bank, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN bank_file f ON f.entry_id = e.id
           LEFT JOIN bank_file_line l ON l.entry_id = e.id
           WHERE e.kind IN ('transfer-file', 'transfer-back') AND f.id IS NULL AND l.file_id IS NULL
           ORDER BY e.id LIMIT 1""",
    ),
    (
        "community {0}: {1} are under way in files, and the books say {2}",
        """SELECT id, in_files, in_books FROM (
               SELECT c.id, coalesce((SELECT sum(f.amount_minor) FROM bank_file f
                                      WHERE f.community_id = c.id AND f.state = 'made'), 0) AS in_files,
                      coalesce((SELECT sum(a.credits - a.debits) FROM account a
                                WHERE a.book_id = c.book_id AND a.code = 'bank:transit'), 0) AS in_books
               FROM community c) AS both_of_them
           WHERE in_files <> in_books ORDER BY id LIMIT 1""",
    ),
)


def check_banks(session: Session) -> list[str]:
    """Prove that files for the bank and books agree in every community; name the first fault of each kind."""
    return first_faults(session, _QUESTIONS)
