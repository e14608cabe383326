ALTER TABLE donation ADD COLUMN receipt_for_year INTEGER DEFAULT 0 NOT NULL CONSTRAINT donation_for_year_wishes_receipt CHECK (NOT receipt_for_year OR wants_receipt)
--;
ALTER TABLE receipt ADD COLUMN of_year INTEGER CONSTRAINT receipt_of_year_is_for_gifts CHECK (of_year IS NULL OR (kind = 'gift' AND of_year BETWEEN 2000 AND 9999))
--;
ALTER TABLE receipt ADD COLUMN last_line INTEGER DEFAULT 1 NOT NULL CONSTRAINT receipt_last_line_counts CHECK (last_line >= 1 AND (last_line = 1 OR of_year IS NOT NULL))
--;
CREATE TABLE receipt_line (
    receipt_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    CONSTRAINT pk_receipt_line PRIMARY KEY (receipt_id, line),
    CONSTRAINT uq_receipt_line_community_id_source UNIQUE (community_id, source),
    CONSTRAINT fk_receipt_line_receipt_id_community_id FOREIGN KEY(receipt_id, community_id) REFERENCES receipt (id, community_id),
    CONSTRAINT receipt_line_counts CHECK (line >= 1),
    CONSTRAINT receipt_line_source_is_short CHECK (length(source) BETWEEN 3 AND 60),
    CONSTRAINT receipt_line_amount_is_bounded CHECK (amount_minor BETWEEN -10000000000 AND 10000000000 AND amount_minor <> 0),
    CONSTRAINT receipt_line_purpose_is_short CHECK (length(purpose) <= 100)
)
 STRICT
--;
CREATE INDEX receipt_line_by_day ON receipt_line (community_id, paid_on)
--;
INSERT INTO receipt_line (receipt_id, line, community_id, source, paid_on, amount_minor, purpose)
SELECT id, 1, community_id, source, paid_on, amount_minor, purpose FROM receipt
--;
CREATE TRIGGER receipt_line_stays BEFORE UPDATE ON receipt_line
           BEGIN SELECT RAISE(ABORT, 'receipt_line_is_final'); END
--;
CREATE TRIGGER receipt_line_remains BEFORE DELETE ON receipt_line
           BEGIN SELECT RAISE(ABORT, 'receipt_line_is_final'); END
--;
CREATE TRIGGER receipt_line_fits BEFORE INSERT ON receipt_line
           WHEN NOT (NEW.line <= (SELECT r.last_line FROM receipt r WHERE r.id = NEW.receipt_id))
           BEGIN SELECT RAISE(ABORT, 'receipt_never_grows'); END
--;
CREATE TEMPORARY TABLE kept_receipt_paper AS SELECT * FROM receipt_paper
--;
DROP TABLE receipt_paper
--;
CREATE TABLE receipt_paper (
    receipt_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    words TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_receipt_paper PRIMARY KEY (receipt_id),
    CONSTRAINT uq_receipt_paper_document_id UNIQUE (document_id),
    CONSTRAINT fk_receipt_paper_receipt_id_community_id FOREIGN KEY(receipt_id, community_id) REFERENCES receipt (id, community_id),
    CONSTRAINT fk_receipt_paper_document_id_community_id FOREIGN KEY(document_id, community_id) REFERENCES document (id, community_id),
    CONSTRAINT receipt_paper_has_words CHECK (length(words) BETWEEN 2 AND 200000)
)
 STRICT
--;
INSERT INTO receipt_paper (receipt_id, community_id, document_id, words, made_at)
SELECT receipt_id, community_id, document_id, words, made_at FROM kept_receipt_paper
--;
DROP TABLE kept_receipt_paper
--;
CREATE TRIGGER receipt_paper_stays BEFORE UPDATE ON receipt_paper
           BEGIN SELECT RAISE(ABORT, 'receipt_paper_is_final'); END
--;
CREATE TRIGGER receipt_paper_remains BEFORE DELETE ON receipt_paper
           BEGIN SELECT RAISE(ABORT, 'receipt_paper_is_final'); END
