-- What the tables alone cannot promise, for PostgreSQL; schema.py runs it after creating them.
-- Statements are separated by lines that hold only "--;".
-- Functions that write run as the tables' owner, so that the application's role needs no UPDATE, and
-- name pg_temp last: without it a temporary table called "account" would take the real one's place.
-- What that role may insert is granted column by column (grants.py): ids, moments, totals, versions and
-- balances it cannot bring.

ALTER TABLE account SET (fillfactor = 50)
--;
ALTER TABLE account_event ALTER recorded_at SET DEFAULT clock_timestamp()
--;
ALTER TABLE period_event ALTER recorded_at SET DEFAULT clock_timestamp()
--;
ALTER TABLE entry ALTER recorded_at SET DEFAULT clock_timestamp()
--;
CREATE FUNCTION ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%_is_final', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_TABLE_NAME || '_is_final';
END $$
--;
CREATE TRIGGER commodity_stays BEFORE DELETE OR UPDATE ON commodity FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER commodity_remains BEFORE TRUNCATE ON commodity FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER book_stays BEFORE DELETE ON book FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER book_names_stay BEFORE UPDATE OF id, slug ON book FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER book_remains BEFORE TRUNCATE ON book FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER account_stays BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER account_names_stay BEFORE UPDATE OF id, book_id, code, commodity, type, firm, first_event ON account
  FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE FUNCTION account_limits_cross() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'account_floor_is_below_ceiling' USING ERRCODE = '23514', CONSTRAINT = 'account_floor_is_below_ceiling';
END $$
--;
-- A CHECK would be parsed and judged at every posting, too; accounts are born without limits.
CREATE TRIGGER account_floor_is_below_ceiling BEFORE UPDATE OF floor, ceiling ON account FOR EACH ROW
  WHEN (NEW.floor > NEW.ceiling) EXECUTE FUNCTION account_limits_cross()
--;
CREATE TRIGGER account_remains BEFORE TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER account_event_stays BEFORE DELETE OR UPDATE ON account_event FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER account_event_remains BEFORE TRUNCATE ON account_event FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER period_event_stays BEFORE DELETE OR UPDATE ON period_event FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER period_event_remains BEFORE TRUNCATE ON period_event FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER snapshot_stays BEFORE DELETE ON snapshot FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER snapshot_remains BEFORE TRUNCATE ON snapshot FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER entry_stays BEFORE DELETE OR UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER entry_remains BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER transfer_stays BEFORE DELETE OR UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER transfer_remains BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE FUNCTION book_opens() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.closed_through IS NOT NULL OR NEW.snapshot_through IS NOT NULL OR NEW.events <> 0 THEN
    RAISE EXCEPTION 'book_is_born_open' USING ERRCODE = '23514', CONSTRAINT = 'book_is_born_open';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER book_opens BEFORE INSERT ON book FOR EACH ROW EXECUTE FUNCTION book_opens()
--;
-- Who posts holds this lock together with others who do, until the end of the transaction; who closes a month
-- or keeps its totals holds it alone. So nothing that began before a closing lands after it. Its first number is
-- ours, its second the book's.
CREATE FUNCTION period_event_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE b book; broken text;
BEGIN
  PERFORM pg_advisory_xact_lock(7301985, hashint8(NEW.book_id));
  SELECT * INTO b FROM book WHERE id = NEW.book_id FOR NO KEY UPDATE;
  -- Somebody else's event came first: as a serialization failure, so that the edge runs it all again.
  IF NEW.version <= b.events THEN RAISE EXCEPTION 'period_event_out_of_turn' USING ERRCODE = '40001'; END IF;
  broken := CASE
    WHEN b.id IS NULL THEN 'book_unknown'
    WHEN NEW.version <> b.events + 1 THEN 'period_event_out_of_turn'
    WHEN NEW.closed_through <> (date_trunc('month', NEW.closed_through) + interval '1 month - 1 day')::date THEN 'period_is_a_month'
    WHEN NEW.kind = 'close' AND date_trunc('month', NEW.closed_through) <> date_trunc('month', b.closed_through) + interval '1 month'
      THEN 'period_out_of_turn'
    WHEN NEW.kind = 'reopen' AND NEW.closed_through + 1 IS DISTINCT FROM date_trunc('month', b.closed_through)::date
      THEN 'period_out_of_turn'
  END;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER period_event_enters BEFORE INSERT ON period_event FOR EACH ROW EXECUTE FUNCTION period_event_enters()
--;
-- After, not before: ON CONFLICT DO NOTHING drops the row once the BEFORE triggers have run.
CREATE FUNCTION period_event_entered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE book SET closed_through = NEW.closed_through, events = NEW.version WHERE id = NEW.book_id;
  RETURN NULL;
END $$
--;
CREATE TRIGGER period_event_entered AFTER INSERT ON period_event FOR EACH ROW EXECUTE FUNCTION period_event_entered()
--;
-- Keeps the totals of all months up to a month's last day that are not kept yet; gives how many rows.
CREATE FUNCTION ledger_take_snapshots(the_book bigint, through date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE since date; taken bigint;
BEGIN
  IF through IS NULL OR through <> (date_trunc('month', through) + interval '1 month - 1 day')::date THEN
    RAISE EXCEPTION 'period_is_a_month' USING ERRCODE = '23514', CONSTRAINT = 'period_is_a_month';
  END IF;
  PERFORM pg_advisory_xact_lock(7301985, hashint8(the_book));
  SELECT coalesce(snapshot_through, '-infinity') INTO since FROM book WHERE id = the_book FOR NO KEY UPDATE;
  IF since IS NULL OR since >= through THEN RETURN 0; END IF;
  INSERT INTO snapshot (account_id, month, debits, credits)
  SELECT account_id, date_trunc('month', day)::date, sum(debit), sum(credit) FROM (
    SELECT t.debit_account_id, e.posted_on, t.amount, 0 FROM entry e JOIN transfer t ON t.entry_id = e.id
    WHERE e.book_id = the_book AND e.posted_on > since AND e.posted_on <= through UNION ALL
    SELECT t.credit_account_id, e.posted_on, 0, t.amount FROM entry e JOIN transfer t ON t.entry_id = e.id
    WHERE e.book_id = the_book AND e.posted_on > since AND e.posted_on <= through
  ) legs (account_id, day, debit, credit) GROUP BY 1, 2;
  GET DIAGNOSTICS taken = ROW_COUNT;
  UPDATE book SET snapshot_through = through WHERE id = the_book;
  RETURN taken;
END $$
--;
-- With a path of its own, or a schema of the caller's could bring another meaning of <>.
CREATE FUNCTION account_opens() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.debits <> 0 OR NEW.credits <> 0 OR NEW.version <> 0 OR NEW.events <> 0 OR NEW.floor IS NOT NULL
     OR NEW.ceiling IS NOT NULL OR NEW.closed_on IS NOT NULL OR NEW.moved_at IS NOT NULL THEN
    RAISE EXCEPTION 'account_is_born_empty' USING ERRCODE = '23514', CONSTRAINT = 'account_is_born_empty';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER account_opens BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION account_opens()
--;
CREATE FUNCTION account_event_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE a account; broken text;
BEGIN
  SELECT * INTO a FROM account WHERE id = NEW.account_id FOR NO KEY UPDATE;
  -- Somebody else's event came first: as a serialization failure, so that the edge runs it all again.
  IF NEW.version <= a.events THEN RAISE EXCEPTION 'account_event_out_of_turn' USING ERRCODE = '40001'; END IF;
  broken := CASE
    WHEN a.id IS NULL THEN 'account_unknown'
    WHEN NEW.version <> a.events + 1 OR (NEW.kind = 'open') <> (NEW.version = 1) THEN 'account_event_out_of_turn'
    WHEN (NEW.kind = 'close') <> (NEW.closed_on IS NOT NULL) THEN 'account_event_out_of_turn'
    WHEN a.closed_on IS NOT NULL AND NEW.kind <> 'reopen' THEN 'account_is_closed'
    WHEN a.closed_on IS NULL AND NEW.kind = 'reopen' THEN 'account_is_open'
    WHEN NEW.kind = 'close' AND a.debits <> a.credits THEN 'account_is_not_empty'
    WHEN NEW.kind IN ('close', 'reopen') AND (NEW.floor IS DISTINCT FROM a.floor OR NEW.ceiling IS DISTINCT FROM a.ceiling)
      THEN 'account_event_out_of_turn'
  END;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER account_event_enters BEFORE INSERT ON account_event FOR EACH ROW EXECUTE FUNCTION account_event_enters()
--;
-- After, not before: ON CONFLICT DO NOTHING drops the row once the BEFORE triggers have run.
CREATE FUNCTION account_event_entered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE account SET floor = NEW.floor, ceiling = NEW.ceiling, closed_on = NEW.closed_on, events = NEW.version
    WHERE id = NEW.account_id;
  RETURN NULL;
END $$
--;
CREATE TRIGGER account_event_entered AFTER INSERT ON account_event FOR EACH ROW EXECUTE FUNCTION account_event_entered()
--;
-- An entry has a transfer or is not there, so all of it is judged with its first: one look at the entry and its book, and no
-- trigger, CHECK or key's look-up of the entry's own, each of which PostgreSQL prepares anew for every statement.
CREATE FUNCTION transfer_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
-- What the functions below write they have judged, and it comes with its versions. They run as the owner, so that inside of them
-- the user is another one than the session's. Whatever else is written is judged here, and what the owner writes, too.
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
-- A key would cost every posting as much as moving both accounts; the functions write an entry and its lines together.
CREATE CONSTRAINT TRIGGER entry_has_lines AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (CURRENT_USER = SESSION_USER) EXECUTE FUNCTION entry_has_lines()
--;
-- Posts an entry of one line that reverses none, which nearly all are: gives its id, both versions and both balances, or
-- nothing where its key was used. The rules are those of transfer_enters(), but nothing is read again that is in hand here.
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
-- Entries of several lines lock their accounts first and in one order, so that two of them cannot deadlock; before them, as
-- everybody who posts does, the book, which a closing may be waiting for.
CREATE FUNCTION ledger_lock(accounts bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT pg_advisory_xact_lock_shared(7301985, hashint8(book_id)) FROM (
    SELECT DISTINCT book_id FROM account WHERE id = ANY (accounts) ORDER BY book_id) books;
  SELECT id FROM account WHERE id = ANY (accounts) ORDER BY id FOR NO KEY UPDATE
$$
--;
-- Posts an entry of several lines, or one that reverses another, and gives its lines; none where its key was used.
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
--;
-- Many entries at once, lines in the order of posting; the_ords[i] says which entry
-- line i belongs to, counted from 1.
-- A trigger per row dies of dead row versions inside one transaction, so here every account is locked, counted and
-- moved once; the rules are those of transfer_enters(), judged line by line. Nothing is kept in temporary tables:
-- the caller could have made one of that name, with a trigger of its own that would run with the owner's rights.
CREATE FUNCTION ledger_post_many(
  the_book bigint, kinds text[], days date[], keys text[], prints bytea[], actors text[], memos text[], waivers bool[],
  the_ords int[], the_debits bigint[], the_credits bigint[], the_amounts bigint[])
RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ids bigint[]; numbers regclass; moment timestamptz; bad record; counted int; first_broken bigint; closed date; through date; refused text;
  lines int[]; commodities text[]; debit_versions bigint[]; credit_versions bigint[]; debit_afters bigint[]; credit_afters bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7301985, hashint8(the_book));
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM FROM book WHERE id = the_book FOR SHARE; END IF;
  PERFORM id FROM account WHERE id = ANY (the_debits || the_credits) ORDER BY id FOR NO KEY UPDATE;
  SELECT greatest(clock_timestamp(), max(moved_at)) INTO moment FROM account WHERE id = ANY (the_debits || the_credits);
  numbers := pg_get_serial_sequence('public.entry', 'id');
  SELECT array_agg(nextval(numbers)) INTO ids FROM generate_subscripts(keys, 1);

  WITH asked AS (
    SELECT *, row_number() OVER (PARTITION BY ord ORDER BY i) AS line
    FROM unnest(the_ords, the_debits, the_credits, the_amounts) WITH ORDINALITY AS u (ord, debit, credit, amount, i)
  ), legs AS (
    SELECT i, ord, line, true AS is_debit, debit AS account_id, -amount AS change FROM asked UNION ALL
    SELECT i, ord, line, false, credit, amount FROM asked
  ), run AS (
    SELECT l.i, l.line, l.is_debit, a.commodity, a.version + row_number() OVER w AS version,
           a.credits - a.debits + (sum(l.change) OVER w)::bigint AS after,
           CASE WHEN a.closed_on IS NOT NULL OR a.floor IS NULL AND a.ceiling IS NULL THEN a.closed_on IS NOT NULL
                WHEN waivers[l.ord] AND NOT a.firm THEN false
                WHEN l.is_debit THEN a.credits - a.debits + sum(l.change) OVER w < a.floor
                ELSE a.credits - a.debits + sum(l.change) OVER w > a.ceiling END AS broken
    FROM legs l JOIN account a ON a.id = l.account_id AND a.book_id = the_book
    WINDOW w AS (PARTITION BY l.account_id ORDER BY l.i)
  ), side_by_side AS (
    -- Grouped, not joined: nothing tells the planner how long an array is, and a nested loop would be its choice.
    SELECT i, max(line) AS line, max(commodity) AS commodity, bool_or(broken) AS broken,
           max(version) FILTER (WHERE is_debit) AS debit_version, max(version) FILTER (WHERE NOT is_debit) AS credit_version,
           max(after) FILTER (WHERE is_debit) AS debit_after, max(after) FILTER (WHERE NOT is_debit) AS credit_after
    FROM run GROUP BY i HAVING count(*) = 2 AND min(commodity) = max(commodity)
  )
  SELECT count(*), min(i) FILTER (WHERE broken), array_agg(line ORDER BY i), array_agg(commodity ORDER BY i),
         array_agg(debit_version ORDER BY i), array_agg(credit_version ORDER BY i),
         array_agg(debit_after ORDER BY i), array_agg(credit_after ORDER BY i)
  INTO counted, first_broken, lines, commodities, debit_versions, credit_versions, debit_afters, credit_afters
  FROM side_by_side;
  IF counted <> cardinality(the_ords) OR EXISTS (SELECT FROM unnest(the_ords) o WHERE o NOT BETWEEN 1 AND cardinality(keys)) THEN
    RAISE EXCEPTION 'transfer_out_of_turn' USING ERRCODE = '23514', CONSTRAINT = 'transfer_out_of_turn';
  END IF;

  refused := CASE
    WHEN EXISTS (SELECT FROM unnest(the_debits, the_credits) AS u (debit, credit) WHERE debit = credit) THEN 'transfer_has_two_accounts'
    WHEN 'reversal' = ANY (kinds) THEN 'entry_reversal_names_its_original'
    WHEN EXISTS (SELECT FROM unnest(kinds, waivers) AS u (kind, waived) WHERE waived AND kind IS DISTINCT FROM 'import')
      THEN 'entry_limits_are_waived_for_imports_and_reversals_only'
  END;
  IF refused IS NOT NULL THEN RAISE EXCEPTION '%', refused USING ERRCODE = '23514', CONSTRAINT = refused; END IF;
  SELECT closed_through, snapshot_through INTO closed, through FROM book WHERE id = the_book;
  IF EXISTS (SELECT FROM unnest(days) d WHERE d <= closed) THEN
    RAISE EXCEPTION 'period_closed' USING ERRCODE = '23514', CONSTRAINT = 'period_closed', DETAIL = closed::text;
  END IF;

  IF first_broken IS NOT NULL THEN
    SELECT l.* INTO bad FROM account d JOIN account c ON d.id = the_debits[first_broken] AND c.id = the_credits[first_broken]
      CROSS JOIN LATERAL (VALUES
        (1, 'account_closed', d.id, 0, 0, d.closed_on IS NOT NULL),
        (2, 'account_closed', c.id, 0, 0, c.closed_on IS NOT NULL),
        (3, 'account_floor', d.id, d.floor, debit_afters[first_broken],
         debit_afters[first_broken] < d.floor AND (waivers[the_ords[first_broken]] IS NOT TRUE OR d.firm)),
        (4, 'account_ceiling', c.id, c.ceiling, credit_afters[first_broken], true)
      ) AS l (turn, rule, account_id, bound, after, broken)
      WHERE l.broken ORDER BY l.turn LIMIT 1;
    RAISE EXCEPTION '%', bad.rule USING ERRCODE = '23514', CONSTRAINT = bad.rule,
      DETAIL = format('%s %s %s', bad.account_id, bad.bound, bad.after);
  END IF;

  BEGIN
    INSERT INTO entry (id, book_id, kind, posted_on, recorded_at, memo, key, fingerprint, limits, actor, last_line)
    OVERRIDING SYSTEM VALUE
    SELECT ids[e.n], the_book, e.kind, e.day, moment, e.memo, e.key, e.print, CASE WHEN e.waived THEN 'waived' END, e.actor, l.last_line
    FROM unnest(kinds, days, keys, prints, actors, memos, waivers) WITH ORDINALITY AS e (kind, day, key, print, actor, memo, waived, n)
    JOIN (SELECT o AS ord, count(*) AS last_line FROM unnest(the_ords) o GROUP BY o) l ON l.ord = e.n ORDER BY e.n;
  EXCEPTION WHEN unique_violation THEN
    -- Somebody used a key since the caller looked: as a serialization failure, so that the edge looks again.
    RAISE EXCEPTION 'entry_key_used' USING ERRCODE = '40001';
  END;

  INSERT INTO transfer (entry_id, line, book_id, commodity, debit_account_id, credit_account_id, amount, moved_at,
                        debit_version, credit_version, debit_balance_after, credit_balance_after)
  SELECT ids[t.ord], t.line, the_book, t.commodity, t.debit, t.credit, t.amount, moment,
         t.debit_version, t.credit_version, t.debit_after, t.credit_after
  FROM unnest(the_ords, lines, commodities, the_debits, the_credits, the_amounts, debit_versions, credit_versions, debit_afters, credit_afters)
       WITH ORDINALITY AS t (ord, line, commodity, debit, credit, amount, debit_version, credit_version, debit_after, credit_after, i)
  ORDER BY t.i;

  INSERT INTO snapshot AS s (account_id, month, debits, credits)
  SELECT account_id, date_trunc('month', days[ord])::date, sum(debit), sum(credit) FROM (
    SELECT debit, ord, amount, 0 FROM unnest(the_debits, the_ords, the_amounts) AS u (debit, ord, amount) UNION ALL
    SELECT credit, ord, 0, amount FROM unnest(the_credits, the_ords, the_amounts) AS u (credit, ord, amount)
  ) legs (account_id, ord, debit, credit) WHERE days[ord] <= through GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (account_id, month) DO UPDATE SET debits = s.debits + EXCLUDED.debits, credits = s.credits + EXCLUDED.credits;

  UPDATE account a SET debits = a.debits + m.debits, credits = a.credits + m.credits, version = a.version + m.moves, moved_at = moment
  FROM (SELECT account_id, sum(debit) AS debits, sum(credit) AS credits, count(*) AS moves FROM (
          SELECT debit, 0, amount FROM unnest(the_debits, the_amounts) AS u (debit, amount) UNION ALL
          SELECT credit, amount, 0 FROM unnest(the_credits, the_amounts) AS u (credit, amount)) legs (account_id, credit, debit)
        GROUP BY account_id) m
  WHERE a.id = m.account_id;
  RETURN ids;
END $$
--;
CREATE TRIGGER seal_stays BEFORE DELETE OR UPDATE ON seal FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER seal_remains BEFORE TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
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
CREATE TRIGGER seal_leaf_stays BEFORE DELETE OR UPDATE ON seal_leaf FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER seal_leaf_remains BEFORE TRUNCATE ON seal_leaf FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
-- Spells facts as hashes.py does: each with its length before it, ~ for what is left out.
CREATE FUNCTION ledger_spelt(VARIADIC facts text[]) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT string_agg(CASE WHEN f IS NULL THEN '~' ELSE octet_length(convert_to(f, 'UTF8')) || ':' || f || ',' END, '' ORDER BY n)
  FROM unnest(facts) WITH ORDINALITY AS u (f, n)
$$
--;
CREATE FUNCTION ledger_moment(moment timestamptz) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$
--;
-- Seals exactly these entries of a book, each with the digest of what people said about it, and gives the seal's number.
-- The program's role may insert no seal: what it would bring could be wrong for ever. Here the database hashes what it has,
-- and prove() does so again in Python.
CREATE FUNCTION ledger_seal(the_book bigint, the_entries bigint[], the_words bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  the_slug text; last bigint; before bytea; counted int; moment timestamptz := clock_timestamp();
  ids bigint[]; salts bytea[]; digests bytea[]; hashes bytea[]; level bytea[]; told text;
BEGIN
  -- One who seals at a time; who came second finds the first one's seal.
  PERFORM pg_advisory_xact_lock(7301986, hashint8(the_book));
  SELECT slug INTO the_slug FROM book WHERE id = the_book;
  IF EXISTS (SELECT FROM seal_leaf WHERE entry_id = ANY (the_entries)) THEN
    -- Somebody sealed since the caller looked: as a serialization failure, so that the edge looks again.
    RAISE EXCEPTION 'entry_sealed_already' USING ERRCODE = '40001';
  END IF;
  WITH asked AS MATERIALIZED (
    SELECT id, words, uuid_send(gen_random_uuid()) AS salt FROM unnest(the_entries, the_words) AS u (id, words)
  ), lines AS MATERIALIZED (
    SELECT t.entry_id, count(*) AS many,
           string_agg(ledger_spelt(t.line::text, t.commodity, t.amount::text, d.code, d.type, c.code, c.type), '' ORDER BY t.line) AS told,
           string_agg(ledger_spelt(ledger_moment(t.moved_at), t.debit_version::text, t.credit_version::text,
                                   t.debit_balance_after::text, t.credit_balance_after::text), '' ORDER BY t.line) AS ordered
    FROM transfer t JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id
    WHERE t.entry_id = ANY (the_entries) GROUP BY t.entry_id
  ), leaves AS (
    SELECT e.id, a.salt, a.words,
           sha256('\x00'::bytea
             || sha256(convert_to(ledger_spelt('entry', the_slug, e.id::text, e.kind, to_char(e.posted_on, 'YYYY-MM-DD'),
                                               ledger_moment(e.recorded_at), e.key, e.actor, e.memo, e.reverses_id::text,
                                               e.limits, l.many::text) || l.told, 'UTF8'))
             || sha256(a.salt || convert_to(l.ordered, 'UTF8')) || coalesce(a.words, ''::bytea)) AS hash
    FROM asked a JOIN entry e ON e.id = a.id AND e.book_id = the_book JOIN lines l ON l.entry_id = e.id
  )
  SELECT count(DISTINCT id), array_agg(id ORDER BY id), array_agg(salt ORDER BY id), array_agg(words ORDER BY id), array_agg(hash ORDER BY id)
  INTO counted, ids, salts, digests, hashes FROM leaves;
  IF counted = 0 OR counted <> greatest(cardinality(the_entries), cardinality(the_words)) THEN
    RAISE EXCEPTION 'entry_unknown' USING ERRCODE = '23514', CONSTRAINT = 'entry_unknown';
  END IF;

  level := hashes;
  WHILE cardinality(level) > 1 LOOP
    -- Two make the one above them; the last without a neighbour goes up as it is.
    SELECT array_agg(h ORDER BY pair) INTO level FROM (
      SELECT (n - 1) / 2 AS pair,
             CASE count(*) WHEN 1 THEN (array_agg(h))[1] ELSE sha256('\x01'::bytea || string_agg(h, ''::bytea ORDER BY n)) END AS h
      FROM unnest(level) WITH ORDINALITY AS u (h, n) GROUP BY 1) pairs;
  END LOOP;

  SELECT number, hash INTO last, before FROM seal WHERE book_id = the_book ORDER BY number DESC LIMIT 1;
  last := coalesce(last, 0) + 1;
  before := coalesce(before, decode(repeat('00', 32), 'hex'));
  told := ledger_spelt('seal', the_slug, last::text, encode(before, 'hex'), encode(level[1], 'hex'), counted::text, ledger_moment(moment));
  INSERT INTO seal (book_id, number, previous, root, leaves, sealed_at, hash)
  VALUES (the_book, last, before, level[1], counted, moment, sha256('\x02'::bytea || convert_to(told, 'UTF8')));
  INSERT INTO seal_leaf (book_id, number, position, entry_id, salt, words, hash)
  SELECT the_book, last, n, id, salt, words, hash
  FROM unnest(ids, salts, digests, hashes) WITH ORDINALITY AS u (id, salt, words, hash, n) ORDER BY n;
  RETURN last;
EXCEPTION WHEN unique_violation THEN
  -- A transaction that sees only what was there when it began: the edge runs it again.
  RAISE EXCEPTION 'entry_sealed_already' USING ERRCODE = '40001';
END $$
