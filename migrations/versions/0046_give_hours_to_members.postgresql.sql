CREATE TABLE present (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    giver_id BIGINT NOT NULL,
    receiver_id BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    given_on DATE NOT NULL,
    words TEXT NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_person_id BIGINT,
    done_member_id BIGINT,
    done_how TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_present PRIMARY KEY (id),
    CONSTRAINT uq_present_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_present_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_present_giver_id_community_id FOREIGN KEY(giver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_present_receiver_id_community_id FOREIGN KEY(receiver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT present_is_for_somebody_else CHECK (giver_id <> receiver_id),
    CONSTRAINT present_is_bounded CHECK (minutes BETWEEN 1 AND 6000000),
    CONSTRAINT present_words_are_short CHECK (length(words) <= 500),
    CONSTRAINT present_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT present_done_how_is_known CHECK (done_how = 'web' OR done_how = 'slip' OR done_how = 'telephone' OR done_how = 'in-person' OR done_how = 'job' OR done_how = 'cli' OR done_how = 'demo'),
    CONSTRAINT present_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_present_done_person_id FOREIGN KEY(done_person_id) REFERENCES person (id),
    CONSTRAINT fk_present_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_present_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX present_by_giver ON present (giver_id, given_on)
--;
CREATE INDEX present_by_receiver ON present (receiver_id, given_on)
--;
CREATE FUNCTION present_is_of_what_one_has() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT EXISTS (
             SELECT 1 FROM transfer t JOIN member g ON g.account_id = t.debit_account_id
             WHERE t.entry_id = NEW.entry_id AND t.line = 1 AND g.id = NEW.giver_id
               AND t.debit_balance_after >= 0) THEN
               RAISE EXCEPTION 'present_is_of_what_one_has'
                 USING ERRCODE = '23514', CONSTRAINT = 'present_is_of_what_one_has';
             END IF;
             RETURN NEW;
           END $$
--;
CREATE TRIGGER present_is_of_what_one_has BEFORE INSERT ON present
           FOR EACH ROW EXECUTE FUNCTION present_is_of_what_one_has()
--;
CREATE TRIGGER present_stays BEFORE UPDATE OF community_id, giver_id, receiver_id, minutes, given_on, key, entry_id ON present
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER present_remains BEFORE DELETE ON present
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
