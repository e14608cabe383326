CREATE TABLE mail_attachment (
    mail_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_mail_attachment PRIMARY KEY (mail_id),
    CONSTRAINT mail_attachment_has_a_name CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT fk_mail_attachment_mail_id FOREIGN KEY(mail_id) REFERENCES mail (id) ON DELETE CASCADE,
    CONSTRAINT fk_mail_attachment_document_id FOREIGN KEY(document_id) REFERENCES document (id)
)
 STRICT
--;
CREATE TABLE receipt_issuer (
    community_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    seat TEXT NOT NULL,
    stamp_id INTEGER,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_receipt_issuer PRIMARY KEY (community_id),
    CONSTRAINT fk_receipt_issuer_stamp_id_community_id FOREIGN KEY(stamp_id, community_id) REFERENCES document (id, community_id),
    CONSTRAINT receipt_issuer_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT receipt_issuer_seat_is_short CHECK (length(seat) BETWEEN 1 AND 300),
    CONSTRAINT fk_receipt_issuer_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE tax_words (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    words TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    CONSTRAINT pk_tax_words PRIMARY KEY (id),
    CONSTRAINT uq_tax_words_community_id_valid_from UNIQUE (community_id, valid_from),
    CONSTRAINT tax_words_are_short CHECK (length(words) BETWEEN 1 AND 500),
    CONSTRAINT tax_words_end_after_they_begin CHECK (valid_until >= valid_from),
    CONSTRAINT fk_tax_words_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE receipt_counter (
    community_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    CONSTRAINT pk_receipt_counter PRIMARY KEY (community_id, year),
    CONSTRAINT receipt_counter_counts CHECK (last_number >= 0),
    CONSTRAINT fk_receipt_counter_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE receipt (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    issuer TEXT NOT NULL,
    seat TEXT NOT NULL,
    stamp_id INTEGER,
    payer TEXT NOT NULL,
    address TEXT NOT NULL,
    member_id INTEGER,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    purpose TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    tax_words TEXT NOT NULL,
    about_id INTEGER,
    actor TEXT NOT NULL,
    CONSTRAINT pk_receipt PRIMARY KEY (id),
    CONSTRAINT uq_receipt_community_id_year_number UNIQUE (community_id, year, number),
    CONSTRAINT uq_receipt_community_id_source UNIQUE (community_id, source),
    CONSTRAINT uq_receipt_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_receipt_stamp_id_community_id FOREIGN KEY(stamp_id, community_id) REFERENCES document (id, community_id),
    CONSTRAINT fk_receipt_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_receipt_about_id_community_id FOREIGN KEY(about_id, community_id) REFERENCES receipt (id, community_id),
    CONSTRAINT receipt_year_is_bounded CHECK (year BETWEEN 2000 AND 9999),
    CONSTRAINT receipt_number_counts CHECK (number >= 1),
    CONSTRAINT receipt_kind_is_known CHECK (kind = 'gift' OR kind = 'fee' OR kind = 'supporter-fee' OR kind = 'ticket' OR kind = 'meal' OR kind = 'refund'),
    CONSTRAINT receipt_source_is_short CHECK (length(source) BETWEEN 3 AND 60),
    CONSTRAINT receipt_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT receipt_issuer_is_short CHECK (length(issuer) BETWEEN 1 AND 100),
    CONSTRAINT receipt_seat_is_short CHECK (length(seat) BETWEEN 1 AND 300),
    CONSTRAINT receipt_payer_is_short CHECK (length(payer) BETWEEN 1 AND 100),
    CONSTRAINT receipt_address_is_short CHECK (length(address) <= 300),
    CONSTRAINT receipt_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT receipt_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT receipt_purpose_is_short CHECK (length(purpose) <= 100),
    CONSTRAINT receipt_tax_words_are_short CHECK (length(tax_words) <= 500),
    CONSTRAINT receipt_tax_words_are_for_gifts CHECK (tax_words = '' OR kind = 'gift'),
    CONSTRAINT receipt_refund_is_about_one CHECK ((kind = 'refund') = (about_id IS NOT NULL)),
    CONSTRAINT receipt_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_receipt_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX receipt_by_about ON receipt (about_id)
--;
CREATE INDEX receipt_by_member ON receipt (member_id)
--;
CREATE TRIGGER receipt_stays BEFORE UPDATE ON receipt
           BEGIN SELECT RAISE(ABORT, 'receipt_is_final'); END
--;
CREATE TRIGGER receipt_remains BEFORE DELETE ON receipt
           BEGIN SELECT RAISE(ABORT, 'receipt_is_final'); END
--;
CREATE TRIGGER receipt_follows BEFORE INSERT ON receipt
           WHEN NOT (NEW.number = 1 + coalesce((SELECT max(r.number) FROM receipt r
             WHERE r.community_id = NEW.community_id AND r.year = NEW.year), 0))
           BEGIN SELECT RAISE(ABORT, 'receipt_number_follows'); END
--;
CREATE TABLE receipt_printing (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    printed_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_receipt_printing PRIMARY KEY (id),
    CONSTRAINT uq_receipt_printing_id_community_id UNIQUE (id, community_id),
    CONSTRAINT receipt_printing_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_receipt_printing_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TRIGGER receipt_printing_stays BEFORE UPDATE ON receipt_printing
           BEGIN SELECT RAISE(ABORT, 'receipt_printing_is_final'); END
--;
CREATE TRIGGER receipt_printing_remains BEFORE DELETE ON receipt_printing
           BEGIN SELECT RAISE(ABORT, 'receipt_printing_is_final'); END
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
    CONSTRAINT receipt_paper_has_words CHECK (length(words) BETWEEN 2 AND 20000)
)
 STRICT
--;
CREATE TRIGGER receipt_paper_stays BEFORE UPDATE ON receipt_paper
           BEGIN SELECT RAISE(ABORT, 'receipt_paper_is_final'); END
--;
CREATE TRIGGER receipt_paper_remains BEFORE DELETE ON receipt_paper
           BEGIN SELECT RAISE(ABORT, 'receipt_paper_is_final'); END
--;
CREATE TABLE receipt_handing (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    receipt_id INTEGER NOT NULL,
    how TEXT NOT NULL,
    handed_at TEXT NOT NULL,
    printing_id INTEGER,
    CONSTRAINT pk_receipt_handing PRIMARY KEY (id),
    CONSTRAINT fk_receipt_handing_receipt_id_community_id FOREIGN KEY(receipt_id, community_id) REFERENCES receipt (id, community_id),
    CONSTRAINT fk_receipt_handing_printing_id_community_id FOREIGN KEY(printing_id, community_id) REFERENCES receipt_printing (id, community_id),
    CONSTRAINT receipt_handing_way_is_known CHECK (how = 'mailed' OR how = 'fetched' OR how = 'printed' OR how = 'copied'),
    CONSTRAINT receipt_handing_on_paper_is_printed CHECK ((printing_id IS NOT NULL) = (how = 'printed' OR how = 'copied'))
)
 STRICT
--;
CREATE INDEX receipt_handing_by_printing ON receipt_handing (printing_id)
--;
CREATE UNIQUE INDEX receipt_handing_original ON receipt_handing (receipt_id) WHERE how <> 'copied'
--;
CREATE INDEX receipt_handing_by_receipt ON receipt_handing (receipt_id)
--;
CREATE TRIGGER receipt_handing_stays BEFORE UPDATE ON receipt_handing
           BEGIN SELECT RAISE(ABORT, 'receipt_handing_is_final'); END
--;
CREATE TRIGGER receipt_handing_remains BEFORE DELETE ON receipt_handing
           BEGIN SELECT RAISE(ABORT, 'receipt_handing_is_final'); END
