ALTER TABLE entry DROP CONSTRAINT fk_entry_last_line
--;
ALTER TABLE entry DROP CONSTRAINT fk_entry_reverses_id_book_id
--;
ALTER TABLE transfer DROP CONSTRAINT fk_transfer_debit_account_id_book_id_commodity
--;
ALTER TABLE transfer DROP CONSTRAINT fk_transfer_credit_account_id_book_id_commodity
--;
ALTER TABLE transfer DROP CONSTRAINT fk_transfer_entry_id_book_id
--;
ALTER TABLE seal_leaf DROP CONSTRAINT fk_seal_leaf_entry_id_book_id
--;
ALTER TABLE entry DROP CONSTRAINT uq_entry_id_book_id
--;
ALTER TABLE seal_leaf ADD CONSTRAINT fk_seal_leaf_entry_id FOREIGN KEY (entry_id) REFERENCES entry (id)
--;
CREATE FUNCTION seal_leaf_enters() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM entry WHERE id = NEW.entry_id AND book_id = NEW.book_id) THEN
    RAISE EXCEPTION 'entry_unknown' USING ERRCODE = '23514', CONSTRAINT = 'entry_unknown';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER seal_leaf_enters BEFORE INSERT ON seal_leaf FOR EACH ROW EXECUTE FUNCTION seal_leaf_enters()
--;
CREATE OR REPLACE FUNCTION transfer_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e record; original entry; debited record; credited record; moment timestamptz := clock_timestamp(); broken text;
BEGIN
  IF NEW.debit_version IS NOT NULL THEN
    -- A function judged it, or the owner brings it by hand. Whichever it was, it belongs to an entry and to accounts that are there.
    IF NOT EXISTS (
      SELECT FROM entry n
      JOIN account d ON d.id = NEW.debit_account_id AND d.book_id = n.book_id AND d.commodity = NEW.commodity
      JOIN account c ON c.id = NEW.credit_account_id AND c.book_id = n.book_id AND c.commodity = NEW.commodity
      WHERE n.id = NEW.entry_id AND n.book_id = NEW.book_id) THEN
      RAISE EXCEPTION 'transfer_belongs' USING ERRCODE = '23514', CONSTRAINT = 'transfer_belongs';
    END IF;
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(7301985, hashint8(NEW.book_id));
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    -- Such a transaction sees the book as it was; the lock fails, to be tried again, where it has changed since.
    PERFORM FROM book WHERE id = NEW.book_id FOR SHARE;
  END IF;
  SELECT n.book_id, n.kind, n.limits, n.last_line, n.reverses_id, n.posted_on, b.closed_through, b.snapshot_through,
         (SELECT max(t.line) FROM transfer t WHERE t.entry_id = n.id) AS line
    INTO e FROM entry n LEFT JOIN book b ON b.id = n.book_id WHERE n.id = NEW.entry_id;
  -- All of it before the totals move: ON CONFLICT DO NOTHING would drop the row but keep the movement.
  IF e.posted_on <= e.closed_through THEN
    RAISE EXCEPTION 'period_closed' USING ERRCODE = '23514', CONSTRAINT = 'period_closed', DETAIL = e.closed_through::text;
  END IF;
  IF e.book_id IS DISTINCT FROM NEW.book_id THEN broken := 'entry_unknown';
  ELSIF NEW.line > e.last_line OR NEW.line <> coalesce(e.line, 0) + 1 THEN broken := 'entry_is_final';
  ELSIF NEW.debit_account_id = NEW.credit_account_id THEN broken := 'transfer_has_two_accounts';
  ELSIF e.limits IS NOT NULL AND (e.limits <> 'waived' OR e.kind <> 'import' AND e.kind <> 'reversal') THEN broken := 'entry_limits_are_waived_for_imports_and_reversals_only';
  ELSIF (e.kind = 'reversal') <> (e.reverses_id IS NOT NULL) THEN broken := 'entry_reversal_names_its_original';
  ELSIF e.reverses_id IS NOT NULL THEN
    SELECT * INTO original FROM entry WHERE id = e.reverses_id AND book_id = e.book_id;
    IF original.id IS NULL THEN broken := 'entry_unknown';
    ELSIF original.reverses_id IS NOT NULL THEN broken := 'reversal_is_final';
    ELSIF original.last_line <> e.last_line OR NOT EXISTS (
      SELECT 1 FROM transfer o WHERE o.entry_id = e.reverses_id AND o.line = NEW.line AND o.amount = NEW.amount
        AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id) THEN
      broken := 'reversal_mirrors';
    END IF;
  END IF;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  IF NEW.debit_account_id < NEW.credit_account_id THEN                  -- one order of locking, always
    UPDATE account SET debits = debits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, moment)
      WHERE id = NEW.debit_account_id
      RETURNING id, book_id, commodity, version, moved_at, credits - debits AS balance, floor AS bound, firm, closed_on INTO debited;
    UPDATE account SET credits = credits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, debited.moved_at)
      WHERE id = NEW.credit_account_id
      RETURNING id, book_id, commodity, version, moved_at, credits - debits AS balance, ceiling AS bound, firm, closed_on INTO credited;
    moment := credited.moved_at;
    IF moment > debited.moved_at THEN UPDATE account SET moved_at = moment WHERE id = NEW.debit_account_id; END IF;
  ELSE
    UPDATE account SET credits = credits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, moment)
      WHERE id = NEW.credit_account_id
      RETURNING id, book_id, commodity, version, moved_at, credits - debits AS balance, ceiling AS bound, firm, closed_on INTO credited;
    UPDATE account SET debits = debits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, credited.moved_at)
      WHERE id = NEW.debit_account_id
      RETURNING id, book_id, commodity, version, moved_at, credits - debits AS balance, floor AS bound, firm, closed_on INTO debited;
    moment := debited.moved_at;
    IF moment > credited.moved_at THEN UPDATE account SET moved_at = moment WHERE id = NEW.credit_account_id; END IF;
  END IF;
  -- No key to account says it: a key looks once more, and locks once more, for what was just found and locked.
  IF (debited.book_id, debited.commodity, credited.book_id, credited.commodity)
     IS DISTINCT FROM (NEW.book_id, NEW.commodity, NEW.book_id, NEW.commodity) THEN
    RAISE EXCEPTION 'account_unknown' USING ERRCODE = '23514', CONSTRAINT = 'account_unknown';
  END IF;
  IF debited.closed_on IS NOT NULL OR credited.closed_on IS NOT NULL THEN
    RAISE EXCEPTION 'account_closed' USING ERRCODE = '23514', CONSTRAINT = 'account_closed',
      DETAIL = (CASE WHEN debited.closed_on IS NOT NULL THEN debited.id ELSE credited.id END)::text;
  END IF;
  -- Outside and further out than before: a debit only lowers, a credit only raises.
  IF debited.balance < debited.bound AND (e.limits IS NULL OR debited.firm) THEN
    RAISE EXCEPTION 'account_floor' USING ERRCODE = '23514', CONSTRAINT = 'account_floor',
      DETAIL = format('%s %s %s', debited.id, debited.bound, debited.balance);
  END IF;
  IF credited.balance > credited.bound AND (e.limits IS NULL OR credited.firm) THEN
    RAISE EXCEPTION 'account_ceiling' USING ERRCODE = '23514', CONSTRAINT = 'account_ceiling',
      DETAIL = format('%s %s %s', credited.id, credited.bound, credited.balance);
  END IF;
  IF e.posted_on <= e.snapshot_through THEN
    INSERT INTO snapshot AS s (account_id, month, debits, credits)
    VALUES (debited.id, date_trunc('month', e.posted_on), NEW.amount, 0), (credited.id, date_trunc('month', e.posted_on), 0, NEW.amount)
    ON CONFLICT (account_id, month) DO UPDATE SET debits = s.debits + EXCLUDED.debits, credits = s.credits + EXCLUDED.credits;
  END IF;
  NEW.moved_at := moment;
  NEW.debit_version := debited.version; NEW.credit_version := credited.version;
  NEW.debit_balance_after := debited.balance; NEW.credit_balance_after := credited.balance;
  RETURN NEW;
END $$
--;
DROP TRIGGER transfer_enters ON transfer
--;
CREATE TRIGGER transfer_enters BEFORE INSERT ON transfer FOR EACH ROW
  WHEN (NEW.debit_version IS NULL OR CURRENT_USER = SESSION_USER) EXECUTE FUNCTION transfer_enters()
--;
CREATE FUNCTION entry_has_lines() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM transfer WHERE entry_id = NEW.id AND line = NEW.last_line) THEN
    RAISE EXCEPTION 'entry_has_lines' USING ERRCODE = '23514', CONSTRAINT = 'entry_has_lines';
  END IF;
  RETURN NULL;
END $$
--;
CREATE CONSTRAINT TRIGGER entry_has_lines AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (CURRENT_USER = SESSION_USER) EXECUTE FUNCTION entry_has_lines()
--;
CREATE FUNCTION ledger_post(
  the_book bigint, the_kind text, the_day date, the_memo text, the_key text, the_print bytea, the_limits text, the_actor text,
  the_commodity text, the_debit bigint, the_credit bigint, the_amount bigint)
RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  the_entry bigint; its_month text; moment timestamptz := clock_timestamp(); broken text; debited account; credited account;
  d_version bigint; d_moment timestamptz; d_after bigint; d_fine bool;
  c_version bigint; c_moment timestamptz; c_after bigint; c_fine bool;
BEGIN
  IF pg_advisory_xact_lock_shared(7301985, hashint8(the_book)) IS NULL OR current_setting('transaction_isolation') <> 'read committed' THEN
    -- Such a transaction sees the book as it was; the lock fails, to be tried again, where it has changed since.
    PERFORM FROM book WHERE id = the_book FOR SHARE;
  END IF;
  INSERT INTO entry (book_id, kind, posted_on, memo, key, fingerprint, limits, actor, last_line)
  VALUES (the_book, the_kind, the_day, the_memo, the_key, the_print, the_limits, the_actor, 1) ON CONFLICT (book_id, key) DO NOTHING
  RETURNING id, (SELECT CASE WHEN the_day <= closed_through THEN 'closed' WHEN the_day <= snapshot_through THEN 'kept' END
                 FROM book WHERE id = the_book) INTO the_entry, its_month;
  IF the_entry IS NULL THEN RETURN NULL; END IF;
  IF its_month = 'closed' THEN
    RAISE EXCEPTION 'period_closed' USING ERRCODE = '23514', CONSTRAINT = 'period_closed',
      DETAIL = (SELECT closed_through::text FROM book WHERE id = the_book);
  END IF;
  IF the_debit = the_credit THEN broken := 'transfer_has_two_accounts';
  ELSIF the_kind = 'reversal' THEN broken := 'entry_reversal_names_its_original';
  ELSIF the_limits <> 'waived' OR the_limits IS NOT NULL AND the_kind <> 'import' THEN broken := 'entry_limits_are_waived_for_imports_and_reversals_only';
  END IF;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  -- Fine is what belongs here, is open, and is not outside and further out than before: a debit only lowers, a credit only raises.
  IF the_debit < the_credit THEN                                        -- one order of locking, always
    UPDATE account SET debits = debits + the_amount, version = version + 1, moved_at = greatest(moved_at, moment) WHERE id = the_debit
      RETURNING version, moved_at, credits - debits, book_id = the_book AND commodity = the_commodity AND closed_on IS NULL
        AND (credits - debits >= floor OR floor IS NULL OR the_limits IS NOT NULL AND NOT firm) INTO d_version, d_moment, d_after, d_fine;
    UPDATE account SET credits = credits + the_amount, version = version + 1, moved_at = greatest(moved_at, d_moment) WHERE id = the_credit
      RETURNING version, moved_at, credits - debits, book_id = the_book AND commodity = the_commodity AND closed_on IS NULL
        AND (credits - debits <= ceiling OR ceiling IS NULL OR the_limits IS NOT NULL AND NOT firm) INTO c_version, c_moment, c_after, c_fine;
    moment := c_moment;
    IF moment > d_moment THEN UPDATE account SET moved_at = moment WHERE id = the_debit; END IF;
  ELSE
    UPDATE account SET credits = credits + the_amount, version = version + 1, moved_at = greatest(moved_at, moment) WHERE id = the_credit
      RETURNING version, moved_at, credits - debits, book_id = the_book AND commodity = the_commodity AND closed_on IS NULL
        AND (credits - debits <= ceiling OR ceiling IS NULL OR the_limits IS NOT NULL AND NOT firm) INTO c_version, c_moment, c_after, c_fine;
    UPDATE account SET debits = debits + the_amount, version = version + 1, moved_at = greatest(moved_at, c_moment) WHERE id = the_debit
      RETURNING version, moved_at, credits - debits, book_id = the_book AND commodity = the_commodity AND closed_on IS NULL
        AND (credits - debits >= floor OR floor IS NULL OR the_limits IS NOT NULL AND NOT firm) INTO d_version, d_moment, d_after, d_fine;
    moment := d_moment;
    IF moment > c_moment THEN UPDATE account SET moved_at = moment WHERE id = the_credit; END IF;
  END IF;
  IF d_fine IS NOT TRUE OR c_fine IS NOT TRUE THEN
    SELECT * INTO debited FROM account WHERE id = the_debit AND book_id = the_book AND commodity = the_commodity;
    SELECT * INTO credited FROM account WHERE id = the_credit AND book_id = the_book AND commodity = the_commodity;
    IF debited.id IS NULL OR credited.id IS NULL THEN
      RAISE EXCEPTION 'account_unknown' USING ERRCODE = '23514', CONSTRAINT = 'account_unknown';
    ELSIF debited.closed_on IS NOT NULL OR credited.closed_on IS NOT NULL THEN
      RAISE EXCEPTION 'account_closed' USING ERRCODE = '23514', CONSTRAINT = 'account_closed',
        DETAIL = (CASE WHEN debited.closed_on IS NOT NULL THEN the_debit ELSE the_credit END)::text;
    ELSIF NOT d_fine THEN
      RAISE EXCEPTION 'account_floor' USING ERRCODE = '23514', CONSTRAINT = 'account_floor',
        DETAIL = format('%s %s %s', the_debit, debited.floor, d_after);
    END IF;
    RAISE EXCEPTION 'account_ceiling' USING ERRCODE = '23514', CONSTRAINT = 'account_ceiling',
      DETAIL = format('%s %s %s', the_credit, credited.ceiling, c_after);
  END IF;
  IF its_month = 'kept' THEN
    INSERT INTO snapshot AS s (account_id, month, debits, credits)
    VALUES (the_debit, date_trunc('month', the_day), the_amount, 0), (the_credit, date_trunc('month', the_day), 0, the_amount)
    ON CONFLICT (account_id, month) DO UPDATE SET debits = s.debits + EXCLUDED.debits, credits = s.credits + EXCLUDED.credits;
  END IF;
  INSERT INTO transfer (entry_id, line, book_id, commodity, debit_account_id, credit_account_id, amount, moved_at,
                        debit_version, credit_version, debit_balance_after, credit_balance_after)
  VALUES (the_entry, 1, the_book, the_commodity, the_debit, the_credit, the_amount, moment, d_version, c_version, d_after, c_after);
  RETURN ARRAY[the_entry, d_version, c_version, d_after, c_after];
END $$
--;
CREATE FUNCTION ledger_post_lines(
  the_book bigint, the_kind text, the_day date, the_memo text, the_key text, the_print bytea, the_limits text, the_actor text,
  the_original bigint, the_commodities text[], the_debits bigint[], the_credits bigint[], the_amounts bigint[])
RETURNS SETOF transfer LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ledger_lock(the_debits || the_credits);
  WITH e AS (
    INSERT INTO entry (book_id, kind, posted_on, memo, key, fingerprint, limits, actor, reverses_id, last_line)
    VALUES (the_book, the_kind, the_day, the_memo, the_key, the_print, the_limits, the_actor, the_original, cardinality(the_debits))
    ON CONFLICT (book_id, key) DO NOTHING RETURNING id)
  INSERT INTO transfer (entry_id, line, book_id, commodity, debit_account_id, credit_account_id, amount)
  SELECT e.id, l.line, the_book, l.commodity, l.debit, l.credit, l.amount
  FROM e, unnest(the_commodities, the_debits, the_credits, the_amounts) WITH ORDINALITY AS l (commodity, debit, credit, amount, line)
  ORDER BY l.line RETURNING *
$$
