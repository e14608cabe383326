CREATE TABLE audit_event (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    member_id INTEGER,
    happened_at TEXT NOT NULL,
    act TEXT NOT NULL,
    about TEXT NOT NULL,
    request TEXT NOT NULL,
    CONSTRAINT pk_audit_event PRIMARY KEY (id),
    CONSTRAINT audit_event_act_is_short CHECK (length(act) BETWEEN 1 AND 80),
    CONSTRAINT audit_event_about_is_short CHECK (length(about) BETWEEN 2 AND 500),
    CONSTRAINT audit_event_has_a_request CHECK (length(request) = 16),
    CONSTRAINT fk_audit_event_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_audit_event_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_audit_event_member_id FOREIGN KEY(member_id) REFERENCES member (id)
)
 STRICT
--;
CREATE INDEX audit_event_by_community ON audit_event (community_id, id)
--;
CREATE INDEX audit_event_by_person ON audit_event (community_id, person_id, id)
--;
CREATE TABLE audit_address (
    event_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    CONSTRAINT pk_audit_address PRIMARY KEY (event_id),
    CONSTRAINT audit_address_is_short CHECK (length(address) BETWEEN 1 AND 45),
    CONSTRAINT fk_audit_address_event_id FOREIGN KEY(event_id) REFERENCES audit_event (id)
)
 STRICT
--;
CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event
           BEGIN SELECT RAISE(ABORT, 'audit_event_is_final'); END
--;
CREATE TRIGGER audit_event_remains BEFORE DELETE ON audit_event
           BEGIN SELECT RAISE(ABORT, 'audit_event_is_final'); END
