CREATE TABLE trust_offer (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    called TEXT NOT NULL,
    email TEXT,
    asked_member_id INTEGER,
    may TEXT NOT NULL,
    token_hash TEXT,
    asked_at TEXT NOT NULL,
    declined_at TEXT,
    CONSTRAINT pk_trust_offer PRIMARY KEY (id),
    CONSTRAINT fk_trust_offer_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_trust_offer_asked_member_id_community_id FOREIGN KEY(asked_member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT trust_offer_asks_one CHECK ((email IS NULL) <> (asked_member_id IS NULL)),
    CONSTRAINT trust_offer_asks_somebody_else CHECK (asked_member_id <> member_id),
    CONSTRAINT trust_offer_called_is_short CHECK (length(called) BETWEEN 1 AND 100),
    CONSTRAINT trust_offer_email_is_short CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT trust_offer_may_is_short CHECK (length(may) BETWEEN 1 AND 200),
    CONSTRAINT trust_offer_token_is_hashed CHECK (length(token_hash) = 64),
    CONSTRAINT uq_trust_offer_token_hash UNIQUE (token_hash)
)
 STRICT
--;
CREATE INDEX trust_offer_by_asked_member ON trust_offer (asked_member_id)
--;
CREATE INDEX trust_offer_by_email ON trust_offer (email)
--;
CREATE INDEX trust_offer_by_member ON trust_offer (member_id, id)
