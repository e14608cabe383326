CREATE TABLE authenticator (
    person_id INTEGER NOT NULL,
    locked_secret TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    set_up_at TEXT NOT NULL,
    CONSTRAINT pk_authenticator PRIMARY KEY (person_id),
    CONSTRAINT authenticator_secret_is_locked CHECK (length(locked_secret) BETWEEN 50 AND 500),
    CONSTRAINT authenticator_steps_count_up CHECK (last_step >= 0),
    CONSTRAINT fk_authenticator_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE TABLE recovery_code (
    person_id INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    salt TEXT NOT NULL,
    CONSTRAINT pk_recovery_code PRIMARY KEY (person_id, code_hash),
    CONSTRAINT recovery_code_is_salted CHECK (length(salt) = 32),
    CONSTRAINT recovery_code_is_hashed CHECK (length(code_hash) = 64),
    CONSTRAINT fk_recovery_code_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE TABLE half_sign_in (
    id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    community_id INTEGER,
    token_hash TEXT NOT NULL,
    begun_by TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    next_path TEXT,
    kept TEXT,
    CONSTRAINT pk_half_sign_in PRIMARY KEY (id),
    CONSTRAINT half_sign_in_token_is_hashed CHECK (length(token_hash) = 64),
    CONSTRAINT half_sign_in_begins_in_a_known_way CHECK (begun_by IN ('password', 'link')),
    CONSTRAINT half_sign_in_next_is_short CHECK (length(next_path) BETWEEN 1 AND 2000),
    CONSTRAINT half_sign_in_form_is_bounded CHECK (length(kept) BETWEEN 1 AND 400000),
    CONSTRAINT fk_half_sign_in_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_half_sign_in_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_half_sign_in_token_hash UNIQUE (token_hash)
)
 STRICT
--;
CREATE INDEX half_sign_in_by_person ON half_sign_in (person_id)
--;
ALTER TABLE sign_in ADD COLUMN second_factor_at TEXT
