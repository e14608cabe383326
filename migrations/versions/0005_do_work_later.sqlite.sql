CREATE TABLE job (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    "key" TEXT,
    made_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    leased_until TEXT,
    state TEXT NOT NULL,
    ended_at TEXT,
    error TEXT,
    CONSTRAINT pk_job PRIMARY KEY (id),
    CONSTRAINT uq_job_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT job_kind_is_short CHECK (length(kind) BETWEEN 1 AND 60),
    CONSTRAINT job_payload_is_bounded CHECK (length(payload) BETWEEN 2 AND 10000),
    CONSTRAINT job_key_is_short CHECK (length(key) BETWEEN 1 AND 200),
    CONSTRAINT job_error_is_short CHECK (length(error) BETWEEN 1 AND 500),
    CONSTRAINT job_state_is_known CHECK (state IN ('waiting', 'done', 'failed')),
    CONSTRAINT job_ends_once CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CONSTRAINT job_fails_for_a_reason CHECK (state <> 'failed' OR error IS NOT NULL),
    CONSTRAINT job_attempts_count CHECK (attempts >= 0),
    CONSTRAINT fk_job_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX job_waiting ON job (due_at, id) WHERE state = 'waiting'
--;
CREATE TABLE mail (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    to_address TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    written_at TEXT NOT NULL,
    in_doubt INTEGER NOT NULL,
    sent_at TEXT,
    CONSTRAINT pk_mail PRIMARY KEY (id),
    CONSTRAINT mail_has_an_address CHECK (length(to_address) BETWEEN 3 AND 254),
    CONSTRAINT mail_subject_is_short CHECK (length(subject) BETWEEN 1 AND 200),
    CONSTRAINT mail_text_is_bounded CHECK (length(text) BETWEEN 1 AND 100000),
    CONSTRAINT mail_html_is_bounded CHECK (length(html) BETWEEN 1 AND 100000),
    CONSTRAINT mail_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT mail_is_sent_twice_at_most CHECK (in_doubt BETWEEN 0 AND 2),
    CONSTRAINT fk_mail_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_mail_message_id UNIQUE (message_id)
)
 STRICT
--;
CREATE INDEX mail_by_community ON mail (community_id, id)
