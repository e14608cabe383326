CREATE TABLE voucher (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    content BLOB NOT NULL,
    shown_id INTEGER,
    kept_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_voucher PRIMARY KEY (id),
    CONSTRAINT uq_voucher_community_id_sha256 UNIQUE (community_id, sha256),
    CONSTRAINT uq_voucher_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_voucher_shown_id_community_id FOREIGN KEY(shown_id, community_id) REFERENCES document (id, community_id),
    CONSTRAINT voucher_media_type_is_known CHECK (media_type = 'application/pdf' OR media_type = 'image/png' OR media_type = 'image/jpeg'),
    CONSTRAINT voucher_size_is_bounded CHECK (size BETWEEN 1 AND 20000000),
    CONSTRAINT voucher_has_its_size CHECK (length(content) = size),
    CONSTRAINT voucher_has_a_hash CHECK (length(sha256) = 32),
    CONSTRAINT voucher_pictures_are_shown CHECK ((shown_id IS NULL) = (media_type = 'application/pdf')),
    CONSTRAINT voucher_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_voucher_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE support_expense (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    exchange_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    carrying INTEGER NOT NULL,
    note TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    spent_on TEXT NOT NULL,
    borne_by TEXT NOT NULL,
    voucher_id INTEGER,
    no_receipt_because TEXT NOT NULL,
    state TEXT NOT NULL,
    "key" TEXT NOT NULL,
    told_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    decided_at TEXT,
    declined_because TEXT,
    entry_id INTEGER,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_support_expense PRIMARY KEY (id),
    CONSTRAINT uq_support_expense_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_support_expense_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_support_expense_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_support_expense_voucher_id_community_id FOREIGN KEY(voucher_id, community_id) REFERENCES voucher (id, community_id),
    CONSTRAINT support_expense_is_borne_by_somebody CHECK (borne_by = 'receiver' OR borne_by = 'group'),
    CONSTRAINT support_expense_state_is_known CHECK (state = 'told' OR state = 'booked' OR state = 'declined'),
    CONSTRAINT support_expense_kind_is_known CHECK (kind = 'goods' OR kind = 'fuel' OR kind = 'toll' OR kind = 'parking' OR kind = 'insurance'),
    CONSTRAINT support_expense_of_carrying_is_cost CHECK (NOT carrying OR ((kind = 'fuel' OR kind = 'toll' OR kind = 'parking' OR kind = 'insurance') AND note <> '')),
    CONSTRAINT support_expense_note_is_short CHECK (length(note) <= 500),
    CONSTRAINT support_expense_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT support_expense_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_expense_says_what_for CHECK (length(what) BETWEEN 1 AND 200),
    CONSTRAINT support_expense_has_a_receipt_or_a_reason CHECK ((voucher_id IS NULL) = (no_receipt_because <> '') AND length(no_receipt_because) <= 500),
    CONSTRAINT support_expense_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT support_expense_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT support_expense_is_decided_once CHECK ((state = 'booked') = (entry_id IS NOT NULL) AND (state = 'declined') = (declined_because IS NOT NULL) AND (state = 'told') = (decided_at IS NULL)),
    CONSTRAINT support_expense_is_declined_for_a_reason CHECK (length(declined_because) BETWEEN 1 AND 500),
    CONSTRAINT support_expense_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_support_expense_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_support_expense_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX support_expense_by_day ON support_expense (community_id, state, spent_on)
--;
CREATE INDEX support_expense_by_exchange ON support_expense (exchange_id)
--;
CREATE TRIGGER voucher_stays BEFORE UPDATE ON voucher
           BEGIN SELECT RAISE(ABORT, 'voucher_is_final'); END
--;
CREATE TRIGGER voucher_remains BEFORE DELETE ON voucher
           BEGIN SELECT RAISE(ABORT, 'voucher_is_final'); END
--;
CREATE TRIGGER support_expense_stays BEFORE UPDATE OF exchange_id, kind, carrying, amount_minor, currency, spent_on, voucher_id ON support_expense
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END
--;
CREATE TRIGGER support_expense_is_final
           BEFORE UPDATE OF borne_by, state, entry_id ON support_expense
           WHEN OLD.state <> 'told'
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END
--;
CREATE TRIGGER support_expense_remains BEFORE DELETE ON support_expense
           BEGIN SELECT RAISE(ABORT, 'support_expense_stays'); END
