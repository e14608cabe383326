CREATE TABLE hours_agreement (
    id INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    second_id INTEGER NOT NULL,
    proposed_by_id INTEGER NOT NULL,
    first_minutes INTEGER NOT NULL,
    second_minutes INTEGER NOT NULL,
    first_limit_minutes INTEGER NOT NULL,
    second_limit_minutes INTEGER NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    answered_at TEXT,
    answered_by TEXT,
    ended_at TEXT,
    ended_by_id INTEGER,
    ended_by TEXT,
    CONSTRAINT pk_hours_agreement PRIMARY KEY (id),
    CONSTRAINT hours_agreement_is_between_two CHECK (first_id < second_id),
    CONSTRAINT hours_agreement_is_proposed_by_one CHECK (proposed_by_id = first_id OR proposed_by_id = second_id),
    CONSTRAINT hours_agreement_rate_is_bounded CHECK (first_minutes BETWEEN 1 AND 1440 AND second_minutes BETWEEN 1 AND 1440),
    CONSTRAINT hours_agreement_limit_is_bounded CHECK (first_limit_minutes BETWEEN 1 AND 6000000 AND second_limit_minutes BETWEEN 1 AND 6000000),
    CONSTRAINT hours_agreement_limit_is_one CHECK ((proposed_by_id = first_id AND second_limit_minutes = first_limit_minutes * second_minutes / first_minutes) OR (proposed_by_id = second_id AND first_limit_minutes = second_limit_minutes * first_minutes / second_minutes)),
    CONSTRAINT hours_agreement_words_are_short CHECK (length(words) <= 300),
    CONSTRAINT hours_agreement_state_is_known CHECK (state = 'on' OR state = 'ended' OR state = 'proposed' OR state = 'declined' OR state = 'withdrawn'),
    CONSTRAINT hours_agreement_is_answered_once CHECK ((state = 'proposed') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)),
    CONSTRAINT hours_agreement_is_ended_by_one CHECK ((state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_by_id IS NULL OR ended_by_id = first_id OR ended_by_id = second_id)),
    CONSTRAINT fk_hours_agreement_first_id FOREIGN KEY(first_id) REFERENCES community (id),
    CONSTRAINT fk_hours_agreement_second_id FOREIGN KEY(second_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX hours_agreement_by_second ON hours_agreement (second_id, id)
--;
CREATE UNIQUE INDEX uq_hours_agreement_holds ON hours_agreement (first_id, second_id) WHERE state = 'on'
--;
CREATE UNIQUE INDEX uq_hours_agreement_waits ON hours_agreement (first_id, second_id) WHERE state = 'proposed'
--;
CREATE TABLE hours_across (
    id INTEGER NOT NULL,
    agreement_id INTEGER NOT NULL,
    giver_community_id INTEGER NOT NULL,
    receiver_community_id INTEGER NOT NULL,
    giver_id INTEGER NOT NULL,
    receiver_id INTEGER NOT NULL,
    given_minutes INTEGER NOT NULL,
    received_minutes INTEGER NOT NULL,
    rate_given INTEGER NOT NULL,
    rate_received INTEGER NOT NULL,
    given_on TEXT NOT NULL,
    received_on TEXT NOT NULL,
    words TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    done_person_id INTEGER,
    done_member_id INTEGER,
    done_how TEXT NOT NULL,
    given_entry_id INTEGER NOT NULL,
    received_entry_id INTEGER NOT NULL,
    given_reversal_id INTEGER,
    received_reversal_id INTEGER,
    taken_back_at TEXT,
    taken_back_by TEXT,
    taken_back_by_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_hours_across PRIMARY KEY (id),
    CONSTRAINT uq_hours_across_key UNIQUE ("key"),
    CONSTRAINT uq_hours_across_given_entry_id UNIQUE (given_entry_id),
    CONSTRAINT uq_hours_across_received_entry_id UNIQUE (received_entry_id),
    CONSTRAINT uq_hours_across_given_reversal_id UNIQUE (given_reversal_id),
    CONSTRAINT uq_hours_across_received_reversal_id UNIQUE (received_reversal_id),
    CONSTRAINT fk_hours_across_giver_id_giver_community_id FOREIGN KEY(giver_id, giver_community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_hours_across_receiver_id_receiver_community_id FOREIGN KEY(receiver_id, receiver_community_id) REFERENCES member (id, community_id),
    CONSTRAINT hours_across_is_between_two CHECK (giver_community_id <> receiver_community_id),
    CONSTRAINT hours_across_is_bounded CHECK (given_minutes BETWEEN 1 AND 6000000 AND received_minutes > 0),
    CONSTRAINT hours_across_is_at_its_rate CHECK (rate_given > 0 AND rate_received > 0 AND received_minutes = given_minutes * rate_received / rate_given),
    CONSTRAINT hours_across_words_are_short CHECK (length(words) <= 300),
    CONSTRAINT hours_across_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT hours_across_done_how_is_known CHECK (done_how = 'web' OR done_how = 'slip' OR done_how = 'telephone' OR done_how = 'in-person' OR done_how = 'job' OR done_how = 'cli' OR done_how = 'demo'),
    CONSTRAINT hours_across_is_taken_back_whole CHECK ((given_reversal_id IS NULL) = (received_reversal_id IS NULL) AND (given_reversal_id IS NULL) = (taken_back_at IS NULL) AND (given_reversal_id IS NULL) = (taken_back_by IS NULL) AND (given_reversal_id IS NULL) = (taken_back_by_id IS NULL) AND (given_reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT hours_across_is_taken_back_for_a_reason CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_hours_across_agreement_id FOREIGN KEY(agreement_id) REFERENCES hours_agreement (id),
    CONSTRAINT fk_hours_across_done_person_id FOREIGN KEY(done_person_id) REFERENCES person (id),
    CONSTRAINT fk_hours_across_given_entry_id FOREIGN KEY(given_entry_id) REFERENCES entry (id),
    CONSTRAINT fk_hours_across_received_entry_id FOREIGN KEY(received_entry_id) REFERENCES entry (id),
    CONSTRAINT fk_hours_across_given_reversal_id FOREIGN KEY(given_reversal_id) REFERENCES entry (id),
    CONSTRAINT fk_hours_across_received_reversal_id FOREIGN KEY(received_reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX hours_across_by_giver ON hours_across (giver_id, given_on)
--;
CREATE INDEX hours_across_by_giving ON hours_across (giver_community_id, id)
--;
CREATE INDEX hours_across_by_receiver ON hours_across (receiver_id, received_on)
--;
CREATE INDEX hours_across_by_receiving ON hours_across (receiver_community_id, id)
--;
CREATE TRIGGER hours_agreement_stays BEFORE UPDATE OF first_id, second_id, proposed_by_id, first_minutes, second_minutes, first_limit_minutes, second_limit_minutes, words, proposed_at, proposed_by ON hours_agreement
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END
--;
CREATE TRIGGER hours_agreement_goes_on BEFORE UPDATE OF state ON hours_agreement
           WHEN NOT (OLD.state = NEW.state OR OLD.state = 'proposed'
             OR (OLD.state = 'on' AND NEW.state = 'ended'))
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END
--;
CREATE TRIGGER hours_agreement_remains BEFORE DELETE ON hours_agreement
           BEGIN SELECT RAISE(ABORT, 'hours_agreement_stays'); END
--;
CREATE TRIGGER hours_across_by_agreement BEFORE INSERT ON hours_across
           WHEN NOT EXISTS (
             SELECT 1 FROM hours_agreement a WHERE a.id = NEW.agreement_id AND a.state = 'on' AND (
               (a.first_id = NEW.giver_community_id AND a.second_id = NEW.receiver_community_id
                AND a.first_minutes = NEW.rate_given AND a.second_minutes = NEW.rate_received)
               OR (a.second_id = NEW.giver_community_id AND a.first_id = NEW.receiver_community_id
                AND a.second_minutes = NEW.rate_given AND a.first_minutes = NEW.rate_received)))
           BEGIN SELECT RAISE(ABORT, 'hours_across_by_agreement'); END
--;
CREATE TRIGGER hours_across_stays BEFORE UPDATE OF agreement_id, giver_community_id, receiver_community_id, giver_id, receiver_id, given_minutes, received_minutes, rate_given, rate_received, given_on, received_on, key, done_at, given_entry_id, received_entry_id ON hours_across
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END
--;
CREATE TRIGGER hours_across_remains BEFORE DELETE ON hours_across
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END
--;
CREATE TRIGGER hours_across_back_once BEFORE UPDATE OF given_reversal_id, received_reversal_id
           ON hours_across WHEN OLD.given_reversal_id IS NOT NULL
           BEGIN SELECT RAISE(ABORT, 'hours_across_stays'); END
