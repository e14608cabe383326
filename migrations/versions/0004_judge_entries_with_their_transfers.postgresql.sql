DROP TRIGGER entry_enters ON entry
--;
DROP FUNCTION entry_enters()
--;
DROP TRIGGER entry_reverses ON entry
--;
DROP FUNCTION entry_reverses()
--;
ALTER TABLE entry DROP CONSTRAINT entry_reversal_names_its_original
--;
ALTER TABLE entry DROP CONSTRAINT entry_limits_are_waived_for_imports_and_reversals_only
--;
ALTER TABLE transfer DROP CONSTRAINT transfer_has_two_accounts
--;
CREATE OR REPLACE FUNCTION transfer_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e record; original entry; debited record; credited record; moment timestamptz := clock_timestamp(); broken text;
BEGIN
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
CREATE OR REPLACE FUNCTION ledger_lock(accounts bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT pg_advisory_xact_lock_shared(7301985, hashint8(book_id)) FROM (
    SELECT DISTINCT book_id FROM account WHERE id = ANY (accounts) ORDER BY book_id) books;
  SELECT id FROM account WHERE id = ANY (accounts) ORDER BY id FOR NO KEY UPDATE
$$
--;
CREATE OR REPLACE FUNCTION ledger_post_many(
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
