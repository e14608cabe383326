"""What must find no row where visits that were cancelled agree with the books, and how the first is told."""

from typing import Final

#: Each query's columns fill the sentence.
CANCELLED: Final[tuple[tuple[str, str], ...]] = (
    (
        "entry {0} moves {1} by {2}, and its visit that was cancelled says {3}",
        """WITH wanted AS (
        SELECT entry_id, 'receivable:' || receiver_id AS code, -price_minor AS moved FROM support_cancelled
        UNION ALL SELECT entry_id, 'payable:' || giver_id, thanks_minor FROM support_cancelled
        UNION ALL SELECT entry_id, 'support',
                  price_minor - CASE WHEN provider = 'member' THEN thanks_minor ELSE 0 END
                  FROM support_cancelled
        UNION ALL SELECT entry_id, 'expenses:support:thanks', -thanks_minor FROM support_cancelled
                  WHERE provider = 'group'),
    there AS (
        SELECT t.entry_id, a.code, t.amount AS moved FROM transfer t
        JOIN account a ON a.id = t.credit_account_id
        WHERE t.entry_id IN (SELECT entry_id FROM support_cancelled)
        UNION ALL SELECT t.entry_id, a.code, -t.amount FROM transfer t
        JOIN account a ON a.id = t.debit_account_id
        WHERE t.entry_id IN (SELECT entry_id FROM support_cancelled))
           SELECT entry_id, code, sum(is_there), sum(is_wanted) FROM (
               SELECT entry_id, code, moved AS is_there, 0 AS is_wanted FROM there
               UNION ALL SELECT entry_id, code, 0, moved FROM wanted) AS both_of_them
           GROUP BY entry_id, code HAVING sum(is_there) <> sum(is_wanted)
           ORDER BY entry_id, code LIMIT 1""",
    ),
    (
        "cancelled visit {0}: entry {1} does not book it in the books of its community",
        """SELECT v.id, v.entry_id FROM support_cancelled v JOIN community c ON c.id = v.community_id
           LEFT JOIN entry e ON e.id = v.entry_id AND e.kind = 'support-cancelled' AND e.book_id = c.book_id
           WHERE e.id IS NULL ORDER BY v.id LIMIT 1""",
    ),
    (
        "entry {0} books a visit that was cancelled, but no row tells of it",
        """SELECT e.id FROM entry e LEFT JOIN support_cancelled v ON v.entry_id = e.id
           WHERE e.kind = 'support-cancelled' AND v.id IS NULL ORDER BY e.id LIMIT 1""",
    ),
    (
        "cancelled visit {0}: its entry {1} was reversed by entry {2}, and it says otherwise",
        """SELECT v.id, v.entry_id, coalesce(r.id, 0) FROM support_cancelled v
           LEFT JOIN entry r ON r.reverses_id = v.entry_id
           WHERE coalesce(r.id, 0) <> coalesce(v.reversal_id, 0) ORDER BY v.id LIMIT 1""",
    ),
)
