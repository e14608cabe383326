CREATE TABLE sign_in (
    id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    community_id INTEGER,
    token_hash TEXT NOT NULL,
    begun_by TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    browser TEXT,
    system TEXT,
    ended_at TEXT,
    CONSTRAINT pk_sign_in PRIMARY KEY (id),
    CONSTRAINT sign_in_token_is_hashed CHECK (length(token_hash) = 64),
    CONSTRAINT sign_in_begins_in_a_known_way CHECK (begun_by IN ('password', 'link', 'code')),
    CONSTRAINT sign_in_by_code_opens_one_community CHECK (begun_by <> 'code' OR community_id IS NOT NULL),
    CONSTRAINT sign_in_browser_is_short CHECK (length(browser) BETWEEN 1 AND 40),
    CONSTRAINT sign_in_system_is_short CHECK (length(system) BETWEEN 1 AND 40),
    CONSTRAINT fk_sign_in_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_sign_in_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_sign_in_token_hash UNIQUE (token_hash)
)
 STRICT
--;
CREATE INDEX sign_in_by_person ON sign_in (person_id, id)
