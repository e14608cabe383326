ALTER TABLE support_paid RENAME TO support_paid_before
--;
DROP INDEX support_paid_by_member
--;
CREATE TABLE support_paid (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_support_paid PRIMARY KEY (id),
    CONSTRAINT uq_support_paid_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_support_paid_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_support_paid_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT support_paid_what_is_known CHECK (what = 'owed' OR what = 'thanks'),
    CONSTRAINT support_paid_way_is_known CHECK (way = 'cash' OR way = 'transfer' OR way = 'file'),
    CONSTRAINT support_paid_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT support_paid_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_paid_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT support_paid_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT support_paid_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT support_paid_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_support_paid_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_support_paid_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
INSERT INTO support_paid (id, community_id, member_id, what, amount_minor, currency, way, paid_on, "key", done_at, actor, entry_id, reversal_id, taken_back_because)
SELECT id, community_id, member_id, what, amount_minor, currency, way, paid_on, "key", done_at, actor, entry_id, reversal_id, taken_back_because FROM support_paid_before
--;
DROP TABLE support_paid_before
--;
CREATE INDEX support_paid_by_member ON support_paid (member_id)
--;
CREATE TABLE bank_account (
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    said_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_bank_account PRIMARY KEY (member_id),
    CONSTRAINT fk_bank_account_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT bank_account_bank_has_four_figures CHECK (length(bank_code) = 4),
    CONSTRAINT bank_account_branch_has_three_figures CHECK (length(branch_code) = 3),
    CONSTRAINT bank_account_kind_is_known CHECK (kind = 'ordinary' OR kind = 'checking' OR kind = 'savings'),
    CONSTRAINT bank_account_number_has_seven_figures CHECK (length(number) = 7),
    CONSTRAINT bank_account_has_a_holder CHECK (length(holder) BETWEEN 1 AND 30),
    CONSTRAINT bank_account_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE TABLE paying_account (
    community_id INTEGER NOT NULL,
    consignor_code TEXT NOT NULL,
    consignor TEXT NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    said_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_paying_account PRIMARY KEY (community_id),
    CONSTRAINT paying_account_bank_has_four_figures CHECK (length(bank_code) = 4),
    CONSTRAINT paying_account_branch_has_three_figures CHECK (length(branch_code) = 3),
    CONSTRAINT paying_account_kind_is_known CHECK (kind = 'ordinary' OR kind = 'checking' OR kind = 'savings'),
    CONSTRAINT paying_account_number_has_seven_figures CHECK (length(number) = 7),
    CONSTRAINT paying_account_consignor_has_ten_figures CHECK (length(consignor_code) = 10),
    CONSTRAINT paying_account_has_a_consignor CHECK (length(consignor) BETWEEN 1 AND 40),
    CONSTRAINT paying_account_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_paying_account_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE bank_file (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    pays_on TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    content BLOB NOT NULL,
    state TEXT NOT NULL,
    "key" TEXT NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    paid_on TEXT,
    entry_id INTEGER,
    dropped_because TEXT,
    CONSTRAINT pk_bank_file PRIMARY KEY (id),
    CONSTRAINT uq_bank_file_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_bank_file_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_bank_file_entry_id UNIQUE (entry_id),
    CONSTRAINT bank_file_state_is_known CHECK (state = 'made' OR state = 'paid' OR state = 'dropped'),
    CONSTRAINT bank_file_is_paid_on_a_day CHECK ((state = 'paid') = (paid_on IS NOT NULL) AND (state = 'paid') = (entry_id IS NOT NULL)),
    CONSTRAINT bank_file_is_dropped_for_a_reason CHECK ((state = 'dropped') = (dropped_because IS NOT NULL) AND length(dropped_because) BETWEEN 1 AND 500),
    CONSTRAINT bank_file_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT bank_file_pays_something CHECK (amount_minor > 0),
    CONSTRAINT bank_file_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_bank_file_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_bank_file_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE TABLE bank_file_line (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    first INTEGER NOT NULL,
    paid_id INTEGER NOT NULL,
    entry_id INTEGER,
    CONSTRAINT pk_bank_file_line PRIMARY KEY (file_id, line),
    CONSTRAINT fk_bank_file_line_file_id_community_id FOREIGN KEY(file_id, community_id) REFERENCES bank_file (id, community_id),
    CONSTRAINT fk_bank_file_line_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT uq_bank_file_line_paid_id UNIQUE (paid_id),
    CONSTRAINT uq_bank_file_line_entry_id UNIQUE (entry_id),
    CONSTRAINT bank_file_line_bank_has_four_figures CHECK (length(bank_code) = 4),
    CONSTRAINT bank_file_line_branch_has_three_figures CHECK (length(branch_code) = 3),
    CONSTRAINT bank_file_line_kind_is_known CHECK (kind = 'ordinary' OR kind = 'checking' OR kind = 'savings'),
    CONSTRAINT bank_file_line_number_has_seven_figures CHECK (length(number) = 7),
    CONSTRAINT bank_file_line_has_a_holder CHECK (length(holder) BETWEEN 1 AND 30),
    CONSTRAINT bank_file_line_is_counted CHECK (line BETWEEN 1 AND 999999),
    CONSTRAINT fk_bank_file_line_paid_id FOREIGN KEY(paid_id) REFERENCES support_paid (id),
    CONSTRAINT fk_bank_file_line_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX bank_file_line_by_member ON bank_file_line (member_id)
--;
CREATE TRIGGER bank_file_stays BEFORE UPDATE OF pays_on, amount_minor, content, key ON bank_file
           BEGIN SELECT RAISE(ABORT, 'bank_file_stays'); END
--;
CREATE TRIGGER bank_file_remains BEFORE DELETE ON bank_file
           BEGIN SELECT RAISE(ABORT, 'bank_file_stays'); END
--;
CREATE TRIGGER bank_file_line_stays BEFORE UPDATE OF member_id, bank_code, branch_code, kind, number, holder, first, paid_id ON bank_file_line
           BEGIN SELECT RAISE(ABORT, 'bank_file_line_stays'); END
--;
CREATE TRIGGER bank_file_line_remains BEFORE DELETE ON bank_file_line
           BEGIN SELECT RAISE(ABORT, 'bank_file_line_stays'); END
