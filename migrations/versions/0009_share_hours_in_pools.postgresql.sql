CREATE TABLE pool (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    purpose TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    closed_on DATE,
    CONSTRAINT pk_pool PRIMARY KEY (id),
    CONSTRAINT uq_pool_community_id_name UNIQUE (community_id, name),
    CONSTRAINT uq_pool_id_community_id UNIQUE (id, community_id),
    CONSTRAINT pool_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT pool_purpose_is_short CHECK (length(purpose) BETWEEN 1 AND 300),
    CONSTRAINT fk_pool_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_pool_account_id UNIQUE (account_id),
    CONSTRAINT fk_pool_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
--;
CREATE TABLE pool_transfer (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    pool_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    done_on DATE NOT NULL,
    words TEXT NOT NULL,
    name_hidden BOOLEAN NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_person_id BIGINT,
    done_member_id BIGINT,
    done_how TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    reversal_id BIGINT,
    CONSTRAINT pk_pool_transfer PRIMARY KEY (id),
    CONSTRAINT uq_pool_transfer_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_pool_transfer_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_pool_transfer_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_pool_transfer_pool_id_community_id FOREIGN KEY(pool_id, community_id) REFERENCES pool (id, community_id),
    CONSTRAINT fk_pool_transfer_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT pool_transfer_kind_is_known CHECK (kind = 'gift' OR kind = 'grant'),
    CONSTRAINT pool_transfer_is_bounded CHECK (minutes BETWEEN 1 AND 6000000),
    CONSTRAINT pool_transfer_words_are_short CHECK (length(words) <= 500),
    CONSTRAINT pool_grant_has_a_reason CHECK (kind <> 'grant' OR length(words) > 0),
    CONSTRAINT pool_transfer_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT pool_transfer_done_how_is_known CHECK (done_how = 'web' OR done_how = 'slip' OR done_how = 'telephone' OR done_how = 'in-person' OR done_how = 'job' OR done_how = 'cli' OR done_how = 'demo'),
    CONSTRAINT fk_pool_transfer_done_person_id FOREIGN KEY(done_person_id) REFERENCES person (id),
    CONSTRAINT fk_pool_transfer_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_pool_transfer_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX pool_transfer_by_member ON pool_transfer (member_id, done_on)
--;
CREATE TABLE pool_event (
    id BIGSERIAL NOT NULL,
    pool_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    transfer_id BIGINT,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    person_id BIGINT,
    member_id BIGINT,
    how TEXT NOT NULL,
    what TEXT NOT NULL,
    reason TEXT,
    CONSTRAINT pk_pool_event PRIMARY KEY (id),
    CONSTRAINT fk_pool_event_pool_id_community_id FOREIGN KEY(pool_id, community_id) REFERENCES pool (id, community_id),
    CONSTRAINT fk_pool_event_transfer_id_community_id FOREIGN KEY(transfer_id, community_id) REFERENCES pool_transfer (id, community_id),
    CONSTRAINT pool_event_what_is_known CHECK (what = 'reversed' OR what = 'opened' OR what = 'closed' OR what = 'reopened'),
    CONSTRAINT pool_event_reverses_a_transfer CHECK ((what = 'reversed') = (transfer_id IS NOT NULL)),
    CONSTRAINT pool_event_reverses_for_a_reason CHECK (what <> 'reversed' OR reason IS NOT NULL),
    CONSTRAINT pool_event_reason_is_short CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT pool_event_how_is_known CHECK (how = 'web' OR how = 'slip' OR how = 'telephone' OR how = 'in-person' OR how = 'job' OR how = 'cli' OR how = 'demo'),
    CONSTRAINT fk_pool_event_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX pool_event_by_pool ON pool_event (pool_id, id)
