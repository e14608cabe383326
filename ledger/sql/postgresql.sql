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
CREATE FUNCTION entry_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE through date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7301985, hashint8(NEW.book_id));
  IF current_setting('transaction_isolation') = 'read committed' THEN
    SELECT closed_through INTO through FROM book WHERE id = NEW.book_id;
  ELSE
    -- Such a transaction sees the book as it was; the lock fails, to be tried again, where it has changed since.
    SELECT closed_through INTO through FROM book WHERE id = NEW.book_id FOR SHARE;
  END IF;
  IF NEW.posted_on <= through THEN
    -- Not where the key is there: ON CONFLICT DO NOTHING asks for the first answer again.
    IF EXISTS (SELECT 1 FROM entry WHERE book_id = NEW.book_id AND key = NEW.key) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'period_closed' USING ERRCODE = '23514', CONSTRAINT = 'period_closed', DETAIL = through::text;
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER entry_enters BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_enters()
--;
CREATE FUNCTION entry_reverses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE original entry; broken text;
BEGIN
  SELECT * INTO original FROM entry WHERE id = NEW.reverses_id AND book_id = NEW.book_id;
  broken := CASE
    WHEN original.id IS NULL THEN 'entry_unknown'
    WHEN original.reverses_id IS NOT NULL THEN 'reversal_is_final'
    WHEN original.last_line <> NEW.last_line THEN 'reversal_mirrors'
  END;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER entry_reverses BEFORE INSERT ON entry FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
  EXECUTE FUNCTION entry_reverses()
--;
CREATE FUNCTION transfer_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e record; debited record; credited record; moment timestamptz := clock_timestamp(); broken text;
BEGIN
  SELECT book_id, limits, last_line, reverses_id, posted_on,
         (SELECT snapshot_through FROM book WHERE book.id = entry.book_id) AS snapshot_through,
         (SELECT max(t.line) FROM transfer t WHERE t.entry_id = entry.id) AS line INTO e FROM entry WHERE id = NEW.entry_id;
  -- Before the totals move: ON CONFLICT DO NOTHING would drop the row but keep the movement.
  IF e.book_id IS DISTINCT FROM NEW.book_id THEN broken := 'entry_unknown';
  ELSIF NEW.line > e.last_line OR NEW.line <> coalesce(e.line, 0) + 1 THEN broken := 'entry_is_final';
  ELSIF e.reverses_id IS NOT NULL THEN
    IF NOT EXISTS (
      SELECT 1 FROM transfer o WHERE o.entry_id = e.reverses_id AND o.line = NEW.line AND o.amount = NEW.amount
        AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id) THEN
      broken := 'reversal_mirrors';
    END IF;
  END IF;
  IF broken IS NOT NULL THEN RAISE EXCEPTION '%', broken USING ERRCODE = '23514', CONSTRAINT = broken; END IF;
  IF NEW.debit_account_id < NEW.credit_account_id THEN                  -- one order of locking, always
    UPDATE account SET debits = debits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, moment)
      WHERE id = NEW.debit_account_id
      RETURNING id, version, moved_at, credits - debits AS balance, floor AS bound, firm, closed_on INTO debited;
    UPDATE account SET credits = credits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, debited.moved_at)
      WHERE id = NEW.credit_account_id
      RETURNING id, version, moved_at, credits - debits AS balance, ceiling AS bound, firm, closed_on INTO credited;
    moment := credited.moved_at;
    IF moment > debited.moved_at THEN UPDATE account SET moved_at = moment WHERE id = NEW.debit_account_id; END IF;
  ELSE
    UPDATE account SET credits = credits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, moment)
      WHERE id = NEW.credit_account_id
      RETURNING id, version, moved_at, credits - debits AS balance, ceiling AS bound, firm, closed_on INTO credited;
    UPDATE account SET debits = debits + NEW.amount, version = version + 1, moved_at = greatest(moved_at, credited.moved_at)
      WHERE id = NEW.debit_account_id
      RETURNING id, version, moved_at, credits - debits AS balance, floor AS bound, firm, closed_on INTO debited;
    moment := debited.moved_at;
    IF moment > credited.moved_at THEN UPDATE account SET moved_at = moment WHERE id = NEW.credit_account_id; END IF;
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
-- Rows of ledger_post_many() come with their versions, and it has judged them; nobody else may bring any.
CREATE TRIGGER transfer_enters BEFORE INSERT ON transfer FOR EACH ROW WHEN (NEW.debit_version IS NULL)
  EXECUTE FUNCTION transfer_enters()
--;
-- Entries of several lines lock their accounts first and in one order, so that two of them cannot deadlock.
CREATE FUNCTION ledger_lock(accounts bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM account WHERE id = ANY (accounts) ORDER BY id FOR NO KEY UPDATE
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
  ids bigint[]; numbers regclass; moment timestamptz; bad record; counted int; first_broken bigint; through date;
  lines int[]; commodities text[]; debit_versions bigint[]; credit_versions bigint[]; debit_afters bigint[]; credit_afters bigint[];
BEGIN
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

  SELECT snapshot_through INTO through FROM book WHERE id = the_book;
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
