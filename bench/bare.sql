-- A posting with no promise but that it balances and books once: what the ledger's own is measured beside.
-- The same rows in the same three tables, with the keys that reading needs; :members accounts, numbered from 1.
CREATE TABLE bare_account (id bigint PRIMARY KEY, debits bigint NOT NULL, credits bigint NOT NULL, version bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE bare_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, book_id bigint NOT NULL, kind text NOT NULL, posted_on date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(), memo text, key text NOT NULL, fingerprint bytea NOT NULL, actor text NOT NULL,
  UNIQUE (key, book_id));
CREATE TABLE bare_transfer (
  entry_id bigint NOT NULL, line int NOT NULL, commodity text NOT NULL, debit_account_id bigint NOT NULL, credit_account_id bigint NOT NULL,
  amount bigint NOT NULL, debit_version bigint NOT NULL, credit_version bigint NOT NULL, debit_balance_after bigint NOT NULL,
  credit_balance_after bigint NOT NULL, PRIMARY KEY (entry_id, line), UNIQUE (debit_account_id, debit_version),
  UNIQUE (credit_account_id, credit_version));
INSERT INTO bare_account SELECT n, 0, 0, 0 FROM generate_series(1, :members) n;
CREATE FUNCTION bare_post(
  the_book bigint, the_kind text, the_day date, the_memo text, the_key text, the_print bytea, the_actor text,
  the_commodity text, the_debit bigint, the_credit bigint, the_amount bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE the_entry bigint; debited bare_account; credited bare_account;
BEGIN
  INSERT INTO bare_entry (book_id, kind, posted_on, memo, key, fingerprint, actor)
  VALUES (the_book, the_kind, the_day, the_memo, the_key, the_print, the_actor)
  ON CONFLICT (key, book_id) DO NOTHING RETURNING id INTO the_entry;
  IF the_entry IS NULL THEN RETURN NULL; END IF;
  IF the_debit < the_credit THEN
    UPDATE bare_account SET debits = debits + the_amount, version = version + 1 WHERE id = the_debit RETURNING * INTO debited;
    UPDATE bare_account SET credits = credits + the_amount, version = version + 1 WHERE id = the_credit RETURNING * INTO credited;
  ELSE
    UPDATE bare_account SET credits = credits + the_amount, version = version + 1 WHERE id = the_credit RETURNING * INTO credited;
    UPDATE bare_account SET debits = debits + the_amount, version = version + 1 WHERE id = the_debit RETURNING * INTO debited;
  END IF;
  INSERT INTO bare_transfer VALUES (the_entry, 1, the_commodity, the_debit, the_credit, the_amount, debited.version, credited.version,
    debited.credits - debited.debits, credited.credits - credited.debits);
  RETURN the_entry;
END $$;
