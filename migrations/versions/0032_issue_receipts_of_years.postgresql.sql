ALTER TABLE donation ADD COLUMN receipt_for_year BOOLEAN DEFAULT false NOT NULL CONSTRAINT donation_for_year_wishes_receipt CHECK (NOT receipt_for_year OR wants_receipt)
--;
ALTER TABLE receipt ADD COLUMN of_year BIGINT CONSTRAINT receipt_of_year_is_for_gifts CHECK (of_year IS NULL OR (kind = 'gift' AND of_year BETWEEN 2000 AND 9999))
--;
ALTER TABLE receipt ADD COLUMN last_line BIGINT DEFAULT 1 NOT NULL CONSTRAINT receipt_last_line_counts CHECK (last_line >= 1 AND (last_line = 1 OR of_year IS NOT NULL))
--;
CREATE TABLE receipt_line (
    receipt_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    paid_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    CONSTRAINT pk_receipt_line PRIMARY KEY (receipt_id, line),
    CONSTRAINT uq_receipt_line_community_id_source UNIQUE (community_id, source),
    CONSTRAINT fk_receipt_line_receipt_id_community_id FOREIGN KEY(receipt_id, community_id) REFERENCES receipt (id, community_id),
    CONSTRAINT receipt_line_counts CHECK (line >= 1),
    CONSTRAINT receipt_line_source_is_short CHECK (length(source) BETWEEN 3 AND 60),
    CONSTRAINT receipt_line_amount_is_bounded CHECK (amount_minor BETWEEN -10000000000 AND 10000000000 AND amount_minor <> 0),
    CONSTRAINT receipt_line_purpose_is_short CHECK (length(purpose) <= 100)
)
--;
CREATE INDEX receipt_line_by_day ON receipt_line (community_id, paid_on)
--;
INSERT INTO receipt_line (receipt_id, line, community_id, source, paid_on, amount_minor, purpose)
SELECT id, 1, community_id, source, paid_on, amount_minor, purpose FROM receipt
--;
CREATE TRIGGER receipt_line_stays BEFORE DELETE OR UPDATE ON receipt_line
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER receipt_line_remains BEFORE TRUNCATE ON receipt_line
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
--;
CREATE FUNCTION receipt_never_grows() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT (NEW.line <= (SELECT r.last_line FROM receipt r WHERE r.id = NEW.receipt_id)) THEN
               RAISE EXCEPTION 'receipt_never_grows'
                 USING ERRCODE = '23514', CONSTRAINT = 'receipt_never_grows';
             END IF;
             RETURN NEW;
           END $$
--;
CREATE TRIGGER receipt_line_fits BEFORE INSERT ON receipt_line
           FOR EACH ROW EXECUTE FUNCTION receipt_never_grows()
--;
ALTER TABLE receipt_paper DROP CONSTRAINT receipt_paper_has_words
--;
ALTER TABLE receipt_paper ADD CONSTRAINT receipt_paper_has_words CHECK (length(words) BETWEEN 2 AND 200000)
