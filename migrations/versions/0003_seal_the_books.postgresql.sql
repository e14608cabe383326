CREATE TABLE seal (
    book_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    previous BYTEA NOT NULL,
    root BYTEA NOT NULL,
    leaves BIGINT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_seal PRIMARY KEY (book_id, number),
    CONSTRAINT uq_seal_book_id_previous UNIQUE (previous, book_id),
    CONSTRAINT fk_seal_book_id FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT seal_counts CHECK (number > 0 AND leaves > 0),
    CONSTRAINT seal_hashes CHECK (length(previous) = 32 AND length(root) = 32 AND length(hash) = 32)
)
--;
CREATE TABLE seal_leaf (
    book_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    words BYTEA,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_seal_leaf PRIMARY KEY (book_id, number, position),
    CONSTRAINT uq_seal_leaf_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_seal_leaf_book_id_number FOREIGN KEY(book_id, number) REFERENCES seal (book_id, number),
    CONSTRAINT fk_seal_leaf_entry_id_book_id FOREIGN KEY(entry_id, book_id) REFERENCES entry (id, book_id),
    CONSTRAINT seal_leaf_counts CHECK (position > 0),
    CONSTRAINT seal_leaf_hashes CHECK (length(salt) = 16 AND length(hash) = 32 AND (words IS NULL OR length(words) = 32))
)
--;
ALTER TABLE seal ADD CONSTRAINT fk_seal_last_leaf FOREIGN KEY(book_id, number, leaves) REFERENCES seal_leaf (book_id, number, position) DEFERRABLE INITIALLY DEFERRED
--;
CREATE TRIGGER seal_stays BEFORE DELETE OR UPDATE ON seal FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER seal_remains BEFORE TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
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
--;
CREATE TABLE sealed_words (
    entry_id BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    CONSTRAINT pk_sealed_words PRIMARY KEY (entry_id),
    CONSTRAINT sealed_words_have_a_salt CHECK (length(salt) = 16),
    CONSTRAINT fk_sealed_words_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
