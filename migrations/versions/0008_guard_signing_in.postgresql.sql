CREATE TABLE tries (
    key TEXT NOT NULL,
    number BIGINT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tries PRIMARY KEY (key),
    CONSTRAINT tries_key_is_short CHECK (length(key) BETWEEN 1 AND 200),
    CONSTRAINT tries_count_up CHECK (number >= 0)
)
--;
CREATE INDEX tries_by_end ON tries (until)
--;
CREATE TABLE sign_in_link (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    person_id BIGINT,
    next_path TEXT,
    token_hash TEXT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sign_in_link PRIMARY KEY (id),
    CONSTRAINT sign_in_link_token_is_hashed CHECK (length(token_hash) = 64),
    CONSTRAINT sign_in_link_next_is_short CHECK (length(next_path) BETWEEN 1 AND 2000),
    CONSTRAINT sign_in_link_is_used_by_somebody CHECK (used_at IS NULL OR person_id IS NOT NULL),
    CONSTRAINT fk_sign_in_link_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_sign_in_link_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_sign_in_link_token_hash UNIQUE (token_hash)
)
--;
CREATE INDEX sign_in_link_by_moment ON sign_in_link (asked_at)
--;
CREATE TABLE sign_in_code (
    person_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    good_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_code PRIMARY KEY (person_id, community_id),
    CONSTRAINT sign_in_code_is_hashed CHECK (length(code_hash) BETWEEN 20 AND 500),
    CONSTRAINT fk_sign_in_code_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_sign_in_code_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE password_of_one (
    person_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    CONSTRAINT pk_password_of_one PRIMARY KEY (person_id),
    CONSTRAINT fk_password_of_one_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_password_of_one_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
