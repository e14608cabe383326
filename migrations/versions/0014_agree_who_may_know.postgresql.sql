CREATE TABLE sharing_rules (
    community_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    words TEXT NOT NULL,
    widest TEXT NOT NULL,
    suggested TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_sharing_rules PRIMARY KEY (community_id, version),
    CONSTRAINT sharing_rules_are_numbered CHECK (version > 0),
    CONSTRAINT sharing_rules_say_something CHECK (length(words) BETWEEN 1 AND 4000),
    CONSTRAINT sharing_rules_widest_is_known CHECK (widest = 'coordinators' OR widest = 'agreed' OR widest = 'members'),
    CONSTRAINT sharing_rules_suggested_is_known CHECK (suggested = 'nobody' OR suggested = 'coordinators' OR suggested = 'agreed' OR suggested = 'members'),
    CONSTRAINT sharing_rules_have_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_sharing_rules_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE sharing_consent (
    member_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_sharing_consent PRIMARY KEY (member_id, version),
    CONSTRAINT fk_sharing_consent_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_sharing_consent_community_id_version FOREIGN KEY(community_id, version) REFERENCES sharing_rules (community_id, version),
    CONSTRAINT sharing_consent_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
--;
CREATE INDEX audit_event_by_act ON audit_event (community_id, act, about)
