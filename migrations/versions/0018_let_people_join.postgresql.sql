CREATE TABLE invitation (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    note TEXT NOT NULL,
    email TEXT,
    uses BIGINT NOT NULL,
    used BIGINT NOT NULL,
    good_until DATE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_invitation PRIMARY KEY (id),
    CONSTRAINT uq_invitation_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_invitation_id_community_id UNIQUE (id, community_id),
    CONSTRAINT invitation_key_is_short CHECK (length(key) BETWEEN 1 AND 80),
    CONSTRAINT invitation_code_is_hashed CHECK (length(code_hash) = 64),
    CONSTRAINT invitation_note_is_short CHECK (length(note) BETWEEN 1 AND 100),
    CONSTRAINT invitation_email_is_short CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT invitation_uses_are_bounded CHECK (uses BETWEEN 1 AND 500),
    CONSTRAINT invitation_is_used_so_often CHECK (used BETWEEN 0 AND uses),
    CONSTRAINT invitation_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_invitation_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_invitation_code_hash UNIQUE (code_hash)
)
--;
CREATE INDEX invitation_by_community ON invitation (community_id, id)
--;
CREATE TABLE application (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    reading TEXT NOT NULL,
    telephone TEXT NOT NULL,
    email TEXT NOT NULL,
    other_way TEXT NOT NULL,
    could_do TEXT NOT NULL,
    would_help TEXT NOT NULL,
    language TEXT NOT NULL,
    wording TEXT NOT NULL,
    consented_on DATE NOT NULL,
    health_wording TEXT,
    guardian_name TEXT NOT NULL,
    guardian_reached_by TEXT NOT NULL,
    guardian_email TEXT NOT NULL,
    guardian_wording TEXT,
    guardian_consented_on DATE,
    guardian_token_hash TEXT,
    password_hash TEXT,
    invitation_id BIGINT,
    state TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    reason TEXT NOT NULL,
    member_id BIGINT,
    CONSTRAINT pk_application PRIMARY KEY (id),
    CONSTRAINT uq_application_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_application_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_application_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_application_invitation_id_community_id FOREIGN KEY(invitation_id, community_id) REFERENCES invitation (id, community_id),
    CONSTRAINT application_key_is_short CHECK (length(key) BETWEEN 1 AND 80),
    CONSTRAINT application_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT application_reading_is_short CHECK (length(reading) <= 100),
    CONSTRAINT application_telephone_is_short CHECK (length(telephone) <= 300),
    CONSTRAINT application_email_is_short CHECK (length(email) <= 254),
    CONSTRAINT application_other_way_is_short CHECK (length(other_way) <= 300),
    CONSTRAINT application_could_do_is_short CHECK (length(could_do) <= 1000),
    CONSTRAINT application_would_help_is_short CHECK (length(would_help) <= 1000),
    CONSTRAINT application_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT application_has_a_wording CHECK (length(wording) BETWEEN 1 AND 4000),
    CONSTRAINT application_health_is_short CHECK (length(health_wording) BETWEEN 1 AND 4000),
    CONSTRAINT application_guardian_is_short CHECK (length(guardian_name) <= 100),
    CONSTRAINT application_guardian_reach_is_short CHECK (length(guardian_reached_by) <= 300),
    CONSTRAINT application_guardian_email_is_short CHECK (length(guardian_email) <= 254),
    CONSTRAINT application_guardian_wording_is_short CHECK (length(guardian_wording) BETWEEN 1 AND 4000),
    CONSTRAINT application_consent_has_a_day CHECK ((guardian_wording IS NULL) = (guardian_consented_on IS NULL)),
    CONSTRAINT application_token_is_hashed CHECK (length(guardian_token_hash) = 64),
    CONSTRAINT application_password_is_hashed CHECK (length(password_hash) BETWEEN 20 AND 500),
    CONSTRAINT application_state_is_known CHECK (state = 'waiting' OR state = 'accepted' OR state = 'declined'),
    CONSTRAINT application_is_answered_once CHECK ((state = 'waiting') = (answered_at IS NULL)),
    CONSTRAINT application_makes_a_member CHECK ((state = 'accepted') = (member_id IS NOT NULL)),
    CONSTRAINT application_reason_is_short CHECK (length(reason) <= 500),
    CONSTRAINT application_declined_for_a_reason CHECK (state <> 'declined' OR length(reason) > 0),
    CONSTRAINT application_waits_for_a_guardian CHECK (state <> 'accepted' OR guardian_name = '' OR guardian_wording IS NOT NULL),
    CONSTRAINT fk_application_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_application_guardian_token_hash UNIQUE (guardian_token_hash)
)
--;
CREATE INDEX application_by_member ON application (member_id)
--;
CREATE INDEX application_by_state ON application (community_id, state, id)
--;
CREATE TABLE consent (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    about TEXT NOT NULL,
    wording TEXT NOT NULL,
    given_on DATE NOT NULL,
    actor TEXT NOT NULL,
    withdrawn_on DATE,
    CONSTRAINT pk_consent PRIMARY KEY (id),
    CONSTRAINT fk_consent_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT consent_is_about_something_known CHECK (about IN ('use', 'health')),
    CONSTRAINT consent_has_a_wording CHECK (length(wording) BETWEEN 1 AND 4000),
    CONSTRAINT consent_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
--;
CREATE UNIQUE INDEX uq_consent_member_about ON consent (member_id, about) WHERE withdrawn_on IS NULL
--;
CREATE TABLE first_sign_in (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    token_hash TEXT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_first_sign_in PRIMARY KEY (member_id),
    CONSTRAINT fk_first_sign_in_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT first_sign_in_email_is_short CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT first_sign_in_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT first_sign_in_token_is_hashed CHECK (length(token_hash) = 64),
    CONSTRAINT uq_first_sign_in_token_hash UNIQUE (token_hash)
)
--;
CREATE TABLE joining_rule (
    community_id BIGINT NOT NULL,
    takes_applications BOOLEAN NOT NULL,
    CONSTRAINT pk_joining_rule PRIMARY KEY (community_id),
    CONSTRAINT fk_joining_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
