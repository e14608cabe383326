CREATE TABLE licence_kind (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired INTEGER NOT NULL,
    CONSTRAINT pk_licence_kind PRIMARY KEY (id),
    CONSTRAINT uq_licence_kind_community_id_name UNIQUE (community_id, name),
    CONSTRAINT uq_licence_kind_id_community_id UNIQUE (id, community_id),
    CONSTRAINT licence_kind_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT fk_licence_kind_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE licence (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    kind_id INTEGER NOT NULL,
    ends_on TEXT,
    note TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    seen_person_id INTEGER,
    seen_how TEXT NOT NULL,
    warned_at TEXT,
    over_at TEXT,
    over_person_id INTEGER,
    over_reason TEXT,
    CONSTRAINT pk_licence PRIMARY KEY (id),
    CONSTRAINT fk_licence_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_licence_kind_id_community_id FOREIGN KEY(kind_id, community_id) REFERENCES licence_kind (id, community_id),
    CONSTRAINT licence_note_is_short CHECK (length(note) <= 100),
    CONSTRAINT licence_seen_how_is_known CHECK (seen_how = 'web' OR seen_how = 'slip' OR seen_how = 'telephone' OR seen_how = 'in-person' OR seen_how = 'import' OR seen_how = 'job' OR seen_how = 'cli' OR seen_how = 'demo'),
    CONSTRAINT licence_over_reason_is_short CHECK (length(over_reason) BETWEEN 1 AND 500),
    CONSTRAINT licence_is_over_for_a_reason CHECK (over_reason IS NULL OR over_at IS NOT NULL),
    CONSTRAINT licence_without_end_warns_nobody CHECK (warned_at IS NULL OR ends_on IS NOT NULL),
    CONSTRAINT fk_licence_seen_person_id FOREIGN KEY(seen_person_id) REFERENCES person (id),
    CONSTRAINT fk_licence_over_person_id FOREIGN KEY(over_person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX licence_by_end ON licence (community_id, ends_on)
--;
CREATE UNIQUE INDEX uq_licence_current ON licence (member_id, kind_id) WHERE over_at IS NULL
