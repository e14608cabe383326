CREATE TABLE same_as (
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    kept_id INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    entry_id INTEGER,
    joined_on TEXT NOT NULL,
    joined_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_same_as PRIMARY KEY (member_id),
    CONSTRAINT fk_same_as_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_same_as_kept_id_community_id FOREIGN KEY(kept_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT same_as_is_another CHECK (member_id <> kept_id),
    CONSTRAINT same_as_carries_by_an_entry CHECK ((minutes = 0) = (entry_id IS NULL)),
    CONSTRAINT same_as_is_said_for_a_reason CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT same_as_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT uq_same_as_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_same_as_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX same_as_by_kept ON same_as (kept_id)
--;
CREATE TABLE not_the_same (
    one_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    said_at TEXT NOT NULL,
    person_id INTEGER,
    actor TEXT NOT NULL,
    CONSTRAINT pk_not_the_same PRIMARY KEY (one_id, other_id),
    CONSTRAINT fk_not_the_same_one_id_community_id FOREIGN KEY(one_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_not_the_same_other_id_community_id FOREIGN KEY(other_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT not_the_same_stands_once CHECK (one_id < other_id),
    CONSTRAINT not_the_same_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_not_the_same_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
