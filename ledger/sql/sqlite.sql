-- What the tables alone cannot promise, for SQLite; schema.py runs it after creating them.
-- Statements are separated by lines that hold only "--;".
-- Every refusal is RAISE(ABORT) in a BEFORE trigger: the conflict clause of an outer statement
-- (INSERT OR IGNORE, OR REPLACE) rules inside triggers too, but cannot get past that. Keys that
-- exist are refused here before REPLACE could delete their row.

CREATE TRIGGER commodity_enters BEFORE INSERT ON commodity BEGIN
  SELECT RAISE(ABORT, 'commodity_exists') WHERE EXISTS (SELECT 1 FROM commodity WHERE code = NEW.code);
END
--;
CREATE TRIGGER commodity_stays BEFORE UPDATE ON commodity BEGIN SELECT RAISE(ABORT, 'commodity_is_final'); END
--;
CREATE TRIGGER commodity_remains BEFORE DELETE ON commodity BEGIN SELECT RAISE(ABORT, 'commodity_is_final'); END
--;
CREATE TRIGGER book_enters BEFORE INSERT ON book BEGIN
  SELECT RAISE(ABORT, 'book_exists') WHERE EXISTS (SELECT 1 FROM book WHERE id = NEW.id OR slug = NEW.slug);
  SELECT RAISE(ABORT, 'book_is_born_open')
    WHERE NEW.closed_through IS NOT NULL OR NEW.snapshot_through IS NOT NULL OR NEW.events <> 0;
END
--;
CREATE TRIGGER book_stays BEFORE UPDATE OF id, slug ON book BEGIN SELECT RAISE(ABORT, 'book_is_final'); END
--;
-- What is closed changes only as an event with that version says.
CREATE TRIGGER book_periods BEFORE UPDATE OF closed_through, events ON book
WHEN NOT EXISTS (SELECT 1 FROM period_event WHERE book_id = OLD.id AND version = NEW.events AND NEW.events = OLD.events + 1
                 AND closed_through IS NEW.closed_through)
BEGIN SELECT RAISE(ABORT, 'periods_follow_events'); END
--;
CREATE TRIGGER book_snapshots BEFORE UPDATE OF snapshot_through ON book
WHEN NEW.snapshot_through IS NULL OR NEW.snapshot_through IS NOT date(NEW.snapshot_through, 'start of month', '+1 month', '-1 day')
  OR NEW.snapshot_through <= OLD.snapshot_through
BEGIN SELECT RAISE(ABORT, 'snapshots_go_forward'); END
--;
CREATE TRIGGER period_event_enters BEFORE INSERT ON period_event BEGIN
  SELECT RAISE(ABORT, 'period_event_exists') WHERE EXISTS (
    SELECT 1 FROM period_event WHERE book_id = NEW.book_id AND version = NEW.version);
  SELECT RAISE(ABORT, 'period_event_out_of_turn') WHERE NOT EXISTS (
    SELECT 1 FROM book WHERE id = NEW.book_id AND events + 1 = NEW.version);
  SELECT RAISE(ABORT, 'period_event_out_of_form') WHERE (NEW.kind <> 'close' AND NEW.kind <> 'reopen')
    OR (NEW.kind = 'reopen' AND NEW.reason IS NULL)
    OR substr(NEW.recorded_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.recorded_at, 1, 19), '+0 days')
    OR substr(NEW.recorded_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z';
  SELECT RAISE(ABORT, 'period_is_a_month')
    WHERE NEW.closed_through IS NOT date(NEW.closed_through, 'start of month', '+1 month', '-1 day');
  SELECT RAISE(ABORT, 'period_out_of_turn') FROM book WHERE id = NEW.book_id
    AND (NEW.kind = 'close' AND date(NEW.closed_through, 'start of month') <> date(closed_through, '+1 day')
      OR NEW.kind = 'reopen' AND date(NEW.closed_through, '+1 day') IS NOT date(closed_through, 'start of month'));
END
--;
CREATE TRIGGER period_event_entered AFTER INSERT ON period_event BEGIN
  UPDATE book SET closed_through = NEW.closed_through, events = NEW.version WHERE id = NEW.book_id;
  SELECT RAISE(ABORT, 'periods_did_not_move') FROM book WHERE id = NEW.book_id AND events <> NEW.version;
END
--;
CREATE TRIGGER period_event_stays BEFORE UPDATE ON period_event BEGIN SELECT RAISE(ABORT, 'period_event_is_final'); END
--;
CREATE TRIGGER period_event_remains BEFORE DELETE ON period_event BEGIN SELECT RAISE(ABORT, 'period_event_is_final'); END
--;
CREATE TRIGGER snapshot_stays BEFORE UPDATE OF account_id, month ON snapshot BEGIN SELECT RAISE(ABORT, 'snapshot_is_final'); END
--;
CREATE TRIGGER snapshot_remains BEFORE DELETE ON snapshot BEGIN SELECT RAISE(ABORT, 'snapshot_is_final'); END
--;
CREATE TRIGGER book_remains BEFORE DELETE ON book BEGIN SELECT RAISE(ABORT, 'book_is_final'); END
--;
CREATE TRIGGER account_opens BEFORE INSERT ON account BEGIN
  SELECT RAISE(ABORT, 'account_exists') WHERE EXISTS (
    SELECT 1 FROM account WHERE id = NEW.id OR (book_id = NEW.book_id AND code = NEW.code AND commodity = NEW.commodity));
  SELECT RAISE(ABORT, 'account_is_born_empty') WHERE NEW.debits <> 0 OR NEW.credits <> 0 OR NEW.version <> 0
    OR NEW.events <> 0 OR NEW.first_event <> 1 OR NEW.floor IS NOT NULL OR NEW.ceiling IS NOT NULL
    OR NEW.closed_on IS NOT NULL OR NEW.moved_at IS NOT NULL;
  SELECT RAISE(ABORT, 'book_unknown') WHERE NOT EXISTS (SELECT 1 FROM book WHERE id = NEW.book_id);
END
--;
CREATE TRIGGER account_stays BEFORE UPDATE OF id, book_id, code, commodity, type, firm, first_event ON account BEGIN
  SELECT RAISE(ABORT, 'account_is_final');
END
--;
-- Totals move only as a transfer with that version, amount and moment says.
CREATE TRIGGER account_totals BEFORE UPDATE OF debits, credits, version, moved_at ON account
WHEN NOT EXISTS (SELECT 1 FROM transfer WHERE debit_account_id = OLD.id AND debit_version = NEW.version AND moved_at = NEW.moved_at
                 AND NEW.version = OLD.version + 1 AND NEW.debits = OLD.debits + amount AND NEW.credits = OLD.credits)
 AND NOT EXISTS (SELECT 1 FROM transfer WHERE credit_account_id = OLD.id AND credit_version = NEW.version AND moved_at = NEW.moved_at
                 AND NEW.version = OLD.version + 1 AND NEW.credits = OLD.credits + amount AND NEW.debits = OLD.debits)
BEGIN SELECT RAISE(ABORT, 'totals_follow_transfers'); END
--;
-- Limits and closing change only as an event with that version says.
CREATE TRIGGER account_limits BEFORE UPDATE OF floor, ceiling, closed_on, events ON account
WHEN NOT EXISTS (SELECT 1 FROM account_event WHERE account_id = OLD.id AND version = NEW.events AND NEW.events = OLD.events + 1
                 AND floor IS NEW.floor AND ceiling IS NEW.ceiling AND closed_on IS NEW.closed_on)
BEGIN SELECT RAISE(ABORT, 'limits_follow_events'); END
--;
CREATE TRIGGER account_remains BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'account_is_final'); END
--;
CREATE TRIGGER account_event_enters BEFORE INSERT ON account_event BEGIN
  SELECT RAISE(ABORT, 'account_event_exists') WHERE EXISTS (
    SELECT 1 FROM account_event WHERE account_id = NEW.account_id AND version = NEW.version);
  SELECT RAISE(ABORT, 'account_event_out_of_turn') WHERE NOT EXISTS (
    SELECT 1 FROM account WHERE id = NEW.account_id AND events + 1 = NEW.version);
  SELECT RAISE(ABORT, 'account_event_out_of_turn') WHERE (NEW.kind = 'open') <> (NEW.version = 1)
    OR (NEW.kind = 'close') <> (NEW.closed_on IS NOT NULL) OR NEW.closed_on IS NOT date(NEW.closed_on, '+0 days')
    OR substr(NEW.recorded_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.recorded_at, 1, 19), '+0 days')
    OR substr(NEW.recorded_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z';
  SELECT RAISE(ABORT, 'account_is_closed') FROM account
    WHERE id = NEW.account_id AND closed_on IS NOT NULL AND NEW.kind <> 'reopen';
  SELECT RAISE(ABORT, 'account_is_open') FROM account WHERE id = NEW.account_id AND closed_on IS NULL AND NEW.kind = 'reopen';
  SELECT RAISE(ABORT, 'account_is_not_empty') FROM account
    WHERE id = NEW.account_id AND NEW.kind = 'close' AND debits <> credits;
  SELECT RAISE(ABORT, 'account_event_out_of_turn') FROM account
    WHERE id = NEW.account_id AND NEW.kind IN ('close', 'reopen') AND (floor IS NOT NEW.floor OR ceiling IS NOT NEW.ceiling);
END
--;
CREATE TRIGGER account_event_entered AFTER INSERT ON account_event BEGIN
  UPDATE account SET floor = NEW.floor, ceiling = NEW.ceiling, closed_on = NEW.closed_on, events = NEW.version
    WHERE id = NEW.account_id;
  SELECT RAISE(ABORT, 'limits_did_not_move') FROM account WHERE id = NEW.account_id AND events <> NEW.version;
END
--;
CREATE TRIGGER account_event_stays BEFORE UPDATE ON account_event BEGIN SELECT RAISE(ABORT, 'account_event_is_final'); END
--;
CREATE TRIGGER account_event_remains BEFORE DELETE ON account_event BEGIN SELECT RAISE(ABORT, 'account_event_is_final'); END
--;
CREATE TRIGGER entry_enters BEFORE INSERT ON entry BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM entry WHERE book_id = NEW.book_id AND key = NEW.key) THEN RAISE(ABORT, 'entry_key_used')
    WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id) THEN RAISE(ABORT, 'entry_exists')
    WHEN NEW.posted_on <= (SELECT closed_through FROM book WHERE id = NEW.book_id) THEN RAISE(ABORT, 'period_closed')
    WHEN (NEW.kind = 'reversal') <> (NEW.reverses_id IS NOT NULL)
      OR (NEW.limits IS NOT NULL AND (NEW.limits <> 'waived' OR (NEW.kind <> 'import' AND NEW.kind <> 'reversal')))
      -- With a modifier, or 30 February would be a day. What is no time could never be read again.
      OR NEW.posted_on IS NOT date(NEW.posted_on, '+0 days') OR NEW.last_line < 1
      OR substr(NEW.recorded_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.recorded_at, 1, 19), '+0 days')
      OR substr(NEW.recorded_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
      THEN RAISE(ABORT, 'entry_out_of_form')
  END;
END
--;
CREATE TRIGGER entry_reverses BEFORE INSERT ON entry WHEN NEW.reverses_id IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'entry_reversed_already') WHERE EXISTS (SELECT 1 FROM entry WHERE reverses_id = NEW.reverses_id);
  SELECT RAISE(ABORT, 'entry_unknown') WHERE NOT EXISTS (
    SELECT 1 FROM entry WHERE id = NEW.reverses_id AND book_id = NEW.book_id);
  SELECT RAISE(ABORT, 'reversal_is_final') FROM entry WHERE id = NEW.reverses_id AND reverses_id IS NOT NULL;
  SELECT RAISE(ABORT, 'reversal_mirrors') FROM entry WHERE id = NEW.reverses_id AND last_line <> NEW.last_line;
END
--;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry_is_final'); END
--;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry_is_final'); END
--;
-- One look at the entry and at each account: this is the hottest code of all.
CREATE TRIGGER transfer_enters BEFORE INSERT ON transfer BEGIN
  SELECT CASE
    -- With deferred keys a transfer could come before its entry, and nothing below would hold.
    WHEN e.id IS NULL OR e.book_id <> NEW.book_id THEN RAISE(ABORT, 'entry_unknown')
    WHEN NEW.line > e.last_line OR NEW.line <> 1 + coalesce((SELECT max(line) FROM transfer WHERE entry_id = NEW.entry_id), 0)
      THEN RAISE(ABORT, 'entry_is_final')
    WHEN NEW.amount <= 0 OR d.id IS c.id THEN RAISE(ABORT, 'transfer_moves_something')
    WHEN substr(NEW.moved_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.moved_at, 1, 19), '+0 days')
      OR substr(NEW.moved_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z' THEN RAISE(ABORT, 'transfer_out_of_form')
    WHEN d.id IS NULL OR d.book_id <> NEW.book_id OR d.commodity <> NEW.commodity OR d.version + 1 <> NEW.debit_version
      OR d.credits - d.debits - NEW.amount <> NEW.debit_balance_after OR NEW.moved_at < d.moved_at
      THEN RAISE(ABORT, 'transfer_out_of_turn')
    WHEN c.id IS NULL OR c.book_id <> NEW.book_id OR c.commodity <> NEW.commodity OR c.version + 1 <> NEW.credit_version
      OR c.credits - c.debits + NEW.amount <> NEW.credit_balance_after OR NEW.moved_at < c.moved_at
      THEN RAISE(ABORT, 'transfer_out_of_turn')
    WHEN d.closed_on IS NOT NULL OR c.closed_on IS NOT NULL THEN RAISE(ABORT, 'account_closed')
    -- Outside and further out than before: a debit only lowers, a credit only raises.
    WHEN NEW.debit_balance_after < d.floor AND (d.firm OR e.limits IS NULL) THEN RAISE(ABORT, 'account_floor')
    WHEN NEW.credit_balance_after > c.ceiling AND (c.firm OR e.limits IS NULL) THEN RAISE(ABORT, 'account_ceiling')
    WHEN e.reverses_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM transfer o WHERE o.entry_id = e.reverses_id AND o.line = NEW.line AND o.amount = NEW.amount
        AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id)
      THEN RAISE(ABORT, 'reversal_mirrors')
  END
  FROM (SELECT 1) LEFT JOIN entry e ON e.id = NEW.entry_id
    LEFT JOIN account d ON d.id = NEW.debit_account_id LEFT JOIN account c ON c.id = NEW.credit_account_id;
END
--;
CREATE TRIGGER transfer_entered AFTER INSERT ON transfer BEGIN
  UPDATE account SET debits = debits + NEW.amount, version = version + 1, moved_at = NEW.moved_at WHERE id = NEW.debit_account_id;
  UPDATE account SET credits = credits + NEW.amount, version = version + 1, moved_at = NEW.moved_at WHERE id = NEW.credit_account_id;
  SELECT RAISE(ABORT, 'totals_did_not_move') FROM account d JOIN account c ON c.id = NEW.credit_account_id
    WHERE d.id = NEW.debit_account_id AND (d.version <> NEW.debit_version OR c.version <> NEW.credit_version);
END
--;
-- A late entry corrects the totals that are kept of its month.
CREATE TRIGGER transfer_corrects AFTER INSERT ON transfer
WHEN EXISTS (SELECT 1 FROM entry e JOIN book b ON b.id = e.book_id AND e.posted_on <= b.snapshot_through WHERE e.id = NEW.entry_id)
BEGIN
  INSERT INTO snapshot (account_id, month, debits, credits)
    SELECT NEW.debit_account_id, date(posted_on, 'start of month'), NEW.amount, 0 FROM entry WHERE id = NEW.entry_id
    ON CONFLICT (account_id, month) DO UPDATE SET debits = debits + excluded.debits;
  INSERT INTO snapshot (account_id, month, debits, credits)
    SELECT NEW.credit_account_id, date(posted_on, 'start of month'), 0, NEW.amount FROM entry WHERE id = NEW.entry_id
    ON CONFLICT (account_id, month) DO UPDATE SET credits = credits + excluded.credits;
END
--;
CREATE TRIGGER transfer_stays BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer_is_final'); END
--;
CREATE TRIGGER transfer_remains BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'transfer_is_final'); END
--;
-- Whether a seal is that of its entries SQLite cannot say, having no hashes: prove() computes it again.
CREATE TRIGGER seal_enters BEFORE INSERT ON seal BEGIN
  SELECT RAISE(ABORT, 'seal_exists') WHERE EXISTS (
    SELECT 1 FROM seal WHERE book_id = NEW.book_id AND (number = NEW.number OR previous = NEW.previous));
  SELECT RAISE(ABORT, 'seal_out_of_turn')
    WHERE NEW.number IS NOT 1 + coalesce((SELECT max(number) FROM seal WHERE book_id = NEW.book_id), 0)
      OR NEW.previous IS NOT coalesce((SELECT hash FROM seal WHERE book_id = NEW.book_id AND number = NEW.number - 1), zeroblob(32));
  SELECT RAISE(ABORT, 'seal_out_of_form') WHERE NEW.leaves < 1
    OR substr(NEW.sealed_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.sealed_at, 1, 19), '+0 days')
    OR substr(NEW.sealed_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z';
END
--;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal BEGIN SELECT RAISE(ABORT, 'seal_is_final'); END
--;
CREATE TRIGGER seal_remains BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'seal_is_final'); END
--;
CREATE TRIGGER seal_leaf_enters BEFORE INSERT ON seal_leaf BEGIN
  SELECT RAISE(ABORT, 'entry_sealed_already') WHERE EXISTS (SELECT 1 FROM seal_leaf WHERE entry_id = NEW.entry_id);
  SELECT RAISE(ABORT, 'seal_is_final') WHERE NEW.position IS NOT 1 + coalesce((
    SELECT max(position) FROM seal_leaf WHERE book_id = NEW.book_id AND number = NEW.number), 0)
    OR NOT EXISTS (SELECT 1 FROM seal WHERE book_id = NEW.book_id AND number = NEW.number AND leaves >= NEW.position);
  SELECT RAISE(ABORT, 'entry_unknown') WHERE NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id AND book_id = NEW.book_id);
END
--;
CREATE TRIGGER seal_leaf_stays BEFORE UPDATE ON seal_leaf BEGIN SELECT RAISE(ABORT, 'seal_leaf_is_final'); END
--;
CREATE TRIGGER seal_leaf_remains BEFORE DELETE ON seal_leaf BEGIN SELECT RAISE(ABORT, 'seal_leaf_is_final'); END
