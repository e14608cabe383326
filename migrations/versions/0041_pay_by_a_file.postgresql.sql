ALTER TABLE support_paid DROP CONSTRAINT support_paid_way_is_known
--;
ALTER TABLE support_paid ADD CONSTRAINT support_paid_way_is_known CHECK (way = 'cash' OR way = 'transfer' OR way = 'file')
--;
CREATE TABLE bank_account (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
--;
CREATE TABLE paying_account (
    community_id BIGINT NOT NULL,
    consignor_code TEXT NOT NULL,
    consignor TEXT NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
--;
CREATE TABLE bank_file (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    pays_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    content BYTEA NOT NULL,
    state TEXT NOT NULL,
    key TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    paid_on DATE,
    entry_id BIGINT,
    dropped_because TEXT,
    CONSTRAINT pk_bank_file PRIMARY KEY (id),
    CONSTRAINT uq_bank_file_community_id_key UNIQUE (community_id, key),
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
--;
CREATE TABLE bank_file_line (
    file_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    bank_code TEXT NOT NULL,
    branch_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    first BOOLEAN NOT NULL,
    paid_id BIGINT NOT NULL,
    entry_id BIGINT,
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
--;
CREATE INDEX bank_file_line_by_member ON bank_file_line (member_id)
--;
CREATE TRIGGER bank_file_stays BEFORE UPDATE OF pays_on, amount_minor, content, key ON bank_file
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER bank_file_remains BEFORE DELETE ON bank_file
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER bank_file_line_stays BEFORE UPDATE OF member_id, bank_code, branch_code, kind, number, holder, first, paid_id ON bank_file_line
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER bank_file_line_remains BEFORE DELETE ON bank_file_line
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
