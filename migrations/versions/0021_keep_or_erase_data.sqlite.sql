CREATE TABLE data_request (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT,
    answered_by TEXT,
    CONSTRAINT pk_data_request PRIMARY KEY (id),
    CONSTRAINT fk_data_request_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT data_request_kind_is_known CHECK (kind = 'see' OR kind = 'correct' OR kind = 'stop' OR kind = 'erase'),
    CONSTRAINT data_request_state_is_known CHECK (state = 'open' OR state = 'granted' OR state = 'refused' OR state = 'withdrawn'),
    CONSTRAINT data_request_is_short CHECK (length(words) <= 2000),
    CONSTRAINT data_request_answer_is_short CHECK (length(answer) <= 2000),
    CONSTRAINT data_request_has_an_actor CHECK (length(asked_by) BETWEEN 1 AND 200),
    CONSTRAINT data_request_answer_has_an_actor CHECK (length(answered_by) BETWEEN 1 AND 200),
    CONSTRAINT data_request_is_answered_once CHECK ((state = 'open') = (answered_at IS NULL)),
    CONSTRAINT data_request_is_answered_by_somebody CHECK ((answered_at IS NULL) = (answered_by IS NULL))
)
 STRICT
--;
CREATE INDEX data_request_by_community ON data_request (community_id, state, id)
--;
CREATE INDEX data_request_by_member ON data_request (member_id, id)
--;
CREATE TABLE erasure (
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    pseudonym INTEGER NOT NULL,
    erased_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_erasure PRIMARY KEY (member_id),
    CONSTRAINT fk_erasure_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT uq_erasure_community_id_pseudonym UNIQUE (community_id, pseudonym),
    CONSTRAINT erasure_pseudonym_counts CHECK (pseudonym > 0),
    CONSTRAINT erasure_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE TABLE retention (
    community_id INTEGER NOT NULL,
    unbooked_days INTEGER NOT NULL,
    reasons_days INTEGER NOT NULL,
    requests_days INTEGER NOT NULL,
    backups_days INTEGER NOT NULL,
    CONSTRAINT pk_retention PRIMARY KEY (community_id),
    CONSTRAINT retention_unbooked_is_bounded CHECK (unbooked_days BETWEEN 30 AND 3650),
    CONSTRAINT retention_reasons_are_bounded CHECK (reasons_days BETWEEN 30 AND 3650),
    CONSTRAINT retention_requests_are_bounded CHECK (requests_days BETWEEN 365 AND 3650),
    CONSTRAINT retention_backups_are_bounded CHECK (backups_days BETWEEN 1 AND 3650),
    CONSTRAINT fk_retention_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE leak (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    noticed_on TEXT NOT NULL,
    happened TEXT NOT NULL,
    what TEXT NOT NULL,
    people INTEGER,
    cause TEXT NOT NULL,
    harm TEXT NOT NULL,
    measures TEXT NOT NULL,
    on_purpose INTEGER NOT NULL,
    reported_on TEXT,
    completed_on TEXT,
    closed_on TEXT,
    written_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_leak PRIMARY KEY (id),
    CONSTRAINT uq_leak_id_community_id UNIQUE (id, community_id),
    CONSTRAINT leak_tells_what_happened CHECK (length(happened) BETWEEN 1 AND 4000),
    CONSTRAINT leak_what_is_short CHECK (length(what) <= 4000),
    CONSTRAINT leak_cause_is_short CHECK (length(cause) <= 4000),
    CONSTRAINT leak_harm_is_short CHECK (length(harm) <= 4000),
    CONSTRAINT leak_measures_is_short CHECK (length(measures) <= 4000),
    CONSTRAINT leak_people_are_bounded CHECK (people BETWEEN 0 AND 1000000000),
    CONSTRAINT leak_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_leak_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX ix_leak_community_id ON leak (community_id)
--;
CREATE TABLE leak_told (
    leak_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    told_at TEXT NOT NULL,
    how TEXT NOT NULL,
    words TEXT NOT NULL,
    CONSTRAINT pk_leak_told PRIMARY KEY (leak_id, member_id),
    CONSTRAINT fk_leak_told_leak_id_community_id FOREIGN KEY(leak_id, community_id) REFERENCES leak (id, community_id),
    CONSTRAINT fk_leak_told_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT leak_told_how_is_known CHECK (how = 'mail' OR how = 'to-call'),
    CONSTRAINT leak_told_says_something CHECK (length(words) BETWEEN 1 AND 2000)
)
 STRICT
