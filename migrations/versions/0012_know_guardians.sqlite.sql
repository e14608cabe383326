CREATE TABLE guardian (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    reached_by TEXT NOT NULL,
    email TEXT,
    language TEXT,
    wording TEXT NOT NULL,
    consented_on TEXT NOT NULL,
    ended_on TEXT,
    CONSTRAINT pk_guardian PRIMARY KEY (id),
    CONSTRAINT fk_guardian_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT guardian_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT guardian_contact_is_short CHECK (length(reached_by) <= 300),
    CONSTRAINT guardian_is_reached_while_needed CHECK (ended_on IS NOT NULL OR length(reached_by) > 0),
    CONSTRAINT guardian_email_is_short CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT guardian_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT guardian_wording_is_short CHECK (length(wording) BETWEEN 1 AND 4000),
    CONSTRAINT guardian_is_left_alone_afterwards CHECK (ended_on IS NULL OR email IS NULL)
)
 STRICT
--;
CREATE UNIQUE INDEX uq_guardian_member ON guardian (member_id) WHERE ended_on IS NULL
