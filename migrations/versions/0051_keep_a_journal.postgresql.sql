CREATE TABLE journal_account (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    sort TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_journal_account PRIMARY KEY (id),
    CONSTRAINT uq_journal_account_community_id_slug UNIQUE (community_id, slug),
    CONSTRAINT fk_journal_account_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT journal_account_slug_is_short CHECK (length(slug) BETWEEN 2 AND 30),
    CONSTRAINT journal_account_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT journal_account_sort_is_known CHECK (sort = 'costs' OR sort = 'income' OR sort = 'assets' OR sort = 'debts'),
    CONSTRAINT journal_account_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
--;
CREATE TABLE journal_entry (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    posted_on DATE NOT NULL,
    currency TEXT NOT NULL,
    words TEXT NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_journal_entry PRIMARY KEY (id),
    CONSTRAINT uq_journal_entry_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_journal_entry_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_journal_entry_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_journal_entry_reversal_id UNIQUE (reversal_id),
    CONSTRAINT fk_journal_entry_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT journal_entry_words_are_short CHECK (length(words) BETWEEN 1 AND 200),
    CONSTRAINT journal_entry_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT journal_entry_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT journal_entry_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT journal_entry_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_journal_entry_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_journal_entry_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX journal_entry_by_day ON journal_entry (community_id, posted_on, id)
--;
CREATE TABLE journal_line (
    journal_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    debit_minor BIGINT NOT NULL,
    credit_minor BIGINT NOT NULL,
    CONSTRAINT pk_journal_line PRIMARY KEY (journal_id, line),
    CONSTRAINT fk_journal_line_journal_id_community_id FOREIGN KEY(journal_id, community_id) REFERENCES journal_entry (id, community_id),
    CONSTRAINT journal_line_is_counted CHECK (line >= 1),
    CONSTRAINT journal_line_stands_on_one_side CHECK ((debit_minor = 0) <> (credit_minor = 0) AND debit_minor BETWEEN 0 AND 10000000000 AND credit_minor BETWEEN 0 AND 10000000000)
)
--;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE OF community_id, posted_on, currency, words, key, entry_id ON journal_entry
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER journal_entry_remains BEFORE DELETE ON journal_entry
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER journal_line_stays BEFORE UPDATE OR DELETE ON journal_line
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
