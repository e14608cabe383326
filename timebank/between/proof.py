"""Compares what crossed between communities with both books, and reports what does not agree; never repairs.

Asked in SQL of the tables as they are, so that what is proved does not rest on the code that wrote it.
"""

from typing import Final

from sqlalchemy.orm import Session

from timebank.db import first_faults

#: Each act twice: as it stands in the giver's book, and in the receiver's.
_SIDES: Final = """WITH side AS (SELECT x.id, 'given' AS side, g.book_id, r.slug AS other,
               x.given_minutes AS minutes, x.given_minutes AS owed, x.given_on AS day,
               x.given_entry_id AS entry_id, x.given_reversal_id AS reversal_id,
               'hours:member:' || CAST(x.giver_id AS text) AS debited,
               'hours:community:' || r.slug AS credited, x.key
           FROM hours_across x JOIN community g ON g.id = x.giver_community_id
           JOIN community r ON r.id = x.receiver_community_id
           UNION ALL SELECT x.id, 'received', r.book_id, g.slug,
               x.received_minutes, -x.received_minutes, x.received_on,
               x.received_entry_id, x.received_reversal_id,
               'hours:community:' || g.slug, 'hours:member:' || CAST(x.receiver_id AS text), x.key
           FROM hours_across x JOIN community g ON g.id = x.giver_community_id
           JOIN community r ON r.id = x.receiver_community_id)"""

#: What must find no row, and how the first row it finds is told. Each query's columns fill the sentence;
#: where one begins with SIDES it asks of each act in both books.
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "hours across {0}: entry {2} is not the line of the {3} minutes that were {1}, on their day",
        """SIDES
           SELECT s.id, s.side, s.entry_id, s.minutes FROM side s
           LEFT JOIN entry e ON e.id = s.entry_id AND e.book_id = s.book_id AND e.kind = 'across'
               AND e.posted_on = s.day AND e.last_line = 1 AND e.key = s.key AND e.reverses_id IS NULL
           LEFT JOIN transfer t ON t.entry_id = e.id AND t.commodity = 'MIN' AND t.amount = s.minutes
           LEFT JOIN account d ON d.id = t.debit_account_id AND d.book_id = s.book_id
           LEFT JOIN account k ON k.id = t.credit_account_id AND k.book_id = s.book_id
           WHERE coalesce(d.code, '') <> s.debited OR coalesce(k.code, '') <> s.credited
           ORDER BY s.id, s.side LIMIT 1""",
    ),
    (
        "hours across {0}: {1} minutes at {2} to {3} are not {4}",
        """SELECT id, given_minutes, rate_given, rate_received, received_minutes FROM hours_across
           WHERE received_minutes <> given_minutes * rate_received / rate_given ORDER BY id LIMIT 1""",
    ),
    (
        "hours across {0}: agreement {1} is not between these two communities at this rate",
        """SELECT x.id, x.agreement_id FROM hours_across x
           LEFT JOIN hours_agreement a ON a.id = x.agreement_id
               AND a.answered_at IS NOT NULL AND a.state IN ('on', 'ended') AND (
               (a.first_id = x.giver_community_id AND a.second_id = x.receiver_community_id
                AND a.first_minutes = x.rate_given AND a.second_minutes = x.rate_received)
               OR (a.second_id = x.giver_community_id AND a.first_id = x.receiver_community_id
                AND a.second_minutes = x.rate_given AND a.first_minutes = x.rate_received))
           WHERE a.id IS NULL ORDER BY x.id LIMIT 1""",
    ),
    (
        "hours across {0}: of its entries {1} and {2} only one was reversed",
        """SELECT x.id, x.given_entry_id, x.received_entry_id FROM hours_across x
           LEFT JOIN entry g ON g.reverses_id = x.given_entry_id
           LEFT JOIN entry r ON r.reverses_id = x.received_entry_id
           WHERE (g.id IS NULL) <> (r.id IS NULL) ORDER BY x.id LIMIT 1""",
    ),
    (
        "hours across {0}: what was {1} in entry {2} was reversed by entry {3}, and it says otherwise",
        """SIDES
           SELECT s.id, s.side, s.entry_id, coalesce(e.id, 0) FROM side s
           LEFT JOIN entry e ON e.reverses_id = s.entry_id
           WHERE coalesce(e.id, 0) <> coalesce(s.reversal_id, 0) ORDER BY s.id, s.side LIMIT 1""",
    ),
    (
        "the book of {0} says that it owes {1} {2} minutes, and what crossed says {3}",
        """SIDES,
    crossed AS (
        SELECT book_id, 'hours:community:' || other AS code, sum(owed) AS owed FROM side
        WHERE reversal_id IS NULL GROUP BY book_id, other)
           SELECT c.slug, a.code, a.credits - a.debits, coalesce(s.owed, 0) FROM account a
           JOIN community c ON c.book_id = a.book_id
           LEFT JOIN crossed s ON s.book_id = a.book_id AND s.code = a.code
           WHERE a.code LIKE 'hours:community:%' AND a.credits - a.debits <> coalesce(s.owed, 0)
           ORDER BY a.id LIMIT 1""",
    ),
    (
        "the book of {0} has an account {1}, and the other community has none that answers it",
        """SELECT c.slug, a.code FROM account a JOIN community c ON c.book_id = a.book_id
           LEFT JOIN community o ON a.code = 'hours:community:' || o.slug
           LEFT JOIN account b ON b.book_id = o.book_id AND b.commodity = 'MIN'
               AND b.code = 'hours:community:' || c.slug
           WHERE a.code LIKE 'hours:community:%' AND (b.id IS NULL OR a.commodity <> 'MIN')
           ORDER BY a.id LIMIT 1""",
    ),
    (
        "agreement {0} lets {1} owe, and be owed, {2} minutes, and the book keeps {3} to {4}",
        """SELECT n.id, c.slug, n.allowed, coalesce(a.floor, 0), coalesce(a.ceiling, 0) FROM (
               SELECT id, first_id AS here, second_id AS there, first_limit_minutes AS allowed
               FROM hours_agreement WHERE state = 'on'
               UNION ALL SELECT id, second_id, first_id, second_limit_minutes
               FROM hours_agreement WHERE state = 'on') n
           JOIN community c ON c.id = n.here JOIN community o ON o.id = n.there
           LEFT JOIN account a ON a.book_id = c.book_id AND a.commodity = 'MIN'
               AND a.code = 'hours:community:' || o.slug
           WHERE a.id IS NULL OR a.floor IS NULL OR a.ceiling IS NULL
               OR a.floor <> -n.allowed OR a.ceiling <> n.allowed ORDER BY n.id, c.id LIMIT 1""",
    ),
    (
        "entry {0} moves hours to or from another community, but nothing that crossed tells of it",
        """SELECT e.id FROM (
               SELECT t.entry_id FROM account a JOIN transfer t ON t.debit_account_id = a.id
               WHERE a.code LIKE 'hours:community:%'
               UNION SELECT t.entry_id FROM account a JOIN transfer t ON t.credit_account_id = a.id
               WHERE a.code LIKE 'hours:community:%'
               UNION SELECT id FROM entry WHERE kind = 'across') moved
           JOIN entry e ON e.id = moved.entry_id
           LEFT JOIN hours_across g ON g.given_entry_id = coalesce(e.reverses_id, e.id)
           LEFT JOIN hours_across r ON r.received_entry_id = coalesce(e.reverses_id, e.id)
           WHERE g.id IS NULL AND r.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
)


def check_between(session: Session) -> list[str]:
    """Prove that what crossed stands in both books of every pair alike; name the first fault of each kind."""
    return first_faults(session, [(told, query.replace("SIDES", _SIDES)) for told, query in _QUESTIONS])
